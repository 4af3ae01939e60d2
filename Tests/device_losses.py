"""How far the losses of every experiment's first rounds on one device are from those on another.

    python3 Tests/device_losses.py [--device xla-cpu] [--against cpu] [--only NAME ...] [--rounds 20] [--batch N]
                                   [--data FOLDER | --drawn] [--jobs 1] [--program .build/release/gan-exp]

Every experiment under experiments/ is trained for some rounds on both, each row of losses.csv compared. Told are the worst
difference over all columns, as a part of the column's largest number, in the first round and in all of them: the first is
rounding, later ones are what a game makes of it. (Where a loss looks at differences of scores only, their level is rounding.)
What cannot be played for want of its data is said; with --drawn all are, on digits that gan-exp draws instead of MNIST's and on
pictures that are drawn here. Exit status 1: something did not run, or losses of a first round differ by
more than 1e-3.
"""

import argparse
import csv
import json
import os
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from drawn_data import draw_instead
from same_bytes import HOME, experiments, settings_of

LIMIT = 1e-3


def losses(program, spec, settings, rounds, device, environment):
    """The rows of losses.csv as columns by name, or what went wrong."""
    with tempfile.TemporaryDirectory() as folder:
        words = ["run", spec, "-q", "--results", folder, "--device", device, *settings]
        for key, value in {
            "schedule.length": f"{rounds} steps",
            "record.log": "1 steps",
            "record.samples": "none",
            "record.checkpoint": "none",
            "metrics": "none",
        }.items():
            words += ["--set", f"{key}={value}"]
        done = subprocess.run(
            [program, *words], cwd=HOME, env=environment, capture_output=True, text=True)
        if done.returncode != 0:
            return None, done.stderr.strip()
        with open(Path(done.stdout.splitlines()[-1]) / "losses.csv", newline="") as file:
            rows = list(csv.DictReader(file))
    names = [name for name in rows[0] if name not in ("step", "epoch", "images")]
    return {name: [float(row[name]) for row in rows if row[name]] for name in names}, ""


def batch_of(program, spec, settings, environment):
    """0 of a file that can't be read without its data."""
    done = subprocess.run(
        [program, "describe", spec, *settings, "--json"], cwd=HOME, env=environment,
        capture_output=True, text=True)
    return json.loads(done.stdout)["spec"]["data"]["batch"] if done.returncode == 0 else 0


def difference(one, other, rounds, part=""):
    worst = 0.0
    for name, values in one.items():
        if part not in name:
            continue
        here, there = values[:rounds], other[name][:rounds]
        scale = max((abs(value) for value in values), default=0.0) or 1.0
        for a, b in zip(here, there, strict=True):
            error = 0.0 if a == b or (a != a and b != b) else abs(a - b) / scale
            worst = max(worst, error if error == error else float("inf"))
    return worst


def compared(spec, arguments, program, environment):
    """Of the first round and of all the worst difference, and that of the first one's losses; or instead what went wrong."""
    settings = settings_of(program, spec, environment)
    if arguments.batch and batch_of(program, spec, settings, environment) > arguments.batch:
        settings += ["--set", f"data.batch={arguments.batch}"]
    found = []
    for device in [arguments.against, arguments.device]:
        columns, problem = losses(program, spec, settings, arguments.rounds, device, environment)
        if columns is None:
            return None, problem, bool(found)
        found.append(columns)
    differences = [difference(*found, rounds) for rounds in (1, arguments.rounds)]
    return differences, difference(*found, 1, part="loss"), False


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--device", default="xla-cpu")
    parser.add_argument("--against", default="cpu")
    parser.add_argument("--only", nargs="+", metavar="NAME", help="names of which this is a part")
    parser.add_argument("--without", nargs="+", default=[], metavar="NAME", help="leaves these out")
    parser.add_argument("--rounds", type=int, default=20)
    parser.add_argument("--batch", type=int, help="at which those are played that have larger ones")
    parser.add_argument("--data", help="where data sets lie; else GAN_EXP_DATA")
    parser.add_argument("--drawn", action="store_true", help="draws the data instead")
    parser.add_argument("--jobs", type=int, default=1, help="files side by side")
    parser.add_argument("--program", type=Path, default=HOME / ".build/release/gan-exp")
    arguments = parser.parse_args()
    program = arguments.program.resolve()
    wanted = list(experiments(arguments.only))
    specs = [spec for spec in wanted if not any(part in spec for part in arguments.without)]
    played, failed = 0, []
    with tempfile.TemporaryDirectory() as drawn, ThreadPoolExecutor(arguments.jobs) as pool:
        environment = dict(os.environ)
        place = HOME
        if arguments.drawn:
            place = Path(drawn)
            draw_instead(experiments(None), HOME, place)
            environment["GAN_EXP_DATA"] = drawn
        elif arguments.data:
            environment["GAN_EXP_DATA"] = arguments.data
        rows = pool.map(
            lambda spec: compared(str(place / spec), arguments, program, environment), specs)
        print(f"{'file':44} {'first round':>11} {f'{arguments.rounds} rounds':>11}")
        for spec, (differences, rest, is_half) in zip(specs, rows):
            if differences is None:
                first = rest.splitlines()[0] if rest else "no losses"
                print(f"{spec:44} not played: {first}", flush=True)
                if is_half or arguments.drawn or "not found" not in rest:
                    failed.append(spec)
                continue
            played += 1
            print(f"{spec:44} {differences[0]:11.1e} {differences[1]:11.1e}", flush=True)
            if not rest <= LIMIT:
                failed.append(spec)
    left = f"; {len(wanted) - len(specs)} left out (--without)" if arguments.without else ""
    print(f"{played} files{left}" + (f"; {len(failed)} failed: {', '.join(failed)}" if failed else ""))
    sys.exit(1 if failed or not played else 0)


if __name__ == "__main__":
    main()
