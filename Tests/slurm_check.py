#!/usr/bin/env python3
"""What a cluster does to the trials of a sweep, on a real Slurm of two nodes (.ci/slurm start).

Each case begins a small sweep, does something to it, brings it to its end, and looks: every trial has
one result, and every losses.csv is that of a sweep that nobody disturbed, byte for byte. Prints a table.

  .ci/slurm start && . ${TMPDIR:-/tmp}/gan-exp-slurm/env.sh
  python3 Tests/slurm_check.py --program .build/debug/gan-exp [--only preempt scancel] [--quick]
"""
import argparse
import glob
import hashlib
import json
import os
import pathlib
import shutil
import signal
import subprocess
import sys
import tempfile
import time

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
    def __init__(self, check, name, trials=2, srun=True, limit="10m", extra=(), length=None):
        self.check = check
        self.length = length or check.length
        self.sizes = list(range(3, 3 + trials))
        self.spec = f"{check.folder}/{name}.yaml"
        text = SPEC.format(
            length=self.length, sizes=self.sizes, time=limit,
            srun=str(srun).lower(), extra=json.dumps(list(extra)))
        pathlib.Path(self.spec).write_text(text)
        self.results = f"{check.folder}/{name}"

    def submit(self, *more):
        self.path = words(self.check.program, "run", self.spec, "--results", self.results, *more)
        return self

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

    def quiet(self, seconds=180):
        until("an end of all jobs", seconds, lambda: not self.live())

    def attempts(self):
        return [
            len(glob.glob(f"{folder}/attempts/[0-9]*"))
            for folder in sorted(glob.glob(f"{self.path}/trials/*"))]

    def compare(self):
        """Against the sweep played here."""
        local = self.check.local(len(self.sizes), self.length)
        folders = sorted(glob.glob(f"{local}/trials/*"))
        if len(folders) != len(self.sizes):
            raise Problem(f"{local} has {len(folders)} trials")
        for size, folder in enumerate(folders):
            other = f"{self.path}/trials/{os.path.basename(folder)}"
            result = json.loads(pathlib.Path(f"{other}/result.json").read_text())
            if result["state"] != "finished":
                raise Problem(f"{other}: {result['state']}")
            for name in ["losses.csv", "spec.yaml"]:
                if pathlib.Path(f"{folder}/{name}").read_bytes() != pathlib.Path(
                        f"{other}/{name}").read_bytes():
                    raise Problem(f"{other}/{name} is not that of the undisturbed sweep")


def undisturbed(check):
    sweep = Sweep(check, "undisturbed", trials=6).submit()
    until("a report", 120, lambda: os.path.exists(f"{sweep.path}/report.html"))
    table = lambda path: [
        line.split(",")[:3] for line in pathlib.Path(f"{path}/summary.csv").read_text().splitlines()]
    if table(sweep.path) != table(check.local(6, sweep.length)):
        raise Problem("another summary than here")
    return sweep, "collected"


def twice(check):
    sweep = Sweep(check, "twice", trials=3).submit()
    first = set(sweep.tasks())
    again = Sweep(check, "twice", trials=3).submit()
    if set(again.tasks()) != first:
        raise Problem("submitted twice")
    # A second array by hand, past all that gan-exp looks at.
    sweep.begun()
    words("sbatch", "--parsable", f"{sweep.path}/slurm/job-1.sh")
    sweep.quiet()
    states = sorted(state for state, _ in sweep.tasks().values())
    return sweep, f"by hand once more: {states.count('FAILED')} held, rest over at once"


def cancelled(check):
    sweep = Sweep(check, "cancelled").submit()
    sweep.begun()
    words("scancel", sweep.task(0))
    until("CANCELLED", 30, lambda: sweep.tasks()[sweep.task(0)][0] == "CANCELLED")
    time.sleep(8)
    if sweep.tasks()[sweep.task(0)][0] != "CANCELLED":
        raise Problem("it came back")
    sweep.submit()
    sweep.quiet()
    return sweep, "stays cancelled, goes on when submitted again"


