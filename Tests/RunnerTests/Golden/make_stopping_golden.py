"""Makes stopping.json: when Optuna's pruners end trials whose values are recorded.

    pip install optuna==5.0.0 && python make_stopping_golden.py
"""

import json
import pathlib

import numpy as np
import optuna
from optuna.pruners import MedianPruner, SuccessiveHalvingPruner


def history(pruner, description, direction, seed, trials, steps, every):
    """Trials one after another, each measured at every `every`-th step; what is not a number is null."""
    random = np.random.default_rng(seed)
    study = optuna.create_study(direction=direction, pruner=pruner)
    found = []
    for number in range(trials):
        trial = study.ask()
        level = random.normal()
        curve, stopped = [], False
        for step in range(every, steps + 1, every):
            value = float(level + random.normal() * 0.3 + 2 / step)
            if number == 7 and step == every:
                value = float("nan")
            curve.append([step, None if np.isnan(value) else value])
            trial.report(value, step)
            if trial.should_prune():
                stopped = True
                break
        if stopped:
            study.tell(trial, state=optuna.trial.TrialState.PRUNED)
        else:
            study.tell(trial, value)
        found.append({"curve": curve, "stopped": stopped})
    return description | {"minimizes": direction == "minimize", "trials": found}


def main():
    optuna.logging.set_verbosity(optuna.logging.ERROR)
    histories = []
    for seed, direction in enumerate(["minimize", "maximize"]):
        histories.append(
            history(
                MedianPruner(n_startup_trials=5, n_warmup_steps=4),
                {"rule": "median", "grace": 4, "trials": 5, "factor": 4},
                direction, seed, 40, 20, 2,
            )  # fmt: skip
        )
        for every in (1, 3):
            histories.append(
                history(
                    SuccessiveHalvingPruner(min_resource=2, reduction_factor=3),
                    {"rule": "asha", "grace": 2, "trials": 5, "factor": 3},
                    direction, seed + 10 + every, 40, 30, every,
                )  # fmt: skip
            )
    path = pathlib.Path(__file__).parent / "stopping.json"
    path.write_text(json.dumps({"optuna": optuna.__version__, "histories": histories}) + "\n")


main()
