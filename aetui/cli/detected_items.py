"""What INPUT means to `aetui detect`: items, what they are called, and which are known to be anomalies."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

from aetui.cli import files, rows

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from aetui.cli.options import Options
    from engine.queries.messages import Detection
    from engine.runs.store import RunRecord


class Request(NamedTuple):
    """What was asked for, of which run."""

    options: Options
    record: RunRecord
    source: str | None
    part: Literal["train", "validation", "test"]
    most: int
    """Items; 0: all."""
    normal: str
    """The class that is normal, as it was typed; empty where it was not."""


class Found(NamedTuple):
    """Items for a query, then with its answer."""

    fields: dict[str, Any]
    """Of `Detect`: which items."""
    own: bool = False
    """Whether they are of the run's data: the engine knows what they are."""
    names: Sequence[str] | None = None
    labels: Sequence[str] | None = None
    """The class of each, in words."""
    normal: str = ""
    """The name of the class that is normal, where one is."""
    strange: NDArray[np.bool_] | None = None
    """Which are of another one."""
    answer: Detection = None  # type: ignore[assignment]  # until `told`

    def told(self, answer: Detection) -> Found:
        """With the answer, and what it says of the run's own items."""
        if not self.own:
            return self._replace(answer=answer)
        labels = answer.labels
        words = None if labels is None else [answer.classes[label] for label in labels.tolist()]
        return self._replace(answer=answer, names=answer.names, labels=words, normal=answer.normal)


def check_noise(record: RunRecord) -> None:
    """Raises UsageError for a run that sees items without noise."""
    from engine import params, registry

    variant = registry.variant(record.variant)
    if not variant.noise(params.stored(registry.preset(record.variant, record.preset), record.config)):
        raise files.no_noise(record)


def read(asked: Request) -> Found:
    """Raises EngineError where there is no such input, or it does not fit the model."""
    from engine.datasets import known
    from engine.datasets.classes import class_of
    from engine.errors import UsageError

    record = asked.record
    if files.is_own(record, asked.source):
        entry = known(record.dataset)
        if asked.normal and entry is not None and entry.classes:
            class_of(asked.normal, entry.classes)
        return Found({"part": asked.part, "count": asked.most}, own=True)
    if not files.answers_itself(record):
        told = f"{record.id} answers pairs, and what is to be answered to {asked.source} is not known"
        raise UsageError("No error", f"{told}; leave it out to judge the test part of {record.dataset}")
    return READ[files.kind_of(record).key](asked)


def _images(asked: Request) -> Found:
    from engine.datasets import known

    assert asked.source is not None
    given = files.read(asked.options, asked.record, asked.source, asked.most, asked.part)
    entry = known(asked.source)
    labels = None if given.labels is None else [str(label) for label in given.labels.tolist()]
    if labels is not None and entry is not None and entry.classes:
        labels = [entry.classes[int(label)] for label in labels]
    return _judged(asked, Found({"inputs": given.items}, names=given.names, labels=labels))


def _sentences(asked: Request) -> Found:
    assert asked.source is not None
    _check_part(asked)
    return Found({"texts": files.read_sentences(asked.record, asked.source, asked.most)})


def _rows(asked: Request) -> Found:
    from engine.datasets.own import records

    assert asked.source is not None
    _check_part(asked)
    own, given = records.find(asked.record.dataset), records.find(asked.source)
    label = str((given or own).options.get("label", "")) if given or own else ""  # type: ignore[union-attr]
    found = rows.read(asked.options, asked.record, asked.source, asked.most, label)
    return _judged(asked, Found({"inputs": found.items}, names=found.names, labels=found.labels))


def _check_part(asked: Request) -> None:
    """Raises UsageError for a part of what has none."""
    from engine.errors import UsageError

    if asked.part != "test":
        told = f"expected {asked.record.dataset} with --part {asked.part}, got {asked.source}"
        raise UsageError("No such part", f"{told}; leave --part out")


def _judged(asked: Request, found: Found) -> Found:
    """With which of the items are known to be anomalies, where their classes and the normal one are known."""
    import numpy as np

    name = asked.normal or str(asked.record.config.get("normal", ""))
    if not name or found.labels is None:
        return found
    normal = _meant(asked.record, name, found.labels)
    return found._replace(normal=normal, strange=np.array([label != normal for label in found.labels], bool))


def _meant(record: RunRecord, name: str, labels: Sequence[str]) -> str:
    """The class that `name` means: one of the items' own, else one of the run's data. Raises UsageError for others."""
    from engine.datasets import known
    from engine.datasets.classes import class_of

    there = sorted(set(labels))
    if name in there:
        return name
    entry = known(record.dataset)
    classes = entry.classes if entry is not None and len(entry.classes) > 1 else there
    return classes[class_of(name, classes)]


READ: dict[str, Callable[[Request], Found]] = {
    "image": _images,
    "text": _sentences,
    "vectors": _rows,
    "windows": _rows,
}
"""How INPUT is read, by the kind of data that the run learned from."""
