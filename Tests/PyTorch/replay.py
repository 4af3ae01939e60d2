"""Replays `gan-exp trace` files in PyTorch and prints how far the two sides are apart.

usage: replay.py TRACE.safetensors [...] [--tolerance 1e-4] [--precision float64]
needs: pip install torch safetensors

The networks, the losses and the optimizers are PyTorch's own, built from the resolved spec in the
file; draws (initial weights, batches, latents, labels, dropout masks) are taken from it. Each
gradient is compared; then PyTorch's optimizer steps with the trace's gradient, so that a difference
of rounding is not blown up from round to round (Adam's first steps are the sign of the gradient).
The error of a tensor is max |ours - theirs| / max |theirs|. Three kinds of number are rounding and
little else, and are treated so:

* The gradient of a bias in front of a batch norm is 0 in exact arithmetic, as that of the keys of
  self-attention, and of a critic's last bias under a loss of differences. Only its smallness is
  checked ("noise": its size against the largest gradient of the move).
* The gradient of any other last bias of a critic is a sum of what every sample says, real ones up
  and generated ones down. While the critic cannot tell them apart next to nothing is left, with the
  rounding of all. So its error is taken relative to the sum of their magnitudes, which PyTorch
  computes, and may be no more than rounding ("bias"): √n of it where n numbers are added up.
* A relu whose input is next to 0 may have it on either side, and so may an absolute difference that
  is a loss. The trace says on which side it has those that are nearer to 0 than 1e-4 of the layer's
  inputs; they are put there, and those that PyTorch had on the other side are counted ("kinks").
"""

import argparse
import json
import sys
from collections import Counter
from math import inf
from typing import NamedTuple

import torch
from safetensors import safe_open

import augmentations
import growing
import networks
import objectives


def planned_segments(schedule, own_steps):
    """Moves that share latents, as in Sources/ModelBuilder/Program/RoundPlan.swift."""
    segments, counts = [], {"generator": 0, "discriminator": 0}
    for player in schedule["order"]:
        for _ in range(int(schedule[f"{player}_steps"])):
            move = (player, counts[player])
            counts[player] += 1
            has_critic = bool(segments) and any(p == "discriminator" for p, _ in segments[-1])
            shares = has_critic if player == "generator" else not has_critic
            if schedule["latents"] == "shared" and segments and shares:
                segments[-1].append(move)
            else:
                segments.append([move])
    return segments + [[(name, 0)] for name in own_steps]


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


def latent_width(latent):
    codes = latent["codes"] if isinstance(latent.get("codes"), dict) else None
    return latent["size"] + (sum(codes["categorical"]) + codes["continuous"] if codes else 0)


def averaged(schedule, generator):
    """The generator's moving average; up to its start it is the generator."""
    keys = schedule.get("ema")
    if not isinstance(keys, dict):
        return None
    start = int(keys["start"].split()[0]) * int(schedule["generator_steps"])

    def average(old, new, averaged):
        n = int(averaged) + 1 - start
        decay = keys["decay"] if n > 0 else 0.0
        if keys["warm_up"] and n > 0:
            decay = min(decay, (1 + n) / (10 + n))
        return old * decay + new * (1 - decay)

    return torch.optim.swa_utils.AveragedModel(generator, avg_fn=average)


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

    NOISE = 1e-4
    ROUNDING = 2.0 ** -24
    """Of single precision."""
    LEAST_ROUNDINGS = 16

    @property
    def limit(self):
        return 1e-3 if self.second_order else 1e-4

    def is_within(self, limit):
        """False of what is no number, too."""
        errors = (self.loss, self.gradient, self.parameters)
        return (
            all(error <= limit for error in errors)
            and self.noise <= self.NOISE and self.bias <= self.bias_limit)


def larger(known, found):
    """The larger of two errors; what is no number is the largest."""
    return known if found <= known else found


