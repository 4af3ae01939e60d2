"""PyTorch networks from the architecture section of a resolved gan-exp spec."""

import torch
from torch import nn


class ConcatLabel(nn.Embedding):
    def __init__(self, classes, embedding, position):
        super().__init__(classes, embedding)
        self.first = position == "first"


class Residual(nn.Sequential):
    pass


class Dropout(nn.Module):
    """Multiplies by a recorded mask, so that both sides drop the same units."""

    def __init__(self, probability):
        super().__init__()
        self.probability = probability


class Flatten(nn.Module):
    def forward(self, x):
        return x.flatten(1)


class Image(nn.Module):
    def __init__(self, channels, size):
        super().__init__()
        self.shape = (channels, *pair(size))

    def forward(self, x):
        return x.reshape(len(x), *self.shape)


def pair(value):
    return tuple(value) if isinstance(value, (list, tuple)) else (value, value)


def entry(layer):
    """`"relu"` or `{"conv": {...}}` as name and keys."""
    if isinstance(layer, str):
        return layer, {}
    ((name, keys),) = layer.items()
    return name, keys if isinstance(keys, dict) else {"layers": keys}


def build(layers, shape, classes):
    """A Sequential and the shape (channels, height, width) or (units,) that comes out of it."""
    modules = nn.Sequential()
    for layer in layers:
        name, keys = entry(layer)
        module = make(name, keys, shape, classes)
        modules.append(module)
        shape = shape_after(module, shape, classes)
    return modules, shape


def shape_after(module, shape, classes):
    if isinstance(module, ConcatLabel):
        return (shape[0] + module.embedding_dim,)
    if isinstance(module, (Residual, Dropout)):
        return shape
    with torch.no_grad():
        return tuple(module.eval()(torch.zeros(2, *shape)).shape[1:])


def make(name, keys, shape, classes):
    match name:
        case "linear":
            return nn.Linear(shape[0], keys["units"], bias=keys["bias"])
        case "batch_norm":
            kind = nn.BatchNorm2d if len(shape) == 3 else nn.BatchNorm1d
            return kind(shape[0], eps=keys["epsilon"], momentum=keys["momentum"], affine=keys["affine"])
        case "conv":
            return nn.Conv2d(
                shape[0], keys["channels"], pair(keys["kernel"]), pair(keys["stride"]),
                pair(keys["padding"]), pair(keys["dilation"]), keys["groups"], keys["bias"])
        case "conv_transpose":
            return nn.ConvTranspose2d(
                shape[0], keys["channels"], pair(keys["kernel"]), pair(keys["stride"]),
                pair(keys["padding"]), pair(keys["output_padding"]), 1, keys["bias"],
                pair(keys["dilation"]))
        case "upsample":
            return nn.Upsample(scale_factor=keys["factor"])
        case "residual":
            branch, after = build(keys["layers"], shape, classes)
            assert after == shape
            return Residual(*branch)
        case "concat_label":
            return ConcatLabel(classes, keys["embedding"], keys["position"])
        case "dropout":
            return Dropout(keys["probability"])
        case "flatten":
            return Flatten()
        case "image":
            return Image(keys["channels"], keys["size"])
        case "relu":
            return nn.ReLU()
        case "leaky_relu":
            return nn.LeakyReLU(keys["slope"])
        case "tanh":
            return nn.Tanh()
        case "sigmoid":
            return nn.Sigmoid()
        case "softplus":
            return nn.Softplus()
        case "elu":
            return nn.ELU(keys["alpha"])
        case "silu":
            return nn.SiLU()
        case "softmax":
            return nn.Softmax(dim=1)
    raise SystemExit(f"replay: no PyTorch counterpart for the layer `{name}`")


KINKED = (nn.ReLU, nn.LeakyReLU)


class Kinks:
    """Inputs of relus that lie so close to 0 that rounding may put them on either side.

    A flip moves one such input to the other side of 0, which changes values by less than rounding
    does, and derivatives by as much as the kink.
    """

    CLOSE = 2e-6

    def __init__(self, flips=()):
        self.flips = set(flips)
        self.found = []

    def __call__(self, x, path):
        values = x.detach().flatten()
        scale = values.square().mean().sqrt()
        for index in (values.abs() < self.CLOSE * scale).nonzero().flatten().tolist():
            self.found.append((abs(values[index].item() / scale.item()), path, index))
        flips = [index for where, index in self.flips if where == path]
        if flips:
            nudge = torch.zeros_like(values)
            nudge[flips] = -2 * values[flips]
            x = x + nudge.reshape(x.shape)
        return x


def apply(modules, x, path, labels, mask, kinks=None, name=""):
    """Walks `x` through `modules`; returns the output and what went into a closing sigmoid or softmax."""
    before = x
    for index, module in enumerate(modules):
        before = x
        here = f"{path}.{index}"
        if isinstance(module, ConcatLabel):
            rows = module(labels)
            x = torch.cat((rows, x) if module.first else (x, rows), 1)
        elif isinstance(module, Dropout):
            if module.probability > 0:
                x = x * mask(here) / (1 - module.probability)
        elif isinstance(module, Residual):
            x = x + apply(module, x, here, labels, mask, kinks, name)[0]
        elif isinstance(module, KINKED) and kinks is not None:
            x = module(kinks(x, f"{here}{name}"))
        else:
            x = module(x)
    return x, before if isinstance(modules[-1], (nn.Sigmoid, nn.Softmax)) else x


def powerless_biases(modules, path):
    """Names of biases that a batch norm takes away again: their gradient is 0 but for rounding."""
    names = set()
    for index, (module, after) in enumerate(zip(modules, list(modules)[1:] + [None])):
        here = f"{path}.{index}"
        if isinstance(module, Residual):
            names |= powerless_biases(module, here)
        if isinstance(after, (nn.BatchNorm1d, nn.BatchNorm2d)) and getattr(module, "bias", None) is not None:
            names.add(f"{here}.bias")
    return names
