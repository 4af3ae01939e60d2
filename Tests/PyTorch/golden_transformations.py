"""Transformations: what PyTorch makes of images between `low` and `high`."""

import torch

import transformations

# Spec text, keys, shape, range.
TABLE = [
    ("invert", {}, (2, 1, 3, 2), (-1, 1)),
    ("invert", {}, (2, 3, 2, 2), (0, 1)),
    ("invert", {}, (1, 1, 2, 2), (-0.5, 2)),
    ("grayscale", {}, (2, 3, 3, 2), (-1, 1)),
    ("grayscale", {}, (2, 1, 3, 2), (-1, 1)),
    ("half: left", {"side": "left"}, (2, 2, 3, 4), (-1, 1)),
    ("half: right", {"side": "right"}, (2, 2, 3, 4), (-1, 1)),
    ("half: top", {"side": "top"}, (2, 2, 4, 3), (-1, 1)),
    ("half: bottom", {"side": "bottom"}, (2, 2, 4, 3), (-1, 1)),
    ("resize: 2", {"size": 2}, (2, 3, 4, 6), (-1, 1)),
    ("resize: [4, 6]", {"size": [4, 6]}, (2, 2, 2, 2), (-1, 1)),
    ("resize: [6, 2]", {"size": [6, 2]}, (1, 2, 3, 4), (-1, 1)),
    ("resize: 4", {"size": 4}, (1, 2, 4, 4), (-1, 1)),
    ("mask: {box: [1, 0, 2, 3]}", {"box": [1, 0, 2, 3]}, (2, 2, 4, 5), (0, 1)),
    ("mask: {box: [3, 4, 1, 1], value: 1}", {"box": [3, 4, 1, 1], "value": 1},
        (1, 3, 4, 5), (-1, 1)),
    ("mask: {center: 2}", {"center": 2}, (2, 1, 5, 4), (-1, 1)),
    ("mask: {center: [4, 1], value: -1}", {"center": [4, 1], "value": -1}, (1, 1, 4, 4), (-1, 1)),
]


def cases():
    for text, keys, shape, (low, high) in TABLE:
        x = ((low + (high - low) * torch.rand(shape)) * 1000).round() / 1000
        x.requires_grad_()
        output = transformations.apply(text.split(":")[0], keys, x, low, high)
        cotangent = torch.cos(torch.arange(output.numel()) + 1.0).reshape(output.shape)
        (gradient,) = torch.autograd.grad((output * cotangent).sum(), x)
        yield {
            "transformation": text, "range": [low, high], "input": x, "output": output,
            "gradient": gradient}
