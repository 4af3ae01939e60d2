"""Rounds of gan-exp against PyTorch, in alternation, as ratios of minima.

usage: compare.py [NAME[:BATCH] ...] [--repeats 3] [--seconds 3] [--threads N] [--python PYTHON] [--scaling]
needs: a PYTHON with torch; `make build` first

Each side plays at least two rounds, and as many as fill --seconds, --repeats times in turn; the least counts.
Machines are noisy: only ratios of minima taken in one alternating run mean anything.

`of limit` is how much of the time of our steps would do at the greatest rates seen so far (`gan-exp profile`; those of
the beginning are at the top of the table), with the operations of a convolution's definition (behind `upsample`, of what
it becomes). `to first step` is the time from the command to the end of the first round (of networks that grow a
smaller one).
--scaling: a second table, for gan, of batches, widths and threads.
"""

import argparse
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent
GAN_EXP = ROOT / ".build" / "release" / "gan-exp"
ROUND = ROOT / "Benchmarks" / "pytorch_round.py"
# Each at the batch of its published figures.
RECIPES = (
    "gan-784:128", "gan:512", "dcgan:128", "dcgan-64:64", "wgan-gp:64", "keras-dcgan:128", "progressive:32",
    "began:16")
# Of networks that grow the last level is timed, which is reached in the rounds before; without the average of weights.
SETTINGS = {
    "progressive": (
        "schedule.growing.fade=1 images", "schedule.growing.stable=[1 images, 1 images]", "schedule.ema=none")}
WARM_UP = 6
FORMS = ("tuned", "published")


def output(*command):
    done = subprocess.run([str(word) for word in command], capture_output=True, text=True)
    if done.returncode:
        sys.exit(f"compare: {' '.join(map(str, command))}\n{done.stderr}")
    return json.loads(done.stdout)


def experiment(name):
    return ROOT / "experiments" / f"{name}.yaml"


class Recipe:
    """An experiment with settings, and what both sides make of it."""

    def __init__(self, spec, settings, threads, arguments):
        self.spec = spec
        self.settings = [word for setting in settings for word in ("--set", setting)]
        self.threads, self.arguments = threads, arguments

    def ours(self, command, *words):
        return output(GAN_EXP, command, self.spec, *self.settings, "--threads", self.threads, *words)

    def pytorch(self, form, *words):
        return output(self.arguments.python, ROUND, self.described, form, self.threads, *words)

    def first_step(self, play, *words):
        """Seconds from the command to the end of the first round, the least of three."""
        times = []
        for _ in range(3):
            start = time.monotonic()
            play(*words, "--rounds", 1, "--warm-up", 0)
            times.append(time.monotonic() - start)
        return min(times)

    def measured(self, forms):
        """By side: the least milliseconds a round, the median of that call, megabytes."""
        with tempfile.NamedTemporaryFile("w", suffix=".json") as file:
            json.dump(output(GAN_EXP, "describe", self.spec, *self.settings, "--json"), file)
            file.flush()
            self.described = file.name
            sides = {"ours": lambda *words: self.ours("benchmark", *words)}
            for form in forms:
                sides[form] = lambda *words, form=form: self.pytorch(form, *words)
            least = {}
            for _ in range(self.arguments.repeats):
                for side, play in sides.items():
                    result = play(
                        "--rounds", 2, "--seconds", self.arguments.seconds, "--warm-up", WARM_UP)
                    if side not in least or result["min"] < least[side]["min"]:
                        least[side] = result
            first = {side: self.first_step(sides[side]) for side in ("ours", "tuned")}
        return least, first


class Limits:
    """The greatest rates that the processor has shown in this run: who else uses it may take half of it for a while."""

    def __init__(self, profile):
        self.rates = dict(profile["limits"])

    def see(self, profile):
        for name, rate in profile["limits"].items():
            self.rates[name] = max(rate, self.rates[name])

    def __str__(self):
        return (
            f"{self.rates['operations_per_second'] * 1e-9:.0f} GFLOP/s, "
            f"{self.rates['bytes_per_second'] * 1e-9:.1f} GB/s of memory, a product of 1024 × 1024 "
            f"{self.rates['product_operations_per_second'] * 1e-9:.0f} GFLOP/s")


