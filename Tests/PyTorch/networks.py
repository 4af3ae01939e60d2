"""PyTorch networks from the architecture section of a resolved gan-exp spec."""

from typing import NamedTuple

import torch
from torch import nn
from torch.nn.utils import spectral_norm

import growing


class EqualizedRate:
    """Uses a weight times a constant (Karras et al. 2018): before each pass, as spectral norm does."""

    def __init__(self, factor):
        self.factor = factor

    def __call__(self, module, inputs):
        module.weight = module.weight_orig * self.factor


def equalized(module, gain, inputs=None):
    """`inputs`: how many numbers a unit sums up, if the weight's shape does not say it."""
    weight = module.weight
    if isinstance(module, nn.ConvTranspose2d):
        inputs = weight[:, 0].numel() // module.groups
    elif isinstance(module, nn.Embedding):
        inputs = inputs or 1
    rule = EqualizedRate(gain / (inputs or weight[0].numel()) ** 0.5)
    del module._parameters["weight"]
    module.register_parameter("weight_orig", nn.Parameter(weight.detach()))
    module.weight = weight.detach()
    module.register_forward_pre_hook(rule)
    return module


def ruled(module, keys, inputs=None):
    """A module whose weight is used as the keys of its layer say."""
    if keys.get("spectral_norm"):
        return spectral_norm(module)
    if isinstance(keys.get("equalized"), (int, float)):
        return equalized(module, keys["equalized"], inputs)
    return module


def everywhere(vectors, x):
    """Vectors repeated at all places of `x`, if it is images; images as they are."""
    if x.ndim == 2 or vectors.ndim == 4:
        return vectors
    return vectors[:, :, None, None].expand(-1, -1, *x.shape[2:])


class ConcatLabel(nn.Embedding):
    def __init__(self, classes, embedding, position):
        super().__init__(classes, embedding)
        self.first = position == "first"

    def forward(self, x, labels):
        rows = everywhere(super().forward(labels), x)
        return torch.cat((rows, x) if self.first else (x, rows), 1)


class MultiplyLabel(nn.Embedding):
    def forward(self, x, labels):
        return x * super().forward(labels)


class ConditionalBatchNorm(nn.modules.batchnorm._BatchNorm):
    def __init__(self, classes, channels, epsilon=1e-5, momentum=0.1):
        super().__init__(channels, epsilon, momentum, affine=False)
        self.scale, self.offset = nn.Embedding(classes, channels), nn.Embedding(classes, channels)

    def _check_input_dim(self, x):
        pass

    def forward(self, x, labels):
        scale, offset = (
            table(labels).reshape(*x.shape[:2], *[1] * (x.ndim - 2))
            for table in (self.scale, self.offset))
        return super().forward(x) * scale + offset


class Projection(nn.Module):
    def __init__(self, classes, inputs, bias=True, **rule):
        super().__init__()
        self.linear = ruled(nn.Linear(inputs, 1, bias), rule)
        self.embedding = ruled(nn.Embedding(classes, inputs), rule, inputs)

    def forward(self, x, labels):
        return self.linear(x) + (self.embedding(labels) * x).sum(1, keepdim=True)


class Heads(nn.ModuleDict):
    """Closes a critic: several lists of layers that look at the same."""

    @property
    def main(self):
        return "score" if "score" in self else "reconstruction"

    def forward(self, x):
        return self[self.main](x)


class ConcatInput(nn.Module):
    """Joins another input of the network along the channels, which a vector is repeated for."""

    def __init__(self, name):
        super().__init__()
        self.name = name

    def forward(self, x, other):
        return torch.cat((x, everywhere(other, x)), 1)


class AdaptiveInstanceNorm(nn.Module):
    """Huang and Belongie 2017, equation 8, with the style's affine map of Karras et al. 2019."""

    def __init__(self, name, channels, units, epsilon=1e-5, scale_from_one=True, **rule):
        super().__init__()
        self.name, self.epsilon, self.base = name, epsilon, 1 if scale_from_one else 0
        self.linear = ruled(nn.Linear(units, 2 * channels), rule)

    def forward(self, x, style):
        scale, offset = self.linear(style)[:, :, None, None].chunk(2, 1)
        mean = x.mean((2, 3), keepdim=True)
        deviation = (x.var((2, 3), correction=0, keepdim=True) + self.epsilon).sqrt()
        return (scale + self.base) * (x - mean) / deviation + offset


