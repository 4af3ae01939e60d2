"""Checks what the replay of games of any number of networks is made of.

usage: check_games.py [TRACE.safetensors ...]
needs: pip install torch

Formulas, which terms count in which move, where segments begin, what is computed anew. Traces are those of
two players, which replay.py plays by rules of their own: here they are played as the game of two networks
that they are, and both replays have to come to the same.
"""

import copy
import json
import sys

import torch

import formulas
import games
import networks
import objectives
import two_players
from formulas import Call, Inputs, Joined, Name, Part, parse
from game_form import Form
from trace_file import TraceFile

TRANSLATION = {
    "name": "translation",
    "data": {"batch": 2, "range": [-1, 1], "sources": {
        "horses": {"source": {}, "classes": 3}, "zebras": {"of": "horses", "invert": True}}},
    "latents": {"z": {"size": 4}, "y": {"classes": 3}},
    "networks": {
        "to_zebra": [{"network": {"name": "trunk"}}, "relu"],
        "to_horse": {"like": "to_zebra"}, "trunk": ["relu"],
        "zebra_critic": {"layers": ["relu"], "inputs": ["code"]}},
    "values": {"zebra": "to_zebra(horses)", "horse": "to_horse(zebras)"},
    "terms": {
        "near": {"distance": {"of": "to_horse(zebra)", "from": "horses", "norm": "l1", "weight": 1}},
        "game": {"adversarial": {
            "loss": {"kind": "hinge"}, "critic": "zebra_critic", "real": "(zebras, z)",
            "fake": "(zebra, z)"}},
        "slope": {"gradient_penalty": {"weight": 1}},
        "even": {"total_variation": {"weight": 1}}},
    "moves": [
        {"networks": ["zebra_critic"], "times": 2, "fresh": "batch"},
        {"name": "step2", "networks": ["to_zebra"], "fresh": "latents"},
        {"networks": ["trunk", "to_horse"], "terms": {"near": 0.5}},
        {"networks": ["to_horse", "to_zebra"], "without": ["near", "even"]}],
    "optimizer": {"kind": "sgd"},
}


def check_formulas():
    assert parse("to_horse(to_zebra( horses ))") == Call("to_horse", (Call("to_zebra", (Name("horses"),)),))
    assert parse("encoder(faces).mean") == Part(Call("encoder", (Name("faces"),)), "mean")
    assert parse("generator(z, label: images.label)") == Call(
        "generator", (Name("z"),), Part(Name("images"), "label"))
    assert parse("f(a, b)") == Call("f", (Name("a"), Name("b")))
    assert parse(["a", "f(b)"]) == parse("[a, f(b)]") == Joined((Name("a"), Call("f", (Name("b"),))))
    assert parse("((a, f(b)))") == Inputs((Name("a"), Call("f", (Name("b"),))))
    assert parse("(a, b)") != parse("[a, b]") and parse("label") == Name("label")
    for text in ("f(x, label: y).features", "[a, f((b, c))]", "(a, f([b, c]).mean)"):
        assert str(parse(text)) == text, text
    for wrong in ("", "f(", "f()", "f(a b)", "a)", "f(label: y)", "f(x, label: y, label: y)", "a + b", "a."):
        try:
            found = parse(wrong)
        except ValueError:
            continue
        raise AssertionError(f"`{wrong}` was read as {found}")
    meanings = {"made": parse("g(z)"), "again": parse("e(made).mean")}
    whole = formulas.expanded(parse("[again, made]"), meanings)
    assert str(whole) == "[e(g(z)).mean, g(z)]"
    assert list(map(str, formulas.calls(whole))) == ["g(z)", "e(g(z))", "g(z)"]
    assert formulas.leaves(whole) == ["z"]


