"""Second derivatives: every layer a critic may hold × every penalty on its slope, by
`create_graph=True`.

A penalty on a slope is a function of ∇D, and its gradient in the weights a derivative of a
derivative. Each critic holds one layer, between others that make every part of it count.
"""

import torch
import torch.nn.functional as F
from torch import nn
from torch.nn.utils import spectral_norm

import growing
from networks import (
    NAMING_INPUTS, AdaptiveInstanceNorm, ConcatInput, ConcatLabel, ConditionalBatchNorm, Heads, Image,
    Mark, Maxout, MinibatchDiscrimination, MinibatchStddev, MultiplyLabel, PixelNorm, Projection,
    Reparametrize, Residual, SelfAttention, Skip, equalized)

LABELS = [2, 0, 2]
CLASSES = 3
STYLE = [[0.4, -0.7], [1.1, 0.2], [-0.3, 0.9]]
"""The critic's input `style`, where it has one."""


class Recorded(nn.Module):
    """Draws, and remembers what it drew in the order in which gan-exp draws."""

    def __init__(self):
        super().__init__()
        self.drawn = []

    def keep(self, numbers):
        self.drawn.append(numbers)
        return numbers


class Noise(Recorded):
    def __init__(self, deviation):
        super().__init__()
        self.deviation = deviation

    def forward(self, x):
        drawn = self.keep((torch.randn(len(x), x[0].numel()) * 1000).round() / 1000)
        return x + self.deviation * drawn.reshape(x.shape)


class Dropout(Recorded):
    def __init__(self, probability):
        super().__init__()
        self.probability = probability

    def forward(self, x):
        drawn = self.keep((torch.rand(x.shape) * 1000).round() / 1000)
        return x * (drawn < 1 - self.probability) / (1 - self.probability)


class Drawing(Recorded):
    """A normal distribution that is drawn from."""

    def __init__(self, mean, log_variance):
        super().__init__()
        self.mean, self.log_variance = nn.Sequential(*mean), nn.Sequential(*log_variance)

    def forward(self, x):
        mean = self.mean(x)
        noise = self.keep((torch.randn(len(x), mean[0].numel()) * 1000).round() / 1000)
        return Reparametrize.drawn(mean, self.log_variance(x), noise)


def images(text, layer, channels, places):
    """A critic of 4×4 images whose layer sees 2×3×3 numbers and makes `channels` × `places`."""
    return (
        f"[{{conv: {{channels: 2, kernel: 2}}}}, tanh, {text}, softplus, flatten, {{linear: 1}}]",
        [nn.Conv2d(1, 2, 2), nn.Tanh(), layer, nn.Softplus(threshold=1e9), nn.Flatten(),
         nn.Linear(channels * places, 1)])


def vectors(text, layer, outputs):
    """A critic of 2×2 images whose layer sees 4 numbers."""
    return (
        f"[flatten, {{linear: 4}}, tanh, {text}, softplus, {{linear: 1}}]",
        [nn.Flatten(), nn.Linear(4, 4), nn.Tanh(), layer, nn.Softplus(threshold=1e9),
         nn.Linear(outputs, 1)])


