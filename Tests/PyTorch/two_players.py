"""The replay of a generator and a discriminator."""

from collections import Counter

import torch

import augmentations
import growing
import networks
import objectives
from comparing import ClosingBias, Comparison, averaged, differentiated, optimizer


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


def latent_width(latent):
    codes = latent["codes"] if isinstance(latent.get("codes"), dict) else None
    return latent["size"] + (sum(codes["categorical"]) + codes["continuous"] if codes else 0)


class Replay(Comparison):
    def __init__(self, trace, dtype):
        super().__init__(trace, dtype)
        real = trace.shape("round0/real")
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
            self.first_weights(player, network)
            self.powerless |= networks.powerless_biases(network, player)
            self.optimizers[player] = optimizer(
                self.spec["optimizer"][player], network.parameters())
        schedule = self.spec["schedule"]
        self.average = averaged(
            schedule.get("ema"), int(schedule["generator_steps"]), self.networks["generator"])
        if objectives.sees_differences(self.spec["loss"]):
            self.powerless |= networks.closing_bias(self.networks["discriminator"], "discriminator")
        self.closing = self.closing_bias()
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

    def closing_bias(self):
        """None where the critic's last bias has no gradient, or is not just added to an output."""
        critic = self.networks["discriminator"]
        for bias in networks.closing_bias(critic, "discriminator") - self.powerless:
            module = critic.get_submodule(bias.removeprefix("discriminator.").rpartition(".")[0])
            return None if isinstance(module, networks.Maxout) else ClosingBias(module, bias)
        return None

    def play(self):
        for index in range(self.rounds):
            self.enter_stage(f"round{index}")
            self.read_real(f"round{index}/real", f"round{index}/labels")
            for segment in planned_segments(self.spec["schedule"], self.own_steps):
                self.fakes, self.outdated = None, False
                for player, k in segment:
                    self.move(player, k, f"round{index}")
            self.finish_round(f"round{index}/after/")
        return self.outcome({n for n, _ in self.penalties} & objectives.SECOND_ORDER)

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
            lambda path: self.sides(
                f"{maker if path.startswith('generator.') else move}/{self.part}kink/{path}"))
        if self.closing:
            self.closing.outputs.clear()
        loss, self.fakes = self.loss(player, move, here, kinks)
        closing = [self.closing] if self.closing and player == "discriminator" else []
        gradients, closing = differentiated(loss, parameters, closing)
        self.kinks += kinks.moved
        if not repeats:
            self.made_in = move

        self.compare("loss", f"{move}/loss", loss.detach())
        self.compare_gradients(move, gradients, self.powerless, closing)
        self.step(
            move, self.optimizers[player],
            self.own_steps.get(player) or self.spec["optimizer"][player], parameters)
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
