#!/usr/bin/env python3
"""What a cluster does to the trials of a sweep, on a real Slurm of two nodes (.ci/slurm start).

Each case begins a small sweep, does something to it, brings it to its end, and looks: every trial has
one result, and losses, metrics, samples and checkpoints are those of a sweep that nobody disturbed, byte for
byte. Prints a table.

  .ci/slurm start && . ${TMPDIR:-/tmp}/gan-exp-slurm/env.sh
  python3 Tests/slurm_check.py --program .build/debug/gan-exp [--only preempt scancel] [--quick]
"""
import argparse
import glob
import os
import pathlib
import shutil
import signal
import subprocess
import sys
import tempfile
import time

from drawn_data import draw_pictures
from slurm_sweeps import HOME, SPEC, Problem, Sweep, until, words


def undisturbed(check):
    tell = """notify: {exec: [sh, -c, 'echo $GAN_EXP_KIND $GAN_EXP_EVENT $GAN_EXP_EXIT_CODE >>"$GAN_EXP_DIRECTORY/told"']}\n"""
    sweep = Sweep(check, "undisturbed", trials=6, more=tell).submit()
    until("a report", 120, lambda: os.path.exists(f"{sweep.path}/report.html"))
    told = until("a word of its end", 20, lambda: told_of(sweep.path))
    if told != "sweep finished 0\n":
        raise Problem(f"told: {told}")
    table = lambda path: [
        line.split(",")[:3] for line in pathlib.Path(f"{path}/summary.csv").read_text().splitlines()]
    if table(sweep.path) != table(sweep.here()):
        raise Problem("another summary than here")
    return sweep, "collected, and told once"


def told_of(folder):
    path = pathlib.Path(f"{folder}/told")
    return path.read_text() if path.exists() else ""


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


def time_over(check):
    """What has not begun when the sweep's time is over is taken back."""
    sweep = Sweep(check, "time-over", trials=8, length=check.lasting(10))
    sweep.submit("--wait", "--set", "sweep.budget={time: 12s}")
    states = [state for state, _ in sweep.tasks().values()]
    begun = len(glob.glob(f"{sweep.path}/trials/*"))
    if sweep.live() or not 0 < begun < 8 or "CANCELLED" not in states:
        raise Problem(f"{begun} trials begun, tasks {states}")
    sweep.submit("--set", "sweep.budget={time: 12s}")
    sweep.quiet()
    return sweep, f"{begun} of 8 played by then, the rest taken back and played when submitted again"


def waiting(check, sweep, *more):
    """A process that waits for a sweep of which something has begun."""
    command = [check.program, "run", sweep.spec, "--results", sweep.results, *sweep.settings, "--wait", *more]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    plans = f"{sweep.results}/*/*/plan.jsonl"
    sweep.path = os.path.dirname(until("a plan", 30, lambda: glob.glob(plans))[0])
    sweep.begun()
    return process


def left(check):
    """Whoever waits leaves: a job writes the report."""
    sweep = Sweep(check, "left", trials=4, length=check.lasting(10))
    process = waiting(check, sweep)
    process.send_signal(signal.SIGINT)
    errors = process.communicate(timeout=60)[1]
    if process.returncode != 130 or "summary and report: job" not in errors:
        raise Problem(f"{process.returncode}: {errors[-300:]}")
    until("a report", 120, lambda: os.path.exists(f"{sweep.path}/report.html"))
    return sweep, "the jobs go on, one of them writes the report"


def cancelled_search(check):
    """A search that somebody waits for is cancelled: it begins nothing more."""
    sweep = search_of(check, "cancelled-search", 1, length=check.lasting(3))
    process = waiting(check, sweep)
    words(check.program, "cancel", sweep.path)
    errors = process.communicate(timeout=60)[1]
    if process.returncode != 143 or sweep.live():
        raise Problem(f"{process.returncode}: {errors[-300:]}; {sweep.live()}")
    sweep.submit("--wait")
    return sweep, "whoever waits ends too; the same again makes the choices made here"


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
    found = processes("--kill-on-bad-exit", SLURM_ARRAY_JOB_ID=job, SLURM_ARRAY_TASK_ID=task)
    if not found:
        raise Problem("no srun was found")
    for pid in found:
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
    sweep = Sweep(check, "dead-node", length=check.lasting(80)).submit()
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
    name, seconds = ("preempted-srun", 10) if srun else ("preempted-exec", 40)
    sweep = Sweep(check, name, srun=srun, length=check.lasting(seconds)).submit()
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
        length=check.lasting(60)).submit()
    sweep.quiet(400)
    if max(sweep.attempts()) < 2:
        raise Problem("it ended before its time was over")
    return sweep, f"USR2, saved, queued again: {max(sweep.attempts())} attempts"


