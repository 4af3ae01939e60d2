"""What running trials side by side is worth, and how fast a large sweep is planned.

usage: sweeps.py [--length '10k steps'] [--replicates 8] [--data-dir DIR]
needs: `make build` first and a quiet machine; nothing outside Python's own library

First part: so many replicates of gan-784 as a sweep with `--jobs auto`, against the same sweep with
`--jobs 1 --threads 2`; the goal is a ratio of at most 0.6. Second part: `--plan` of a grid of 10,000
trials (goal: under 2 s) and of one of three million points, which is counted and refused, never built.
"""

import argparse
import pathlib
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


def side_by_side(length, replicates, data):
    seeds = ", ".join(str(seed) for seed in range(1, replicates + 1))
    sweep = ["run", GAN_784, "-q", "--set", f"schedule.length={length}", "--sweep",
             f"seed=[{seeds}]", *data]
    seconds = {}
    for name, words in [("one after another, two threads each", ["--jobs", "1", "--threads", "2"]),
                        ("--jobs auto", ["--jobs", "auto"])]:
        with tempfile.TemporaryDirectory() as folder:
            seconds[name], _ = timed(*sweep, *words, "--results", folder)
            print(f"{replicates} replicates of gan-784, {length}, {name}: {seconds[name]:.1f} s",
                  flush=True)
    first, second = seconds.values()
    print(f"ratio: {second / first:.2f} (goal: at most 0.6)", flush=True)


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
    parser.add_argument("--data-dir")
    parser.add_argument("--only", choices=["jobs", "planning"])
    options = parser.parse_args()
    data = ["--data-dir", options.data_dir] if options.data_dir else []
    if options.only != "planning":
        side_by_side(options.length, options.replicates, data)
    if options.only != "jobs":
        planning(data)


main()
