"""Traces five rounds of every experiment that is checked in, and replays them in PyTorch.

usage: replay_gallery.py [--only NAME ...] [--again] [--write] [--pictures FOLDER] [--threads N] [--batch N]
                         [--program .build/release/gan-exp] [--device xla-cpu]
needs: pip install torch, and pyyaml for files whose folders of pictures are not there

Each file is played at its own batch size, or at --batch, which the row says. NAME is a part of a name in the table: `dcgan`,
`classic/`, `games/joint`. Rows are kept in .build/replay, so that a second call goes on where the
first one was stopped: a row is made anew if the program, the spec or a file of this folder that
computes has changed since, or with --again. --write puts the rows of this call into docs/replay.md, where
all others stay as they are: each row tells which build it is of (replay_table.py).

Data are looked for as `gan-exp run` does ($GAN_EXP_DATA). A spec for a folder of pictures takes
--pictures, else the folder it names if that is there, else pictures that are drawn here, and so does CIFAR-10.
"""

import argparse
import hashlib
import json
import os
import platform
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import torch

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from drawn_data import draw_cifar10, draw_pairs, draw_pictures  # noqa: E402

import comparing
import replay
import replay_table

HOME = Path(__file__).resolve().parents[2]
KEPT = HOME / ".build/replay"
DOCUMENT = HOME / "docs/replay.md"
FOLDERS = {
    "": "experiments", "classic/": "experiments/classic", "mixtures/": "experiments/mixtures",
    "games/": "Tests/PyTorch/games"}
ROUNDS = 5
CIFAR10 = "cifar-10-batches-bin"


def experiments():
    """(name in the table, path from the root) of every file."""
    return [
        (prefix + path.stem, path.relative_to(HOME))
        for prefix, folder in FOLDERS.items() for path in sorted((HOME / folder).glob("*.yaml"))]


def draw_whole_cifar10(folder):
    """A data folder with enough pictures for a batch of any file here."""
    draw_cifar10(folder / CIFAR10, count=100)


class Failure(Exception):
    pass


class Program:
    """gan-exp, and what tells it from another build."""

    def __init__(self, path):
        self.path, self.commit = path, commit()
        self.digest = hashlib.sha256(path.read_bytes()).digest()

    def __call__(self, *arguments):
        done = subprocess.run(
            [self.path, *map(str, arguments)], cwd=HOME, capture_output=True, text=True)
        if done.returncode:
            raise Failure(f"gan-exp {arguments[0]} ended with {done.returncode}: {done.stderr.strip()}")
        return done.stdout


class Pictures:
    """The folder that stands for one that a spec names and nobody has."""

    def __init__(self, given):
        self.given, self.drawn = given, {}

    def settings(self, spec):
        """What to set in a spec, and whose pictures they are."""
        sources = {"data.source": spec["data"].get("source")}
        for name, keys in spec["data"].get("sources", {}).items():
            sources[f"data.sources.{name}.source"] = keys.get("source")
        changes, which = [], ""
        if any("cifar10" in source for source in sources.values() if source):
            folder, whose = self.folder(CIFAR10, draw_whole_cifar10)
            if folder:
                changes, which = ["--data-dir", folder], whose
        for place, source in sources.items():
            if not isinstance(source, dict) or "folder" not in source:
                continue
            is_paired = any(
                keys.get("half") and f"data.sources.{keys.get('of')}.source" == place
                for keys in spec["data"].get("sources", {}).values())
            folder, whose = self.folder(
                source["folder"]["path"], draw_pairs if is_paired else draw_pictures)
            if folder:
                changes += ["--set", f"{place}.folder.path={folder}"]
                which = whose
        return changes, which

    def unnamed(self, text):
        """The same wherever pictures were drawn this time."""
        for folder in self.drawn.values():
            text = text.replace(folder.name, "")
        return text

    def folder(self, path, draw):
        places = [Path(os.environ.get("GAN_EXP_DATA", HOME)), HOME]
        if self.given and draw is not draw_whole_cifar10:
            return Path(self.given).resolve(), "pictures of --pictures"
        if any((place / path).exists() for place in places):
            return None, ""
        key = draw.__name__
        if key not in self.drawn:
            self.drawn[key] = tempfile.TemporaryDirectory()
            draw(Path(self.drawn[key].name))
        return self.drawn[key].name, "drawn pictures"