def table():
    """The layer's word, and a critic in spec text and in PyTorch."""
    yield "average_pool", images("{average_pool: {stride: 1}}", nn.AvgPool2d(2, 1), 2, 4)
    yield "batch_norm", images("batch_norm", nn.BatchNorm2d(2), 2, 9)
    yield "concat_label", vectors("{concat_label: 2}", ConcatLabel(CLASSES, 2, "last"), 6)
    yield "conditional_batch_norm", images(
        "conditional_batch_norm", ConditionalBatchNorm(CLASSES, 2), 2, 9)
    yield "conv", images(
        "{conv: {channels: 2, kernel: 3, stride: 2, padding: 1}}", nn.Conv2d(2, 2, 3, 2, 1), 2, 4)
    yield "conv, equalized", images(
        "{conv: {channels: 2, kernel: 2, equalized: 1.5}}", equalized(nn.Conv2d(2, 2, 2), 1.5), 2, 4)
    yield "conv, spectral_norm", images(
        "{conv: {channels: 2, kernel: 2, spectral_norm: true}}",
        spectral_norm(nn.Conv2d(2, 2, 2)), 2, 4)
    yield "conv_transpose", images(
        "{conv_transpose: {channels: 2, kernel: 3, stride: 2, padding: 1, output_padding: 1}}",
        nn.ConvTranspose2d(2, 2, 3, 2, 1, 1), 2, 36)
    yield "dropout", vectors("{dropout: 0.3}", Dropout(0.3), 4)
    yield "elu", images("elu", nn.ELU(), 2, 9)
    yield "flatten", images("flatten", nn.Flatten(), 2, 9)
    yield "group_norm", (
        "[{conv: {channels: 4, kernel: 2}}, tanh, {group_norm: 2}, softplus, flatten, {linear: 1}]",
        [nn.Conv2d(1, 4, 2), nn.Tanh(), nn.GroupNorm(2, 4), nn.Softplus(threshold=1e9),
         nn.Flatten(), nn.Linear(36, 1)])
    yield "image", (
        "[flatten, {linear: 4}, tanh, {image: {channels: 1, size: 2}}, "
        "{conv: {channels: 1, kernel: 2}}, flatten, softplus]",
        [nn.Flatten(), nn.Linear(4, 4), nn.Tanh(), Image(1, 2), nn.Conv2d(1, 1, 2), nn.Flatten(),
         nn.Softplus(threshold=1e9)])
    yield "instance_norm", images(
        "{instance_norm: {affine: true}}", nn.InstanceNorm2d(2, affine=True), 2, 9)
    yield "layer_norm", images("layer_norm", nn.GroupNorm(1, 2), 2, 9)
    yield "leaky_relu", images("{leaky_relu: 0.2}", nn.LeakyReLU(0.2), 2, 9)
    yield "linear", vectors("{linear: 3}", nn.Linear(4, 3), 3)
    yield "max_pool", images("{max_pool: {stride: 1}}", nn.MaxPool2d(2, 1), 2, 4)
    yield "maxout", vectors("{maxout: {units: 3, pieces: 2}}", Maxout(4, 3, 2, True), 3)
    yield "minibatch_discrimination", vectors(
        "{minibatch_discrimination: {units: 2, size: 2}}", MinibatchDiscrimination(4, 2, 2), 6)
    yield "minibatch_stddev", images("minibatch_stddev", MinibatchStddev(4, 1e-8), 3, 9)
    yield "multiply_label", vectors("multiply_label", MultiplyLabel(CLASSES, 4), 4)
    yield "noise", images("{noise: 0.3}", Noise(0.3), 2, 9)
    yield "pixel_norm", images("pixel_norm", PixelNorm(1e-8), 2, 9)
    yield "pixel_shuffle", (
        "[{conv: {channels: 4, kernel: 2}}, tanh, {pixel_shuffle: 2}, {conv: {channels: 1, kernel: 3}}, "
        "softplus, flatten, {linear: 1}]",
        [nn.Conv2d(1, 4, 2), nn.Tanh(), nn.PixelShuffle(2), nn.Conv2d(1, 1, 3),
         nn.Softplus(threshold=1e9), nn.Flatten(), nn.Linear(16, 1)])
    yield "prelu", images("{prelu: {per_channel: true}}", nn.PReLU(2), 2, 9)
    yield "projection", (
        "[flatten, {linear: 4}, tanh, projection]",
        [nn.Flatten(), nn.Linear(4, 4), nn.Tanh(), Projection(CLASSES, 4)])
    yield "relu", images("relu", nn.ReLU(), 2, 9)
    yield "residual", images(
        "{residual: {layers: [tanh, {conv: {channels: 3, kernel: 2}}], shortcut: "
        "[{average_pool: {stride: 1}}, {conv: {channels: 3, kernel: 1}}]}}",
        Residual([nn.Tanh(), nn.Conv2d(2, 3, 2)], [nn.AvgPool2d(2, 1), nn.Conv2d(2, 3, 1)]), 3, 4)
    yield "self_attention", images("{self_attention: {reduction: 1}}", SelfAttention(2, 1), 2, 9)
    yield "sigmoid", images("sigmoid", nn.Sigmoid(), 2, 9)
    yield "silu", images("silu", nn.SiLU(), 2, 9)
    yield "softmax", vectors("softmax", nn.Softmax(1), 4)
    yield "softplus", vectors("softplus", nn.Softplus(threshold=1e9), 4)
    yield "tanh", vectors("tanh", nn.Tanh(), 4)
    yield "upsample", images("upsample", nn.Upsample(scale_factor=2), 2, 36)
    yield "upsample, bilinear", images(
        "{upsample: {mode: bilinear}}", nn.Upsample(scale_factor=2, mode="bilinear"), 2, 36)
    yield "heads", (
        "[flatten, {linear: 4}, tanh, {heads: {score: [{linear: 3}, softplus, {linear: 1}], "
        "class: [{linear: 2}]}}]",
        [nn.Flatten(), nn.Linear(4, 4), nn.Tanh(), Heads({
            "score": nn.Sequential(
                nn.Linear(4, 3), nn.Softplus(threshold=1e9), nn.Linear(3, 1)),
            "class": nn.Sequential(nn.Linear(4, 2))})])
    for name, alpha in (("grow", None), ("grow, fading", 0.3)):
        yield name, (
            "[{grow: {from_image: [{conv: {channels: 2, kernel: 1}}, tanh], layers: "
            "[{conv: {channels: 3, padding: 1}}, softplus, average_pool]}}, "
            "{grow: {from_image: [{conv: {channels: 3, kernel: 1}}, tanh], layers: [softplus]}}, "
            "flatten, {linear: 1}]",
            GrowingCritic(
                alpha,
                growing.Grow(
                    [nn.Conv2d(2, 3, 3, padding=1), nn.Softplus(threshold=1e9), nn.AvgPool2d(2)],
                    from_image=[nn.Conv2d(1, 2, 1), nn.Tanh()]),
                growing.Grow(
                    [nn.Softplus(threshold=1e9)], from_image=[nn.Conv2d(1, 3, 1), nn.Tanh()]),
                nn.Flatten(), nn.Linear(12, 1)))
    yield "pad", images("{pad: {reflect: 2}}", nn.ReflectionPad2d(2), 2, 49)
    yield "pad, replicate", images(
        "{pad: {replicate: [1, 2]}}", nn.ReplicationPad2d((2, 2, 1, 1)), 2, 35)
    yield "pad, zero", images("{pad: {zero: 1, sides: start}}", nn.ZeroPad2d((1, 0, 1, 0)), 2, 16)
    yield "skip", images(
        "{skip: [{conv: {channels: 2, kernel: 2}}, tanh, {conv_transpose: {channels: 3, kernel: 2}}]}",
        Skip(nn.Conv2d(2, 2, 2), nn.Tanh(), nn.ConvTranspose2d(2, 3, 2)), 5, 9)
    yield "concat_input", images("{concat_input: style}", ConcatInput("style"), 4, 9)
    yield "adaptive_instance_norm", images(
        "{adaptive_instance_norm: style}", AdaptiveInstanceNorm("style", 2, 2), 2, 9)
    yield "reparametrize", images(
        "{reparametrize: {mean: [{conv: {channels: 3, kernel: 2}}], "
        "log_variance: [{conv: {channels: 3, kernel: 2}}]}}",
        Drawing([nn.Conv2d(2, 3, 2)], [nn.Conv2d(2, 3, 2)]), 3, 4)
    yield "mark", images("{mark: features}", Mark("features"), 2, 9)


