"""Augmentations: what the published code makes of images when its random numbers are given."""

import torch

import augmentations

# Spec text, keys, shape of the input.
TABLE = [
    ("flip", {"probability": 0.5}, (4, 2, 3, 4)),
    ("flip: 0.9", {"probability": 0.9}, (3, 1, 2, 3)),
    ("color", {"brightness": 0.5, "saturation": 1, "contrast": 0.5}, (3, 3, 2, 2)),
    ("color", {"brightness": 0.5, "saturation": 1, "contrast": 0.5}, (2, 1, 2, 3)),
    ("color: {brightness: 0, saturation: 0.5, contrast: 0.2}",
        {"brightness": 0, "saturation": 0.5, "contrast": 0.2}, (2, 3, 2, 2)),
    ("translation", {"share": 0.125}, (5, 2, 8, 4)),
    ("translation: 0.5", {"share": 0.5}, (6, 1, 3, 5)),
    ("translation: 0.1", {"share": 0.1}, (2, 1, 3, 6)),
    ("cutout", {"share": 0.5}, (5, 2, 4, 6)),
    ("cutout: 0.3", {"share": 0.3}, (4, 1, 8, 5)),
    ("cutout: 1", {"share": 1}, (3, 1, 3, 2)),
    ("cutout: 0.1", {"share": 0.1}, (2, 1, 4, 4)),
]


def cases():
    for text, keys, shape in TABLE:
        x = ((torch.randn(shape) * 1000).round() / 1000).requires_grad_()
        draws = []

        def drawn(name):
            # The ends of [0, 1) are where whole numbers go wrong.
            numbers = (torch.rand(shape[0]) * 1000).floor() / 1000
            numbers[0], numbers[-1] = 0.0, 0.999
            draws.append(numbers)
            return numbers

        output = augmentations.apply(text.split(":")[0], keys, x, drawn)
        cotangent = torch.cos(torch.arange(output.numel()) + 1.0).reshape(output.shape)
        (gradient,) = torch.autograd.grad((output * cotangent).sum(), x)
        yield {
            "augmentation": text, "input": x, "draws": draws, "output": output,
            "gradient": gradient}