def all_cancelled(check):
    sweep = Sweep(check, "all-cancelled").submit()
    sweep.begun()
    words(check.program, "cancel", sweep.path)
    sweep.quiet(40)
    sweep.submit()
    sweep.quiet()
    return sweep, "gan-exp cancel, then the same again"


def killed_worker(check):
    sweep = Sweep(check, "killed-worker").submit()
    sweep.begun()
    os.kill(sweep.worker(0)["pid"], signal.SIGKILL)
    sweep.quiet()
    seen = sweep.tasks()[sweep.task(0)][0]
    sweep.submit()
    sweep.quiet()
    return sweep, f"{seen}, goes on when submitted again"


def processes(pattern, **wanted):
    """Processes with this text in their command line and this environment."""
    found = []
    for entry in glob.glob("/proc/[0-9]*"):
        try:
            line = pathlib.Path(f"{entry}/cmdline").read_bytes().replace(b"\0", b" ").decode()
            environment = pathlib.Path(f"{entry}/environ").read_bytes().decode(errors="replace")
        except OSError:
            continue
        pairs = dict(pair.split("=", 1) for pair in environment.split("\0") if "=" in pair)
        if pattern in line and all(pairs.get(key) == value for key, value in wanted.items()):
            found.append(int(entry.split("/")[-1]))
    return found


def killed_script(check):
    sweep = Sweep(check, "killed-script").submit()
    sweep.begun()
    job, task = sweep.task(0).split("_")
    for pid in processes("srun --kill-on-bad-exit", SLURM_ARRAY_JOB_ID=job, SLURM_ARRAY_TASK_ID=task):
        os.kill(pid, signal.SIGKILL)
    sweep.quiet()
    seen = sweep.tasks()[sweep.task(0)][0]
    sweep.submit()
    sweep.quiet()
    return sweep, f"{seen}, goes on when submitted again"


def killed_stepd(check):
    sweep = Sweep(check, "killed-stepd").submit()
    sweep.begun()
    number = words("squeue", "-h", "-j", sweep.task(0), "-o", "%A")
    killed = 0
    for pid in processes(f"slurmstepd: [{number}."):
        os.kill(pid, signal.SIGKILL)
        killed += 1
    if not killed:
        raise Problem("no slurmstepd was found")
    sweep.quiet(300)
    states = sweep.tasks()
    sweep.submit()
    sweep.quiet()
    return sweep, f"{killed} slurmstepd killed: {states[sweep.task(0)][0]}"


def dead_node(check):
    sweep = Sweep(check, "dead-node", length=check.length * 30).submit()
    for index in range(2):
        sweep.begun(index)
    node = sweep.tasks()[sweep.task(0)][1]
    place = os.path.dirname(os.environ["SLURM_CONF"])
    pid = int(pathlib.Path(f"{place}/run/slurmd-{node}.pid").read_text())
    os.kill(pid, signal.SIGKILL)
    time.sleep(1)
    try:
        until("the node to be missed", 120, lambda: "down" in words(
            "sinfo", "-h", "-N", "-n", node, "-o", "%T"))
        sweep.quiet(300)
    finally:
        subprocess.run(["slurmd", "-N", node])
    until("the node", 30, lambda: "idle" in words("sinfo", "-h", "-N", "-n", node, "-o", "%T"))
    sweep.submit()
    sweep.quiet()
    if max(sweep.attempts()) < 2:
        raise Problem("its trials ended before the node was missed")
    return sweep, "gone on on the other node; the copies of the dead one gave way"