# Rows of the table.


def digest(*contents):
    return hashlib.sha256(b"\0".join(contents)).hexdigest()[:16]


def tools():
    computing = (
        "replay", "comparing", "two_players", "games", "game_form", "formulas", "networks", "growing",
        "objectives", "terms", "transformations", "augmentations", "products", "rounding", "trace_file")
    return digest(*((Path(__file__).parent / f"{name}.py").read_bytes() for name in computing))


def commit():
    git = ["git", "-C", HOME]
    head = subprocess.run([*git, "rev-parse", "--short", "HEAD"], capture_output=True, text=True)
    return head.stdout.strip()


def replayed(program, path, settings, threads, device):
    with tempfile.TemporaryDirectory() as folder:
        trace = Path(folder) / "trace.safetensors"
        start = time.monotonic()
        program("trace", path, *settings, "--steps", ROUNDS, "--device", device,
                *(["--threads", threads] if device == "cpu" else []), "-o", trace)
        traced = time.monotonic()
        found = replay.replayed(trace)
        return found._asdict(), (traced - start, time.monotonic() - traced)


def resolved(program, path):
    """The spec of a file; of one whose folders nobody has, in the general form, which needs no data."""
    try:
        return json.loads(program("describe", path, "--json"))["spec"]
    except Failure:
        import yaml  # On a bare machine for a GPU it is not there, nor needed.

        return yaml.safe_load(program("describe", path, "--game"))


def row_of(name, path, pictures, arguments, program):
    """A row of the table as a dictionary: kept from an earlier call, or made."""
    device = arguments.device
    kept = KEPT / f"{name.replace('/', '-')}{'' if device == 'cpu' else '-' + device.replace('/', '-')}.json"
    settings, which = pictures.settings(resolved(program, path))
    if arguments.batch:
        settings += ["--set", f"data.batch={arguments.batch}"]
    spec = pictures.unnamed(program("describe", path, "--json", *settings))
    origin = digest(program.digest, tools().encode(), spec.encode(), which.encode())
    if kept.exists() and not arguments.again:
        row = json.loads(kept.read_text())
        if row["origin"] == origin:
            return row | {"seconds": None}
    found, seconds = replayed(program, path, settings, arguments.threads, device)
    row = found | {"name": name, "origin": origin, "pictures": which, "commit": program.commit,
                   "torch": torch.__version__, "orders": replay.ORDERS}
    KEPT.mkdir(parents=True, exist_ok=True)
    kept.write_text(json.dumps(row))
    return row | {"seconds": seconds}


def outcome(row):
    return comparing.Outcome(
        **{field: row[field] for field in comparing.Outcome._fields if field in row})


def is_good(row):
    found = outcome(row)
    return found.rounds == ROUNDS and found.is_within(found.limit)


def limit_of(row, mark=""):
    """The limit, by what it is the wider one, and how far PyTorch's own is of what is beyond it."""
    found = outcome(row)
    text = f"{found.limit:.0e}" + "".join(f", {mark}{name}{mark}" for name in found.second_order)
    if found.furthest is None:
        return text
    (own, rounded), orders = found.furthest, row["orders"]
    return f"{text}; PyTorch's own {own:.1e} in {orders} order{'s' * (orders > 1)}, only results rounded {rounded:.1e}"


