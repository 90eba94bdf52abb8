"""What a program's parameters say of a run: its preset, its settings, its held-out items, its threshold."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
from numpy.typing import NDArray
from sklearn.utils import check_random_state

from engine import params, registry
from engine.anomalies.thresholds import at_quantile
from engine.datasets.own.readers import READERS
from engine.datasets.splits import stratified
from engine.errors import UsageError
from engine.estimator import forms
from engine.kinds.kind import Described
from engine.params import TrainingConfig

if TYPE_CHECKING:
    from engine.runs.store import RunRecord, RunStore

ENOUGH = 10_000
"""Items that a threshold is taken from."""
ROUNDING = 1e-6
"""Of float32: by so much an item's error may differ with the items beside it, and that makes it no anomaly."""
READ_AS = {"image": "arrays", "vectors": "vectors", "windows": "windows"}
"""The reader that would read such data from a file: what suits those suits these."""


class Parameters(Protocol):
    """Those of an estimator that say what is trained."""

    variant: str
    preset: str | None
    kind: str
    normalise: Any
    contamination: float
    random_state: Any

    def settings_set(self) -> dict[str, Any]:
        """See `engine.estimator.settings.Settings`."""


@contextmanager
def told() -> Iterator[None]:
    """What cannot be meant is a ValueError, as everywhere in scikit-learn."""
    try:
        yield
    except UsageError as error:
        raise ValueError(str(error)) from error


def check(estimator: Parameters) -> None:
    """Raises ValueError for an impossible parameter that is no setting of a variant."""
    share = estimator.contamination
    if not isinstance(share, int | float) or not 0 < share <= 0.5:
        raise ValueError(f"contamination: expected a share above 0 and at most 0.5, got {share!r}")
    for name, able in (("normalise", ("standard", "minmax", "none")), ("kind", ("auto", *READ_AS))):
        if getattr(estimator, name) not in able:
            raise ValueError(f"{name}: expected {', '.join(able)}, got {getattr(estimator, name)!r}")


def recipe(estimator: Parameters, x: NDArray[Any]) -> tuple[str, str, TrainingConfig]:
    """The kind of data that X is, the preset, and all settings. Raises UsageError where they cannot be meant."""
    variant = registry.variant(estimator.variant)
    kind = forms.kind_of(x, variant.accepts, estimator.kind)
    suits = READERS[READ_AS[kind]].preset(Described(items=(len(x), 0, 0)))
    preset = estimator.preset or (suits if suits in variant.presets else variant.default_preset)
    return kind, preset, params.configure(registry.preset(variant.key, preset), changed(estimator))


def changed(estimator: Parameters, **instead: Any) -> dict[str, Any]:
    """What the parameters say of a variant's settings, with others `instead` of some."""
    found = {**estimator.settings_set(), **instead}
    if estimator.random_state is not None and "seed" not in found:
        given = estimator.random_state
        whole = isinstance(given, int | np.integer)
        found["seed"] = int(given) if whole else int(check_random_state(given).randint(2**31 - 1))
    return {name: value.item() if isinstance(value, np.generic) else value for name, value in found.items()}


def held_out(labels: NDArray[np.int64], share: float) -> NDArray[np.bool_]:
    """Which items are held out, of each class the same share; none of a single one."""
    count = len(labels)
    if not share or count < 2:
        return np.zeros(count, np.bool_)
    return stratified(labels, min(max(share, 1 / count), 1 - 1 / count))


def some(items: NDArray[Any], most: int = ENOUGH) -> NDArray[Any]:
    """At most so many of them, evenly spread."""
    return items if len(items) <= most else items[np.linspace(0, len(items) - 1, most).astype(np.int64)]


def offset(errors: NDArray[np.float32], share: float) -> float:
    """The score below which an item like those with these errors lies with a probability of at most `share`."""
    return -at_quantile(errors, 1 - share) * (1 + ROUNDING)


def free_name(name: str, store: RunStore) -> str:
    """`name`, or with the first number behind it that makes it a new one: an estimator is fitted again, and cloned."""
    if not name:
        return ""
    taken = {word for run in store.summaries() for word in (run.id, run.name, run.group)}
    return next(
        each for number in range(1, 2**31) if (each := name if number == 1 else f"{name}-{number}") not in taken
    )


def check_goes_on(record: RunRecord) -> None:
    """Raises UsageError for a run that cannot take one epoch after another without knowing how many there will be."""
    variant = registry.variant(record.variant)
    config = params.stored(registry.preset(record.variant, record.preset), record.config)
    if config.schedule != "constant":
        told = f"the learning rate of {record.id} has fallen to 0 along a {config.schedule}"
        raise UsageError("Nothing left to learn", f'{told}; fit with schedule="constant", or begin with partial_fit')
    if len(variant.stages(config)) > 1:
        told = f"{record.id} was trained in {len(variant.stages(config))} stages, each of which knows its length"
        raise UsageError("Stages", f"{told}; fit anew with more epochs")
    if not (record.folder / "checkpoint.safetensors").exists():
        told = f"only the weights of {record.id} came along, not its optimiser"
        raise UsageError("Nothing to go on from", f"{told}; fit anew, or go on where it was fitted")
