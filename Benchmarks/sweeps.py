"""What running trials side by side is worth, and how fast a large sweep is planned.

usage: sweeps.py [--only jobs|planning] [--length '10k steps'] [--replicates 8] [--rounds 2] [--data-dir DIR]
needs: `make build` first and a quiet machine; nothing outside Python's own library

First part: how much faster one run of gan-784 is with two threads, then so many replicates of it as a
sweep with `--jobs auto`, against the same sweep with `--jobs 1 --threads 2`, in alternation, the least
time of each; the goal is a ratio of at most 0.6. Beside them two trials at a time with two threads
each, which shares the cores in another way. Second part: `--plan` of a grid of 10,000
trials (goal: under 2 s) and of one of three million points, which is counted and refused, never built.
"""

import argparse
import json
import pathlib
import statistics
import subprocess
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent
GAN_EXP = ROOT / ".build" / "release" / "gan-exp"
GAN_784 = ROOT / "experiments" / "gan-784.yaml"


def timed(*words, status=0):
    start = time.monotonic()
    done = subprocess.run([GAN_EXP, *words], capture_output=True, text=True)
    seconds = time.monotonic() - start
    if done.returncode != status:
        raise SystemExit(f"{' '.join(map(str, words))}: exit code {done.returncode}\n{done.stderr}")
    return seconds, done


def side_by_side(length, replicates, rounds, data):
    seeds = ", ".join(str(seed) for seed in range(1, replicates + 1))
    sweep = ["run", GAN_784, "-q", "--set", f"schedule.length={length}", "--sweep",
             f"seed=[{seeds}]", *data]
    splits = {"one after another, two threads each": ["--jobs", "1", "--threads", "2"],
              "--jobs auto": ["--jobs", "auto"],
              "two at a time, two threads each": ["--jobs", "2", "--threads", "2"]}
    seconds = {name: [] for name in splits}
    for _ in range(rounds):
        for name, words in splits.items():
            with tempfile.TemporaryDirectory() as folder:
                seconds[name].append(timed(*sweep, *words, "--results", folder)[0])
    for name, found in seconds.items():
        each = " ".join(f"{one:.1f}" for one in found)
        print(f"{replicates} replicates of gan-784, {length}, {name}: {each} s", flush=True)
    first, second, _ = map(min, seconds.values())
    print(f"ratio: {second / first:.2f} (goal: at most 0.6)", flush=True)


def threads(rounds):
    """How much faster one run is with two threads. Trials side by side with one thread each take half
    the time of one such trial apiece, so half of this is the least ratio that any split can give."""
    found = {1: [], 2: []}
    for _ in range(rounds):
        for count, times in found.items():
            _, done = timed("benchmark", GAN_784, "--threads", str(count), "--rounds", "1000")
            times.append(json.loads(done.stdout)["median"])
    one, two = (statistics.median(times) for times in found.values())
    print(f"one run of gan-784: {one:.2f} ms a round with one thread, {two:.2f} with two: "
          f"{one / two:.2f} times as fast, so the ratio cannot be below {one / two / 2:.2f}",
          flush=True)


def planning(data):
    def values(count, low=1):
        return "[" + ", ".join(str(low + n) for n in range(count)) + "]"

    def axes(*counts):
        paths = ["seed", "latent.size", "data.batch", "record.samples.seed"]
        return [word for path, count in zip(paths, counts)
                for word in ("--sweep", f"{path}={values(count)}")]

    seconds, done = timed("run", GAN_784, "--plan", *axes(25, 20, 20), *data)
    print(f"--plan: {done.stdout.splitlines()[-1]}: {seconds:.2f} s (goal: under 2 s)")
    million = axes(150, 150, 134)
    seconds, done = timed("run", GAN_784, "--plan", *million, *data)
    print(f"--plan: {done.stdout.splitlines()[-1]}: {seconds:.2f} s")
    seconds, done = timed("run", GAN_784, *million, *data, status=3)
    print(f"run: {done.stderr.splitlines()[0]}: {seconds:.2f} s")


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--length", default="10k steps")
    parser.add_argument("--replicates", type=int, default=8)
    parser.add_argument("--rounds", type=int, default=2, help="times each split is timed")
    parser.add_argument("--data-dir")
    parser.add_argument("--only", choices=["jobs", "planning"])
    options = parser.parse_args()
    data = ["--data-dir", options.data_dir] if options.data_dir else []
    if options.only != "planning":
        threads(9)
        side_by_side(options.length, options.replicates, options.rounds, data)
    if options.only != "jobs":
        planning(data)


main()
