"""Networks that grow (Karras et al. 2018), from the `grow` entries of a resolved gan-exp spec.

Levels are counted from 1, the smallest. A generator's plain modules come before its levels, a critic's
after them.
"""

import torch.nn.functional as F
from torch import nn


class Grow(nn.Sequential):
    """A level: its layers, and the way between its features and an image of its size."""

    def __init__(self, layers, to_image=(), from_image=()):
        super().__init__(*layers)
        for name, way in (("to_image", to_image), ("from_image", from_image)):
            if len(way):
                self.add_module(name, nn.Sequential(*way))

    @property
    def layers(self):
        return [m for name, m in self.named_children() if name.isdigit()]


def levels_of(network):
    """(index, level) of a network, smallest first; none if it does not grow."""
    found = [(index, m) for index, m in enumerate(network) if isinstance(m, Grow)]
    return found[::-1] if found and hasattr(found[0][1], "from_image") else found


def half(images):
    return F.avg_pool2d(images, 2)


def double(images):
    return F.interpolate(images, scale_factor=2)


def blend(old, new, alpha):
    return new if alpha is None else (1 - alpha) * old + alpha * new


def seen(images, level, levels, alpha):
    """Images of the data as the critic sees them at a level; `alpha` is None where it plays alone."""
    for _ in range(levels - level):
        images = half(images)
    return images if alpha is None else blend(double(half(images)), images, alpha)


def generate(network, latents, walk, level, alpha):
    """`walk(modules, x, path, first)` plays modules named from `first` on."""
    levels = levels_of(network)[:level]
    x = walk(network[:levels[0][0]], latents, "generator", 0)
    for index, module in levels:
        below, x = x, walk(module.layers, x, f"generator.{index}", 0)

    def image(place, features):
        index, module = levels[place]
        return walk(module.to_image, features, f"generator.{index}.to_image", 0)

    own = image(-1, x)
    return own if alpha is None else blend(double(image(-2, below)), own, alpha)


def entrance(network, images, walk, level, alpha):
    """What a critic's plain modules are given, and the number of the first of them."""
    levels = levels_of(network)
    first = levels[0][0] + 1

    def features(place, x):
        index, module = levels[place - 1]
        return walk(module.from_image, x, f"discriminator.{index}.from_image", 0)

    x = features(level, images)
    for place in range(level, 0, -1):
        index, module = levels[place - 1]
        x = walk(module.layers, x, f"discriminator.{index}", 0)
        if place == level and alpha is not None:
            x = blend(features(level - 1, half(images)), x, alpha)
    return x, first


def playing(network, level, alpha):
    """The parameters of a network that a stage's images depend on, by name."""
    levels = levels_of(network)
    ways = {level, level - 1 if alpha is not None else level}
    idle = set()
    for place, (index, module) in enumerate(levels, 1):
        if place > level:
            idle.add(f"{index}.")
        elif place not in ways:
            idle |= {f"{index}.to_image.", f"{index}.from_image."}
    return {
        name: parameter for name, parameter in network.named_parameters()
        if not any(name.startswith(start) for start in idle)}
