"""Layers: output, first and second derivatives, and statistics after one training pass."""

import torch
from torch import nn
from torch.nn.utils import spectral_norm

from networks import (
    AdaptiveInstanceNorm, ConcatInput, ConcatLabel, ConditionalBatchNorm, Mark, Maxout,
    MinibatchDiscrimination, MinibatchStddev, MultiplyLabel, PixelNorm, Projection, Reparametrize,
    Residual, SameConv2d, SelfAttention, Skip, equalized)


def rounded(*shape):
    return (torch.randn(*shape) * 1000).round() / 1000


def labelled(labels, module):
    """A module of `networks` that takes these labels too; there are 4 classes."""
    module.labels = torch.tensor(labels)
    return module


def beside(name, shape, module):
    """A module of `networks` that takes another input of this shape too."""
    module.other = (name, rounded(*shape).requires_grad_())
    return module


def drawing(shape, module):
    """A module of `networks` that takes normal numbers too, `[batch, numbers of a sample]`."""
    module.drawn_noise = rounded(*shape)
    return module


def table():
    """Spec text, shape of the input, PyTorch's module."""
    vectors, images = (3, 5), (2, 2, 5, 4)
    yield "linear: 3", vectors, nn.Linear(5, 3)
    yield "linear: {units: 2, bias: false}", vectors, nn.Linear(5, 2, bias=False)
    yield "linear: 1", (1, 1), nn.Linear(1, 1)

    yield "batch_norm", vectors, nn.BatchNorm1d(5)
    yield "batch_norm", images, nn.BatchNorm2d(2)
    yield "batch_norm: {epsilon: 0.8}", vectors, nn.BatchNorm1d(5, eps=0.8)
    yield "batch_norm: {momentum: 0.3, affine: false}", images, nn.BatchNorm2d(
        2, momentum=0.3, affine=False)
    yield "batch_norm", (1, 2, 2, 3), nn.BatchNorm2d(2)

    yield "conv: 2", images, nn.Conv2d(2, 2, 3)
    yield "conv: {channels: 2, kernel: 4, stride: 2, padding: 1}", images, nn.Conv2d(2, 2, 4, 2, 1)
    yield "conv: {channels: 2, kernel: [1, 3], stride: [2, 1], padding: [0, 2], bias: false}", (
        images), nn.Conv2d(2, 2, (1, 3), (2, 1), (0, 2), bias=False)
    yield "conv: {channels: 4, kernel: 3, padding: 2, dilation: 2, groups: 2}", (
        1, 4, 4, 3), nn.Conv2d(4, 4, 3, 1, 2, 2, 2)
    yield "conv: {channels: 1, kernel: 1}", (1, 1, 1, 1), nn.Conv2d(1, 1, 1)

    yield "conv_transpose: {channels: 2, kernel: 4, stride: 2, padding: 1}", (
        2, 3, 3, 2), nn.ConvTranspose2d(3, 2, 4, 2, 1)
    yield "conv_transpose: 2", (2, 3, 1, 1), nn.ConvTranspose2d(3, 2, 4)
    yield (
        "conv_transpose: {channels: 1, kernel: 3, stride: [2, 3], padding: [1, 0], "
        "output_padding: [1, 2], bias: false}"), (1, 2, 2, 3), nn.ConvTranspose2d(
            2, 1, 3, (2, 3), (1, 0), (1, 2), bias=False)
    yield "conv_transpose: {channels: 2, kernel: 2, dilation: 2, output_padding: 1}", (
        1, 2, 3, 2), nn.ConvTranspose2d(2, 2, 2, dilation=2, output_padding=1)
    yield (
        "conv_transpose: {channels: 1, kernel: [2, 3], padding: [1, 0], dilation: 3, "
        "output_padding: 2}"), (1, 1, 3, 2), nn.ConvTranspose2d(
            1, 1, (2, 3), 1, (1, 0), 2, dilation=3)

    yield "conv_transpose: {channels: 4, kernel: 3, stride: 2, groups: 2, bias: false}", (
        1, 6, 2, 2), nn.ConvTranspose2d(6, 4, 3, 2, groups=2, bias=False)

    yield "flatten", (2, 2, 2, 3), nn.Flatten()
    yield "flatten", vectors, nn.Flatten()
    yield "image: {channels: 3, size: [2, 4]}", (2, 24), nn.Unflatten(1, (3, 2, 4))
    yield "upsample", (2, 2, 2, 3), nn.Upsample(scale_factor=2)
    yield "upsample: 3", (1, 2, 1, 2), nn.Upsample(scale_factor=3)

    yield "relu", vectors, nn.ReLU()
    yield "relu", (1, 2, 2, 3), nn.ReLU()
    yield "leaky_relu", vectors, nn.LeakyReLU()
    yield "leaky_relu: 0.2", vectors, nn.LeakyReLU(0.2)
    yield "prelu", vectors, nn.PReLU()
    yield "prelu: {per_channel: true}", (2, 2, 2, 3), nn.PReLU(2)
    yield "tanh", vectors, nn.Tanh()
    yield "sigmoid", vectors, nn.Sigmoid()
    yield "softplus", vectors, nn.Softplus(threshold=1e9)
    yield "elu", vectors, nn.ELU()
    yield "elu: 0.3", vectors, nn.ELU(0.3)
    yield "silu", vectors, nn.SiLU()
    yield "softmax", vectors, nn.Softmax(dim=1)
    yield "softmax", (2, 3, 1, 2), nn.Softmax(dim=1)

    small = (2, 4, 2, 2)
    yield "layer_norm", vectors, nn.LayerNorm(5)
    yield "layer_norm", small, nn.GroupNorm(1, 4)
    yield "layer_norm: {epsilon: 0.1, affine: false}", vectors, nn.LayerNorm(
        5, 0.1, elementwise_affine=False)
    yield "instance_norm", (2, 2, 2, 3), nn.InstanceNorm2d(2)
    yield "instance_norm: {affine: true}", (2, 2, 2, 3), nn.InstanceNorm2d(2, affine=True)
    yield "group_norm: 2", small, nn.GroupNorm(2, 4)
    yield "group_norm: {groups: 3, affine: false}", (3, 6), nn.GroupNorm(3, 6, affine=False)
    yield "pixel_norm", (2, 3, 1, 2), PixelNorm(1e-8)
    yield "pixel_norm: {epsilon: 0.1}", vectors, PixelNorm(0.1)

    yield "average_pool: 2", (1, 2, 4, 5), nn.AvgPool2d(2)
    yield "average_pool: {kernel: [3, 2], stride: [2, 1], padding: [1, 0]}", (
        1, 1, 5, 4), nn.AvgPool2d((3, 2), (2, 1), (1, 0))
    yield "max_pool", (1, 2, 4, 5), nn.MaxPool2d(2)
    yield "max_pool: {kernel: 3, stride: 2, padding: 1}", (2, 1, 5, 4), nn.MaxPool2d(3, 2, 1)
    yield "upsample: {mode: bilinear}", (2, 2, 2, 3), nn.Upsample(scale_factor=2, mode="bilinear")
    yield "upsample: {factor: 3, mode: bilinear}", (1, 1, 3, 1), nn.Upsample(
        scale_factor=3, mode="bilinear")
    yield "pixel_shuffle: 2", (1, 8, 2, 1), nn.PixelShuffle(2)
    yield "minibatch_stddev", (4, 1, 2, 2), MinibatchStddev(4, 1e-8)
    yield "minibatch_stddev: 2", (4, 3), MinibatchStddev(2, 1e-8)
    yield "minibatch_stddev: {group: 4, epsilon: 0.1}", (6, 2), MinibatchStddev(4, 0.1)
    yield "minibatch_stddev: 0", (5, 2), MinibatchStddev(0, 1e-8)
    yield "minibatch_discrimination: {units: 3, size: 2}", (4, 3), MinibatchDiscrimination(3, 3, 2)
    yield "minibatch_discrimination: {units: 1, spectral_norm: true}", (1, 2), spectral_norm(
        MinibatchDiscrimination(2, 1, 5))
    yield "maxout: {units: 2, pieces: 3}", vectors, Maxout(5, 2, 3, True)
    yield "maxout: {units: 3, pieces: 2, bias: false}", (2, 4), Maxout(4, 3, 2, False)
    yield "self_attention: {reduction: 2}", (2, 2, 2, 2), SelfAttention(2, 2)
    yield "self_attention: {spectral_norm: true}", (1, 2, 1, 2), SelfAttention(2, 8, spectral_norm=True)
    yield "conv: {channels: 1, kernel: 5, stride: 2, same: true}", (1, 1, 5, 4), SameConv2d(
        1, 1, 5, 2)
    yield "conv: {channels: 2, kernel: 2, same: true}", (1, 1, 3, 2), SameConv2d(1, 2, 2)

    yield "linear: {units: 3, spectral_norm: true}", (2, 4), spectral_norm(nn.Linear(4, 3))
    yield "conv: {channels: 4, kernel: 2, groups: 2, spectral_norm: true}", (
        1, 2, 3, 3), spectral_norm(nn.Conv2d(2, 4, 2, groups=2))
    yield "conv_transpose: {channels: 2, kernel: [2, 3], stride: 2, spectral_norm: true}", (
        1, 3, 2, 1), spectral_norm(nn.ConvTranspose2d(3, 2, (2, 3), 2))

    yield "conv_transpose: {channels: 4, kernel: 2, groups: 2, spectral_norm: true}", (
        1, 2, 2, 1), spectral_norm(nn.ConvTranspose2d(2, 4, 2, groups=2))
    yield "maxout: {units: 2, pieces: 3, spectral_norm: true}", (2, 4), spectral_norm(
        Maxout(4, 2, 3, True))
    yield "concat_label: {embedding: 2, spectral_norm: true}", (3, 2), labelled(
        [3, 0, 3], spectral_norm(ConcatLabel(4, 2, "last")))

    yield "linear: {units: 3, equalized: 1.5}", (2, 4), equalized(nn.Linear(4, 3), 1.5)
    yield "conv: {channels: 4, kernel: [2, 3], groups: 2, equalized: 1.5}", (
        1, 2, 3, 3), equalized(nn.Conv2d(2, 4, (2, 3), groups=2), 1.5)
    yield "conv_transpose: {channels: 2, kernel: 3, groups: 2, equalized: 0.5}", (
        1, 4, 2, 1), equalized(nn.ConvTranspose2d(4, 2, 3, groups=2), 0.5)
    yield "maxout: {units: 2, pieces: 3, equalized: 1}", (2, 4), equalized(Maxout(4, 2, 3, True), 1)
    yield "concat_label: {embedding: 2, equalized: 2}", (3, 2), labelled(
        [3, 0, 3], equalized(ConcatLabel(4, 2, "last"), 2))
    yield "multiply_label: {equalized: 2}", (2, 3), labelled(
        [3, 0], equalized(MultiplyLabel(4, 3), 2))
    yield "self_attention: {equalized: 1}", (1, 2, 1, 2), SelfAttention(2, 8, equalized=1)
    yield "projection: {equalized: 2}", (2, 3), labelled([1, 2], Projection(4, 3, equalized=2))

    yield "concat_label: 2", (4, 3), labelled([3, 0, 1, 0], ConcatLabel(4, 2, "last"))
    yield "concat_label: {embedding: 1, position: first}", (2, 3), labelled(
        [2, 2], ConcatLabel(4, 1, "first"))
    yield "multiply_label", (4, 3), labelled([3, 0, 1, 0], MultiplyLabel(4, 3))
    yield "conditional_batch_norm", (4, 3), labelled([1, 3, 0, 1], ConditionalBatchNorm(4, 3))
    yield "conditional_batch_norm: {epsilon: 0.1, momentum: 0.3}", (3, 2, 2, 1), labelled(
        [2, 2, 0], ConditionalBatchNorm(4, 2, 0.1, 0.3))
    yield "projection", (4, 3), labelled([3, 0, 1, 0], Projection(4, 3))
    yield "projection: {bias: false, spectral_norm: true}", (3, 3), labelled(
        [1, 1, 2], Projection(4, 3, False, spectral_norm=True))
    yield "residual: [{linear: 5}, tanh]", vectors, Residual([nn.Linear(5, 5), nn.Tanh()])
    yield "residual: [{conv: {channels: 2, padding: 1}}, batch_norm, {residual: [silu]}]", (
        2, 2, 3, 3), Residual(
            [nn.Conv2d(2, 2, 3, 1, 1), nn.BatchNorm2d(2), Residual([nn.SiLU()])])
    yield (
        "residual: {layers: [{conv: {channels: 2, kernel: 1}}, {average_pool: 2}], "
        "shortcut: [{average_pool: 2}, {conv: {channels: 2, kernel: 1}}]}"), (
            1, 1, 2, 4), Residual(
                [nn.Conv2d(1, 2, 1), nn.AvgPool2d(2)], [nn.AvgPool2d(2), nn.Conv2d(1, 2, 1)])

    image = (1, 2, 4, 3)
    yield "pad: {reflect: 2}", image, nn.ReflectionPad2d(2)
    yield "pad: {reflect: [3, 1]}", image, nn.ReflectionPad2d((1, 1, 3, 3))
    yield "pad: {reflect: [3, 2], sides: start}", image, nn.ReflectionPad2d((2, 0, 3, 0))
    yield "pad: {reflect: [0, 2], sides: end}", image, nn.ReflectionPad2d((0, 2, 0, 0))
    yield "pad: {reflect: 1}", (2, 1, 2, 2), nn.ReflectionPad2d(1)
    yield "pad: {replicate: 1}", image, nn.ReplicationPad2d(1)
    yield "pad: {replicate: [0, 4]}", (2, 1, 2, 1), nn.ReplicationPad2d((4, 4, 0, 0))
    yield "pad: {replicate: [3, 1], sides: end}", image, nn.ReplicationPad2d((0, 1, 0, 3))
    yield "pad: {zero: 2}", image, nn.ZeroPad2d(2)
    yield "pad: {zero: [0, 1]}", (2, 2, 1, 1), nn.ZeroPad2d((1, 1, 0, 0))
    yield "pad: {zero: 1, sides: start}", image, nn.ZeroPad2d((1, 0, 1, 0))
    yield "skip: [{linear: 3}, tanh]", vectors, Skip(nn.Linear(5, 3), nn.Tanh())
    yield (
        "skip: [{conv: {channels: 3, kernel: 4, stride: 2, padding: 1}}, "
        "{skip: [{conv: {channels: 2, kernel: 1}}, silu]}, batch_norm, "
        "{conv_transpose: {channels: 2, kernel: 4, stride: 2, padding: 1}}]"), (
            2, 1, 4, 6), Skip(
                nn.Conv2d(1, 3, 4, 2, 1), Skip(nn.Conv2d(3, 2, 1), nn.SiLU()), nn.BatchNorm2d(5),
                nn.ConvTranspose2d(5, 2, 4, 2, 1))

    style = (2, 2, 2, 3)
    yield "concat_input: {input: y}", vectors, beside("y", (3, 2), ConcatInput("y"))
    yield "concat_input: y", style, beside("y", (2, 1, 2, 3), ConcatInput("y"))
    yield "concat_input: y", style, beside("y", (2, 3), ConcatInput("y"))
    yield "adaptive_instance_norm: y", style, beside(
        "y", (2, 4), AdaptiveInstanceNorm("y", 2, 4))
    yield "adaptive_instance_norm: {input: y, epsilon: 0.1, scale_from_one: false}", (
        1, 3, 3, 1), beside("y", (1, 2), AdaptiveInstanceNorm("y", 3, 2, 0.1, False))
    yield "adaptive_instance_norm: {input: y, equalized: 2}", style, beside(
        "y", (2, 3), AdaptiveInstanceNorm("y", 2, 3, equalized=2))
    yield "adaptive_instance_norm: {input: y, spectral_norm: true}", style, beside(
        "y", (2, 3), AdaptiveInstanceNorm("y", 2, 3, spectral_norm=True))
    yield "reparametrize: {mean: [{linear: 2}], log_variance: [{linear: 2}, tanh]}", vectors, drawing(
        (3, 2), Reparametrize([nn.Linear(5, 2)], [nn.Linear(5, 2), nn.Tanh()]))
    yield (
        "reparametrize: {mean: [{conv: {channels: 3, kernel: 2}}], "
        "log_variance: [{conv: {channels: 3, kernel: 2}}]}"), (2, 1, 2, 3), drawing(
            (2, 6), Reparametrize([nn.Conv2d(1, 3, 2)], [nn.Conv2d(1, 3, 2)]))
    yield "mark: features", vectors, Mark("features")
    yield "concat_label: 2", (2, 1, 2, 3), labelled([3, 1], ConcatLabel(4, 2, "last"))
    yield "concat_label: {embedding: 1, position: first}", (3, 2, 1, 2), labelled(
        [2, 2, 0], ConcatLabel(4, 1, "first"))


