"""Whether two builds of gan-exp come to the same bytes.

    python3 Tests/same_bytes.py OLD NEW [--only NAME ...] [--rounds 100] [--steps 5] [--data FOLDER]

OLD and NEW are programs. Every experiment under experiments/ and Tests/PyTorch/games is traced for a
few rounds, and trained for some more; compared are the tensors of the trace (its metadata say every default, of
which there may be more), losses.csv, and each file of every checkpoint,
of which NEW may have more than OLD; 0 rounds or steps leave that part out. Sweeps play their first trial. What cannot be played for want of its
data is said and not counted as equal. Exit status 1: something differs.
"""

import argparse
import hashlib
import json
import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

HOME = Path(__file__).resolve().parent.parent


def experiments(only):
    for folder in ["experiments", "Tests/PyTorch/games"]:
        for path in sorted((HOME / folder).rglob("*.yaml")):
            name = str(path.relative_to(HOME))
            if not only or any(part in name for part in only):
                yield name


def call(program, words, environment):
    done = subprocess.run(
        [str(program), *words], cwd=HOME, env=environment, capture_output=True, text=True
    )
    return done.returncode, done.stdout.strip(), done.stderr.strip()


def digest(path):
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def digest_of_tensors(path):
    """Of a safetensors file without its metadata."""
    with open(path, "rb") as file:
        length = int.from_bytes(file.read(8), "little")
        header = json.loads(file.read(length))
        header.pop("__metadata__", None)
        digest = hashlib.sha256(json.dumps(header).encode())
        while block := file.read(1 << 20):
            digest.update(block)
    return digest.hexdigest()


def traced(program, spec, settings, steps, folder, environment):
    path = folder / "trace.safetensors"
    code, _, errors = call(
        program, ["trace", spec, "--steps", str(steps), "-o", str(path), *settings], environment
    )
    return ({"trace": digest_of_tensors(path)}, "") if code == 0 else (None, errors)


def trained(program, spec, settings, rounds, folder, environment):
    words = ["run", spec, "-q", "--results", str(folder), *settings]
    for key, value in {
        "schedule.length": f"{rounds} steps",
        "record.log": "10 steps",
        "record.samples": "none",
        "record.checkpoint": f"{{every: {max(1, rounds // 2)} steps, keep: {{last: 9}}}}",
        "metrics": "none",
    }.items():
        words += ["--set", f"{key}={value}"]
    code, output, errors = call(program, words, environment)
    if code != 0:
        return None, errors
    run = Path(output.splitlines()[-1])
    found = {"losses.csv": digest(run / "losses.csv")}
    for path in sorted((run / "checkpoints").rglob("*.safetensors")):
        found[str(path.relative_to(run))] = digest(path)
    return found, ""


def settings_of(program, spec, environment):
    """What makes one experiment of a sweep, and a short one of a long one."""
    code, output, _ = call(program, ["run", spec, "--plan"], environment)
    # A line a trial, its name first; of a spec without a sweep what one run takes.
    if code != 0 or not re.match(r"\d{4}-", output):
        return []
    first = output.splitlines()[0].split("  ")
    pairs = [word.strip() for word in first[1:] if "=" in word]
    return ["--set", "sweep=!unset"] + [word for pair in pairs for word in ("--set", pair)]


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("old", type=Path)
    parser.add_argument("new", type=Path)
    parser.add_argument("--only", nargs="+", metavar="NAME", help="names of which this is a part")
    parser.add_argument("--rounds", type=int, default=100)
    parser.add_argument("--steps", type=int, default=5)
    parser.add_argument("--data", help="where data sets lie; else GAN_EXP_DATA")
    arguments = parser.parse_args()
    environment = dict(os.environ)
    if arguments.data:
        environment["GAN_EXP_DATA"] = arguments.data
    programs = [arguments.old.resolve(), arguments.new.resolve()]
    counts = {"equal": 0, "different": 0, "not played": 0}
    for spec in experiments(arguments.only):
        settings = settings_of(programs[0], spec, environment)
        results, problem = [], ""
        for program in programs:
            found = {}
            with tempfile.TemporaryDirectory() as place:
                for part, count in [(traced, arguments.steps), (trained, arguments.rounds)]:
                    if count == 0:
                        continue
                    made, errors = part(program, spec, settings, count, Path(place), environment)
                    found.update(made or {})
                    problem = problem or (errors if made is None else "")
            results.append(found)
        old, new = results
        changed = [name for name in old if new.get(name) != old[name]]
        if changed:
            verdict, note = "different", ", ".join(changed)
        elif problem or not old:
            verdict, note = "not played", problem.splitlines()[0] if problem else "nothing to compare"
        else:
            more = [name for name in new if name not in old]
            verdict, note = "equal", f"{len(old)} files" + (f", {len(more)} more" if more else "")
        counts[verdict] += 1
        print(f"{spec:44} {verdict:10} {note}", flush=True)
    print(json.dumps(counts))
    sys.exit(1 if counts["different"] else 0)


if __name__ == "__main__":
    main()