def small_arrays(check):
    limit = int(words("scontrol", "show", "config").split("MaxArraySize")[1].split()[1])
    if limit != 4:
        return None, "needs SLURM_CI_ARRAY=4 .ci/slurm start: left out"
    sweep = Sweep(check, "small-arrays", trials=10, length=check.lasting(2)).submit()
    arrays = {task.split("_")[0] for task in sweep.tasks()}
    sweep.quiet()
    if len(arrays) != 3:
        raise Problem(f"{len(arrays)} arrays")
    return sweep, "3 arrays of at most 4"


GALLERY = [
    "data.source={synthetic: {of: digits, count: 256}}", "data.batch=64", "schedule.length=4 epochs",
    "sweep.replicates=1", "metrics.of=[{sliced_wasserstein: {samples: 64, patches: 4, projections: 8}}]"]
OBJECTIVE = [
    "metrics={every: 10 epochs, of: [{sliced_wasserstein: {samples: 64, patches: 4, projections: 8}}], "
    "objective: {minimize: sliced_wasserstein}}"]


def sweep_lsgan(check):
    sweep = Sweep(
        check, "sweep-lsgan", spec=f"{HOME}/experiments/sweep-lsgan.yaml", settings=GALLERY)
    sweep.submit("--engine", "slurm")
    until("a report", 120, lambda: os.path.exists(f"{sweep.path}/report.html"))
    tables = [
        words(check.program, "compare", path, *form)
        for form in ([], ["--json"]) for path in (sweep.path, sweep.here())]
    if tables[0] != tables[1] or tables[2].replace(sweep.path, sweep.here()).replace(
            os.path.basename(sweep.path), os.path.basename(sweep.here())) != tables[3]:
        raise Problem("compare shows another table than of the sweep played here")
    return sweep, f"compare of {len(sweep.trials())} trials shows the same"


def search_of(check, name, at_once, length=40):
    axes = "{latent.size: {int: [3, 9]}, optimizer.learning_rate: {log: [1e-4, 1e-2]}}"
    plain = Sweep(check, name, trials=1, length=length)
    return Sweep(
        check, name, spec=plain.spec, jobs=1, settings=OBJECTIVE + [
            f"sweep={{method: tpe, axes: {axes}, budget: {{trials: 9}}}}", f"engine.slurm.at_once={at_once}"])


def search(check):
    sweep = search_of(check, "search", 1).submit("--wait")
    return sweep, "one trial at a time: the choices made here"


def search_abreast(check):
    sweep = search_of(check, "search-abreast", 3).submit("--wait")
    states = [state for _, state in sweep.trials()]
    if states != ["finished"] * 9 or sweep.attempts() != [1] * 9:
        raise Problem(f"{states}, {sweep.attempts()} attempts")
    return None, "three at a time: nine trials, each played once"


def early_stopping(check):
    """Rates that teach nothing come last, when others have finished."""
    plain = Sweep(check, "early", trials=1, length=200)
    rates = "[1e-3, 2e-3, 3e-3, 4e-3, 1e-9, 2e-9, 3e-9, 4e-9]"
    of = OBJECTIVE + [f"sweep={{axes: {{optimizer.learning_rate: {rates}}}}}"]
    whole = Sweep(check, "early", spec=plain.spec, settings=of)
    sweep = Sweep(
        check, "early", spec=plain.spec,
        settings=of + ["sweep.early_stopping={rule: median, grace: 50 epochs, trials: 3}"]).submit()
    sweep.quiet()
    stopped = 0
    for folder, state in sweep.trials():
        one, other = [
            pathlib.Path(f"{path}/losses.csv").read_text()
            for path in (folder, f"{whole.here()}/trials/{os.path.basename(folder)}")]
        if state not in ("finished", "stopped") or not other.startswith(one):
            raise Problem(f"{folder}: {state}, with other losses than those of the whole trial")
        stopped += state == "stopped"
    if not stopped or len(sweep.trials()) != 8:
        raise Problem(f"{stopped} of {len(sweep.trials())} trials were stopped")
    return None, f"{stopped} of 8 trials ended early, their losses the beginning of the whole ones"


def release(tasks):
    for job in {task.split("_")[0] for task in tasks}:
        words("scontrol", "release", job)


