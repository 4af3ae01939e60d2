"""Initializers: the distribution torch.nn.init gives to the parameters of a layer."""

from math import sqrt

from torch import nn
from torch.nn import init

LAYERS = {
    "linear: 5": ((7,), nn.Linear(7, 5)),
    "conv: {channels: 6, kernel: [3, 2], groups: 2}": ((4, 5, 5), nn.Conv2d(4, 6, (3, 2), groups=2)),
    "conv_transpose: {channels: 3, kernel: [4, 2]}": ((5, 5, 5), nn.ConvTranspose2d(5, 3, (4, 2))),
    # Tables of four classes.
    "concat_label: 5": ((7,), nn.Embedding(4, 5)),
    "multiply_label: {}": ((7,), nn.Embedding(4, 7)),
}


def uniform(deviation):
    return {"uniform": [-sqrt(3) * deviation, sqrt(3) * deviation]}


def normal(deviation, mean=0.0):
    return {"normal": [mean, deviation]}


def table():
    """Text of `architecture.init.default`, and what it gives for a fan-in and fan-out."""
    # nn.Linear and nn.Conv2d: kaiming_uniform_(a=√5), whose bound comes to 1/√fan_in.
    yield "torch", lambda i, o: uniform(init.calculate_gain("leaky_relu", sqrt(5)) / sqrt(i))
    yield "xavier", lambda i, o: uniform(sqrt(2 / (i + o)))
    yield "{xavier: {distribution: normal, gain: 1.5}}", lambda i, o: normal(1.5 * sqrt(2 / (i + o)))
    yield "he", lambda i, o: normal(init.calculate_gain("relu") / sqrt(i))
    yield "{he: {distribution: uniform, slope: 0.2, fan: out}}", (
        lambda i, o: uniform(init.calculate_gain("leaky_relu", 0.2) / sqrt(o)))
    yield "{normal: 0.02}", lambda i, o: normal(0.02)
    yield "{normal: [1, 0.02]}", lambda i, o: normal(0.02, 1.0)
    yield "{uniform: 0.05}", lambda i, o: {"uniform": [-0.05, 0.05]}
    yield "{uniform: [-1, 2]}", lambda i, o: {"uniform": [-1.0, 2.0]}
    yield "{constant: 0.3}", lambda i, o: {"constant": [0.3]}
    yield "{orthogonal: 1.4}", lambda i, o: {"orthogonal": [1.4]}


def cases():
    for text, expected in table():
        for layer, (shape, module) in LAYERS.items():
            fans = init._calculate_fan_in_and_fan_out(module.weight)
            weight = expected(*fans)
            if text == "torch" and isinstance(module, nn.Embedding):
                weight = normal(1.0)
            yield {
                "init": text, "layer": layer, "shape": list(shape),
                "torchShape": list(module.weight.shape), "weight": weight,
            }
