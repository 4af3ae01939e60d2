"""What a replay compares and how it counts: the traced run's numbers against PyTorch's.

The error of a tensor is max |ours - theirs| / max |theirs|. replay.py says which numbers are rounding and
little else, and how they are treated.
"""

import json
from dataclasses import dataclass
from math import inf
from typing import NamedTuple

import torch


class Outcome(NamedTuple):
    """What a replay came to: largest errors, and the tensor that has the largest of all."""

    name: str
    batch: int
    rounds: int
    loss: float
    gradient: float
    parameters: float
    noise: float
    bias: float
    bias_limit: float
    kinks: int
    worst: str
    second_order: list
    """Penalties whose gradients are gradients of gradients, in which errors add up."""
    beyond: list = []
    """`[tensor, error, PyTorch's own error in single precision, that of rounded results]` of those that are further
    away than FAR."""

    FAR = 1e-4
    NOISE = 1e-4
    ROUNDING = 2.0 ** -24
    """Of single precision."""
    LEAST_ROUNDINGS = 16

    @property
    def limit(self):
        return 1e-3 if self.second_order else self.FAR

    def is_within(self, limit):
        """False of what is no number, too."""
        errors = (self.loss, self.gradient, self.parameters)
        return (
            all(error <= limit for error in errors)
            and self.noise <= self.NOISE and self.bias <= self.bias_limit)

    @property
    def furthest(self):
        """PyTorch's error in single precision at the tensor that is furthest beyond the limit, and the error there
        where only results are rounded; None: none is beyond it."""
        beyond = [(error, own, rounded) for _, error, own, rounded in self.beyond if not error <= self.limit]
        return max(beyond)[1:] if beyond else None


def larger(known, found):
    """The larger of two errors; what is no number is the largest."""
    return known if found <= known else found


def optimizer(keys, parameters, fused=None):
    kind, rate, decay = keys["kind"], keys["learning_rate"], keys["weight_decay"]
    match kind:
        case "adam":
            return torch.optim.Adam(
                parameters, rate, tuple(map(float, keys["betas"])), keys["epsilon"], decay, fused=fused)
        case "sgd":
            return torch.optim.SGD(
                parameters, rate, keys["momentum"], keys["dampening"], decay, keys["nesterov"])
        case "rmsprop":
            return torch.optim.RMSprop(
                parameters, rate, keys["alpha"], keys["epsilon"], decay, keys["momentum"],
                keys["centered"])
    raise SystemExit(f"replay: no PyTorch counterpart for the optimizer `{kind}`")


def averaged(keys, moves_per_round, network):
    """The moving average of a network's weights; up to its start it is the network. None without keys."""
    if not isinstance(keys, dict):
        return None
    start = int(keys["start"].split()[0]) * moves_per_round

    def average(old, new, averaged):
        n = int(averaged) + 1 - start
        decay = keys["decay"] if n > 0 else 0.0
        if keys["warm_up"] and n > 0:
            decay = min(decay, (1 + n) / (10 + n))
        return old * decay + new * (1 - decay)

    return torch.optim.swa_utils.AveragedModel(network, avg_fn=average)


