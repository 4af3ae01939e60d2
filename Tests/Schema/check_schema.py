"""Holds experiments/schema.json against a validator that editors use too.

Every experiment of the gallery must be valid, and each broken line of the table below must be refused at
its place, with a message that names what was written. Needs jsonschema and PyYAML:

    python3 Tests/Schema/check_schema.py
"""

import json
import pathlib
import sys

import jsonschema
import yaml

ROOT = pathlib.Path(__file__).resolve().parents[2]


class Loader(yaml.SafeLoader):
    """Reads `!unset` as editors do: as nothing."""


Loader.add_constructor("!unset", lambda loader, node: None)

GOOD = """
extends: gan.yaml
optimizer: {kind: rmsprop, betas: !unset , generator: {learning_rate: 1e-3}}
loss: {kind: hinge}
penalties: [{gradient_penalty: 10}, {for: {w: [1]}, do: [{clip: "${w}"}]}]
schedule: {ema: 0.999, learning_rate: none}
architecture: {init: {linear: {normal: 0.02}, conv: {weight: he, bias: {constant: 0}}}}
"""

# A game said in general.
GAME = """
name: cycle
data: {batch: 1, sources: {a: {folder: a}, b: {source: mnist, classes: 10}, c: mnist, d: {of: a}}}
latents: {z: {size: 3}, y: {classes: 10}, w: }
networks:
  to_b: [{conv: 3}, {for: {w: [1]}, do: [{conv: "${w}"}]}]
  to_a: {like: to_b}
  critic: {layers: [{linear: 1}], inputs: [code], constraints: [{clip: 0.01}], ema: 0.9}
values: {made: to_b(a), both: [a, b], "no": !unset }
terms:
  game: {adversarial: {loss: hinge, critic: critic, real: b, fake: [a, made], critic_sees: {pool: 5}}}
  slope: {gradient_penalty: 10}
moves:
  - {networks: [to_a, to_b], terms: {game: 1, slope: "${w}"}, optimizer: {learning_rate: 1}, fresh: batch}
  - {networks: critic, terms: [game], times: 3, columns: d}
init: {conv: {normal: 0.02}}
optimizer: {kind: adam, learning_rate: 1}
schedule: {length: 1 epochs, epoch: a}
"""

# A line of such a game, where it is wrong, and what the message names.
BROKEN_GAME = [
    ("loss: hinge", [], "hinge"),
    ("data: {source: mnist}", ["data"], "mnist"),
    ("schedule: {order: [generator, discriminator]}", ["schedule"], "generator"),
    ("optimizer: {generator: {learning_rate: 1}}", ["optimizer"], "learning_rate"),
    ("data: {sources: {a-b: mnist}}", ["data", "sources"], "a-b"),
    ("data: {sources: {a: {folder: 1, size: 3}}}", ["data", "sources", "a"], "folder"),
    ("latents: {z: {sise: 3}}", ["latents", "z"], "sise"),
    ("networks: {g: [lrelu]}", ["networks", "g", 0], "lrelu"),
    ("networks: {g: {layer: [relu]}}", ["networks", "g"], "layer"),
    ("networks: {g: {like: 2b}}", ["networks", "g", "like"], "2b"),
    ("values: {v: {a: b}}", ["values", "v"], "b"),
    ("terms: {t: {adversarial: {critics: c}}}", ["terms", "t", "adversarial"], "critics"),
    ("terms: {t: clip}", ["terms", "t"], "clip"),
    ("moves: [{network: [a]}]", ["moves", 0], "network"),
    ("moves: [{networks: [a], fresh: all}]", ["moves", 0, "fresh"], "all"),
    ("moves: [{networks: [a], times: 0}]", ["moves", 0, "times"], "0"),
]