def cells(row):
    """What the document tells of a row."""
    found = outcome(row)
    return replay_table.Row(
        pictures=row["pictures"], batch=str(found.batch), loss=f"{found.loss:.1e}",
        gradient=f"{found.gradient:.1e}", parameters=f"{found.parameters:.1e}", worst=f"`{found.worst}`",
        limit=("" if is_good(row) else replay_table.OVER) + limit_of(row, "`"),
        noise=f"{found.noise:.1e}", bias=f"{found.bias:.1e}", kinks=str(found.kinks),
        build=f"`{row['commit']}`, {row['torch']}")


def line(row):
    found = outcome(row)
    time = "kept" if row["seconds"] is None else "{:.0f} + {:.0f} s".format(*row["seconds"])
    verdict = "" if is_good(row) else f"   FAILED at {found.worst}"
    return (
        f"{found.name:<38} {found.batch:>5} {found.loss:8.1e} {found.gradient:8.1e} "
        f"{found.parameters:10.1e} {found.noise:8.1e} {found.bias:8.1e} {found.kinks:>6}   "
        f"{time:>12}  {limit_of(row)}{verdict}")


HEADER = (
    f"{'file':<38} {'batch':>5} {'loss':>8} {'gradient':>8} {'parameters':>10} {'noise':>8} "
    f"{'bias':>8} {'kinks':>6}   {'took':>12}  limit")


def main():
    parser = argparse.ArgumentParser(
        description="Traces every experiment that is checked in and replays it in PyTorch.")
    parser.add_argument("--only", nargs="+", metavar="NAME", help="names, or parts of names")
    parser.add_argument("--again", action="store_true", help="make kept rows anew")
    parser.add_argument("--write", action="store_true", help=f"write {DOCUMENT.name}")
    parser.add_argument("--pictures", metavar="FOLDER", help="for specs that want a folder of them")
    parser.add_argument("--batch", type=int, help="samples a batch, for files whose own takes hours")
    parser.add_argument("--threads", type=int, default=os.cpu_count())
    parser.add_argument("--device", default="cpu", help="what traces; the document is that of cpu")
    parser.add_argument("--program", type=Path, default=HOME / ".build/release/gan-exp")
    arguments = parser.parse_args()
    if arguments.write and arguments.device != "cpu":
        parser.error(f"--write: {DOCUMENT.name} tells of --device cpu")
    torch.set_num_threads(arguments.threads)
    names = {name for name, _ in experiments()}
    chosen = [
        (name, path) for name, path in experiments()
        if not arguments.only or any(
            part == name if part in names else part in name for part in arguments.only)]
    if not chosen:
        sys.exit("replay: no file of that name; there are " + ", ".join(n for n, _ in experiments()))
    program = Program(arguments.program.resolve())
    pictures = Pictures(arguments.pictures)
    print(f"gan-exp {program.commit}, PyTorch {torch.__version__}, {platform.machine()}\n{HEADER}", flush=True)
    rows, failures, unplayed = [], [], []
    for index, (name, path) in enumerate(chosen):
        if sys.stderr.isatty():
            print(f"{index + 1}/{len(chosen)} {name}", end="\r", file=sys.stderr, flush=True)
        try:
            row = row_of(name, path, pictures, arguments, program)
        except (Exception, SystemExit) as error:  # One file's failure is a row like any other.
            unplayed.append(name)
            print(f"{name:<38} FAILED: {type(error).__name__}: {error}", flush=True)
            continue
        rows.append(row)
        if not is_good(row):
            failures.append(name)
        print(line(row), flush=True)
    if arguments.write:
        table = replay_table.read(DOCUMENT.read_text()) | {row["name"]: cells(row) for row in rows}
        for name in unplayed:
            table.pop(name, None)
        DOCUMENT.write_text(
            replay_table.document({name: table.get(name) for name, _ in experiments()}))
        print(f"replay: wrote {DOCUMENT.relative_to(HOME)}")
    failures += unplayed
    if failures:
        sys.exit(f"replay: {len(failures)} of {len(chosen)} failed: {', '.join(failures)}")
    print(f"replay: all {len(rows)} files are within their limits")


if __name__ == "__main__":
    main()
