"""Rounds of gan-exp against PyTorch, in alternation, as ratios of minima.

usage: compare.py [SPEC ...] [--repeats 5] [--rounds 30] [--threads N] [--python PYTHON]
needs: a PYTHON with torch and safetensors; `make build` first

Machines are noisy: only ratios of minima taken in one alternating run mean anything.
"""

import argparse
import json
import os
import pathlib
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parent.parent
GAN_EXP = ROOT / ".build" / "release" / "gan-exp"


def output(*command):
    return json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("specs", nargs="*")
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument("--rounds", type=int, default=30)
    parser.add_argument("--threads", type=int, default=os.cpu_count())
    parser.add_argument("--python", default=sys.executable)
    arguments = parser.parse_args()
    specs = arguments.specs or [str(ROOT / "experiments" / f"{n}.yaml") for n in ("gan-784", "gan")]
    print(f"{arguments.threads} threads, least of {arguments.repeats} × {arguments.rounds} rounds, ms")
    print("| experiment | gan-exp | PyTorch tuned | PyTorch published | tuned ÷ ours | published ÷ ours "
          "| our memory | PyTorch's |")
    print("| --- | --- | --- | --- | --- | --- | --- | --- |")
    for spec in specs:
        described = output(GAN_EXP, "describe", spec, "--json")
        with tempfile.NamedTemporaryFile("w", suffix=".json") as file:
            json.dump(described, file)
            file.flush()
            least = {}
            for _ in range(arguments.repeats):
                for side in ("ours", "tuned", "published"):
                    if side == "ours":
                        result = output(
                            GAN_EXP, "benchmark", spec, "--rounds", str(arguments.rounds),
                            "--threads", str(arguments.threads))
                    else:
                        result = output(
                            arguments.python, ROOT / "Benchmarks" / "pytorch_round.py", file.name,
                            side, str(arguments.rounds), str(arguments.threads))
                    if side not in least or result["min"] < least[side]["min"]:
                        least[side] = result
        ours, tuned, published = (least[k]["min"] for k in ("ours", "tuned", "published"))
        print(
            f"| {described['name']} | {ours:.2f} | {tuned:.2f} | {published:.2f} "
            f"| {tuned / ours:.2f} × | {published / ours:.2f} × "
            f"| {least['ours']['memory']:.0f} MB | {least['tuned']['memory']:.0f} MB |", flush=True)


if __name__ == "__main__":
    main()