class Reparametrize(nn.Module):
    """Kingma and Welling 2014, section 2.4, with noise that is given."""

    def __init__(self, mean, log_variance):
        super().__init__()
        self.mean, self.log_variance = nn.Sequential(*mean), nn.Sequential(*log_variance)

    @staticmethod
    def drawn(mean, log_variance, noise):
        return mean + log_variance.exp().sqrt() * noise.reshape(mean.shape)

    def forward(self, x, noise):
        return self.drawn(self.mean(x), self.log_variance(x), noise)


class Mark(nn.Identity):
    """A place with a name."""

    def __init__(self, name):
        super().__init__()
        self.name = name


class Called(nn.Module):
    """Another network in this place; its weights are its own."""

    def __init__(self, network, made):
        super().__init__()
        self.network, self.made = network, made


NAMING_INPUTS = (ConcatInput, AdaptiveInstanceNorm)
"""Modules that take another input of the network, by its name."""


LABELLED = (ConcatLabel, MultiplyLabel, ConditionalBatchNorm, Projection)
"""Modules that take the labels too."""


class Residual(nn.Sequential):
    def __init__(self, branch, shortcut=()):
        super().__init__(*branch)
        if len(shortcut):
            self.add_module("shortcut", nn.Sequential(*shortcut))

    @property
    def branch(self):
        return [m for name, m in self.named_children() if name != "shortcut"]

    @property
    def past(self):
        return list(getattr(self, "shortcut", []))

    def forward(self, x):
        y, past = x, x
        for module in self.branch:
            y = module(y)
        for module in self.past:
            past = module(past)
        return past + y


class Skip(nn.Sequential):
    """What comes in, and beside it what the inner modules make of it."""

    def forward(self, x):
        return torch.cat((x, super().forward(x)), 1)


class Dropout(nn.Module):
    """Multiplies by a recorded mask, so that both sides drop the same units."""

    def __init__(self, probability, always=False):
        super().__init__()
        self.probability, self.always = probability, always

    @property
    def drops(self):
        return self.probability > 0 and (self.training or self.always)


class Noise(nn.Module):
    """Adds recorded noise."""

    def __init__(self, deviation):
        super().__init__()
        self.deviation = deviation


class PixelNorm(nn.Module):
    def __init__(self, epsilon):
        super().__init__()
        self.epsilon = epsilon

    def forward(self, x):
        return x / ((x ** 2).mean(1, keepdim=True) + self.epsilon).sqrt()


class Maxout(nn.Linear):
    def __init__(self, inputs, units, pieces, bias):
        super().__init__(inputs, units * pieces, bias)
        self.pieces = pieces

    def forward(self, x):
        return super().forward(x).unflatten(1, (-1, self.pieces)).amax(2)


class MinibatchDiscrimination(nn.Linear):
    """Salimans et al. 2016: how near the other samples of the batch are."""

    def __init__(self, inputs, units, size):
        super().__init__(inputs, units * size, bias=False)
        self.units = units

    def forward(self, x):
        rows = super().forward(x).unflatten(1, (self.units, -1))
        nearness = torch.exp(-(rows[:, None] - rows[None]).abs().sum(3))
        others = 1 - torch.eye(len(x), dtype=x.dtype)
        return torch.cat((x, (nearness * others[:, :, None]).sum(1)), 1)


class MinibatchStddev(nn.Module):
    def __init__(self, group, epsilon):
        super().__init__()
        self.group, self.epsilon = group, epsilon

    def forward(self, x):
        limit = min(self.group, len(x)) if self.group else len(x)
        members = max(n for n in range(1, limit + 1) if len(x) % n == 0)
        groups = x.reshape(members, -1, *x.shape[1:])
        deviation = (groups.var(0, unbiased=False) + self.epsilon).sqrt()
        channel = deviation.flatten(1).mean(1).repeat(members)
        channel = channel.reshape(-1, 1, *[1] * (x.ndim - 2)).expand(-1, 1, *x.shape[2:])
        return torch.cat((x, channel), 1)