class Critic(nn.Sequential):
    def forward(self, x, closing=True):
        for module in self:
            takes_labels = isinstance(
                module, (ConcatLabel, ConditionalBatchNorm, MultiplyLabel, Projection))
            if takes_labels:
                x = module(x, torch.tensor(LABELS))
            elif isinstance(module, NAMING_INPUTS):
                x = module(x, torch.tensor(STYLE))
            else:
                x = module(x)
        return x


class GrowingCritic(Critic):
    """Both levels of two; `alpha` is None where the larger one plays alone."""

    def __init__(self, alpha, *modules):
        super().__init__(*modules)
        self.alpha = alpha

    def forward(self, x):
        def walk(modules, x, path, first):
            return nn.Sequential(*modules)(x)

        x, first = growing.entrance(self, x, walk, 2, self.alpha)
        return walk(list(self)[first:], x, "", first)


class Field:
    """What a penalty may look at; the critic has seen `before` batches before."""

    def __init__(self, critic, real, fake):
        self.critic, self.real, self.fake, self.draws = critic, real, fake, []

    def uniform(self, *shape):
        self.draws.append((torch.rand(shape) * 1000).round() / 1000)
        return self.draws[-1]

    def slope(self, x, before):
        for seen in (self.real, self.fake)[:before]:
            self.critic(seen)
        recorders = [m for m in self.critic.modules() if isinstance(m, Recorded)]
        for module in recorders:
            module.drawn.clear()
        score = self.critic(x).sum()
        for module in recorders:
            self.draws += module.drawn
        return torch.autograd.grad(score, x, create_graph=True)[0].flatten(1)

    def mixed(self):
        share = self.uniform(len(self.real)).reshape(-1, 1, 1, 1)
        return share * self.real + (1 - share) * self.fake

    def around(self):
        noise = self.uniform(*self.real.flatten(1).shape).reshape(self.real.shape)
        share = self.uniform(len(self.real)).reshape(-1, 1, 1, 1)
        return self.real + share * 0.5 * self.real.std(correction=0) * noise