def share_of_limit(profile, limits):
    possible = sum(
        graph["plays"] * max(
            step["operations"] / limits["operations_per_second"], step["bytes"] / limits["bytes_per_second"])
        for graph in profile["graphs"] for step in graph["steps"])
    return possible / profile["seconds"]


def main_table(arguments):
    names = arguments.names or RECIPES
    limits = None
    for name in names:
        name, _, batch = name.partition(":")
        settings = [*SETTINGS.get(name, ()), *([f"data.batch={batch}"] if batch else [])]
        recipe = Recipe(experiment(name), settings, arguments.threads, arguments)
        if not limits:
            limits = Limits(recipe.ours("profile", "--rounds", 1, "--json"))
            print(
                f"{arguments.threads} threads; {limits}\n"
                f"milliseconds a round, least (and median) of {arguments.repeats} times "
                f"{arguments.seconds:g} s in turn\n")
            print("| experiment, batch | gan-exp | PyTorch tuned | PyTorch published | tuned ÷ ours | published ÷ ours "
                  "| of limit | our memory | PyTorch's | to first step | PyTorch's |")
            print("| --- |" + " ---: |" * 10)
        least, first = recipe.measured(FORMS)
        profile = recipe.ours("profile", "--rounds", 5, "--warm-up", WARM_UP, "--json")
        limits.see(profile)
        ours, tuned, published = (least[side]["min"] for side in ("ours", *FORMS))
        first_steps = " | ".join("–" if name in SETTINGS else f"{first[side]:.2f} s" for side in ("ours", "tuned"))
        cells = [f"{side['min']:.2f} ({side['median']:.2f})" for side in least.values()]
        print(
            f"| {name}, {batch or 'its own'} | {' | '.join(cells)} | {tuned / ours:.2f} × | {published / ours:.2f} × "
            f"| {share_of_limit(profile, limits.rates):.0%} | {least['ours']['memory']:.0f} MB | {least['tuned']['memory']:.0f} MB "
            f"| {first_steps} |", flush=True)


def widened(name, factor, folder):
    """A file with the same networks, all linear layers but the last of each `factor` times as wide."""
    spec = output(GAN_EXP, "describe", experiment(name), "--json")["spec"]
    for layers in spec["architecture"].values():
        for layer in [layer for layer in layers if "linear" in layer][:-1]:
            layer["linear"]["units"] *= factor
    path = pathlib.Path(folder) / f"{name}-{factor}.yaml"
    path.write_text(json.dumps(spec))
    return path


def scaling_table(arguments):
    print("\n| gan: batch, width, threads | gan-exp | PyTorch tuned | tuned ÷ ours |\n| --- | ---: | ---: | ---: |")
    cases = [(batch, 1, arguments.threads) for batch in (32, 64, 128, 256, 512, 1024)]
    cases += [(128, 1, 1)] + [(128, width, arguments.threads) for width in (2, 4)]
    with tempfile.TemporaryDirectory() as folder:
        for batch, width, threads in cases:
            recipe = Recipe(widened("gan", width, folder), [f"data.batch={batch}"], threads, arguments)
            least, _ = recipe.measured(("tuned",))
            ours, tuned = least["ours"]["min"], least["tuned"]["min"]
            print(f"| {batch}, × {width}, {threads} | {ours:.2f} | {tuned:.2f} | {tuned / ours:.2f} × |", flush=True)


def main():
    parser = argparse.ArgumentParser(description="Rounds of gan-exp against PyTorch.")
    parser.add_argument("names", nargs="*", metavar="NAME[:BATCH]")
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--seconds", type=float, default=3)
    parser.add_argument("--threads", type=int, default=os.cpu_count())
    parser.add_argument("--python", default=sys.executable)
    parser.add_argument("--scaling", action="store_true")
    arguments = parser.parse_args()
    main_table(arguments)
    if arguments.scaling:
        scaling_table(arguments)


if __name__ == "__main__":
    main()