def preempted(check, srun):
    # Without srun it hears of it at the end of the grace time, 5 s and up to 16: it must still be at work then.
    sweep = Sweep(
        check, f"preempted-{'srun' if srun else 'exec'}", srun=srun,
        length=check.length * (1 if srun else 8)).submit()
    sweep.begun()
    sweep.begun(1)
    words("sbatch", "--parsable", "-p", "high", "--exclusive", "-w",
          sweep.tasks()[sweep.task(0)][1], "-o", "/dev/null", "--wrap", "sleep 1")
    until("giving way", 60, lambda: any(n > 1 for n in sweep.attempts()) or not sweep.live())
    sweep.quiet()
    if max(sweep.attempts()) < 2:
        raise Problem("nobody gave way")
    return sweep, "saved, queued again, gone on by itself"


def time_limit(check):
    sweep = Sweep(
        check, "time-limit", trials=1, limit="1m", extra=["--signal=USR2@35"],
        length=check.length * 8).submit()
    sweep.quiet(400)
    if max(sweep.attempts()) < 2:
        raise Problem("it ended before its time was over")
    return sweep, f"USR2, saved, queued again: {max(sweep.attempts())} attempts"


def small_arrays(check):
    limit = int(words("scontrol", "show", "config").split("MaxArraySize")[1].split()[1])
    if limit != 4:
        return None, "needs SLURM_CI_ARRAY=4 .ci/slurm start: left out"
    sweep = Sweep(check, "small-arrays", trials=10).submit()
    arrays = {task.split("_")[0] for task in sweep.tasks()}
    sweep.quiet()
    if len(arrays) != 3:
        raise Problem(f"{len(arrays)} arrays")
    return sweep, "3 arrays of at most 4"


CASES = {
    "undisturbed": undisturbed, "twice": twice, "scancel": cancelled, "cancel": all_cancelled,
    "kill-worker": killed_worker, "kill-script": killed_script, "kill-stepd": killed_stepd,
    "dead-node": dead_node, "preempt-srun": lambda check: preempted(check, True),
    "preempt-exec": lambda check: preempted(check, False), "time-limit": time_limit,
    "small-arrays": small_arrays,
}
QUICK = ["undisturbed", "twice", "scancel", "kill-worker", "preempt-srun"]


class Check:
    def __init__(self, program, folder, length):
        (self.program, self.folder, self.length) = (program, folder, length)
        self.known = {}

    def local(self, trials, length):
        """The same sweep, played here."""
        key = (trials, length)
        if key not in self.known:
            sweep = Sweep(self, f"local-{trials}-{length}", trials=trials, length=length)
            self.known[key] = words(
                self.program, "run", sweep.spec, "--engine", "local", "--results",
                f"{self.folder}/here", "--threads", "1", "--jobs", "2", "-q", "--fresh")
        return self.known[key]


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--program", default=".build/release/gan-exp")
    parser.add_argument("--only", nargs="*")
    parser.add_argument("--quick", action="store_true", help="what takes two minutes")
    parser.add_argument("--length", type=int, default=300, help="epochs of a trial")
    options = parser.parse_args()
    names = options.only or (QUICK if options.quick else list(CASES))
    folder = tempfile.mkdtemp(prefix="slurm-check-")
    check = Check(os.path.abspath(options.program), folder, options.length)
    wrong = 0
    print("| what was done | what was seen | attempts of each trial | played once, the same bytes | s |")
    print("| --- | --- | --- | --- | --- |", flush=True)
    for name in names:
        start = time.time()
        try:
            sweep, seen = CASES[name](check)
            attempts, verdict = "", "-"
            if sweep is not None:
                sweep.compare()
                attempts, verdict = " ".join(map(str, sweep.attempts())), "yes"
        except (Problem, OSError, KeyError, StopIteration, IndexError) as problem:
            (seen, attempts, verdict) = (f"{type(problem).__name__}: {problem}", "", "NO")
            wrong += 1
        print(f"| {name} | {seen} | {attempts} | {verdict} | {time.time() - start:.0f} |", flush=True)
    if wrong:
        print(f"{wrong} cases went wrong; what they left is in {folder}")
        sys.exit(1)
    shutil.rmtree(folder)


if __name__ == "__main__":
    main()
