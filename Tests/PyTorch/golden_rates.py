"""Learning-rate schedules: the factor of each round, by torch.optim.lr_scheduler where it has one."""

import torch
from torch.optim import lr_scheduler


def factors(make, rounds):
    optimizer = torch.optim.SGD([torch.nn.Parameter(torch.zeros(1))], 1.0)
    scheduler = make(optimizer)
    seen = []
    for _ in range(rounds):
        seen.append(optimizer.param_groups[0]["lr"])
        optimizer.step()
        scheduler.step()
    return seen


def linear(optimizer, end, rounds):
    return lr_scheduler.LinearLR(optimizer, 1.0, end, rounds)


def late(start, make):
    """Nothing for `start` rounds, then a scheduler."""
    return lambda optimizer: lr_scheduler.SequentialLR(
        optimizer, [lr_scheduler.ConstantLR(optimizer, 1.0, start), make(optimizer)], [start])


TABLE = [
    ("linear_to: 0", 10, lambda o: linear(o, 0.0, 10)),
    ("linear_to: {to: 0.1, from: 0.5}", 10, late(5, lambda o: linear(o, 0.1, 5))),
    ("cosine_to: 0", 10, lambda o: lr_scheduler.CosineAnnealingLR(o, 10)),
    ("cosine_to: {to: 0.2, from: 0.2}", 10, late(
        2, lambda o: lr_scheduler.CosineAnnealingLR(o, 8, 0.2))),
    ("exponential: 0.9", 100, lambda o: lr_scheduler.ExponentialLR(o, 0.9)),
    ("exponential: {decay: 0.5, to: 0.2}", 100, lambda o: lr_scheduler.LambdaLR(
        o, lambda n: max(0.5 ** n, 0.2))),
    ("constant: 4", 100, lambda o: lr_scheduler.LinearLR(o, 0.25, 1.0, 3)),
    ("steps: 3", 100, lambda o: lr_scheduler.StepLR(o, 3)),
    ("steps: {every: 2, decay: 0.5}", 100, lambda o: lr_scheduler.StepLR(o, 2, 0.5)),
    ("steps: {every: 100, warm_up: 4}", 100, lambda o: lr_scheduler.LinearLR(o, 0.25, 1.0, 3)),
]


def cases():
    for rate, rounds, make in TABLE:
        yield {"rate": rate, "rounds": rounds, "factors": factors(make, 10)}
