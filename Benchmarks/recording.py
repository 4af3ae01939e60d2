"""What it costs to write things down, and how fast thousands of results are read.

usage: recording.py [--trials 5000] [--length 'gan-784=10k steps'] ... [--data-dir DIR] [--keep DIR]
needs: `make build` first; nothing outside Python's own library

First part: trains gan-784 and gan (shortened: their checkpoints and pictures come at the default
intervals) and prints what share of the time went into rows, histograms, pictures and checkpoints. Second
part: makes a tree of finished trials from one real trial and times `ls` and `compare` on it, and `watch`: until the
page's first message is there, until a row that is added to another run is told, and its memory.
"""

import argparse
import json
import os
import pathlib
import re
import resource
import shutil
import subprocess
import tempfile
import time
import urllib.request

ROOT = pathlib.Path(__file__).resolve().parent.parent
GAN_EXP = ROOT / ".build" / "release" / "gan-exp"
# 10,000 steps are the whole of gan-784; gan takes its first checkpoint after 10 epochs.
LENGTHS = {"gan-784": "5k steps", "gan": "10 epochs"}


def train(name, results, *words):
    command = [GAN_EXP, "run", ROOT / "experiments" / f"{name}.yaml", "-q", "--results", results, *words]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    return pathlib.Path(done.stdout.split("\n")[0])


def recording(lengths, data):
    print("| experiment | seconds | rows | histograms | pictures | checkpoints | in all "
          "| longest checkpoint, ms | checkpoint and its share of the interval |")
    print("| --- | --- | --- | --- | --- | --- | --- | --- | --- |")
    for name, length in lengths.items():
        with tempfile.TemporaryDirectory() as folder:
            run = train(name, folder, "--set", f"schedule.length={length}", *data)
            result = json.loads((run / "result.json").read_text())
            cost = result["recording"]
            total = result["seconds"]
            shares = [cost.get(kind, {"seconds": 0})["seconds"] / total
                      for kind in ("rows", "histograms", "pictures", "checkpoints")]
            longest = cost.get("checkpoints", {"longest": 0})["longest"]
            steps = sorted(int(path.name[5:]) for path in (run / "checkpoints").glob("step-*"))
            interval = total * (steps[-1] - steps[-2] if len(steps) > 1 else steps[-1]) / result["step"]
            cells = [f"{share:.2%}" for share in shares + [sum(shares)]]
            print(f"| {name} | {total:.1f} | {' | '.join(cells)} | {longest * 1e3:.1f} "
                  f"| {longest / interval:.2%} |", flush=True)


SPEC = """\
version: 1
name: many
data: {source: {synthetic: {of: digits, count: 64}}, batch: 32}
latent: {size: 8}
architecture:
  generator: [linear: 16, relu, linear: 784, tanh, image: {channels: 1, size: 28}]
  discriminator: [flatten, linear: 16, leaky_relu: 0.2, linear: 1]
loss: cross_entropy
optimizer: {kind: adam, learning_rate: 1e-3}
schedule: {length: 200 epochs}
record: {log: 4 steps, samples: {every: 100 epochs, grid: 2x2}, checkpoint: none}
"""


def tree(folder, count):
    """A sweep of `count` finished trials: latent size × learning rate, five seeds each."""
    spec = folder / "many.yaml"
    spec.write_text(SPEC)
    command = [GAN_EXP, "run", spec, "-q", "--threads", "1", "--results", folder / "one"]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    model = pathlib.Path(done.stdout.split("\n")[0])
    texts = {name: (model / name).read_text()
             for name in ("resolved.yaml", "spec.yaml", "status.json", "result.json",
                          "environment.json", "losses.csv", "timing.csv", "log.txt", "losses.svg")}
    trials = folder / "results" / "many" / "20261121T0253-9f3a2c" / "trials"
    for index in range(count):
        trial = trials / f"{index:04}-{index * 2654435761 % 2**32:08x}-s{index % 5 + 1}"
        (trial / "samples").mkdir(parents=True)
        point = index // 5
        changed = dict(texts)
        changed["resolved.yaml"] = re.sub(
            r"learning_rate: \S+", f"learning_rate: {1e-4 * (1 + point // 50):.6f}", re.sub(
                r"(latent:\n  size: )\d+", rf"\g<1>{8 + point % 50}", re.sub(
                    r"(?m)^seed: \d+", f"seed: {index % 5 + 1}", texts["resolved.yaml"])))
        for name, text in changed.items():
            (trial / name).write_text(text)
        shutil.copy(model / "samples" / "final.png", trial / "samples" / "final.png")
    return trials.parent.parent.parent


