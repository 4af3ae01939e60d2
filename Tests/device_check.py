"""Everything that is to be known of a device, on a machine that has Python with PyTorch and JAX, but no Swift and no network.

usage: device_check.py [--device gpu] [--program FILE] [--minutes 9.5] [--out device-check.md] [--small]
  --program  gan-exp, such as `make dist` builds
  --small    batches of 8 and one round each: for trying the script on a processor

In this order, as far as the minutes reach; what was left out is said:
1. `gan-exp doctor --thorough`: every operation, random graphs and states against the reference.
2. Six experiments traced on the device and replayed in this machine's PyTorch, in double precision on its processor.
3. Five games timed against PyTorch (eager and compiled) and JAX (jit), one process after the other, products first in
   float32 and then in tf32: milliseconds a round (the least), seconds to the end of the first, megabytes of the device's memory.

Exit status 1: a device that is wrong, or of which nothing could be found out. Slowness is told and no more, and so is what did not
end in time.
"""

import argparse
import json
import os
import pathlib
import signal
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent
GALLERY = ["gan-784", "lsgan", "dcgan", "cgan", "wgan-gp", "aae"]
# The longest answers first.
GAMES = [
    ("dcgan-64", "experiments/dcgan-64.yaml", 128), ("resnet-64", "Benchmarks/resnet-64.yaml", 64),
    ("dcgan", "experiments/dcgan.yaml", 128), ("gan", "experiments/gan.yaml", 512),
    ("wgan-gp", "experiments/wgan-gp.yaml", 64),
]
PRODUCTS = ("float32", "tf32")


class Clock:
    def __init__(self, minutes):
        self.end = time.monotonic() + 60 * minutes

    @property
    def left(self):
        return self.end - time.monotonic()


def command(words, seconds, environment=None):
    """(whether it ended well, what it printed, what it complained of) of a process; not well is None where it took too long, and what
    it had printed by then is there. All that it has started ends with it."""
    try:
        process = subprocess.Popen(
            [str(word) for word in words], cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
            env={**os.environ, **(environment or {})}, start_new_session=True)
    except OSError as error:
        return False, "", str(error)
    try:
        told, complaint = process.communicate(timeout=max(1.0, seconds))
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        told, complaint = process.communicate()
        return None, told, f"{complaint}not ended after {seconds:.0f} s"
    return process.returncode == 0, told, complaint


def last_line(text):
    return (text.strip().splitlines() or ["nothing was said"])[-1][:200]