class SelfAttention(nn.Module):
    def __init__(self, channels, reduction, **rule):
        super().__init__()
        narrow = max(1, channels // reduction)
        self.query = ruled(nn.Conv2d(channels, narrow, 1), rule)
        self.key = ruled(nn.Conv2d(channels, narrow, 1), rule)
        self.value = ruled(nn.Conv2d(channels, channels, 1), rule)
        self.gamma = nn.Parameter(torch.zeros(1))

    def forward(self, x):
        query, key, value = (part(x).flatten(2) for part in (self.query, self.key, self.value))
        seen = torch.softmax(query.transpose(1, 2) @ key, 2)
        return self.gamma * (value @ seen.transpose(1, 2)).reshape(x.shape) + x


class SameConv2d(nn.Conv2d):
    """TensorFlow's padding: as many places as ⌈in / stride⌉, the odd row at the end."""

    def forward(self, x):
        borders = []
        for axis in (1, 0):
            extent, step = x.shape[2 + axis], self.stride[axis]
            span = self.dilation[axis] * (self.kernel_size[axis] - 1) + 1
            total = max(0, (-(-extent // step) - 1) * step + span - extent)
            borders += [total // 2, total - total // 2]
        return super().forward(nn.functional.pad(x, borders))


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


class Around(NamedTuple):
    """What layers may ask for besides what comes in: how many classes there are, the shapes of the
    network's further inputs by name, and the shape that another network makes of one."""

    classes: int = 0
    inputs: dict = {}
    called: object = None


def build(layers, shape, classes, inputs={}, called=None):
    """A Sequential and the shape (channels, height, width) or (units,) that comes out of it; of a
    generator that grows, that of its largest images. `inputs` are the shapes of further inputs by name,
    `called(network, shape)` is the shape that another network makes of one."""
    return build_within(layers, shape, Around(classes, inputs, called))


def build_within(layers, shape, around):
    modules, image = nn.Sequential(), shape
    for layer in layers:
        name, keys = entry(layer)
        if name == "grow":
            module, shape, image = level(keys, shape, image, around)
        else:
            module = make(name, keys, shape, around)
            shape = None if isinstance(module, Heads) else shape_after(module, shape, around)
        modules.append(module)
    if len(modules) and hasattr(modules[-1], "to_image"):
        shape = image
    return modules, shape


def level(keys, shape, image, around):
    """A level, the shape of the features it hands on, and that of its images (of a critic: of the next
    level's). `shape` is that of what comes in."""
    if keys["to_image"]:
        layers, shape = build_within(keys["layers"] or [], shape, around)
        way, image = build_within(keys["to_image"], shape, around)
        return growing.Grow(layers, to_image=way), shape, image
    way, shape = build_within(keys["from_image"], image, around)
    layers, shape = build_within(keys["layers"] or [], shape, around)
    return (growing.Grow(layers, from_image=way), shape,
            (image[0], image[1] // 2, image[2] // 2))


def shape_after(module, shape, around):
    if isinstance(module, ConcatLabel):
        return (shape[0] + module.embedding_dim, *shape[1:])
    if isinstance(module, ConcatInput):
        return (shape[0] + around.inputs[module.name][0], *shape[1:])
    if isinstance(module, Called):
        return module.made
    if isinstance(module, Reparametrize):
        for inner in module.mean:
            shape = shape_after(inner, shape, around)
        return shape
    if isinstance(module, Projection):
        return (1,)
    if isinstance(module, (Dropout, Noise, AdaptiveInstanceNorm, *LABELLED)):
        return shape
    if isinstance(module, Residual):
        for inner in module.branch:
            shape = shape_after(inner, shape, around)
        return shape
    if isinstance(module, Skip):
        made = shape
        for inner in module:
            made = shape_after(inner, made, around)
        return (shape[0] + made[0], *made[1:])
    with torch.no_grad():
        return tuple(module.eval()(torch.zeros(2, *shape)).shape[1:])


PADS = {"reflect": nn.ReflectionPad2d, "replicate": nn.ReplicationPad2d, "zero": nn.ZeroPad2d}


def border(keys):
    """The one pad that the keys give a width of."""
    ((kind, width),) = [
        (kind, keys[way]) for way, kind in PADS.items() if isinstance(keys.get(way), (int, list))]
    rows, columns = pair(width)
    before, after = keys["sides"] != "end", keys["sides"] != "start"
    return kind((columns * before, columns * after, rows * before, rows * after))


OWN_RULES = ("self_attention", "projection", "adaptive_instance_norm")
"""Layers whose weights are within them."""


def make(name, keys, shape, around):
    module = plain(name, keys, shape, around)
    return module if name in OWN_RULES else ruled(module, keys)


def rule_of(keys):
    return {name: keys[name] for name in ("spectral_norm", "equalized")}


def plain(name, keys, shape, around):
    match name:
        case "linear":
            return nn.Linear(shape[0], keys["units"], bias=keys["bias"])
        case "maxout":
            return Maxout(shape[0], keys["units"], keys["pieces"], keys["bias"])
        case "layer_norm":
            return nn.GroupNorm(1, shape[0], keys["epsilon"], keys["affine"])
        case "group_norm":
            return nn.GroupNorm(keys["groups"], shape[0], keys["epsilon"], keys["affine"])
        case "instance_norm":
            return nn.InstanceNorm2d(shape[0], keys["epsilon"], affine=keys["affine"])
        case "pixel_norm":
            return PixelNorm(keys["epsilon"])
        case "average_pool" | "max_pool":
            stride = [s or k for s, k in zip(pair(keys["stride"]), pair(keys["kernel"]))]
            kind = nn.AvgPool2d if name == "average_pool" else nn.MaxPool2d
            return kind(pair(keys["kernel"]), stride, pair(keys["padding"]))
        case "pixel_shuffle":
            return nn.PixelShuffle(keys["factor"])
        case "minibatch_discrimination":
            return MinibatchDiscrimination(shape[0], keys["units"], keys["size"])
        case "minibatch_stddev":
            return MinibatchStddev(keys["group"], keys["epsilon"])
        case "self_attention":
            return SelfAttention(shape[0], keys["reduction"], **rule_of(keys))
        case "noise":
            return Noise(keys["standard_deviation"])
        case "batch_norm":
            kind = nn.BatchNorm2d if len(shape) == 3 else nn.BatchNorm1d
            return kind(shape[0], eps=keys["epsilon"], momentum=keys["momentum"], affine=keys["affine"])
        case "conv":
            kind = SameConv2d if keys["same"] else nn.Conv2d
            return kind(
                shape[0], keys["channels"], pair(keys["kernel"]), pair(keys["stride"]),
                pair(keys["padding"]), pair(keys["dilation"]), keys["groups"], keys["bias"])
        case "conv_transpose":
            return nn.ConvTranspose2d(
                shape[0], keys["channels"], pair(keys["kernel"]), pair(keys["stride"]),
                pair(keys["padding"]), pair(keys["output_padding"]), keys["groups"], keys["bias"],
                pair(keys["dilation"]))
        case "upsample":
            return nn.Upsample(scale_factor=keys["factor"], mode=keys["mode"])
        case "pad":
            return border(keys)
        case "skip":
            return Skip(*build_within(keys["layers"], shape, around)[0])
        case "residual":
            branch, _ = build_within(keys["layers"], shape, around)
            shortcut, _ = build_within(keys.get("shortcut") or [], shape, around)
            return Residual(branch, shortcut)
        case "concat_input":
            return ConcatInput(keys["input"])
        case "adaptive_instance_norm":
            return AdaptiveInstanceNorm(
                keys["input"], shape[0], around.inputs[keys["input"]][0], keys["epsilon"],
                keys["scale_from_one"], **rule_of(keys))
        case "reparametrize":
            return Reparametrize(
                *(build_within(keys[part], shape, around)[0] for part in ("mean", "log_variance")))
        case "mark":
            return Mark(keys["name"])
        case "network":
            return Called(keys["name"], around.called(keys["name"], shape))
        case "concat_label":
            return ConcatLabel(around.classes, keys["embedding"], keys["position"])
        case "multiply_label":
            return MultiplyLabel(around.classes, shape[0])
        case "conditional_batch_norm":
            return ConditionalBatchNorm(around.classes, shape[0], keys["epsilon"], keys["momentum"])
        case "projection":
            return Projection(around.classes, shape[0], keys["bias"], **rule_of(keys))
        case "heads":
            return Heads({
                head: build_within(layers, shape, around)[0]
                for head, layers in keys.items() if layers})
        case "dropout":
            return Dropout(keys["probability"], keys.get("when") == "always")
        case "flatten":
            return Flatten()
        case "image":
            return Image(keys["channels"], keys["size"])
        case "relu":
            return nn.ReLU()
        case "leaky_relu":
            return nn.LeakyReLU(keys["slope"])
        case "prelu":
            return nn.PReLU(shape[0] if keys["per_channel"] else 1)
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


KINKED = (nn.ReLU, nn.LeakyReLU, nn.PReLU)


class Kinks:
    """Puts inputs of relus on the side of 0 that they have in the trace, or at 0.

    Rounding may put an input that is next to 0 on either side, which changes values by less than
    rounding does, and derivatives by as much as the kink. `recorded(path)` gives the rows
    `[place, sign]` of the trace, or None. What is 0 there is put at 0: a magnitude has no slope there, and
    of 196,608 pixels that are to be alike one is so to the last bit every few rounds.
    """

    SURELY_RECORDED = 1e-5
    """The trace tells of a hundred times more: an input this near to 0 that it does not tell of is not
    near to 0 there, and no rounding explains that."""

    def __init__(self, recorded):
        self.recorded = recorded
        self.moved = 0

    def __call__(self, x, path):
        values = x.detach().flatten()
        near = values.abs() < self.SURELY_RECORDED * values.square().mean().sqrt()
        rows = self.recorded(path)
        if rows is None:
            assert not near.any(), f"{path}: an input of 0 here, not in the trace"
            return x
        places, signs = rows[:, 0], rows[:, 1].to(values.dtype)
        near[places] = False
        assert not near.any(), f"{path}: an input of 0 here, not in the trace"
        differs = values[places].sign() != signs
        if differs.any():
            places, signs = places[differs], signs[differs]
            self.moved += len(places)
            least = torch.finfo(values.dtype).tiny
            nudge = torch.zeros_like(values)
            nudge[places] = signs * (values[places].abs() + least) - values[places]
            x = x + nudge.reshape(x.shape)
        return x


def apply(
        modules, x, path, labels, mask, kinks=None, name="", first=0, inputs=None, marks=None,
        call=None):
    """Walks `x` through `modules`; returns the output and what went into a closing sigmoid or softmax.

    They are named from `first` on. `mask(path, kind)` is what a layer drew: of the kind `dropout`, unless it says `noise`.
    `inputs` are the network's inputs behind the first; into `marks` go the values at named places;
    `call(network, x, path)` is what another network makes of a value at a place of this one.
    """
    def walk(modules, x, path):
        return apply(
            modules, x, path, labels, mask, kinks, name, inputs=inputs, marks=marks, call=call)[0]

    def mark(name, value):
        if marks is not None:
            marks[name] = value

    before = x
    for index, module in enumerate(modules):
        before = x
        here = f"{path}.{first + index}"
        if isinstance(module, LABELLED):
            x = module(x, labels)
        elif isinstance(module, Dropout):
            if module.drops:
                x = x * mask(here) / (1 - module.probability)
        elif isinstance(module, Noise):
            if module.deviation > 0 and module.training:
                x = x + module.deviation * mask(here, "noise").reshape(x.shape)
        elif isinstance(module, Residual):
            branch = walk(module.branch, x, here)
            past = walk(module.past, x, f"{here}.shortcut")
            x = past + branch
        elif isinstance(module, Skip):
            x = torch.cat((x, walk(module, x, here)), 1)
        elif isinstance(module, NAMING_INPUTS):
            x = module(x, inputs[module.name])
        elif isinstance(module, Reparametrize):
            mean = walk(module.mean, x, f"{here}.mean")
            log_variance = walk(module.log_variance, x, f"{here}.log_variance")
            mark("mean", mean)
            mark("log_variance", log_variance)
            x = module.drawn(mean, log_variance, mask(here, "noise")) if module.training else mean
        elif isinstance(module, Called):
            x = call(module.network, x, here)
        elif isinstance(module, Mark):
            mark(module.name, x)
        elif isinstance(module, KINKED) and kinks is not None:
            x = module(kinks(x, f"{here}{name}"))
        else:
            x = module(x)
    return x, before if len(modules) and isinstance(modules[-1], (nn.Sigmoid, nn.Softmax)) else x


class Score(NamedTuple):
    """What a critic says of `images`; `others` are (output, logit) of further heads."""

    output: torch.Tensor
    logit: torch.Tensor
    images: torch.Tensor
    others: dict = {}
    features: torch.Tensor | None = None


def generate(modules, latents, labels, mask, kinks=None, stage=None):
    """The images of a generator. `stage` is (level, α) of one that grows, α None where the level plays
    alone."""
    def walk(modules, x, path, first=0):
        return apply(modules, x, path, labels, mask, kinks, first=first)[0]

    if stage is None:
        return walk(modules, latents, "generator")
    return growing.generate(modules, latents, walk, *stage)


def judge(
        modules, images, path, labels, mask, kinks=None, name="", stage=None, inputs=None, marks=None,
        call=None):
    """Walks images through a critic and all its heads; what else there is is said at `apply`."""
    def walk(modules, x, path, first=0):
        return apply(
            modules, x, path, labels, mask, kinks, name, first, inputs, marks, call)

    x, first = images, 0
    if stage is not None:
        x, first = growing.entrance(
            modules, images, lambda *of: walk(*of)[0], *stage)
    if not isinstance(modules[-1], Heads):
        return Score(*walk(modules[first:], x, path, first), images)
    heads = modules[-1]
    features, _ = walk(modules[first:-1], x, path, first)
    readings = {
        head: walk(layers, features, f"{path}.{len(modules) - 1}.{head}")
        for head, layers in heads.items()}
    return Score(*readings.pop(heads.main), images, readings, features)


def halves(score):
    """What was said of the first and of the second half of a batch."""
    def half(value, k):
        if isinstance(value, torch.Tensor):
            return value.chunk(2)[k]
        if isinstance(value, dict):
            return {name: half(part, k) for name, part in value.items()}
        return value if value is None else tuple(half(part, k) for part in value)

    return tuple(Score(*(half(part, k) for part in score)) for k in range(2))


def closing_bias(modules, path):
    """The name of a critic's last bias."""
    if isinstance(modules[-1], Heads):
        main = modules[-1].main
        return closing_bias(modules[-1][main], f"{path}.{len(modules) - 1}.{main}")
    names = [name for name, _ in modules.named_parameters() if name.endswith("bias")]
    return {f"{path}.{names[-1]}"} if names else set()


REMOVING = (
    nn.BatchNorm1d, nn.BatchNorm2d, nn.InstanceNorm2d, ConditionalBatchNorm, AdaptiveInstanceNorm)


def fate_of_shift(modules):
    """What becomes of a constant that is added to each channel of what goes into `modules`: it is `removed`, `felt`, or
    `passes` as another such constant."""
    for module in modules:
        if isinstance(module, REMOVING):
            return "removed"
        if isinstance(module, Heads):
            fates = {fate_of_shift(list(head)[:1]) for head in module.values()}
            return "removed" if fates == {"removed"} else "felt"
        if isinstance(module, Residual):
            fates = {fate_of_shift(module.branch), fate_of_shift(module.past)}
            if "felt" in fates or fates == {"removed"}:
                return "felt" if "felt" in fates else "removed"
        elif isinstance(module, nn.Conv2d):
            # A border of zeros has no part in the shift.
            if module.kernel_size != (1, 1) or module.padding not in ((0, 0), 0):
                return "felt"
        elif not isinstance(module, nn.Upsample):
            return "felt"
    return "passes"


def powerless_biases(modules, path, after="felt"):
    """Names of biases that layers behind them take away again: their gradient is 0 but for rounding. `after` is what becomes
    of a shift of the channels that come out."""
    names = set()
    for index, module in enumerate(modules):
        here = f"{path}.{index}"
        fate = fate_of_shift(list(modules)[index + 1:])
        fate = after if fate == "passes" else fate
        if isinstance(module, growing.Grow):
            names |= powerless_biases(module.layers, here)
        if isinstance(module, Residual):
            names |= powerless_biases(module.branch, here, fate)
            names |= powerless_biases(module.past, f"{here}.shortcut", fate)
        if isinstance(module, Skip):
            names |= powerless_biases(module, here)
        if isinstance(module, Reparametrize):
            names |= powerless_biases(module.mean, f"{here}.mean")
            names |= powerless_biases(module.log_variance, f"{here}.log_variance")
        if isinstance(module, Heads):
            for head, layers in module.items():
                names |= powerless_biases(layers, f"{here}.{head}")
        if isinstance(module, SelfAttention):
            names.add(f"{here}.key.bias")
        if fate == "removed" and getattr(module, "bias", None) is not None:
            names.add(f"{here}.bias")
    return names