def seconds(*words):
    """Of the clock and of processors; and lines."""
    start, before = time.monotonic(), resource.getrusage(resource.RUSAGE_CHILDREN)
    done = subprocess.run([GAN_EXP, *words], check=True, capture_output=True, text=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    used = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return time.monotonic() - start, used, len(done.stdout.split("\n"))


def reading(count, keep):
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(keep or folder)
        results = folder / "results"
        if not results.exists():
            tree(folder, count)
        print(f"{count} finished trials, least of 3 in seconds:")
        for words in (["ls"], ["compare"], ["compare", "--value", "best"],
                      ["compare", "--baseline", "0000"], ["report", "--to", str(folder / "r.html")]):
            given = list(words)
            if "--baseline" in given:
                first = next(results.glob("many/*/trials/0000-*"))
                given[-1] = str(first)
            times = [seconds(*given, "--results", str(results))
                     for _ in range(3)]
            print(f"  {' '.join(words[:2]):28} {min(t[0] for t in times):6.2f}, of processors "
                  f"{min(t[1] for t in times):5.2f}   ({times[0][2]} lines)", flush=True)
        watching(results)


def watching(results):
    """`watch` beside all of them, and a run that goes on."""
    trial = next(results.glob("many/*/trials/0000-*"))
    # As a sweep has it.
    sweep = trial.parent.parent
    shutil.copy(trial / "resolved.yaml", sweep / "resolved.yaml")
    with open(sweep / "plan.jsonl", "w") as plan:
        for index, folder in enumerate(sorted(trial.parent.iterdir())):
            point = index // 5
            plan.write(json.dumps({
                "index": index, "name": folder.name, "identity": "0" * 64, "seed": str(index % 5 + 1),
                "replicate": index % 5, "set": {"latent.size": str(8 + point % 50),
                                                "optimizer.learning_rate": f"{1e-4 * (1 + point // 50):.6f}"}}) + "\n")
    live = results / "live" / "20261121T0400-aaaaaa"
    shutil.rmtree(live, ignore_errors=True)
    shutil.copytree(trial, live)
    start = time.monotonic()
    process = subprocess.Popen([GAN_EXP, "watch", "--results", results, "--port", "0"], text=True,
                               stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    try:
        url = process.stdout.readline().strip()
        print(f"  watch, until it serves       {time.monotonic() - start:6.2f}")
        view = "all"
        for name in ("all", "the sweep"):
            start = time.monotonic()
            text = urllib.request.urlopen(f"{url}data?view={view}").read()
            message = json.loads(text)
            view = next((row["key"] for row in message["rows"] if row["kind"] == "sweep"), None)
            print(f"  its page of {name:16} {time.monotonic() - start:6.2f}   ({len(message['rows'])} rows, "
                  f"{len(text) / 1e6:.2f} MB)", flush=True)
        events = urllib.request.urlopen(f"{url}events?view=all")
        readline = lambda: next(line for line in iter(events.readline, b"") if line.startswith(b"data: "))
        readline()
        delays = []
        for row in range(5):
            time.sleep(0.7)
            start = time.monotonic()
            with open(live / "losses.csv", "a") as file:
                file.write((live / "losses.csv").read_text().splitlines()[-1].replace("400,", f"{500 + row},", 1) + "\n")
            size = len(readline())
            delays.append((time.monotonic() - start, size))
        print(f"  a new row is told after      {max(d for d, _ in delays):6.2f}   ({max(s for _, s in delays)} bytes)")
        used = sum(map(int, pathlib.Path(f"/proc/{process.pid}/stat").read_text().split()[13:15])) / os.sysconf("SC_CLK_TCK")
        time.sleep(10)
        more = sum(map(int, pathlib.Path(f"/proc/{process.pid}/stat").read_text().split()[13:15])) / os.sysconf("SC_CLK_TCK")
        print(f"  of processors, with a page   {(more - used) / 10:6.2%}")
        memory = re.search(r"VmHWM:\s+(\d+)", pathlib.Path(f"/proc/{process.pid}/status").read_text())
        print(f"  memory, at most              {int(memory.group(1)) / 1e3:6.0f} MB", flush=True)
    finally:
        process.terminate()
        process.wait()
        shutil.rmtree(live.parent)
        for name in ("plan.jsonl", "resolved.yaml"):
            (sweep / name).unlink()


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--trials", type=int, default=5000)
    parser.add_argument("--length", action="append", default=[], help="NAME=LENGTH")
    parser.add_argument("--data-dir")
    parser.add_argument("--keep", help="a folder for the tree, which is used again when it is there")
    parser.add_argument("--only", choices=("recording", "reading"))
    parser.add_argument("--program", type=pathlib.Path, help="another gan-exp than .build/release/gan-exp")
    arguments = parser.parse_args()
    if arguments.program:
        global GAN_EXP
        GAN_EXP = arguments.program.resolve()
    lengths = dict(item.split("=", 1) for item in arguments.length) or LENGTHS
    if arguments.only != "reading":
        recording(lengths, ["--data-dir", arguments.data_dir] if arguments.data_dir else [])
    if arguments.only != "recording":
        reading(arguments.trials, arguments.keep)


if __name__ == "__main__":
    main()
