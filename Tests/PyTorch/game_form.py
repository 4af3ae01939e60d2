"""What the file of a game of any number of networks says: which leaves there are, who calls whom, which
terms count in which move, and which moves share what they compute."""

from dataclasses import dataclass, field

import formulas
import networks
import objectives

VALUE_TERMS = {
    "distance": ("of", "from"), "kl_to_normal": ("mean", "log_variance"), "class": ("of", "label"),
    "feature_matching": ("of", "to")}
"""Terms of values, and their keys that are formulas; all others but `adversarial` watch one of those."""


def given(value):
    """None for what a resolved file says is not there."""
    return None if value in (None, False, "none") else value


def called_by(layers):
    """The networks that layers call, however deep within."""
    if isinstance(layers, list):
        return {name for layer in layers for name in called_by(layer)}
    if not isinstance(layers, dict):
        return set()
    found = {name for inner in layers.values() for name in called_by(inner)}
    if set(layers) == {"network"}:
        keys = layers["network"]
        found.add(keys["name"] if isinstance(keys, dict) else keys)
    return found


@dataclass(frozen=True)
class Term:
    name: str
    kind: str
    keys: dict
    number: int | None
    """Among the terms that are not adversarial, from 0."""
    formulas: dict = field(default_factory=dict)
    """What it looks at, by the key that says so, names replaced by what they stand for."""
    game: str | None = None
    """The adversarial term that it watches."""

    @property
    def stream(self):
        return f"penalty/{self.number}"


@dataclass(frozen=True)
class Mover:
    """Moves of one name."""

    name: str
    networks: list
    parts: list
    """(term, factor), in the order in which they are told of."""
    optimizer: dict


@dataclass
class Segment:
    """Moves between which nothing is drawn anew."""

    draw: int
    """Which batch of the round's it is about."""
    moves: list
    """(name in the round, mover)"""