def distance(slope, target):
    return slope.norm(2, dim=1) - target


PENALTIES = {
    "gradient_penalty": lambda f: 10 * (distance(f.slope(f.mixed(), 2), 1) ** 2).mean(),
    "gradient_penalty: {one_sided: true, target: 0.05}": lambda f: (
        10 * (F.relu(distance(f.slope(f.mixed(), 2), 0.05)) ** 2).mean()),
    "dragan": lambda f: 10 * (distance(f.slope(f.around(), 2), 1) ** 2).mean(),
    "r1": lambda f: 5 * (f.slope(f.real, 0) ** 2).sum(1).mean(),
    "r2": lambda f: 5 * (f.slope(f.fake, 1) ** 2).sum(1).mean(),
    "wasserstein_divergence": lambda f: (
        (f.slope(f.real, 0) ** 2).sum(1) ** 3 + (f.slope(f.fake, 1) ** 2).sum(1) ** 3).mean(),
}


def settle(module):
    """Singular vectors at their place, where the gain does not depend on them to first order."""
    for part in module.modules():
        if hasattr(part, "weight_u"):
            for _ in range(2000):
                part(torch.zeros(1, part.in_channels, 2, 2))


def case(layer, text, modules):
    critic = modules if isinstance(modules, Critic) else Critic(*modules)
    size = 4 if isinstance(critic[0], (nn.Conv2d, growing.Grow)) else 2
    with torch.no_grad():
        for parameter in critic.parameters():
            parameter.copy_((torch.randn(parameter.shape) * 1000).round() / 1000)
        settle(critic)
    real, fake = (
        ((torch.randn(3, 1, size, size) * 1000).round() / 1000).requires_grad_() for _ in "rf")
    states = {k: v.clone() for k, v in critic.state_dict().items() if v.is_floating_point()}
    penalties = []
    for penalty, function in PENALTIES.items():
        critic.load_state_dict(states, strict=False)
        field = Field(critic, real, fake)
        value = function(field)
        targets = dict(critic.named_parameters())
        if isinstance(critic, GrowingCritic):
            targets = growing.playing(critic, 2, critic.alpha)
        gradient = torch.autograd.grad(
            value, list(targets.values()), allow_unused=True, materialize_grads=True)
        penalties.append({
            "penalty": penalty, "draws": field.draws, "value": value.item(),
            "gradient": dict(zip(targets, gradient))})
    stage = {"alpha": critic.alpha} if getattr(critic, "alpha", None) else {}
    if any(isinstance(module, NAMING_INPUTS) for module in critic):
        stage["inputs"] = {"style": torch.tensor(STYLE)}
    return stage | {
        "layer": layer, "critic": text, "real": real, "fake": fake, "labels": LABELS,
        "states": states, "penalties": penalties}


def cases():
    for layer, (text, modules) in table():
        yield case(layer, text, modules)