def missing_data(check):
    """The pictures of one trial go while it waits, and come back."""
    folders = [f"{check.folder}/pictures-{name}" for name in "ab"]
    for folder in folders:
        os.makedirs(folder)
        draw_pictures(pathlib.Path(folder), count=64)
    sources = ", ".join(f"{{folder: {folder}}}" for folder in folders)
    sweep = Sweep(
        check, "missing-data", spec=Sweep(check, "missing-data", trials=1, extra=["--hold"]).spec, settings=[
            "data.size=28", f"sweep={{axes: {{data.source: [{sources}]}}}}",
            "architecture.generator=[linear: 16, relu, linear: 2352, tanh, image: {channels: 3, size: 28}]"])
    sweep.submit()
    sweep.here()
    os.rename(folders[1], f"{folders[1]}-away")
    release(sweep.tasks())
    until("a report", 120, lambda: os.path.exists(f"{sweep.path}/report.html"))
    seen = words(check.program, "status", sweep.path)
    if "not found. Looked at: " + folders[1] not in seen or os.path.basename(sorted(glob.glob(f'{sweep.here()}/trials/*'))[1]) not in seen:
        raise Problem(f"status does not say why: {seen}")
    tasks = set(sweep.tasks())
    os.rename(f"{folders[1]}-away", folders[1])
    sweep.submit()
    more = set(sweep.tasks()) - tasks
    if [task.split("_")[1] for task in more] != ["1"]:
        raise Problem(f"submitted again: {more}")
    release(more)
    sweep.quiet()
    return sweep, "status says why; the same again submits that one"


def places(check):
    """A folder with signs that shells and Slurm know, and a site's own file."""
    site = f"{check.folder}/site/gan-exp/engines.yaml"
    os.makedirs(os.path.dirname(site))
    pathlib.Path(site).write_text("slurm: {partition: high, time: 7m, cpus: 1, memory: 300MB}\n")
    plain = Sweep(check, "places", trials=2)
    text = "".join(
        line for line in pathlib.Path(plain.spec).read_text().splitlines(True) if not line.startswith("engine"))
    pathlib.Path(plain.spec).write_text(text)
    sweep = Sweep(check, "it's 100% $HOME, \"a\" `b` & c", spec=plain.spec)
    os.environ["XDG_CONFIG_HOME"] = f"{check.folder}/site"
    try:
        sweep.submit("--engine", "slurm")
    finally:
        del os.environ["XDG_CONFIG_HOME"]
    asked = words("squeue", "-h", "-r", "-t", "all", "-j", sorted(sweep.tasks())[0].split("_")[0], "-o", "%P %l")
    if set(asked.splitlines()) != {"high 7:00"}:
        raise Problem(f"asked for {asked}")
    sweep.quiet()
    return sweep, "quotes, %, $ and blanks in the path; partition and time of engines.yaml"


CASES = {
    "sweep-lsgan": sweep_lsgan, "search": search, "search-abreast": search_abreast, "early-stopping": early_stopping,
    "missing-data": missing_data, "places": places,
    "undisturbed": undisturbed, "twice": twice, "scancel": cancelled, "cancel": all_cancelled,
    "time-over": time_over, "left": left, "cancel-search": cancelled_search, "kill-worker": killed_worker, "kill-script": killed_script, "kill-stepd": killed_stepd,
    "dead-node": dead_node, "preempt-srun": lambda check: preempted(check, True),
    "preempt-exec": lambda check: preempted(check, False), "time-limit": time_limit,
    "small-arrays": small_arrays,
}
QUICK = ["sweep-lsgan", "twice", "scancel", "kill-worker", "preempt-srun", "missing-data", "places", "small-arrays"]


class Check:
    def __init__(self, program, folder, length):
        (self.program, self.folder) = (program, folder)
        # What takes too long to be over before it is disturbed.
        self.length = length or self.measured(5)
        self.known = {}

    def lasting(self, seconds):
        """How many epochs take a trial so long, about."""
        return max(2, round(self.length * seconds / 5))

    def measured(self, seconds):
        times = []
        for length in (1, 301):
            spec = pathlib.Path(f"{self.folder}/measured.yaml")
            spec.write_text(SPEC.format(length=length, sizes=[3], time="10m", srun="true", extra="[]"))
            start = time.time()
            words(self.program, "run", str(spec), "--engine", "local", "--results", f"{self.folder}/measured",
                  "--threads", "1", "-q", "--fresh")
            times.append(time.time() - start)
        return max(100, round(300 * seconds / max(0.01, times[1] - times[0])))


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--program", default=".build/release/gan-exp")
    parser.add_argument("--only", nargs="*")
    parser.add_argument("--quick", action="store_true", help="what takes two minutes")
    parser.add_argument("--length", type=int, help="epochs that take five seconds; else that is measured")
    options = parser.parse_args()
    names = options.only or (QUICK if options.quick else list(CASES))
    folder = tempfile.mkdtemp(prefix="slurm-check-")
    # The scheduler is this machine's own.
    os.environ["GAN_EXP_SLURM_POLL"] = "1"
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