class Form:
    def __init__(self, spec):
        self.spec = spec
        self.stored, self.classes, self.derived = [], {}, {}
        for name, keys in spec["data"]["sources"].items():
            if isinstance(keys, dict) and "of" in keys:
                changes = [networks.entry({word: options}) for word, options in keys.items()
                           if word != "of" and given(options) is not None]
                self.derived[name] = (keys["of"], changes)
                continue
            self.stored.append(name)
            if isinstance(keys, dict) and "source" in keys and given(keys.get("classes")):
                self.classes[name] = keys["classes"]
        self.vectors, self.drawn_labels = {}, {}
        for name, keys in (spec.get("latents") or {}).items():
            if "size" in keys:
                self.vectors[name] = keys
            else:
                self.drawn_labels[name] = keys["classes"]
        self.meanings = {
            name: formulas.parse(text) for name, text in (spec.get("values") or {}).items()}
        self.named = {formulas.expanded(f, self.meanings) for f in self.meanings.values()}
        self.networks = {
            name: {"layers": keys} if isinstance(keys, list) else keys
            for name, keys in spec["networks"].items()}
        self.players = {name: self.players_of(name) for name in self.networks}
        self.terms = self.read_terms()
        self.games = [term for term in self.terms.values() if term.kind == "adversarial"]
        self.calls = {}
        looked_at = [f for term in self.terms.values() for f in term.formulas.values()]
        for formula in [*self.named, *looked_at]:
            for call in formulas.calls(formula):
                self.calls.setdefault(call.network, set()).add(call)
        self.movers = {}
        for keys in spec["moves"]:
            mover = self.read_mover(keys)
            self.movers.setdefault(mover.name, mover)
        self.segments = self.read_segments()

    # Networks.

    def layers(self, name):
        keys = self.networks[name]
        return keys["layers"] if given(keys.get("layers")) else self.layers(keys["like"])

    def inputs(self, name):
        """Names of a network's inputs behind the first."""
        keys = self.networks[name]
        like = given(keys.get("like"))
        return given(keys.get("inputs")) or (self.inputs(like) if like else [])

    def players_of(self, name):
        """A network, and those that play in it."""
        found, waiting = set(), [name]
        while waiting:
            network = waiting.pop()
            if network not in found:
                found.add(network)
                waiting += called_by(self.layers(network))
        return found

    def reach(self, formula):
        """The networks that a formula depends on."""
        return {player for call in formulas.calls(formula) for player in self.players[call.network]}

    def constraints(self, name):
        return [networks.entry(c) for c in given(self.networks[name].get("constraints")) or []]

    # Terms.

    def read_terms(self):
        found, number = {}, 0
        first = next((name for name, term in (self.spec.get("terms") or {}).items()
                      if "adversarial" in term), None)
        for name, term in (self.spec.get("terms") or {}).items():
            ((kind, keys),) = term.items()
            keys = keys if isinstance(keys, dict) else {"weight": keys}
            own, game = None, None
            looked_at = ("real", "fake") if kind == "adversarial" else VALUE_TERMS.get(kind, ())
            if kind != "adversarial":
                own, number = number, number + 1
                if kind not in VALUE_TERMS:
                    # What watches a game may look at a value instead.
                    looked_at = ("of",)
                    if given(keys.get("of")) is None:
                        game = given(keys.get("game")) or first
            found[name] = Term(
                name, kind, keys, own,
                {key: formulas.expanded(formulas.parse(keys[key]), self.meanings)
                 for key in looked_at if given(keys.get(key)) is not None}, game)
        return found

    def makers(self, game):
        """The networks that what a critic judges depends on."""
        return self.reach(game.formulas["real"]) | self.reach(game.formulas["fake"])

    @staticmethod
    def owner(term):
        """The network whose weights a term is of."""
        return term.keys["on"] if term.kind == "orthogonal" else None

    def reach_of(self, term):
        if self.owner(term):
            return {self.owner(term)}
        game = self.terms[term.game] if term.game else term
        if game.kind == "adversarial":
            return self.makers(game) | self.players[game.keys["critic"]]
        return {network for f in term.formulas.values() for network in self.reach(f)}

    def side(self, game, moving):
        """Which side of an adversarial term a move plays; None where it moves both."""
        critic = game.keys["critic"] in moving
        if critic and self.makers(game) & set(moving):
            return None
        return "discriminator" if critic else "generator"

    def counts(self, term, moving):
        """Whether a term counts in a move that is not told its terms."""
        if not self.reach_of(term) & set(moving):
            return False
        if not term.game or self.owner(term):
            return True
        return self.side(self.terms[term.game], moving) in objectives.players_of(term.kind, term.keys)

    def prefix(self, game):
        """In front of names that belong to an adversarial term."""
        return f"{game.name}/" if len(self.games) > 1 else ""

    def walk_name(self, call):
        """What tells a call's walk through its network from others."""
        return str(call) if len(self.calls[call.network]) > 1 else ""

    # Moves.

    def read_mover(self, keys):
        moving = keys["networks"]
        moving = [moving] if isinstance(moving, str) else moving
        told = given(keys.get("terms"))
        if isinstance(told, dict):
            parts = [(self.terms[name], factor) for name, factor in told.items()]
        elif told:
            parts = [(self.terms[name], 1) for name in told]
        else:
            without = given(keys.get("without")) or []
            parts = [(term, 1) for term in self.terms.values()
                     if self.counts(term, moving) and term.name not in without]
        return Mover(
            given(keys.get("name")) or "_".join(moving), moving, parts,
            given(keys.get("optimizer")) or self.spec["optimizer"])

    def judges(self, mover):
        return any(
            term.kind == "adversarial" and term.keys["critic"] in mover.networks
            for term, _ in mover.parts)

    def leads(self, mover, network):
        """Whether moves of this name are those that the average of a network follows."""
        movers = sorted(self.movers.values(), key=lambda mover: not self.judges(mover))
        return next((m for m in movers if network in m.networks), None) is mover

    def times(self, mover):
        """How often it moves in a round."""
        return sum(m is mover for segment in self.segments for _, m in segment.moves)

    def read_segments(self):
        segments, counts, draw = [], {}, 0
        for keys in self.spec["moves"]:
            moving = keys["networks"]
            moving = [moving] if isinstance(moving, str) else moving
            mover = self.movers[given(keys.get("name")) or "_".join(moving)]
            for _ in range(int(keys.get("times", 1))):
                count = counts[mover.name] = counts.get(mover.name, -1) + 1
                name = f"{mover.name}{'_' if mover.name[-1].isdigit() else ''}{count}"
                fresh = given(keys.get("fresh")) or "nothing"
                if segments and fresh == "nothing":
                    segments[-1].moves.append((name, mover))
                    continue
                if segments and fresh == "batch":
                    draw += 1
                segments.append(Segment(draw, [(name, mover)]))
        return segments

    def moves_of_draw(self, draw):
        return [name for s in self.segments if s.draw == draw for name, _ in s.moves]
