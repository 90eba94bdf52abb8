"""What there is to see before the first epoch: items of the data set, and what a model with these settings sees."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from engine import datasets, registry
from engine.errors import EngineError
from engine.kinds import KINDS
from engine.kinds.reading import Reading
from engine.params import TrainingConfig, configure
from engine.registry import VARIANTS

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


class Subject(NamedTuple):
    """What is to be trained: of a form, or of a run that has begun."""

    variant: str
    preset: str
    dataset: str
    config: Mapping[str, Any]
    """Its settings, at least those that differ from the preset."""
    added: float = 0.0
    """Tells data of the user from those that they replaced (`DataSet.added`)."""

    @classmethod
    def of(cls, variant: str, preset: str, dataset: str, config: Mapping[str, Any]) -> Subject:
        """With the data as they are now."""
        entry = datasets.known(dataset)
        return cls(variant, preset, dataset, config, entry.added if entry else 0.0)

    def configured(self) -> TrainingConfig | None:
        """All settings; None where they cannot be."""
        try:
            return configure(registry.preset(self.variant, self.preset), self.config)
        except EngineError:
            return None


class Preview(NamedTuple):
    """The first items of the validation part."""

    subject: Subject
    items: NDArray[Any]
    """(count, height, width, channels), uint8."""
    names: tuple[str, ...]
    """Of their classes."""
    noise: str
    """What will be done to them, in words; empty where they are seen as they are."""
    seen: NDArray[np.float32] | None = None
    """The same as the model will see them, once that is known."""
    targets: NDArray[np.float32] | None = None
    """What the model should answer, where that is something else."""


def read(subject: Subject, data_dir: Path | None) -> Preview | None:
    """What lies on this machine of the subject's data; None where nothing does, or it cannot be read.

    Takes as long as reading the data set when it is not the one that was read last.
    """
    config = subject.configured()
    if config is None:
        return None
    variant = VARIANTS[subject.variant]
    try:
        items, targets, names = _items(subject.dataset, subject.added, variant.reading(config), data_dir)
    except (EngineError, OSError):  # the engine says what is wrong when it is asked to train
        return None
    noise = str(getattr(config, "corruption", "noise")).replace("_", " ") if variant.noise(config) else ""
    return Preview(subject, items, names, noise, targets=targets)


@lru_cache(8)
def _items(
    dataset: str, added: float, reading: Reading, data_dir: Path | None
) -> tuple[NDArray[Any], NDArray[np.float32] | None, tuple[str, ...]]:
    """Only the items are kept: the data set itself is what the engine reads."""
    del added
    from engine.datasets.data import silence
    from engine.runs.snapshots import PROBE_ITEMS

    source = datasets.load(dataset, data_dir, download=False)
    data = KINDS[source.kind].seen(source, reading, None, data_dir, silence)
    labels = data.validation.labels[:PROBE_ITEMS].tolist()
    items, names = data.validation.items[:PROBE_ITEMS], tuple(data.classes[label] for label in labels)
    if data.paired:
        return data.as_floats(items), data.targets(items), names
    return items.copy(), None, names
