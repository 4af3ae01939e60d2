"""Whole rounds: two small networks, batch norm and all, played twice by PyTorch.

What a graph draws (uniform latents) and is fed (images) is in the file, in the order of use.
"""

import torch
from torch import nn
import torch.nn.functional as F


def generator():
    return nn.Sequential(
        nn.Linear(3, 5), nn.BatchNorm1d(5), nn.LeakyReLU(0.2), nn.Linear(5, 4), nn.Tanh(),
        nn.Unflatten(1, (1, 2, 2)))


def discriminator():
    return nn.Sequential(
        nn.Flatten(), nn.Linear(4, 4), nn.BatchNorm1d(4), nn.LeakyReLU(0.2), nn.Linear(4, 1))


ARCHITECTURE = """
architecture:
  generator: [{linear: 5}, batch_norm, {leaky_relu: 0.2}, {linear: 4}, tanh,
    {image: {channels: 1, size: 2}}]
  discriminator: [flatten, {linear: 4}, batch_norm, {leaky_relu: 0.2}, {linear: 1}]
loss: {kind: cross_entropy}
optimizer: {kind: sgd, learning_rate: 0.5, momentum: 0.5, generator: {learning_rate: 0.2}}
latent: {size: 3, distribution: uniform, low: -1, high: 1}
"""

# Schedule, and which moves of a round stand in one graph and hence see the same latents.
SCHEDULES = [
    ("{length: 2 steps, order: [discriminator, generator]}", [["d", "g"]]),
    ("{length: 2 steps, order: [generator, discriminator]}", [["g", "d"]]),
    ("{length: 2 steps, order: [discriminator, generator], latents: fresh}", [["d"], ["g"]]),
    ("{length: 2 steps, order: [discriminator, generator], discriminator_steps: 2}", [["d"], ["d", "g"]]),
    ("{length: 2 steps, order: [discriminator, generator], generator_steps: 2}", [["d", "g", "g"]]),
    ("{length: 2 steps, order: [generator, discriminator], generator_steps: 2}", [["g"], ["g", "d"]]),
]


def logits(critic, images, target):
    score = critic(images)
    return F.binary_cross_entropy_with_logits(score, torch.full_like(score, target))


def play(segments, rounds=2, batch=4):
    g, d = generator(), discriminator()
    with torch.no_grad():
        for parameter in [*g.parameters(), *d.parameters()]:
            parameter.copy_((torch.randn(parameter.shape) * 1000).round() / 1000)
    steps = {
        "g": torch.optim.SGD(g.parameters(), 0.2, 0.5),
        "d": torch.optim.SGD(d.parameters(), 0.5, 0.5),
    }
    init = states(g, d)
    executions = []
    for _ in range(rounds):
        for segment in segments:
            uniform = (torch.rand(batch, 3) * 1000).round() / 1000
            real = (torch.randn(batch, 1, 2, 2) * 1000).round() / 1000
            fakes, outdated, losses = None, False, []
            for move in segment:
                # Only a generator's own move must see the generator as it is now.
                if fakes is None or (move == "g" and outdated):
                    fakes, outdated = g(uniform * 2 - 1), False
                if move == "d":
                    moving, loss = d, logits(d, real, 1.0) + logits(d, fakes.detach(), 0.0)
                else:
                    moving, loss = g, logits(d, fakes, 1.0)
                parameters = list(moving.parameters())
                for parameter, gradient in zip(parameters, torch.autograd.grad(loss, parameters)):
                    parameter.grad = gradient
                steps[move].step()
                outdated |= move == "g"
                losses.append(loss.detach())
            executions.append(
                {"uniform": uniform, "real": real, "losses": torch.stack(losses),
                 "after": states(g, d)})
    return init, executions


def states(g, d):
    return {
        f"{player}.{name}": tensor.clone()
        for player, network in (("generator", g), ("discriminator", d))
        for name, tensor in network.state_dict().items() if tensor.is_floating_point()
    }


def cases():
    for schedule, segments in SCHEDULES:
        init, executions = play(segments)
        yield {
            "spec": ARCHITECTURE + f"schedule: {schedule}\n", "init": init, "executions": executions}
