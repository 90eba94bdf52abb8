"""A model written for other programs: made beside, opened again, compared, and only then put in its place."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from engine import params, registry
from engine.errors import EngineError, UsageError
from engine.exports import comparing, placing, preprocessing
from engine.exports.format import PARTS, Part, Subject, Written
from engine.exports.table import format_of
from engine.queries.messages import Export, Exported

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from engine.backend import Model
    from engine.datasets.data import Data
    from engine.queries.context import QueryContext, Steps

COMPARED = 1_000
"""Test items at most whose outputs are held against the run's own."""


def export(context: QueryContext, query: Export) -> Steps:
    """Write the networks, open them in a fresh process, and put them at `query.path` if they are the same.

    Raises:
        EngineError: no such format, what is at the path may not be replaced, these networks cannot be written so, or
            what was written is another network.
    """
    record, row = context.record, format_of(query.format)
    kind = registry.kind(record.variant, record.dataset, record.kind)
    row.check(kind.key)
    if row.needs != "weights":
        raise UsageError("Not from weights", f"{row.key} is written of a run's folder; `aetui export` does that")
    if query.inside and not row.inside:
        raise UsageError("No preprocessing inside", f"{row.key} has no place for it; it is in preprocessing.json")
    config = params.stored(registry.preset(record.variant, record.preset), record.config)
    with placing.placed(Path(query.path), folder=row.folder, force=query.force) as place:
        yield 0, 3
        data, absent = _data(context)
        said = preprocessing.of(record, kind, context.variant.reading(config), data)
        parts: tuple[Part, ...] = PARTS if query.part is None else (query.part,)
        subject = Subject(context.exact(), context.variant, config, record, parts, said, query.inside)
        written: Written = row.load()(subject, place)
        written = written._replace(notes=(*written.notes, *_of_precision(config.precision)))
        preprocessing.write(subject, kind, place)
        yield 1, 3
        items, which = _items(subject.model, data, absent)
        differences = yield from comparing.compared(subject, row.key, place, items)
        yield 2, 3
        largest = max(each.largest for each in differences.values())
        beyond = max(each.beyond for each in differences.values())
        preprocessing.explain(subject, row, place, written, differences, f"{len(items):,} {which}")
        files = placing.files_in(place)
        size = sum((place / name).stat().st_size for name in files)
    return Exported(
        path=query.path,
        files=tuple(files),
        bytes=size,
        difference=largest,
        differences={name: each.largest for name, each in differences.items()},
        beyond=beyond,
        items=len(items),
        of=which,
        notes=written.notes,
        epoch=subject.model.epoch,
    )


def _data(context: QueryContext) -> tuple[Data | None, str]:
    """What the run learned from, or why it is not there: a model can leave without it."""
    try:
        return context.data(), ""
    except EngineError as error:
        return None, error.message


def _items(model: Model, data: Data | None, absent: str) -> tuple[NDArray[np.float32], str]:
    """What the two are compared on, and which these are."""
    if data is not None and len(data.test.labels):
        return data.as_floats(data.test.items[:COMPARED]), "test items"
    drawn = np.random.default_rng(0).random((COMPARED, *model.shape), np.float32)
    return drawn, f"items drawn from [0, 1], as the data are not there ({absent})" if absent else "drawn items"


def _of_precision(precision: str) -> tuple[str, ...]:
    if precision == "float32":
        return ()
    return (f"The run computed in {precision}; exported and compared are the same weights computing in float32.",)
