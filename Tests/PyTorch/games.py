"""The replay of a game of any number of networks, from the general form of a resolved spec.

Leaves are drawn once a segment of the round. What a network makes of its inputs is computed when it is first
asked for, and again when a network in it has moved; one that has a name keeps what it was in moves that step
none of its networks.
"""

from dataclasses import dataclass, field
from typing import NamedTuple

import torch

import augmentations
import formulas
import networks
import objectives
import terms
import transformations
from comparing import ClosingBias, Comparison, averaged, differentiated, optimizer
from formulas import Call, Inputs, Joined, Name, Part
from game_form import Form, given

REPORTS = {"real_score", "fake_score", "measure", "labels", "real", "real_labels"}
"""What the trace tells of a move that nothing is computed from."""


class Label(NamedTuple):
    classes: torch.Tensor
    count: int


@dataclass(frozen=True)
class Value:
    output: torch.Tensor
    logit: torch.Tensor
    """What went into a closing sigmoid or softmax."""
    label: Label | None = None
    parts: dict = field(default_factory=dict)
    """(output, logit) of further heads and of named places."""
    stale: frozenset = frozenset()
    """The networks that had moved since they made what this is made of."""


def plain(tensor, label=None, stale=frozenset()):
    return Value(tensor, tensor, label, stale=stale)


def first_label(values):
    return next((value.label for value in values if value.label), None)


def all_stale(values):
    return frozenset().union(*(value.stale for value in values))


class Known(NamedTuple):
    value: Value
    versions: dict
    """How often each network had moved."""


class Turn(NamedTuple):
    """A move, for some samples of its batch."""

    move: str
    """In front of the names of what the trace has of it."""
    mover: object
    index: int
    samples: slice
    kinks: networks.Kinks

    @property
    def place(self):
        return f"{self.move}/part{self.index}/" if self.index else f"{self.move}/"


class Pool:
    """Earlier fakes (Shrivastava et al. 2017, section 2.3), as the published code of CycleGAN keeps them: the
    first fill it; then one half of the new ones are exchanged for what is there."""

    def __init__(self, size):
        self.size, self.images, self.count = size, None, 0

    def shown(self, fakes, swaps, places):
        if self.images is None:
            self.images = fakes.new_zeros(self.size, *fakes.shape[1:])
        shown = []
        for fake, swap, place in zip(fakes, swaps, augmentations.whole(places, self.size)):
            if self.count < self.size:
                self.images[self.count] = fake.detach()
                self.count += 1
                shown.append(fake)
            elif swap < 0.5:
                shown.append(self.images[place].clone())
                self.images[place] = fake.detach()
            else:
                shown.append(fake)
        return torch.stack(shown)


class Hearing:
    """What the critic of an adversarial term is shown in a move, and what it says."""

    def __init__(self, fake, real, say):
        self.fake, self.real_inputs, self.say, self.said = fake, real, say, {}

    @property
    def real(self):
        if callable(self.real_inputs):
            self.real_inputs = self.real_inputs()
        return self.real_inputs

    def __getitem__(self, side):
        """A score; of what is real only if somebody asks."""
        if side not in self.said:
            self.said[side] = self.say(self.real if side == "real" else self.fake, side)
        return self.said[side]


