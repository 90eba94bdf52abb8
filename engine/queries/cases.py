"""The items at which a model errs most: all are measured once, then some are looked at."""

from __future__ import annotations

from itertools import count
from pathlib import Path
from typing import NamedTuple

import numpy as np

from engine.analysis.baselines import Fitted
from engine.anomalies import scores as scoring
from engine.anomalies.scores import Fitting, Items
from engine.backend import Model
from engine.cases.measuring import Kept, Measuring, seen_at
from engine.datasets.data import Data, Part, spread_blocks
from engine.datasets.folders import cache_dir
from engine.errors import RunError, UsageError
from engine.kinds import KINDS
from engine.queries import parts
from engine.queries.context import QueryContext, Steps
from engine.queries.messages import Look, Looked, Measure, Measured, Measurement
from engine.queries.stopping import unless

KEPT = 1
"""Models whose items can be looked at."""


class _Measured(NamedTuple):
    """What was measured."""

    folder: Path
    model: Model
    data: Data
    part: Part
    items: Items
    baseline: Fitted | None
    seen: Kept


class Cases:
    """Keeps the models that measured: while a run trains, its own has other weights after the next chunk."""

    def __init__(self) -> None:
        self._kept: dict[int, _Measured] = {}
        self._numbers = count(1)

    def measured(self, context: QueryContext, query: Measure) -> Steps:
        """All items of the part, with the noise of validation where the model learned from noisy ones.

        Raises:
            UsageError: such items have no error each, the part has none, or there is none.
            RunError: it was stopped.
        """
        data = context.data()
        kind = KINDS[data.kind]
        if not kind.scores:
            raise UsageError("No error of an item", f"{kind.unscored}; its items have no order from bad to good")
        part = parts.named(data, query.part).at(slice(query.count or None))
        if not len(part.labels):
            raise UsageError("No items", f"expected items in the {query.part} part, found none; choose another part")
        model = context.still()
        baseline = kind.rival(data, model, cache_dir(), context.report)
        items = scoring.of_part(data, part.items, noise=bool(model.noise))
        score = scoring.score_of("", kind.scores)
        learned = scoring.of_part(data, data.train.items, noise=bool(model.noise))
        scorer = yield from score.made(Fitting(model, learned, spread_blocks(learned.items, model.block)))
        seen = Kept()
        measuring = Measuring(model, items, scorer, score.label, baseline, bool(model.noise) or data.paired, seen)
        measures = yield from unless(query.stopped, measuring.measured(), "measuring items")
        number = next(self._numbers)
        self._kept[number] = _Measured(context.folder, model, data, part, items, baseline, seen)
        while len(self._kept) > KEPT:
            del self._kept[next(iter(self._kept))]
        classes = tuple(map(str, data.classes))
        return Measured(
            part=query.part,
            of=number,
            measures=tuple(Measurement(key=each.key, label=each.label, values=each.values) for each in measures),
            baseline=baseline.name if baseline else "",
            noise=items.noise,
            labels=part.labels if len(classes) > 1 else None,
            classes=classes if len(classes) > 1 else (),
            names=None if part.names is None else tuple(map(str, part.names)),
            said=kind.said(data, query.part, np.arange(len(part.labels))),
            epoch=model.epoch,
        )

    def looked_at(self, context: QueryContext, query: Look) -> Steps:
        """Some of what was measured last or before that.

        Raises:
            RunError: the weights that measured are not kept any more.
            UsageError: there is no such item.
        """
        kept = self._kept.get(query.of)
        if kept is None or kept.folder != context.folder:
            raise RunError("Measured long ago", "the weights that measured these items are not kept; measure them anew")
        there = len(kept.part.labels)
        beyond = [place for place in query.places if not 0 <= place < there]
        if beyond:
            raise UsageError("No such item", f"expected places from 0 to {there - 1:,}, got {beyond[0]:,}")
        seen = yield from seen_at(kept.model, kept.items, np.array(query.places, np.int64), kept.seen)
        kind, compact = KINDS[kept.data.kind], kept.part.items
        said = None
        if query.places:
            rows = np.concatenate([compact[place : place + 1] for place in query.places])
            said = kind.in_words(kept.data, rows, seen.outputs)
        return Looked(
            of=query.of,
            places=query.places,
            inputs=seen.inputs,
            targets=seen.targets,
            outputs=seen.outputs,
            baseline=kept.baseline.answer(seen.inputs) if kept.baseline else None,
            known=seen.known,
            said=said,
            epoch=kept.model.epoch,
        )
