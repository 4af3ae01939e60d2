#!/usr/bin/env python3
"""How many trials a sweep on Slurm plays in how long, beside a bare array; and how long a large one takes to be submitted.

  .ci/slurm start && . ${TMPDIR:-/tmp}/gan-exp-slurm/env.sh
  python3 Tests/slurm_scale.py [--program .build/release/gan-exp] [--trials 200] [--rounds 3] [--large 10000]

In turn, `rounds` times each: a bare array whose tasks do nothing (`true`), a bare array whose tasks play the trials' files by
`gan-exp run`, and `gan-exp run --engine slurm` until its last trial has its result and its report is there. Then a sweep of
`large` trials is planned and submitted held, looked at, and cancelled.
"""
import argparse
import glob
import os
import pathlib
import shutil
import statistics
import subprocess
import tempfile
import time

from slurm_sweeps import SPEC, until, words


def bare_array(folder, count, line, more=()):
    """Seconds until the last of so many tasks is over."""
    script = pathlib.Path(f"{folder}/bare.sh")
    script.write_text(f"#!/bin/bash\n{line}\n")
    start = time.time()
    job = words(
        "sbatch", "--parsable", f"--array=0-{count - 1}", "--ntasks=1", "--mem=300M", "-o", "/dev/null", *more, str(script))
    until("the end of an array", 1200, lambda: not words(
        "squeue", "-h", "-j", job, "-t", "pending,running,completing,suspended"))
    return time.time() - start


def spec_of(folder, name, trials, more="", replicates=1):
    """Networks of so many trials / replicates sizes."""
    sizes = list(range(1, trials // replicates + 1))
    text = SPEC.format(length=1, sizes=sizes, time="10m", srun="false", extra=f"[{more}]")
    text = text.replace("sweep: {", f"sweep: {{replicates: {replicates}, ")
    path = pathlib.Path(f"{folder}/{name}.yaml")
    path.write_text(text)
    return str(path)


def sweep(program, folder, spec):
    start = time.time()
    path = words(program, "run", spec, "--results", folder).splitlines()[-1]
    submitted = time.time() - start
    until("the report", 1200, lambda: os.path.exists(f"{path}/report.html"))
    seconds = time.time() - start
    finished = len(glob.glob(f"{path}/trials/*/result.json"))
    return seconds, submitted, finished, path


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--program", default=".build/release/gan-exp")
    parser.add_argument("--trials", type=int, default=200)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--large", type=int, default=10000)
    options = parser.parse_args()
    program = os.path.abspath(options.program)
    folder = tempfile.mkdtemp(prefix="slurm-scale-")
    spec = spec_of(folder, "many", options.trials)
    plain = pathlib.Path(f"{folder}/plain.yaml")
    plain.write_text("".join(
        line for line in pathlib.Path(spec).read_text().splitlines(True) if not line.startswith(("sweep", "engine"))))
    seen = {"array of `true`": [], "array of `gan-exp run`": [], "sweep": []}
    for turn in range(options.rounds):
        seen["array of `true`"].append(bare_array(folder, options.trials, "true"))
        seen["array of `gan-exp run`"].append(bare_array(
            folder, options.trials,
            f"exec {program} run {plain} --results {folder}/bare-{turn}/$SLURM_ARRAY_TASK_ID -q --threads 1 "
            "--set latent.size=$((SLURM_ARRAY_TASK_ID + 1))", ["--cpus-per-task=1"]))
        seconds, submitted, finished, path = sweep(program, f"{folder}/sweep-{turn}", spec)
        seen["sweep"].append(seconds)
        print(f"sweep: submitted after {submitted:.2f} s, {finished} results after {seconds:.1f} s", flush=True)
        start = time.time()
        said = words(program, "status", path).splitlines()[-1].split(": ", 1)[1]
        print(f"status: {time.time() - start:.2f} s: {said}", flush=True)
    print(f"\n| {options.trials} trials, {options.rounds} turns | seconds, median (least to most) | trials a second |")
    print("| --- | --- | --- |")
    for name, seconds in seen.items():
        middle = statistics.median(seconds)
        print(f"| {name} | {middle:.1f} ({min(seconds):.1f} to {max(seconds):.1f}) | {options.trials / middle:.1f} |")
    if options.large:
        large = spec_of(folder, "large", options.large, '"--hold"', replicates=100)
        for what, command in [
            ("planned (--plan)", ["run", large, "--plan"]),
            ("planned and submitted", ["run", large, "--results", f"{folder}/large"]),
            ("the same again", ["run", large, "--results", f"{folder}/large"]),
        ]:
            start = time.time()
            path = words(program, *command)
            print(f"{options.large} trials, {what}: {time.time() - start:.2f} s", flush=True)
        path = path.splitlines()[-1]
        for command in ["status", "status", "cancel"]:
            start = time.time()
            said = words(program, command, path).splitlines()[-1:]
            print(f"{command}: {time.time() - start:.2f} s: {' '.join(said)}", flush=True)
        print("kB in its folder:", subprocess.run(["du", "-sk", path], capture_output=True, text=True).stdout.split()[0])
    shutil.rmtree(folder)


if __name__ == "__main__":
    main()