# A line, where it is wrong, and what the message names.
BROKEN = [
    ("loss: hinj", ["loss"], "hinj"),
    ("loss: {kind: hinj}", ["loss", "kind"], "hinj"),
    ("loss: {kind: hinge, scal: 2}", ["loss"], "scal"),
    ("optimizer: {generator: {lr: 1}}", ["optimizer", "generator"], "lr"),
    ("optimizer: {kind: adam, generator: {lr: 1}}", ["optimizer", "generator"], "lr"),
    ("optimizer: {kind: sgd, betas: [0, 1]}", ["optimizer", "betas"], "null"),
    ("optimizer: {kind: adam, generator: {kind: sgd, betas: [0, 1]}}",
     ["optimizer", "generator", "betas"], "null"),
    ("optimizer: {kind: adam, learning_rate: -1}", ["optimizer", "learning_rate"], "-1"),
    ("optimizer: 5", ["optimizer"], "5"),
    ("architecture: {generator: [lrelu]}", ["architecture", "generator", 0], "lrelu"),
    ("architecture: {generator: [{lrelu: 0.2}]}", ["architecture", "generator", 0], "lrelu"),
    ("architecture: {generator: [{linear: {unit: 3}}]}",
     ["architecture", "generator", 0, "linear"], "unit"),
    ("architecture: {generator: [{linear: many}]}",
     ["architecture", "generator", 0, "linear"], "many"),
    ("architecture: {generator: [{residual: [{conv: {chanels: 3}}]}]}",
     ["architecture", "generator", 0, "residual", 0, "conv"], "chanels"),
    ("architecture: {generator: [{for: {w: [1]}, do: [{linear: x}]}]}",
     ["architecture", "generator", 0, "do", 0, "linear"], "x"),
    ("architecture: {init: {linear: {nrmal: 1}}}", ["architecture", "init", "linear"], "nrmal"),
    ("architecture: {init: {conv: {weight: {normal: [1, 2, 3]}}}}",
     ["architecture", "init", "conv", "weight", "normal"], "[1, 2, 3]"),
    ("penalties: [{clip: {limits: 1}}]", ["penalties", 0, "clip"], "limits"),
    ("data: {batch: 0}", ["data", "batch"], "0"),
    ("data: {batch: 1.5}", ["data", "batch"], "1.5"),
    ("data: {source: {synthetic: circles}}", ["data", "source", "synthetic"], "circles"),
    ("data: {bath: 3}", ["data"], "bath"),
    ("latent: {distribution: poisson}", ["latent", "distribution"], "poisson"),
    ("schedule: {length: 3 parsecs}", ["schedule", "length"], "3 parsecs"),
    ("schedule: {ema: {deca: 1}}", ["schedule", "ema"], "deca"),
    ("metrics: {of: [fid]}", ["metrics", "of", 0], "fid"),
    ("sweep: {axis: {seed: [1]}}", ["sweep"], "axis"),
]


def main() -> int:
    schema = json.loads((ROOT / "experiments/schema.json").read_text())
    jsonschema.Draft202012Validator.check_schema(schema)
    validator = jsonschema.Draft202012Validator(schema)

    def found(text: str):
        return [
            (list(error.absolute_path), error.message)
            for error in validator.iter_errors(yaml.load(text, Loader))
        ]

    wrong = []
    experiments = sorted((ROOT / "experiments").rglob("*.yaml"))
    for path in experiments:
        wrong += [f"{path.relative_to(ROOT)}: {place}: {words}" for place, words in found(path.read_text())]
    wrong += [f"the good one: {place}: {words}" for place, words in found(GOOD)]
    wrong += [f"the good game: {place}: {words}" for place, words in found(GAME)]
    if not found("name: x"):
        wrong.append("a file without its sections is valid")
    if not found("name: x\nmoves: []"):
        wrong.append("a game without its sections is valid")
    games = [(f"{text}\nvalues: {{}}" if "values" not in text else text, *rest) for text, *rest in BROKEN_GAME]
    for text, place, name in BROKEN + games:
        errors = found(f"extends: gan.yaml\n{text}\n")
        if len(errors) != 1 or errors[0][0] != place or name not in errors[0][1]:
            wrong.append(f"{text}: wanted {place} naming {name}, found {errors}")
    for line in wrong:
        print(line)
    print(f"{len(experiments)} experiments and {len(BROKEN + games)} broken lines: {len(wrong)} wrong")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
