"""The tree-structured Parzen estimator of Optuna (Bergstra et al., NIPS 24, 2011), asked for one trial at a time."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from typing import Any

from engine.errors import UsageError
from engine.storage.packages import install_extra
from engine.sweeps.ranges import Range, rounded
from engine.sweeps.trials import Trial

STARTUP = 10
"""Trials that are drawn at random before any is chosen."""


def library() -> Any:
    """Optuna. Raises UsageError where it is not installed."""
    try:
        import optuna
    except ImportError as error:
        raise UsageError(
            "Optuna is missing",
            f"expected Optuna for this sampler; `{install_extra('sweep')}` installs it, --sampler random and --sampler "
            "grid do without",
        ) from error
    optuna.logging.set_verbosity(optuna.logging.ERROR)
    return optuna


def installed() -> bool:
    """Whether Optuna is there; it is not loaded for that."""
    from importlib.util import find_spec

    return find_spec("optuna") is not None


class TreeParzen:
    """Chooses where good trials lie denser than the others.

    For every trial a study is made anew in memory of what that trial may know of, and a sampler whose randomness is
    keyed by the trial's number: there is nothing to keep but the trials themselves.
    """

    learns = True

    def __init__(self, over: Sequence[Range], seed: int) -> None:
        """Raises UsageError where Optuna is not installed."""
        self._optuna = library()
        self._over = over
        self._seed = seed
        self._spaces = distributions(self._optuna, over)

    def settings(self, number: int, earlier: Sequence[Trial]) -> Mapping[str, Any]:
        """Of trial `number`."""
        digest = hashlib.sha256(f"{self._seed} {number}".encode()).digest()
        sampler = self._optuna.samplers.TPESampler(
            seed=int.from_bytes(digest[:4], "big"), n_startup_trials=STARTUP, constant_liar=True
        )
        study = self._optuna.create_study(sampler=sampler)
        for trial in earlier:
            study.add_trial(frozen(self._optuna, trial, self._over, self._spaces))
        asked = study.ask(self._spaces).params
        return {each.name: _meant(each, asked[each.name]) for each in self._over}


def distributions(optuna: Any, over: Sequence[Range]) -> dict[str, Any]:
    """What Optuna calls the ranges; of a list it draws the place."""
    found = {}
    for each in over:
        if each.values:
            numbers = all(isinstance(value, int | float) and not isinstance(value, bool) for value in each.values)
            if numbers and sorted(each.values) == list(each.values):  # neighbours are alike
                found[each.name] = optuna.distributions.IntDistribution(0, len(each.values) - 1)
            else:
                found[each.name] = optuna.distributions.CategoricalDistribution(list(range(len(each.values))))
        elif each.whole:
            found[each.name] = optuna.distributions.IntDistribution(int(each.low), int(each.high), log=each.log)
        else:
            found[each.name] = optuna.distributions.FloatDistribution(each.low, each.high, log=each.log)
    return found


def frozen(optuna: Any, trial: Trial, over: Sequence[Range], spaces: Mapping[str, Any]) -> Any:
    """`trial` as Optuna has it.

    One that diverged counts as pruned before it reached anything: settings like these are to be avoided. A failed one
    tells nothing.
    """
    states = optuna.trial.TrialState
    state = {"completed": states.COMPLETE, "failed": states.FAIL, "running": states.RUNNING}.get(
        trial.state, states.PRUNED
    )
    if state == states.COMPLETE and trial.value is None:
        state = states.FAIL
    steps = dict(enumerate(trial.curve)) if trial.state in ("completed", "pruned") else {}
    return optuna.trial.create_trial(
        state=state,
        value=trial.value if state == states.COMPLETE else None,
        params={each.name: _drawn(each, trial.settings[each.name]) for each in over},
        distributions=dict(spaces),
        intermediate_values=steps,
    )


def _drawn(over: Range, value: Any) -> Any:
    return over.values.index(value) if over.values else value


def _meant(over: Range, drawn: Any) -> Any:
    return over.values[drawn] if over.values else rounded(over, drawn)


def importances(over: Sequence[Range], completed: Sequence[Trial]) -> dict[str, float]:
    """What Optuna says of each setting, the most important first."""
    optuna = library()
    spaces = distributions(optuna, over)
    study = optuna.create_study()
    for trial in completed:
        study.add_trial(frozen(optuna, trial, over, spaces))
    found = optuna.importance.get_param_importances(study)
    return {name: float(share) for name, share in found.items()}
