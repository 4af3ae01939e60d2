"""Makes search.json: what Optuna's TPESampler thinks of candidates after recorded histories.

    pip install optuna==5.0.0 && python make_search_golden.py
"""

import json
import math
import pathlib

import numpy as np
import optuna
from optuna.distributions import CategoricalDistribution, FloatDistribution, IntDistribution
from optuna.samplers import TPESampler
from optuna.samplers._tpe.sampler import _split_trials, default_gamma
from optuna.trial import TrialState, create_trial

# Which of several equal observations is first is left to chance by numpy's default; we take the oldest.
argsort = np.argsort
np.argsort = lambda values, **rest: argsort(values, kind="stable")

AXES = {
    "plain": (FloatDistribution(-1.0, 3.0), {"low": -1, "high": 3}),
    "log": (FloatDistribution(1e-5, 1e-1, log=True), {"low": 1e-5, "high": 1e-1, "log": True}),
    "step": (FloatDistribution(0.0, 1.0, step=0.25), {"low": 0, "high": 1, "step": 0.25}),
    "whole": (IntDistribution(1, 64), {"low": 1, "high": 64, "step": 1}),
    "sixteens": (IntDistribution(16, 128, step=16), {"low": 16, "high": 128, "step": 16}),
    "logwhole": (IntDistribution(1, 512, log=True), {"low": 1, "high": 512, "log": True, "step": 1}),
    "word": (CategoricalDistribution(["a", "b", "c"]), {"choices": 3}),
}


def draw(random, distribution):
    if isinstance(distribution, CategoricalDistribution):
        return distribution.choices[random.integers(len(distribution.choices))]
    low, high = distribution.low, distribution.high
    value = (
        math.exp(random.uniform(math.log(low), math.log(high)))
        if distribution.log
        else random.uniform(low, high)
    )
    if distribution.step is not None:
        value = low + round((value - low) / distribution.step) * distribution.step
    value = min(max(value, low), high)
    return int(value) if isinstance(distribution, IntDistribution) else float(value)


def history(seed, count, direction, ties=False):
    random = np.random.default_rng(seed)
    study = optuna.create_study(
        direction=direction, sampler=TPESampler(multivariate=False, seed=seed)
    )
    distributions = {name: axis[0] for name, axis in AXES.items()}
    trials = []
    for number in range(count):
        params = {name: draw(random, distribution) for name, distribution in distributions.items()}
        if ties and number % 3:
            params["plain"] = 0.5
        value = float(random.normal()) if number % 7 else float(number)
        kind = number % 5
        if kind == 3:
            step = int(random.integers(1, 4)) * 100
            trial = create_trial(
                state=TrialState.PRUNED, params=params, distributions=distributions,
                intermediate_values={100: value + 1, step: value},
            )  # fmt: skip
            result = {"stopped": step, "value": value}
        elif number >= count - 2:
            trial = create_trial(
                state=TrialState.RUNNING, params=params, distributions=distributions
            )
            result = {"running": True}
        else:
            trial = create_trial(
                state=TrialState.COMPLETE, value=value, params=params, distributions=distributions
            )
            result = {"value": value}
        study.add_trial(trial)
        observations = {
            name: float(distributions[name].to_internal_repr(params[name])) for name in params
        }
        trials.append(result | {"observations": observations})

    everything = study.get_trials(deepcopy=False)
    over = sum(trial.state != TrialState.RUNNING for trial in everything)
    below, above = _split_trials(study, everything, default_gamma(over))
    axes = {}
    for name, (distribution, description) in AXES.items():
        build = lambda part, handle_below: study.sampler._build_parzen_estimator(
            study, {name: distribution}, part, handle_below=handle_below
        )
        good, others = build(below, True), build(above, False)
        candidates = [float(distribution.to_internal_repr(draw(random, distribution))) for _ in range(12)]
        if not isinstance(distribution, CategoricalDistribution):
            candidates += [float(distribution.low), float(distribution.high)]
        asked = {name: np.array(candidates)}
        axes[name] = description | {
            "candidates": candidates,
            "good": good.log_pdf(asked).tolist(),
            "others": others.log_pdf(asked).tolist(),
        }
    return {
        "minimizes": direction == "minimize", "trials": trials,
        "good": [trial.number for trial in below], "axes": axes,
    }  # fmt: skip


def main():
    optuna.logging.set_verbosity(optuna.logging.WARNING)
    histories = [
        history(1, 11, "minimize"), history(2, 30, "maximize"),
        history(3, 90, "minimize", ties=True), history(4, 2, "minimize"),
    ]  # fmt: skip
    path = pathlib.Path(__file__).parent / "search.json"
    path.write_text(json.dumps({"optuna": optuna.__version__, "histories": histories}) + "\n")


main()