def tensors(module):
    return {
        name: tensor.clone() for name, tensor in module.state_dict().items()
        if tensor.is_floating_point()
    }


def case(text, shape, module, mode):
    x = rounded(*shape).requires_grad_()
    with torch.no_grad():
        for name, tensor in module.state_dict().items():
            if name.endswith("running_var"):
                tensor.copy_(rounded(*tensor.shape).abs() + 0.5)
            elif tensor.is_floating_point():
                tensor.copy_(rounded(*tensor.shape))
    module.train(mode == "training")
    states = tensors(module)
    labels = getattr(module, "labels", None)
    name, other = getattr(module, "other", ("", None))
    noise = getattr(module, "drawn_noise", None)
    further = [value for value in (labels, other, noise) if value is not None]
    output = module(x, *further)
    cotangent = torch.cos(torch.arange(output.numel()) + 1.0).reshape(output.shape)
    targets = {"input": x, **dict(module.named_parameters())}
    if other is not None:
        targets[f"inputs/{name}"] = other
    total = (output * cotangent).sum()
    gradient = torch.autograd.grad(total, list(targets.values()), create_graph=True)
    direction = torch.sin(torch.arange(x.numel()) + 1.0).reshape(x.shape)
    # A sum over nothing differentiable (flatten) has no second derivative to ask for.
    directional = (gradient[0] * direction).sum() + 0.0 * x.sum()
    second = torch.autograd.grad(
        directional, list(targets.values()), allow_unused=True, materialize_grads=True)
    result = {
        "layer": text, "mode": mode, "input": x, "states": states, "output": output,
        "gradient": dict(zip(targets, gradient)), "second": dict(zip(targets, second)),
        "after": {k: v for k, v in tensors(module).items() if not torch.equal(v, states[k])},
    }
    if labels is not None:
        result["labels"] = labels.tolist()
    if other is not None:
        result["inputs"] = {name: other}
    if noise is not None:
        result["draws"] = [noise]
    return result


def cases():
    for text, shape, module in table():
        yield case(text, shape, module, "training")
        # Modules that keep statistics use them when they are not trained.
        if any(buffer.is_floating_point() for buffer in module.buffers()):
            yield case(text, shape, module, "inference")
