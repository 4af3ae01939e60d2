"""Convolutions in double precision as one product for a whole batch.

PyTorch's own in double precision are a product a sample: of the few pixels of a deep layer that takes ten times
as long. In single precision, of large pictures and of groups they stay PyTorch's.

usage: products.py    compares them with PyTorch's own, derivatives and theirs included
"""

from contextlib import contextmanager
import random

import torch
from torch.nn import functional

PIXELS = 256
"""The most that come out of a convolution, or go into a transposed one."""

own, own_transposed = functional.conv2d, functional.conv_transpose2d


def pair(number):
    return (number, number) if isinstance(number, int) else tuple(number)


def extents(sizes, kernel, stride, padding, dilation):
    return [
        (size + 2 * p - d * (k - 1) - 1) // s + 1
        for size, k, s, p, d in zip(sizes, kernel, stride, padding, dilation)]


def is_ours(x, groups, padding):
    return x.dtype == torch.float64 and x.ndim == 4 and groups == 1 and not isinstance(padding, str)


def shifted(y, bias):
    return y if bias is None else y + bias[:, None, None]


def conv2d(input, weight, bias=None, stride=1, padding=0, dilation=1, groups=1):
    if is_ours(input, groups, padding):
        count, kernel = len(input), weight.shape[2:]
        how = dict(dilation=pair(dilation), padding=pair(padding), stride=pair(stride))
        sizes = extents(input.shape[2:], kernel, **how)
        if sizes[0] * sizes[1] <= PIXELS:
            patches = functional.unfold(input, kernel, **how).transpose(0, 1).flatten(1)
            y = (weight.flatten(1) @ patches).view(len(weight), count, *sizes).transpose(0, 1)
            return shifted(y, bias)
    return own(input, weight, bias, stride, padding, dilation, groups)


def conv_transpose2d(
        input, weight, bias=None, stride=1, padding=0, output_padding=0, groups=1, dilation=1):
    is_small = input.shape[2] * input.shape[3] <= PIXELS and all(
        more < s for more, s in zip(pair(output_padding), pair(stride)))
    if is_ours(input, groups, padding) and is_small:
        count, kernel = len(input), weight.shape[2:]
        how = dict(dilation=pair(dilation), padding=pair(padding), stride=pair(stride))
        sizes = [
            (size - 1) * s - 2 * p + d * (k - 1) + more + 1
            for size, k, s, p, d, more in zip(
                input.shape[2:], kernel, how["stride"], how["padding"], how["dilation"],
                pair(output_padding))]
        patches = weight.flatten(1).T @ input.transpose(0, 1).flatten(1)
        y = functional.fold(
            patches.view(len(patches), count, -1).transpose(0, 1), sizes, kernel, **how)
        return shifted(y, bias)
    return own_transposed(
        input, weight, bias, stride, padding, output_padding, groups, dilation)


def install():
    """Lets the modules of torch.nn use these."""
    functional.conv2d, functional.conv_transpose2d = conv2d, conv_transpose2d


@contextmanager
def in_another_order(seed):
    """Convolutions that add up their channels in an order of their own: as right, and rounded otherwise."""
    before = functional.conv2d, functional.conv_transpose2d
    draws = torch.Generator().manual_seed(seed)

    def mixed(input, weight, axis, groups):
        if groups > 1:
            return input, weight
        order = torch.randperm(input.shape[1], generator=draws)
        return input[:, order], weight.index_select(axis, order)

    def forwards(input, weight, bias=None, stride=1, padding=0, dilation=1, groups=1):
        return before[0](*mixed(input, weight, 1, groups), bias, stride, padding, dilation, groups)

    def backwards(
            input, weight, bias=None, stride=1, padding=0, output_padding=0, groups=1, dilation=1):
        return before[1](
            *mixed(input, weight, 0, groups), bias, stride, padding, output_padding, groups, dilation)

    functional.conv2d, functional.conv_transpose2d = forwards, backwards
    try:
        yield
    finally:
        functional.conv2d, functional.conv_transpose2d = before


def drawn(random):
    """Both forms of a random geometry, and what goes into them."""
    def some(*shape):
        return torch.randn(*shape, dtype=torch.float64, requires_grad=True)

    def two(least, most):
        return random.randint(least, most), random.randint(least, most)

    (ins, outs), kernel, stride, dilation = two(1, 5), two(1, 4), two(1, 3), two(1, 2)
    x = some(random.randint(1, 4), ins, *two(8, 12))
    yield conv2d, own, (x, some(outs, ins, *kernel), some(outs)), dict(
        stride=stride, padding=two(0, 2), dilation=dilation)
    yield conv_transpose2d, own_transposed, (x, some(ins, outs, *kernel), some(outs)), dict(
        stride=stride, dilation=dilation, output_padding=[random.randint(0, s - 1) for s in stride])


def derived(function, tensors, settings, direction):
    """The output, its derivatives, and those of the sum of their squares."""
    y = function(*tensors, **settings)
    first = torch.autograd.grad((y * direction).sum(), tensors, create_graph=True)
    second = torch.autograd.grad(sum(d.square().sum() for d in first), tensors[:2])
    return y, *first, *second


def main():
    torch.manual_seed(1)
    worst, generator = 0.0, random.Random(1)
    for _ in range(300):
        for ours, theirs, tensors, settings in drawn(generator):
            direction = torch.randn_like(theirs(*tensors, **settings))
            for a, b in zip(*(derived(f, tensors, settings, direction) for f in (ours, theirs))):
                worst = max(worst, ((a - b).abs().max() / b.abs().max().clamp(min=1e-9)).item())
    print(f"products: 600 geometries, furthest from PyTorch's own {worst:.1e}")
    assert worst < 1e-12


if __name__ == "__main__":
    main()