class Replay(Comparison):
    def __init__(self, trace, dtype, spec=None):
        super().__init__(trace, dtype, spec)
        self.form = Form(self.spec)
        schedule = self.spec["schedule"]
        assert not given(schedule.get("growing")), "no counterpart for networks that grow in this form"
        self.accumulate = int(given(schedule.get("accumulate")) or 1)
        self.augment = [networks.entry(a) for a in given(self.spec.get("augment")) or []]
        self.networks, self.made, self.averages = {}, {}, {}
        self.optimizers, self.closing, self.powerless = {}, {}, set()
        self.controllers, self.pools = {}, {}
        for game in self.form.games:
            self.controllers[game.name] = objectives.controllers(game.keys["loss"])
            pool = given((given(game.keys.get("critic_sees")) or {}).get("pool"))
            if pool:
                self.pools[game.name] = Pool(pool)

    def play(self):
        for index in range(self.rounds):
            here = f"round{index}"
            draw = None
            for segment in self.form.segments:
                if segment.draw != draw:
                    draw = segment.draw
                    self.take_batch(here, draw)
                self.known, self.versions, self.drawn, self.told = {}, {}, {}, {}
                for bias in self.closing.values():
                    bias.outputs.clear()
                for name, mover in segment.moves:
                    self.move(f"{here}/{name}", mover)
            self.finish_round(f"{here}/after/")
        self.require_all_read()
        watching = {term.kind for term in self.form.terms.values() if term.game}
        return self.outcome(watching & objectives.SECOND_ORDER)

    def require_all_read(self):
        """A draw of the trace that was not asked for is a network that was not walked."""
        def is_told(parts):
            return len(parts) < 3 or parts[2] in REPORTS or parts[1] in ("real", "labels")

        played = tuple(f"round{index}/" for index in range(self.rounds))
        left = [key for key in self.keys - self.read
                if key.startswith(played) and not is_told(key.split("/"))]
        assert not left, f"in the trace, not asked for: {sorted(left)[:8]}"

    # Leaves.

    def take_batch(self, here, draw):
        """Where the trace has the data of a batch."""
        self.where, self.data = (f"{here}/real", f"{here}/labels"), {}
        for move in self.form.moves_of_draw(draw):
            if {f"{here}/{move}/real"} & self.keys or self.names(f"{here}/{move}/real/"):
                self.where = (f"{here}/{move}/real", f"{here}/{move}/real_labels")

    def source_key(self, name, labels=False):
        one = len(self.form.stored) == 1
        return self.where[labels] + ("" if one else f"/{name}")

    def source(self, name):
        """All samples of a batch."""
        if name not in self.data:
            if name in self.form.derived:
                origin, changes = self.form.derived[name]
                x = self.source(origin)
                for word, keys in changes:
                    x = transformations.apply(word, keys, x, *self.spec["data"]["range"])
            else:
                x = self.tensor(self.source_key(name))
            self.data[name] = x
        return self.data[name]

    def labels_of_source(self, name, turn):
        while name in self.form.derived:
            name = self.form.derived[name][0]
        if name not in self.form.classes:
            return None
        labels = self.tensor(self.source_key(name, labels=True))
        return Label(labels[turn.samples], self.form.classes[name])

    def latent(self, name, turn):
        """All of a latent that is drawn once a segment, whichever moves tell of it."""
        ours, word = (
            (self.form.vectors, "latents") if name in self.form.vectors
            else (self.form.drawn_labels, "labels"))
        key = f"{turn.move}/{word}" + ("" if len(ours) == 1 else f"/{name}")
        if key in self.keys and key not in self.told:
            self.told[key] = self.tensor(key)
            known = self.drawn.setdefault(name, self.told[key])
            assert known.equal(self.told[key]), f"{key}: drawn anew within a segment"
        assert name in self.drawn, f"{key} is not in the trace"
        return self.drawn[name]

    def leaf(self, name, turn):
        if name in self.form.stored or name in self.form.derived:
            return plain(self.source(name)[turn.samples], self.labels_of_source(name, turn))
        drawn = self.latent(name, turn)[turn.samples]
        if name in self.form.vectors:
            return plain(drawn)
        return plain(drawn, Label(drawn, self.form.drawn_labels[name]))

    # Values.

    def value(self, formula, turn):
        match formula:
            case Name(name):
                return self.leaf(name, turn)
            case Part(Name(name), "label"):
                label = self.leaf(name, turn).label
                return plain(label.classes, label)
            case Part(whole, "label"):
                label = self.value(whole, turn).label
                return plain(label.classes, label)
            case Part(whole, "one_hot"):
                label = self.value(whole, turn).label
                vectors = torch.nn.functional.one_hot(label.classes, label.count)
                return plain(vectors.to(self.dtype), label)
            case Part(whole, name):
                value = self.value(whole, turn)
                return Value(*value.parts[name], value.label, stale=value.stale)
            case Joined(parts):
                values = [self.value(part, turn) for part in parts]
                return plain(
                    torch.cat([value.output for value in values], 1), first_label(values),
                    all_stale(values))
            case Call():
                return self.call_value(formula, turn)
        raise SystemExit(f"replay: {formula} are several values")

    def values(self, formula, turn):
        parts = formula.parts if isinstance(formula, Inputs) else (formula,)
        return [self.value(part, turn) for part in parts]

    def call_value(self, call, turn):
        reach = self.form.reach(call)
        versions = {name: self.versions.get(name, 0) for name in reach}
        moving = set(turn.mover.networks)
        known = self.known.get((call, turn.index))
        if known:
            keeps = call in self.form.named and not reach & moving
            if keeps or (known.versions == versions and not known.value.stale & moving):
                for name in formulas.leaves(call):
                    self.leaf(name, turn)
                moved = {name for name in reach if known.versions[name] != versions[name]}
                return Value(
                    known.value.output, known.value.logit, known.value.label, known.value.parts,
                    known.value.stale | moved)
        inputs = [self.value(part, turn) for part in call.inputs]
        label = first_label(inputs)
        if call.label is not None:
            label = self.value(call.label, turn).label
        marks = {}
        score = self.walk(
            call.network, inputs[0].output, label, self.others(call.network, inputs),
            self.form.walk_name(call), turn, marks)
        parts = score.others | {name: (value, value) for name, value in marks.items()}
        value = Value(score.output, score.logit, label, parts, all_stale(inputs))
        self.known[call, turn.index] = Known(value, versions)
        return value

    def others(self, network, inputs):
        """A network's inputs behind the first, by name."""
        return {name: value.output for name, value in zip(self.form.inputs(network), inputs[1:])}

    def walk(self, network, x, label, others, name, turn, marks=None):
        """What a network makes of `x`; `name` tells this walk from others of the move."""
        modules = self.network(
            network, tuple(x.shape[1:]), label.count if label else 0,
            {key: tuple(value.shape[1:]) for key, value in others.items()})
        suffix = f"/{name}" if name else ""
        return networks.judge(
            modules, x, network, label.classes if label else None,
            lambda path, kind="dropout": self.tensor(f"{turn.place}{kind}/{path}{suffix}"),
            turn.kinks, suffix, inputs=others, marks=marks,
            call=lambda callee, x, path: self.walk(
                callee, x, label, others, path + suffix, turn).output)

    def network(self, name, shape, classes, inputs):
        """A network; made when something first goes into it, whose shape decides that of its weights."""
        if name in self.networks:
            return self.networks[name]

        def called(callee, shape):
            self.network(callee, shape, classes, inputs)
            return self.made[callee]

        network, self.made[name] = networks.build(
            self.form.layers(name), shape, classes, inputs, called)
        self.first_weights(name, network)
        self.powerless |= networks.powerless_biases(network, name)
        self.networks[name] = network
        if self.form.networks[name].get("frozen"):
            network.eval()
        leader = next((m for m in self.form.movers.values() if self.form.leads(m, name)), None)
        average = leader and averaged(
            given(self.form.networks[name].get("ema")), self.form.times(leader), network)
        if average:
            self.averages[name] = average
        if not any(isinstance(module, networks.Called) for module in network):
            for bias in networks.closing_bias(network, name) - self.powerless:
                module = network.get_submodule(bias.removeprefix(f"{name}.").rpartition(".")[0])
                if not isinstance(module, networks.Maxout):
                    self.closing[name] = ClosingBias(module, bias)
        return network

    # Terms.

    def hearing(self, game, turn):
        if game.name in self.hearings:
            return self.hearings[game.name]
        prefix = self.form.prefix(game)
        fake = self.judged(game.formulas["fake"], turn)

        def real():
            return self.judged(game.formulas["real"], turn)

        def say(inputs, side):
            return self.score(game, inputs, first_label(inputs), prefix + side, turn)

        if game.keys["critic"] in turn.mover.networks:
            real = real()
            pool = self.pools.get(game.name)
            if pool:
                shown = pool.shown(
                    fake[0].output, self.tensor(f"{turn.place}{prefix}pool/swap"),
                    self.tensor(f"{turn.place}{prefix}pool/place"))
                fake = [plain(shown.detach().requires_grad_())]
        hearing = self.hearings[game.name] = Hearing(fake, real, say)
        is_critics = self.form.side(game, turn.mover.networks) == "discriminator"
        makes_real = self.form.reach(game.formulas["real"]) & set(turn.mover.networks)
        if game.keys["critic_batch"] == "joint":
            if is_critics or makes_real:
                both = [self.both(*pair) for pair in zip(hearing.real, fake)]
                halves = networks.halves(say(both, "joint"))
                hearing.said = dict(zip(("real", "fake"), halves))
        elif is_critics:
            hearing["real"]
            hearing["fake"]
        return hearing

    @staticmethod
    def both(real, fake):
        label = None
        if real.label and fake.label:
            label = Label(torch.cat((real.label.classes, fake.label.classes)), real.label.count)
        return plain(torch.cat((real.output, fake.output)), label)

    def judged(self, formula, turn):
        """What goes into a critic, whose slope in the first may be asked for."""
        first, *rest = self.values(formula, turn)
        if not first.output.requires_grad:
            first = plain(first.output.detach().requires_grad_(), first.label)
        return [first, *rest]

    def score(self, game, inputs, label, name, turn):
        x = inputs[0].output
        for index, (word, keys) in enumerate(self.augment):
            x = augmentations.apply(
                word, keys, x,
                lambda purpose: self.tensor(f"{turn.place}augment/{index}/{purpose}/{name}"))
        critic = game.keys["critic"]
        score = self.walk(critic, x, label, self.others(critic, inputs), name, turn)
        if game.keys["loss"]["kind"] == "began":
            residue = turn.kinks(score.output - score.images, f"loss/{name}")
            return score._replace(output=score.images + residue)
        return score

    def side(self, game, turn):
        """An adversarial term on the side that a move plays."""
        heard, loss = self.hearing(game, turn), game.keys["loss"]
        if game.keys["critic"] not in turn.mover.networks:
            cost = objectives.generator_loss(loss, lambda: heard["real"], heard["fake"])
            if self.form.reach(game.formulas["real"]) & set(turn.mover.networks):
                cost = cost + objectives.exchanged_loss(loss, heard["real"])
            return cost
        return objectives.discriminator_loss(
            loss, heard["real"], heard["fake"],
            lambda name: self.tensor(f"{turn.place}{self.form.prefix(game)}{name}"),
            self.controllers[game.name])

    def cost(self, term, turn):
        """Any other term, its weight included."""
        if term.game:
            return self.watching(term, self.form.terms[term.game], turn)
        values = {key: self.value(formula, turn) for key, formula in term.formulas.items()}
        match term.kind:
            case "distance" if term.keys["norm"] == "l1":
                difference = values["of"].output - values["from"].output
                difference = turn.kinks(difference, term.stream)
                looked_at = (difference, torch.zeros_like(difference))
            case "total_variation":
                return objectives.total_variation(
                    term.keys, values["of"].output,
                    lambda x, part: turn.kinks(x, term.stream + part))
            case "kl_to_normal":
                mean = values["mean"].output
                looked_at = (
                    mean, values["log_variance"].output if "log_variance" in values
                    else torch.zeros_like(mean))
            case "class":
                logits = values["of"].logit
                looked_at = (
                    logits, values["label"].label.classes if "label" in values
                    else torch.full((len(logits),), term.keys["class"]))
            case _:
                looked_at = [value.output for value in values.values()]
        return terms.cost(term.kind, term.keys, *looked_at)

    def watching(self, term, game, turn):
        heard = self.hearing(game, turn)
        real, fake = heard.real, heard.fake
        player = self.form.side(game, turn.mover.networks)
        vectors = [name for name in formulas.leaves(game.formulas["fake"])
                   if name in self.form.vectors]
        latents = self.latent(vectors[0], turn)[turn.samples] if vectors else None
        labels = [first_label(side) for side in (real, fake)]
        here = objectives.Circumstances(
            player or "generator", *(label and label.classes for label in labels), latents,
            self.form.vectors[vectors[0]] if vectors else {})

        def critic(images):
            return self.score(
                game, [plain(images), *real[1:]], labels[0],
                self.form.prefix(game) + term.stream, turn)

        return objectives.penalty(
            term.kind, term.keys, real[0].output, fake[0].output, heard,
            self.matrices(self.form.owner(term)), critic,
            lambda purpose: self.tensor(f"{turn.place}{term.stream}/{purpose}"), here,
            lambda x, part="": turn.kinks(x, term.stream + part))

    def matrices(self, name):
        """Weights of linear layers and convolutions; none of no network."""
        if name is None:
            return []
        network = self.networks[name]
        tables = {id(m.weight) for m in network.modules() if isinstance(m, torch.nn.Embedding)}
        return [p for p in network.parameters() if p.ndim > 1 and id(p) not in tables]

    # Moves.

    def move(self, move, mover):
        batch = self.batch_size(move)
        count = min(self.accumulate, batch)
        total, numbers = 0, {}
        for index in range(count):
            samples = slice(batch * index // count, batch * (index + 1) // count)
            share = (samples.stop - samples.start) / batch
            prefix = f"{move}/part{index}/kink/" if index else f"{move}/kink/"
            kinks = networks.Kinks(lambda path: self.sides(prefix + path))
            turn, self.hearings = Turn(move, mover, index, samples, kinks), {}
            for term, factor in sorted(mover.parts, key=lambda part: part[0].kind != "adversarial"):
                is_game = term.kind == "adversarial"
                cost = self.side(term, turn) if is_game else self.cost(term, turn)
                total = total + share * factor * cost
                key = f"{move}/adversarial/{term.name}" if is_game else f"{move}/{term.stream}"
                if key in self.keys:
                    numbers[key] = numbers.get(key, 0) + share * cost
            self.kinks += kinks.moved
        parameters = {
            f"{name}.{entry}": parameter
            for name in mover.networks for entry, parameter in self.networks[name].named_parameters()}
        judges = {term.keys["critic"] for term, _ in mover.parts if term.kind == "adversarial"}
        gradients, sizes = differentiated(
            total, parameters, [self.closing[name] for name in mover.networks if name in self.closing])
        closing, sums = (
            {bias: size for bias, size in sizes.items()
             if (bias.partition(".")[0] in judges) == is_critic}
            for is_critic in (True, False))
        self.compare_move(move, total, numbers, gradients, closing, sums)
        self.step_networks(move, mover, parameters)

    def batch_size(self, move):
        for name in self.form.stored:
            if self.source_key(name) in self.keys:
                return len(self.tensor(self.source_key(name)))
        name = next(name for name in self.names(f"{move}/") if name.startswith(("latents", "labels")))
        return len(self.tensor(f"{move}/{name}"))

    def compare_move(self, move, total, numbers, gradients, closing, sums):
        self.compare("loss", f"{move}/loss", total.detach())
        for key, number in numbers.items():
            self.compare("loss", key, torch.as_tensor(number, dtype=self.dtype).detach())
        sizes = {name: gradient.abs().max().item() for name, gradient in gradients.items()}
        # What is 0 in exact arithmetic PyTorch has as its own rounding.
        nothing = 4096 * torch.finfo(self.dtype).eps * max(sizes.values())
        powerless = self.powerless | {
            name for name, size in sizes.items() if name.endswith("bias") and size <= nothing}
        self.compare_gradients(move, gradients, powerless, closing, sums)
        norm = torch.cat([gradient.flatten() for gradient in gradients.values()]).norm()
        self.compare("gradient", f"{move}/gradient_norm", norm)

    def step_networks(self, move, mover, parameters):
        if mover.name not in self.optimizers:
            self.optimizers[mover.name] = optimizer(mover.optimizer, list(parameters.values()))
        self.step(move, self.optimizers[mover.name], mover.optimizer, parameters)
        for name in mover.networks:
            for word, keys in self.form.constraints(name):
                assert word == "clip", f"no PyTorch counterpart for the constraint `{word}`"
                for parameter in self.networks[name].parameters():
                    parameter.data.clamp_(-keys["limit"], keys["limit"])
            if name in self.averages and self.form.leads(mover, name):
                self.averages[name].update_parameters(self.networks[name])
            self.versions[name] = self.versions.get(name, 0) + 1

    def finish_round(self, prefix):
        compared = set()

        def compare(name, tensor):
            compared.add(name)
            self.compare("after", prefix + name, tensor)

        for network, modules in self.networks.items():
            for name, tensor in modules.state_dict().items():
                if not name.endswith("num_batches_tracked"):
                    compare(f"{network}.{name}", tensor)
        for network, average in self.averages.items():
            for name, tensor in average.module.named_parameters():
                compare(f"ema.{network}.{name}", tensor)
        for game in self.form.games:
            within = "loss." + self.form.prefix(game).replace("/", ".")
            for name, value in self.controllers[game.name].items():
                compare(
                    within + name.removeprefix("loss."), torch.tensor(value, dtype=self.dtype))
            pool = self.pools.get(game.name)
            if pool:
                compare(f"{within}pool", pool.images)
                compare(f"{within}pool_count", torch.tensor(pool.count, dtype=self.dtype))
        left = self.names(prefix) - compared
        assert not left, f"in the trace, not here: {sorted(left)[:8]}"