class ClosingBias:
    """A critic's last bias, and what every sample adds to its gradient."""

    def __init__(self, module, bias):
        self.name, self.outputs = bias, []
        module.register_forward_hook(lambda module, inputs, output: self.outputs.append(output))

    def size(self, loss):
        """The sum of the magnitudes, of the largest entry, and of how many numbers."""
        outputs = [output for output in self.outputs if output.requires_grad]
        slopes = torch.autograd.grad(loss, outputs, retain_graph=True, allow_unused=True)
        slopes = [slope for slope in slopes if slope is not None]
        sizes = [slope.abs().sum([0, *range(2, slope.ndim)]) for slope in slopes]
        count = sum(slope.numel() // slope.shape[1] for slope in slopes)
        return sum(sizes).max().item() if sizes else 0.0, count


class Replay:
    def __init__(self, trace, dtype):
        self.trace, self.dtype = trace, dtype
        self.keys = set(trace.keys())
        self.spec = json.loads(trace.metadata()["resolved_json"])
        real = trace.get_slice("round0/real").get_shape()
        labels = self.spec.get("labels")
        classes = labels["classes"] if isinstance(labels, dict) else 0
        architecture = self.spec["architecture"]
        latent = (latent_width(self.spec["latent"]),)
        self.networks = {}
        self.networks["generator"], made = networks.build(architecture["generator"], latent, classes)
        assert list(made) == real[1:], f"the generator makes {made}, the data has {real[1:]}"
        self.networks["discriminator"], _ = networks.build(
            architecture["discriminator"], tuple(real[1:]), classes)
        self.powerless = set()
        self.optimizers = {}
        for player, network in self.networks.items():
            network.to(dtype).train()
            network.load_state_dict(
                {name.removeprefix(f"{player}."): self.tensor(f"init/{name}")
                 for name in self.names("init/") if name.startswith(f"{player}.")},
                strict=False)
            missing = {f"{player}.{n}" for n, _ in network.named_parameters()} - self.names("init/")
            assert not missing, f"not in the trace: {sorted(missing)}"
            self.powerless |= networks.powerless_biases(network, player)
            self.optimizers[player] = optimizer(
                self.spec["optimizer"][player], network.parameters())
        self.average = averaged(self.spec["schedule"], self.networks["generator"])
        if objectives.sees_differences(self.spec["loss"]):
            self.powerless |= networks.closing_bias(self.networks["discriminator"], "discriminator")
        self.closing = self.closing_bias()
        schedule = self.spec["schedule"]
        self.accumulate, self.critic_batch = schedule["accumulate"], schedule["critic_batch"]
        self.augment = [networks.entry(a) for a in self.spec.get("augment") or []]
        self.penalties = [networks.entry(p) for p in self.spec.get("penalties") or []]
        both = [p for network in self.networks.values() for p in network.parameters()]
        self.own_steps, self.own_terms, counts = {}, {}, Counter()
        for index, (name, keys) in enumerate(self.penalties):
            if objectives.own_step(keys):
                counts[name] += 1
                move = name if counts[name] == 1 else f"{name}_{counts[name]}"
                self.own_steps[move], self.own_terms[move] = objectives.own_step(keys), index
                self.optimizers[move] = optimizer(self.own_steps[move], both)
        self.levels, self.stage = len(growing.levels_of(self.networks["generator"])), None
        self.controllers = objectives.controllers(self.spec["loss"])
        self.kinks = 0
        self.errors = {"loss": (0.0, ""), "gradient": (0.0, ""), "after": (0.0, "")}
        self.noise = self.error_of_bias = 0.0
        self.added = 0

    def closing_bias(self):
        """None where the critic's last bias has no gradient, or is not just added to an output."""
        critic = self.networks["discriminator"]
        for bias in networks.closing_bias(critic, "discriminator") - self.powerless:
            module = critic.get_submodule(bias.removeprefix("discriminator.").rpartition(".")[0])
            return None if isinstance(module, networks.Maxout) else ClosingBias(module, bias)
        return None

    def names(self, prefix):
        return {k.removeprefix(prefix) for k in self.keys if k.startswith(prefix)}

    def tensor(self, key):
        tensor = self.trace.get_tensor(key)
        return tensor.to(self.dtype) if tensor.is_floating_point() else tensor.long()

    def error(self, key, theirs, size=None):
        """Largest difference, relative to `size`, or else to the largest number there."""
        ours = self.tensor(key)
        assert ours.shape == theirs.shape, f"{key}: {tuple(ours.shape)} here, {tuple(theirs.shape)} there"
        size = theirs.abs().max().item() if size is None else size
        return (ours - theirs).abs().max().item() / max(size, 1e-30)

    def compare(self, kind, key, theirs):
        error = self.error(key, theirs)
        if not error <= self.errors[kind][0]:
            self.errors[kind] = (error, key)

    def play(self):
        rounds = len({k.split("/")[0] for k in self.keys if k.startswith("round")})
        for index in range(rounds):
            self.enter_stage(f"round{index}")
            self.read_real(f"round{index}/real", f"round{index}/labels")
            for segment in planned_segments(self.spec["schedule"], self.own_steps):
                self.fakes, self.outdated = None, False
                for player, k in segment:
                    self.move(player, k, f"round{index}")
            self.finish_round(f"round{index}/after/")
        return rounds

    def enter_stage(self, here):
        """What plays of networks that grow; their optimizers begin anew as the spec says."""
        if not self.levels:
            return
        alpha = self.tensor(f"{here}/alpha").item()
        before, self.stage = self.stage, (
            self.tensor(f"{here}/level").item(), alpha if alpha < 1 else None)
        if before is None:
            return
        fades = (before[1] is None) != (self.stage[1] is None)
        resets = self.spec["schedule"]["growing"]["reset_optimizer"]
        if before[0] != self.stage[0] or (fades and resets == "stages"):
            for optimizer in self.optimizers.values():
                optimizer.state.clear()

    def moving(self, player):
        """The parameters of a network that play, by name."""
        if not self.stage:
            return dict(self.networks[player].named_parameters())
        return growing.playing(self.networks[player], *self.stage)

    def move(self, player, k, here):
        move = f"{here}/{player}{'_' if player[-1].isdigit() else ''}{k}"
        parameters = {
            f"{moving}.{name}": parameter
            for moving in (self.networks if player in self.own_steps else [player])
            for name, parameter in self.moving(moving).items()}
        if self.stage:
            recorded = self.names(f"{move}/gradient/")
            assert recorded == set(parameters), f"{move}: {recorded ^ set(parameters)} moves on one side"
            for network in self.networks.values():
                network.zero_grad(set_to_none=True)
        buffers = {name: tensor.clone() for name, tensor in self.buffers()}
        repeats = player == "generator" and self.fakes is not None and not self.outdated

        if repeats:
            # A second walk through the same generator starts where the first one did, and leaves
            # the same statistics.
            buffers |= {k: v for k, v in self.before.items() if k.startswith("generator.")}
        self.before = buffers

        for name, tensor in self.buffers():
            tensor.copy_(buffers[name])
        # Fakes that two moves share were made once, in the first of the two.
        maker = self.made_in if repeats else move
        kinks = networks.Kinks(
            lambda path: self.sides(maker if path.startswith("generator.") else move, path))
        if self.closing:
            self.closing.outputs.clear()
        loss, self.fakes = self.loss(player, move, here, kinks)
        closing = self.closing.name if self.closing and player == "discriminator" else None
        if closing:
            size, count = self.closing.size(loss)
            self.added = max(self.added, count)
        gradients = dict(zip(parameters, torch.autograd.grad(
            loss, list(parameters.values()), allow_unused=True, materialize_grads=True)))
        loss = loss.detach()
        self.kinks += kinks.moved
        if not repeats:
            self.made_in = move

        self.compare("loss", f"{move}/loss", loss)
        largest = max(g.abs().max().item() for g in gradients.values())
        for name, gradient in gradients.items():
            key = f"{move}/gradient/{name}"
            if name in self.powerless:
                self.noise = larger(self.noise, self.tensor(key).abs().max().item() / largest)
            elif name == closing:
                self.error_of_bias = larger(self.error_of_bias, self.error(key, gradient, size))
            else:
                self.compare("gradient", key, gradient)
            parameters[name].grad = self.tensor(key)
        self.clip(player, parameters.values())
        if f"{move}/learning_rate" in self.keys:
            for group in self.optimizers[player].param_groups:
                group["lr"] = self.tensor(f"{move}/learning_rate").item()
        if f"{move}/momentum" in self.keys:
            for group in self.optimizers[player].param_groups:
                group["momentum"] = self.tensor(f"{move}/momentum").item()
        self.optimizers[player].step()
        for name, keys in self.penalties:
            if name == "clip":
                for parameter in (p for n, p in parameters.items() if n.startswith(keys["on"])):
                    parameter.data.clamp_(-keys["limit"], keys["limit"])
        if player == "generator":
            self.outdated = True
            if self.average:
                self.follow()

    def follow(self):
        """Averages follow what plays; those of the rest stay."""
        averages = dict(self.average.module.named_parameters())
        resting = {
            name: average.detach().clone() for name, average in averages.items()
            if name not in self.moving("generator")}
        self.average.update_parameters(self.networks["generator"])
        for name, average in resting.items():
            averages[name].data.copy_(average)

    def sides(self, move, path):
        """On which side of 0 the trace has inputs of the relu `path` that are next to it."""
        key = f"{move}/{self.part}kink/{path}"
        return self.tensor(key) if key in self.keys else None

    def clip(self, player, parameters):
        keys = self.own_steps.get(player) or self.spec["optimizer"][player]
        if isinstance(keys.get("clip_value"), (int, float)):
            torch.nn.utils.clip_grad_value_(parameters, keys["clip_value"])
        if isinstance(keys.get("clip_norm"), (int, float)):
            torch.nn.utils.clip_grad_norm_(parameters, keys["clip_norm"])

    def buffers(self):
        return [
            (f"{player}.{name}", tensor)
            for player, network in self.networks.items() for name, tensor in network.named_buffers()]

    def loss(self, player, move, here, kinks):
        """The loss of a move and the fakes it leaves to the next one."""
        if player == "discriminator":
            own = f"{move}/real" in self.keys
            self.read_real(f"{move}/real" if own else f"{here}/real",
                           f"{move}/real_labels" if own else f"{here}/labels")
        batch = len(self.tensor(f"{move}/latents"))
        count = min(int(self.accumulate), batch)
        losses, fakes = [], []
        for index in range(count):
            self.part = f"part{index}/" if index else ""
            self.samples = slice(batch * index // count, batch * (index + 1) // count)
            share = (self.samples.stop - self.samples.start) / batch
            known = self.fakes[index] if self.fakes else None
            loss, made = self.loss_of_part(player, move, known, kinks)
            losses.append(share * loss)
            fakes.append(made)
        return sum(losses), fakes

    def loss_of_part(self, player, move, known, kinks):
        """The same for some samples of the batch; `known` are fakes of an earlier move."""
        scores = {}
        whole, labels = self.real
        real = whole if whole is None else whole[self.samples].detach().requires_grad_()
        labels = labels if labels is None else labels[self.samples]

        def drawn(name):
            return self.tensor(f"{move}/{self.part}{name}")

        if player == "discriminator":
            fakes = known or self.generate(move, kinks)
            fake = fakes[0].detach().requires_grad_()
            if self.critic_batch == "joint":
                both = None if labels is None else torch.cat((labels, fakes[1]))
                scores["real"], scores["fake"] = networks.halves(self.score(
                    torch.cat((real, fake)), both, move, "joint", kinks))
            else:
                scores["real"] = self.score(real, labels, move, "real", kinks)
                scores["fake"] = self.score(fake, fakes[1], move, "fake", kinks)
            loss = objectives.discriminator_loss(
                self.spec["loss"], scores["real"], scores["fake"], drawn, self.controllers)
        else:
            fakes = self.generate(move, kinks)
            fake = fakes[0]
            scores["fake"] = self.score(*fakes, move, "fake", kinks)
            loss = 0.0 if player in self.own_steps else objectives.generator_loss(
                self.spec["loss"], lambda: self.score(real, labels, move, "real", kinks),
                scores["fake"])
        here = objectives.Circumstances(
            player, labels, fakes[1], self.tensor(f"{move}/latents")[self.samples],
            self.spec["latent"])
        for index, (name, keys) in enumerate(self.penalties):
            if self.own_terms.get(player) == index or player in objectives.players_of(name, keys):
                loss = loss + objectives.penalty(
                    name, keys, real, fake, scores, self.matrices(player),
                    lambda images: self.score(images, labels, move, f"penalty/{index}", kinks),
                    lambda purpose: drawn(f"penalty/{index}/{purpose}"), here,
                    lambda x, part="": kinks(x, f"penalty/{index}{part}"))
        return loss, fakes

    def read_real(self, images, labels):
        """The newest batch of the data; a generator's move may look at it too."""
        seen = self.tensor(images)
        if self.stage:
            seen = growing.seen(seen, self.stage[0], self.levels, self.stage[1])
        self.real = (seen, self.tensor(labels) if labels in self.keys else None)

    def matrices(self, player):
        """Weights of linear layers and convolutions."""
        if player in self.own_steps:
            return []
        tables = {id(m.weight) for m in self.networks[player].modules()
                  if isinstance(m, torch.nn.Embedding)}
        return [p for p in self.moving(player).values()
                if p.ndim > 1 and id(p) not in tables]

    def generate(self, move, kinks):
        labels = None
        if f"{move}/labels" in self.keys:
            labels = self.tensor(f"{move}/labels")[self.samples]

        def mask(path, kind="dropout"):
            # Fakes that two moves share were made once, in the first of the two.
            name = f"{self.part}{kind}/{path}"
            own = f"{move}/{name}"
            return self.tensor(own if own in self.keys else f"{self.made_in}/{name}")

        x = networks.generate(
            self.networks["generator"], self.tensor(f"{move}/latents")[self.samples], labels, mask,
            kinks, self.stage)
        return x, labels

    def score(self, x, labels, move, name, kinks):
        for index, (word, keys) in enumerate(self.augment):
            x = augmentations.apply(
                word, keys, x,
                lambda purpose: self.tensor(
                    f"{move}/{self.part}augment/{index}/{purpose}/{name}"))
        score = networks.judge(
            self.networks["discriminator"], x, "discriminator", labels,
            lambda path, kind="dropout": self.tensor(
                f"{move}/{self.part}{kind}/{path}/{name}"),
            kinks, f"/{name}", self.stage)
        if self.spec["loss"]["kind"] == "began":
            residue = kinks(score.output - score.images, f"loss/{name}")
            return score._replace(output=score.images + residue)
        return score

    def finish_round(self, prefix):
        for player, network in self.networks.items():
            for name, tensor in network.state_dict().items():
                if not name.endswith("num_batches_tracked"):
                    self.compare("after", f"{prefix}{player}.{name}", tensor)
        for name, value in self.controllers.items():
            self.compare("after", f"{prefix}{name}", torch.tensor(value, dtype=self.dtype))
        if self.average:
            for name, tensor in self.average.module.named_parameters():
                self.compare("after", f"{prefix}ema.generator.{name}", tensor)


    def outcome(self, rounds):
        loss, gradient, after = (self.errors[kind] for kind in ("loss", "gradient", "after"))
        return Outcome(
            name=self.spec["name"], batch=self.spec["data"]["batch"], rounds=rounds, loss=loss[0],
            gradient=gradient[0], parameters=after[0], noise=self.noise, bias=self.error_of_bias,
            bias_limit=Outcome.ROUNDING * max(Outcome.LEAST_ROUNDINGS, self.added ** 0.5),
            kinks=self.kinks,
            worst=max((loss, gradient, after), key=lambda e: e[0] if e[0] == e[0] else inf)[1],
            second_order=sorted({n for n, _ in self.penalties} & objectives.SECOND_ORDER))


def replayed(path, dtype=torch.float64):
    with safe_open(path, "pt") as trace:
        replay = Replay(trace, dtype)
        return replay.outcome(replay.play())


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("traces", nargs="+")
    parser.add_argument("--tolerance", type=float, default=1e-4)
    parser.add_argument("--precision", default="float64", choices=["float32", "float64"])
    arguments = parser.parse_args()
    failed = False
    print(f"{'trace':<20} rounds    loss gradient parameters    noise    bias kinks   worst tensor")
    for path in arguments.traces:
        found = replayed(path, getattr(torch, arguments.precision))
        bad = not found.is_within(arguments.tolerance)
        failed |= bad
        print(
            f"{found.name:<20} {found.rounds:>6} {found.loss:7.1e}  {found.gradient:7.1e} "
            f"   {found.parameters:7.1e}  {found.noise:7.1e} {found.bias:7.1e} {found.kinks:>5}   "
            f"{found.worst}{'   FAILED' if bad else ''}", flush=True)
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