class ClosingBias:
    """A network's last bias, and what every sample adds to its gradient."""

    def __init__(self, module, bias):
        self.name, self.outputs = bias, []
        module.register_forward_hook(lambda module, inputs, output: self.outputs.append(output))

    @staticmethod
    def size(slopes):
        """Of a loss in the outputs: the sum of the magnitudes, of the largest entry, and of how many numbers."""
        sizes = [slope.abs().sum([0, *range(2, slope.ndim)]) for slope in slopes]
        count = sum(slope.numel() // slope.shape[1] for slope in slopes)
        return sum(sizes).max().item() if sizes else 0.0, count


def differentiated(loss, parameters, closing):
    """The gradients of `parameters` by their names, and `ClosingBias.size` of each of `closing` by its name: one
    walk backwards finds both."""
    names, asked = list(parameters), list(parameters.values())
    for bias in closing:
        for output in bias.outputs:
            if output.requires_grad:
                names.append(bias)
                asked.append(output)
    found = torch.autograd.grad(loss, asked, allow_unused=True)
    gradients, slopes = {}, {bias: [] for bias in closing}
    for name, tensor, gradient in zip(names, asked, found):
        if isinstance(name, str):
            gradients[name] = torch.zeros_like(tensor) if gradient is None else gradient
        elif gradient is not None:
            slopes[name].append(gradient)
    return gradients, {bias.name: bias.size(slopes) for bias, slopes in slopes.items()}


@dataclass
class Beyond:
    """A tensor of the trace that is far from PyTorch's in double precision."""

    error: float
    theirs: torch.Tensor
    size: float | None
    """To which errors are relative, if not to the largest number."""
    own: float = 0.0
    """How far PyTorch's own in single precision is, at most."""
    rounded: float = 0.0
    """How far it is where every operation is exact and only its result is rounded (rounding.py)."""


class Comparison:
    """A trace, and how far it is from what PyTorch comes to."""

    def __init__(self, trace, dtype, spec=None):
        self.trace, self.dtype = trace, dtype
        self.keys = set(trace.keys())
        self.read = set()
        self.spec = spec or json.loads(trace.metadata()["resolved_json"])
        self.rounds = len({k.split("/")[0] for k in self.keys if k.startswith("round")})
        self.errors = {"loss": (0.0, ""), "gradient": (0.0, ""), "after": (0.0, "")}
        self.noise = self.error_of_bias = 0.0
        self.beyond, self.in_double, self.told_as = {}, {}, "own"
        self.added = self.kinks = 0

    def names(self, prefix):
        return {k.removeprefix(prefix) for k in self.keys if k.startswith(prefix)}

    def tensor(self, key):
        self.read.add(key)
        tensor = self.trace.get_tensor(key)
        return tensor.to(self.dtype) if tensor.is_floating_point() else tensor.long()

    def first_weights(self, name, network):
        """Puts what the trace begins with into a network."""
        network.to(self.dtype).train()
        recorded = self.names(f"init/{name}.")
        network.load_state_dict(
            {entry: self.tensor(f"init/{name}.{entry}") for entry in recorded}, strict=False)
        missing = {n for n, _ in network.named_parameters()} - recorded
        assert not missing, f"not in the trace: {sorted(missing)} of {name}"

    def error(self, key, theirs, size=None):
        """Largest difference, relative to `size`, or else to the largest number there."""
        ours = self.tensor(key)
        assert ours.shape == theirs.shape, f"{key}: {tuple(ours.shape)} here, {tuple(theirs.shape)} there"
        return self.distance(ours, theirs, size)

    @staticmethod
    def distance(found, theirs, size=None):
        size = theirs.abs().max().item() if size is None else size
        return (found - theirs).abs().max().item() / max(size, 1e-30)

    def compare(self, kind, key, theirs, size=None):
        if self.in_double:
            self.read.add(key)
            if key in self.in_double:
                beyond = self.in_double[key]
                found = self.distance(theirs.to(beyond.theirs.dtype), beyond.theirs, beyond.size)
                setattr(beyond, self.told_as, larger(getattr(beyond, self.told_as), found))
            return
        error = self.error(key, theirs, size)
        if not error <= self.errors[kind][0]:
            self.errors[kind] = (error, key)
        if not error <= Outcome.FAR:
            self.beyond[key] = Beyond(error, theirs, size)

    LEFT_OF_A_SUM = 0.01
    """Where less is left of a sum than this share of its parts' magnitudes, errors are relative to that."""

    def compare_gradients(self, move, gradients, powerless, closing, sums={}):
        """`powerless` are names of biases whose gradient is 0 but for rounding, `closing` the sums of
        magnitudes and counts (`ClosingBias.size`) of critics' last biases by their names, `sums` the same
        of other last biases."""
        largest = max(g.abs().max().item() for g in gradients.values())
        for name, gradient in gradients.items():
            key = f"{move}/gradient/{name}"
            if name in powerless:
                self.noise = larger(self.noise, self.tensor(key).abs().max().item() / largest)
            elif name in closing:
                size, count = closing[name]
                self.added = max(self.added, count)
                self.error_of_bias = larger(self.error_of_bias, self.error(key, gradient, size))
            else:
                size = gradient.abs().max().item()
                if name in sums:
                    size = max(size, self.LEFT_OF_A_SUM * sums[name][0])
                self.compare("gradient", key, gradient, size)

    def step(self, move, optimizer, keys, parameters):
        """PyTorch's step with the trace's gradients."""
        for name, parameter in parameters.items():
            parameter.grad = self.tensor(f"{move}/gradient/{name}")
        if isinstance(keys.get("clip_value"), (int, float)):
            torch.nn.utils.clip_grad_value_(parameters.values(), keys["clip_value"])
        if isinstance(keys.get("clip_norm"), (int, float)):
            torch.nn.utils.clip_grad_norm_(parameters.values(), keys["clip_norm"])
        for recorded, own in (("learning_rate", "lr"), ("momentum", "momentum")):
            if f"{move}/{recorded}" in self.keys:
                for group in optimizer.param_groups:
                    group[own] = self.tensor(f"{move}/{recorded}").item()
        optimizer.step()

    def sides(self, key):
        """On which side of 0 the trace has inputs of a relu that are next to it."""
        return self.tensor(key) if key in self.keys else None

    def beyond_rows(self):
        """As `Outcome.beyond` has them."""
        return [[key, far.error, far.own, far.rounded] for key, far in self.beyond.items()]

    def outcome(self, second_order):
        loss, gradient, after = (self.errors[kind] for kind in ("loss", "gradient", "after"))
        return Outcome(
            name=self.spec["name"], batch=self.spec["data"]["batch"], rounds=self.rounds,
            loss=loss[0], gradient=gradient[0], parameters=after[0], noise=self.noise,
            bias=self.error_of_bias,
            bias_limit=Outcome.ROUNDING * max(Outcome.LEAST_ROUNDINGS, self.added ** 0.5),
            kinks=self.kinks,
            worst=max((loss, gradient, after), key=lambda e: e[0] if e[0] == e[0] else inf)[1],
            second_order=sorted(second_order),
            beyond=self.beyond_rows())