def check_form():
    form = Form(TRANSLATION)
    assert form.stored == ["horses"] and form.derived == {"zebras": ("horses", [("invert", {"layers": True})])}
    assert form.classes == {"horses": 3} and form.drawn_labels == {"y": 3} and list(form.vectors) == ["z"]
    assert form.layers("to_horse") == form.layers("to_zebra") and form.inputs("zebra_critic") == ["code"]
    assert form.players["to_horse"] == {"to_horse", "trunk"}
    assert [term.number for term in form.terms.values()] == [0, None, 1, 2]

    def parts(mover):
        return [(term.name, factor) for term, factor in form.movers[mover].parts]

    # The variation is asked of who makes fakes, the slope of the critic.
    assert parts("zebra_critic") == [("game", 1), ("slope", 1)]
    assert parts("step2") == [("near", 1), ("game", 1), ("even", 1)]
    assert parts("trunk_to_horse") == [("near", 0.5)]
    assert parts("to_horse_to_zebra") == [("game", 1)]
    assert [(s.draw, [name for name, _ in s.moves]) for s in form.segments] == [
        (0, ["zebra_critic0"]), (1, ["zebra_critic1"]), (1, ["step2_0", "trunk_to_horse0", "to_horse_to_zebra0"])]
    assert form.moves_of_draw(1) == ["zebra_critic1", "step2_0", "trunk_to_horse0", "to_horse_to_zebra0"]
    game = form.terms["game"]
    assert form.side(game, ["zebra_critic"]) == "discriminator" and form.side(game, ["trunk"]) == "generator"
    assert form.side(game, ["zebra_critic", "to_zebra"]) is None and form.prefix(game) == ""
    assert form.walk_name(parse("to_zebra(horses)")) == ""
    assert form.walk_name(parse("to_horse(zebras)")) == "to_horse(zebras)"


def check_pool():
    pool = games.Pool(2)
    images = torch.arange(4.0).reshape(4, 1)
    # Two fill it; the third takes the place of the second, which is shown; the fourth is not kept.
    shown = pool.shown(images, torch.tensor([0.0, 0.0, 0.4, 0.6]), torch.tensor([0.0, 0.0, 0.7, 0.7]))
    assert shown.flatten().tolist() == [0, 1, 1, 3] and pool.images.flatten().tolist() == [0, 2]


class Recorder(games.Replay):
    """Computes without a trace: says which calls were walked."""

    def __init__(self, spec):
        self.form, self.known, self.versions, self.walks = Form(spec), {}, {}, []

    def leaf(self, name, turn):
        return games.plain(torch.zeros(1, 1))

    def walk(self, network, x, label, others, name, turn, marks=None):
        self.walks.append(network)
        return networks.Score(x + 1, x, x)

    def walked(self, text, *moving):
        """The networks that are walked for a formula in a move of these, which move then."""
        self.walks = []
        mover = games.Form.read_mover(self.form, {"networks": list(moving), "terms": ["near"]})
        turn = games.Turn("", mover, 0, slice(0, 1), None)
        found = self.value(formulas.expanded(parse(text), self.form.meanings), turn)
        for network in moving:
            self.versions[network] = self.versions.get(network, 0) + 1
        return self.walks, set(found.stale)


def check_values():
    play = Recorder(TRANSLATION)
    assert play.walked("zebra", "zebra_critic") == (["to_zebra"], set())
    assert play.walked("to_horse(zebra)", "to_zebra") == (["to_horse"], set())
    # A value keeps what it was where nobody of it moves; what has no name is computed anew.
    assert play.walked("zebra", "to_horse") == ([], {"to_zebra"})
    assert play.walked("to_horse(zebra)", "zebra_critic") == (["to_horse"], {"to_zebra"})
    assert play.walked("to_horse(zebra)", "zebra_critic") == ([], {"to_zebra"})
    # Not the old one through the other, where it is to move.
    assert play.walked("to_horse(zebra)", "to_zebra") == (["to_zebra", "to_horse"], set())
    # A network moves too when one moves that it calls.
    assert play.walked("zebra", "trunk") == (["to_zebra"], set())
    assert play.walked("zebra", "to_zebra") == (["to_zebra"], set())