class Check:
    def __init__(self, arguments):
        self.arguments = arguments
        self.clock = Clock(arguments.minutes)
        self.program = arguments.program.resolve()
        self.lines, self.bad = [], False

    def say(self, text=""):
        print(text, flush=True)
        self.lines.append(text)
        self.arguments.out.write_text("\n".join(self.lines) + "\n")

    def machine(self):
        self.say(f"# gan-exp on `{self.arguments.device}`\n")
        _, version, _ = command([self.program, "--version"], self.clock.left)
        _, cards, _ = command(
            ["nvidia-smi", "--query-gpu=name,driver_version,memory.total", "--format=csv,noheader"],
            self.clock.left)
        found = "import torch, jax; print(torch.__version__, jax.__version__, jax.default_backend())"
        _, packages, complaint = command([sys.executable, "-c", found], self.clock.left)
        self.say(f"* {version.strip()}, {self.program.stat().st_size / 1e6:.1f} MB")
        self.say(f"* cards: {'; '.join(cards.strip().splitlines()) or 'none that nvidia-smi knows'}")
        self.say(f"* PyTorch, JAX and what it computes on: {packages.strip() or last_line(complaint)}")

    def doctor(self):
        self.say("\n## Operations\n\n```")
        start = time.monotonic()
        good, told, complaint = command(
            [self.program, "doctor", "--thorough", "--device", self.arguments.device], self.clock.left)
        self.say((told or complaint).strip())
        verdict = {True: "all as they should be", False: "**not as they should be**", None: "**not ended**"}[good]
        self.say(f"```\n{time.monotonic() - start:.0f} s, {verdict}")
        self.bad |= good is not True

    def replays(self):
        self.say("\n## Replayed in PyTorch\n\n```")
        data = [place for place in (ROOT.parent / "shared/data", ROOT / "shared/data") if place.exists()]
        environment = {} if "GAN_EXP_DATA" in os.environ or not data else {"GAN_EXP_DATA": str(data[0])}
        good, told, complaint = command(
            [sys.executable, ROOT / "Tests/PyTorch/replay_gallery.py", "--device", self.arguments.device,
             "--program", self.program, "--again", "--only", *self.arguments.only], self.clock.left / 2,
            environment)
        self.say((told + complaint).strip() + "\n```")
        self.bad |= good is False

    def sides(self, described, spec, settings, products):
        """By name: a command that prints milliseconds."""
        arguments = self.arguments
        torch_device = "cuda" if arguments.device == "gpu" else "cpu"
        pytorch = [sys.executable, ROOT / "Benchmarks/pytorch_round.py", described]
        threads = os.cpu_count() or 1
        return {
            "gan-exp": [
                self.program, "benchmark", spec, *settings, "--device", arguments.device,
                "--set", f"precision.products={products}"],
            "JAX, jit": [
                sys.executable, ROOT / "Benchmarks/jax_round.py", described, "--products", products],
            "PyTorch, eager": [
                *pytorch, "published", threads, "--device", torch_device, "--products", products],
            "PyTorch, compiled": [
                *pytorch, "compiled", threads, "--device", torch_device, "--products", products],
        }

    def timings(self):
        length = ["--rounds", 1, "--warm-up", 1] if self.arguments.small else [
            "--rounds", 20, "--seconds", 1.5, "--warm-up", 5]
        self.say("\n## Rounds\n")
        names = ["gan-exp", "JAX, jit", "PyTorch, eager", "PyTorch, compiled"]
        self.say("| game, batch, products | " + " | ".join(f"{name} ms" for name in names)
                 + " | eager ÷ ours | JAX ÷ ours | to first step, s | MB on the device |")
        self.say("| --- |" + " ---: |" * 8)
        left = []
        for products in PRODUCTS:
            for name, spec, batch in GAMES:
                batch = 8 if self.arguments.small else batch
                settings = ["--set", f"data.batch={batch}"]
                good, told, complaint = command(
                    [self.program, "describe", spec, *settings, "--json"], self.clock.left)
                if not good or self.clock.left < 20:
                    left.append(f"{name} in {products}" + ("" if good else f" ({last_line(complaint)})"))
                    continue
                with tempfile.NamedTemporaryFile("w", suffix=".json") as file:
                    file.write(told)
                    file.flush()
                    self.row(f"{name}, {batch}, {products}", self.sides(file.name, spec, settings, products), length)
        if left:
            self.say(f"\nNo time was left for {', '.join(left)}.")

    def row(self, title, sides, length):
        seen, remarks = {}, []
        for side, words in sides.items():
            good, told, complaint = command([*words, *length], self.clock.left)
            if good:
                seen[side] = json.loads(told)
            else:
                remarks.append(f"{side}: {last_line(complaint)}")

        def cells(key, form):
            return [form.format(seen[side][key]) if side in seen else "-" for side in sides]

        def ratio(side):
            if side not in seen or "gan-exp" not in seen:
                return "-"
            return f"{seen[side]['min'] / seen['gan-exp']['min']:.2f}"

        self.say(f"| {title} | " + " | ".join([
            *cells("min", "{:.2f}"), ratio("PyTorch, eager"), ratio("JAX, jit"),
            ", ".join(cells("first", "{:.1f}")), ", ".join(cells("device_memory", "{:.0f}"))]) + " |")
        for remark in remarks:
            print(f"  {title}: {remark}", file=sys.stderr, flush=True)

    def play(self):
        self.machine()
        self.doctor()
        self.replays()
        self.timings()
        self.say(f"\n{self.arguments.minutes - self.clock.left / 60:.1f} minutes")
        return 1 if self.bad else 0


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--device", default="gpu")
    parser.add_argument("--program", type=pathlib.Path, default=ROOT / ".build/release/gan-exp")
    parser.add_argument("--minutes", type=float, default=9.5)
    parser.add_argument("--out", type=pathlib.Path, default=pathlib.Path("device-check.md"))
    parser.add_argument("--only", nargs="+", default=GALLERY, metavar="NAME", help="experiments to replay")
    parser.add_argument("--small", action="store_true")
    arguments = parser.parse_args()
    if not arguments.program.exists():
        sys.exit(f"device-check: {arguments.program} is not there: `make dist` builds one that runs anywhere")
    sys.exit(Check(arguments).play())


if __name__ == "__main__":
    main()
