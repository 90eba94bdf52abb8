"""Which runs may stand beside published figures, and what they reached at the same epochs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from engine import params, registry
from engine.errors import SettingError
from engine.params import TrainingConfig

if TYPE_CHECKING:
    from engine.events import EpochEnded
    from engine.store import RunRecord
    from engine.variants.variant import Curve, Published

PRESET = "book"
FREE = frozenset({"seed", "precision"})
"""Settings that are no part of a recipe: a seed is what figures scatter over, a number format how they are computed."""


def of(record: RunRecord) -> Published | None:
    """The published figures of the recipe that a run began from, on the data that it learns from."""
    variant = registry.VARIANTS.get(record.variant)
    published = variant.published if variant else None
    same = published is not None and record.preset == PRESET and record.dataset == published.dataset
    return published if same else None


def changes(record: RunRecord) -> dict[str, tuple[Any, Any]]:
    """The settings in which a run differs from the published recipe: its value, and the published one.

    Raises:
        SettingError: it has settings that this version does not know.
    """
    recipe = registry.preset(record.variant, PRESET)
    config = params.stored(recipe, record.config)
    free = FREE if _depends_on_length(config) else FREE | {"epochs"}
    pairs = {name: (getattr(config, name), getattr(recipe, name)) for name in recipe.__struct_fields__}
    return {name: (ours, theirs) for name, (ours, theirs) in pairs.items() if name not in free and ours != theirs}


def _depends_on_length(config: TrainingConfig) -> bool:
    """Whether an epoch of a shorter run is another than the same of a longer one."""
    return config.schedule != "constant"


def comparable(record: RunRecord) -> bool:
    """Whether a run is one of the published recipe, whatever its seed, number format and length."""
    try:
        return of(record) is not None and not changes(record)
    except SettingError:
        return False


def value(curve: Curve, epochs: Sequence[EpochEnded], at: int) -> float | None:
    """What `curve` is of, in epoch `at` of a run; None if that has no such epoch or term."""
    ended = next((ended for ended in epochs if ended.epoch == at), None)
    found = None if ended is None else (ended.train if curve.part == "train" else ended.validation).get(curve.term)
    return found * ended.steps if ended and found is not None and curve.summed else found