def general(spec):
    """The game of two networks that a spec of two players stands for."""
    spec = copy.deepcopy(spec)
    architecture, schedule = spec.pop("architecture"), spec["schedule"]
    labels = spec.get("labels") if isinstance(spec.get("labels"), dict) else None
    penalties = [networks.entry(penalty) for penalty in spec.pop("penalties", None) or []]
    spec["networks"] = {
        "generator": {"layers": architecture["generator"], "ema": schedule.get("ema")},
        "discriminator": {"layers": architecture["discriminator"]}}
    source = {"source": spec["data"]["source"]}
    spec["latents"], label = {"z": spec["latent"]}, ""
    if labels and labels["fake"] == "random":
        spec["latents"]["y"], label = {"classes": labels["classes"]}, ", label: y"
    elif labels:
        label = ", label: images.label"
    if labels:
        source["classes"] = labels["classes"]
    spec["data"]["sources"] = {"images": source}
    spec["values"] = {"fakes": f"generator(z{label})"}
    game = {"loss": spec.pop("loss"), "critic": "discriminator", "real": "images", "fake": "fakes",
            "critic_batch": schedule["critic_batch"]}
    spec["terms"], own, of_players = {"game": {"adversarial": game}}, {}, {"generator": ["game"], "discriminator": ["game"]}
    for index, (word, keys) in enumerate(penalties):
        if word == "clip":
            assert all(name == "clip" for name, _ in penalties[index:]), "terms would change numbers"
            spec["networks"][keys["on"]].setdefault("constraints", []).append({"clip": keys})
            continue
        name = word if word not in spec["terms"] else f"{word}_{index}"
        spec["terms"][name] = {word: keys}
        if objectives.own_step(keys):
            own[two_players_name(word, own)] = (name, objectives.own_step(keys))
        for player in objectives.players_of(word, keys):
            of_players[player].append(name)
    spec["moves"] = []
    for segment in two_players.planned_segments(schedule, own):
        fresh = "batch" if any(player == "discriminator" for player, _ in segment) else "latents"
        for player, _ in segment:
            move = {"networks": [player], "terms": of_players.get(player), "name": player,
                    "optimizer": spec["optimizer"].get(player), "fresh": fresh}
            if player in own:
                term, stepper = own[player]
                move |= {"networks": ["generator", "discriminator"], "terms": [term], "optimizer": stepper}
            spec["moves"].append(move)
            fresh = "nothing"
    return spec


def two_players_name(word, own):
    count = 1 + sum(name.rpartition("_")[0] == word or name == word for name in own)
    return word if count == 1 else f"{word}_{count}"


def check_trace(path):
    """Both replays of a trace come to the same, but for what they round."""
    with TraceFile(path) as trace:
        spec = json.loads(trace.metadata()["resolved_json"])
        one = two_players.Replay(trace, torch.float64).play()
        other = games.Replay(trace, torch.float64, general(spec)).play()
    # The second one compares the terms of a loss, too.
    assert one.loss <= other.loss <= other.limit, f"{path}: {one} and {other}"
    # What is left of a sum is looked at more closely there.
    assert other.gradient <= one.gradient * 1.000001 + 1e-9, f"{path}: {one} and {other}"
    for a, b in zip(one[5:9], other[5:9]):
        assert abs(a - b) <= 1e-6 * max(a, b) + 1e-9, f"{path}: {one} and {other}"
    print(f"{one.name}: loss {other.loss:.1e}, gradient {other.gradient:.1e}, "
          f"parameters {other.parameters:.1e}, as with two players", flush=True)


def main():
    for check in (check_formulas, check_form, check_pool, check_values):
        check()
    print("formulas, form, pool and values are as they should be")
    for path in sys.argv[1:]:
        check_trace(path)


if __name__ == "__main__":
    main()
