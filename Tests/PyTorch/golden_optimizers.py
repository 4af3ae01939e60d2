"""Optimizers: where five given gradients take a parameter."""

import torch


def table():
    yield "kind: adam", lambda p: torch.optim.Adam(p)
    yield "kind: adam, learning_rate: 2e-4, betas: [0.5, 0.999]", (
        lambda p: torch.optim.Adam(p, 2e-4, (0.5, 0.999)))
    yield "kind: adam, learning_rate: 0.1, betas: [0, 0.9], epsilon: 0.01, weight_decay: 0.1", (
        lambda p: torch.optim.Adam(p, 0.1, (0.0, 0.9), 0.01, 0.1))
    yield "kind: adam, betas: [0.9, 0]", lambda p: torch.optim.Adam(p, betas=(0.9, 0.0))
    yield "kind: sgd, learning_rate: 0.1", lambda p: torch.optim.SGD(p, 0.1)
    yield "kind: sgd, learning_rate: 0.1, momentum: 0.9", lambda p: torch.optim.SGD(p, 0.1, 0.9)
    yield "kind: sgd, learning_rate: 0.1, momentum: 0.5, nesterov: true, weight_decay: 0.2", (
        lambda p: torch.optim.SGD(p, 0.1, 0.5, nesterov=True, weight_decay=0.2))
    yield "kind: sgd, learning_rate: 0.1, momentum: 0.5, dampening: 0.3", (
        lambda p: torch.optim.SGD(p, 0.1, 0.5, 0.3))
    yield "kind: rmsprop", lambda p: torch.optim.RMSprop(p)
    yield "kind: rmsprop, learning_rate: 5e-5, alpha: 0.9, epsilon: 1e-3", (
        lambda p: torch.optim.RMSprop(p, 5e-5, 0.9, 1e-3))
    yield "kind: rmsprop, momentum: 0.7, centered: true, weight_decay: 0.1", (
        lambda p: torch.optim.RMSprop(p, momentum=0.7, centered=True, weight_decay=0.1))


def cases():
    for text, make in table():
        start = (torch.randn(4) * 1000).round() / 1000
        gradients = [(torch.randn(4) * 1000).round() / 1000 for _ in range(5)]
        parameter = torch.nn.Parameter(start.clone())
        optimizer = make([parameter])
        after = []
        for gradient in gradients:
            parameter.grad = gradient
            optimizer.step()
            after.append(parameter.detach().clone())
        yield {"optimizer": text, "start": start, "gradients": gradients, "after": after}
