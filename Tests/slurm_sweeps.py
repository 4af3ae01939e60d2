"""Small sweeps on a Slurm, and the same played here, for slurm_check.py and slurm_scale.py."""

import glob
import hashlib
import json
import os
import pathlib
import subprocess
import time

HOME = pathlib.Path(__file__).resolve().parent.parent
SPEC = """\
version: 1
name: check
seed: 5
data: {{source: {{synthetic: {{of: digits, count: 64}}}}, batch: 16, range: [-1, 1]}}
latent: {{size: 4, distribution: normal}}
labels: none
architecture:
  generator: [linear: 16, batch_norm, relu, linear: 784, tanh, image: {{channels: 1, size: 28}}]
  discriminator: [flatten, linear: 16, leaky_relu: 0.2, dropout: 0.25, linear: 1]
loss: {{kind: least_squares}}
optimizer: {{kind: adam, learning_rate: 1e-3, betas: [0.5, 0.999]}}
schedule: {{length: {length} epochs}}
record: {{log: 2 steps, samples: none, checkpoint: {{every: 2 epochs}}}}
sweep: {{axes: {{latent.size: {sizes}}}}}
engine: {{slurm: {{cpus: 1, time: {time}, memory: 300MB, srun: {srun}, extra: {extra}}}}}
"""


class Problem(Exception):
    pass


def words(*command, check=True):
    done = subprocess.run(command, capture_output=True, text=True)
    if check and done.returncode != 0:
        raise Problem(f"{' '.join(command)}: {done.returncode}: {done.stderr.strip()[-400:]}")
    return done.stdout.strip()


def until(what, seconds, condition):
    end = time.time() + seconds
    while time.time() < end:
        found = condition()
        if found:
            return found
        time.sleep(0.2)
    raise Problem(f"{what} did not come within {seconds} s")


class Sweep:
    """A sweep over sizes of z, or any file's with some settings."""

    def __init__(
            self, check, name, trials=2, srun=True, limit="10m", extra=(), length=None, spec=None, settings=(),
            jobs=2, more=""):
        (self.check, self.name, self.jobs) = (check, name, jobs)
        self.settings = [word for setting in settings for word in ("--set", setting)]
        self.spec = spec or f"{check.folder}/{name}.yaml"
        # What it is, wherever it is played.
        self.key = (self.spec, *settings) if spec else (trials, length or check.length, more)
        if not spec:
            text = SPEC.format(
                length=length or check.length, sizes=list(range(3, 3 + trials)), time=limit,
                srun=str(srun).lower(), extra=json.dumps(list(extra))) + more
            pathlib.Path(self.spec).write_text(text)
        self.results = f"{check.folder}/{name}"

    def submit(self, *more):
        self.path = words(
            self.check.program, "run", self.spec, "--results", self.results, *self.settings, *more).splitlines()[-1]
        return self

    def here(self):
        """The folder of the same sweep, played here once."""
        known = self.check.known
        if self.key not in known:
            known[self.key] = words(
                self.check.program, "run", self.spec, "--engine", "local", "--results", f"{self.check.folder}/here",
                "--threads", "1", "--jobs", str(self.jobs), "-q", "--fresh", *self.settings).splitlines()[-1]
        return known[self.key]

    def tasks(self):
        lines = words("squeue", "-h", "-r", "-t", "all", "-o", "%i|%T|%N|%j").splitlines()
        digest = hashlib.sha256(self.path.encode()).hexdigest()[:8]
        rows = [line.split("|") for line in lines if line.endswith(f"-{digest}")]
        return {row[0]: (row[1], row[2]) for row in rows}

    def live(self):
        over = {"COMPLETED", "FAILED", "CANCELLED", "TIMEOUT", "NODE_FAIL", "PREEMPTED"}
        return {task: state for task, state in self.tasks().items() if state[0] not in over}

    def step(self, index):
        for path in glob.glob(f"{self.path}/trials/{index:04}-*/checkpoints/step-*"):
            if "tmp" not in os.path.basename(path):
                return True
        return False

    def begun(self, index=0):
        until(f"a checkpoint of trial {index}", 60, lambda: self.step(index))

    def worker(self, index):
        owners = sorted(
            glob.glob(f"{self.path}/trials/{index:04}-*/attempts/*/owner.json"),
            key=lambda path: int(path.split("/")[-2]))
        return json.loads(pathlib.Path(owners[-1]).read_text())

    def task(self, index):
        return next(task for task in self.tasks() if task.endswith(f"_{index}"))

    def quiet(self, seconds=400):
        """Waits for the end of all jobs; a queue that does not move is a problem, a machine that is busy is none."""
        until("an end of all jobs", seconds, lambda: not self.live())

    def attempts(self):
        return [
            len(glob.glob(f"{folder}/attempts/[0-9]*"))
            for folder in sorted(glob.glob(f"{self.path}/trials/*"))]

    def trials(self):
        """The folder and the state of each."""
        folders = sorted(glob.glob(f"{self.path}/trials/*"))
        return [
            (folder, json.loads(pathlib.Path(f"{folder}/result.json").read_text())["state"]) for folder in folders]

    def compare(self):
        """Against the sweep played here."""
        local = self.here()
        names = [sorted(os.listdir(f"{path}/trials")) for path in (local, self.path)]
        if names[0] != names[1]:
            raise Problem(f"{local} has {len(names[0])} trials, {self.path} {len(names[1])}, or of other names")
        for folder, state in self.trials():
            if state != "finished":
                raise Problem(f"{folder}: {state}")
            same_files(f"{local}/trials/{os.path.basename(folder)}", folder)


def same_files(one, other):
    """All that a trial came to: losses, metrics, samples, the spec, and what the newest checkpoint holds."""
    names = ["losses.csv", "spec.yaml"]
    names += [path[len(one) + 1:] for path in glob.glob(f"{one}/metrics.csv") + glob.glob(f"{one}/samples/**/*.png")]
    names += [path[len(one) + 1:] for path in glob.glob(f"{one}/checkpoints/step-*/*.safetensors")]
    for name in names:
        if pathlib.Path(f"{one}/{name}").read_bytes() != pathlib.Path(f"{other}/{name}").read_bytes():
            raise Problem(f"{other}/{name} is not that of the sweep played here")
