"""Augmentations of a resolved gan-exp spec, in PyTorch: DiffAugment as published (Zhao et al. 2020,
https://github.com/mit-han-lab/data-efficient-gans, DiffAugment_pytorch.py) with its random numbers
given, and its constants as keys.

`drawn(name)` is a uniform number on [0, 1) for each sample.
"""

import torch
import torch.nn.functional as F


def each(numbers):
    return numbers.reshape(-1, 1, 1, 1)


def whole(numbers, count):
    """Whole numbers of 0 ... count - 1, rounded as the traced run rounds."""
    return (numbers.float() * count).floor().clamp(max=count - 1).long()


def flip(x, keys, drawn):
    return torch.where(each(drawn("flip")) < keys["probability"], x.flip(3), x)


def color(x, keys, drawn):
    def amount(name):
        return (2 * each(drawn(name)) - 1) * keys[name]

    if keys["brightness"] > 0:
        x = x + amount("brightness")
    if keys["saturation"] > 0 and x.shape[1] > 1:
        mean = x.mean(dim=1, keepdim=True)
        x = (x - mean) * (amount("saturation") + 1) + mean
    if keys["contrast"] > 0:
        mean = x.mean(dim=[1, 2, 3], keepdim=True)
        x = (x - mean) * (amount("contrast") + 1) + mean
    return x


def translation(x, keys, drawn):
    def places(name, extent):
        limit = int(extent * keys["share"] + 0.5)
        shift = whole(drawn(name), 2 * limit + 1) - limit if limit else torch.zeros(len(x)).long()
        return (torch.arange(extent)[None] + 1 + shift[:, None]).clamp(0, extent + 1)

    rows, columns = places("down", x.shape[2]), places("right", x.shape[3])
    padded = F.pad(x, [1, 1, 1, 1]).permute(0, 2, 3, 1)
    sample = torch.arange(len(x))[:, None, None]
    return padded[sample, rows[:, :, None], columns[:, None, :]].permute(0, 3, 1, 2)


def cutout(x, keys, drawn):
    def places(name, extent):
        size = int(extent * keys["share"] + 0.5)
        offset = whole(drawn(name), extent + 1 - size % 2) if size else torch.zeros(len(x)).long()
        return (torch.arange(size)[None] + offset[:, None] - size // 2).clamp(0, extent - 1)

    rows, columns = places("rows", x.shape[2]), places("columns", x.shape[3])
    mask = torch.ones(len(x), *x.shape[2:], dtype=x.dtype)
    mask[torch.arange(len(x))[:, None, None], rows[:, :, None], columns[:, None, :]] = 0
    return x * mask.unsqueeze(1)


TABLE = {"flip": flip, "color": color, "translation": translation, "cutout": cutout}


def apply(name, keys, x, drawn):
    if name not in TABLE:
        raise SystemExit(f"replay: no PyTorch counterpart for the augmentation `{name}`")
    return TABLE[name](x, keys, drawn)
