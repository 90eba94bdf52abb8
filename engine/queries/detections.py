"""Which items are strange to a model, and to other detectors that learned from the same items."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from engine.anomalies import detectors, thresholds
from engine.anomalies import scores as scoring
from engine.anomalies.judging import judged
from engine.anomalies.scores import Fitting, Items, Score, Scorer, Seen
from engine.backend import Model
from engine.datasets.classes import class_of
from engine.datasets.data import Data, Part, spread_blocks
from engine.errors import UsageError
from engine.kinds import KINDS
from engine.queries import parts, sentences
from engine.queries.context import QueryContext, Steps
from engine.queries.messages import Beside, Detect, Detection, PartName


class _Reference(NamedTuple):
    """What the scores of a model are measured by."""

    version: tuple[object, ...]
    scorer: Scorer
    scores: NDArray[np.float32]
    """(m,) of items that are taken to be normal."""
    part: PartName


class _Detector(NamedTuple):
    """One beside a model."""

    fitted: detectors.Fitted
    scores: NDArray[np.float32]
    """(m,) of the items that its threshold is told by."""


class _Asked(NamedTuple):
    """The items of a query, and what is known of them."""

    items: Items
    of: Part | None
    """The part of the run's own data that they are."""
    normal: str
    strange: NDArray[np.bool_] | None


class Detections:
    """Keeps the reference of the model that was asked last: a screen asks again and again."""

    def __init__(self) -> None:
        self._kept: _Reference | None = None
        self._rows: tuple[tuple[object, ...], detectors.Rows] | None = None
        self._detectors: dict[tuple[object, ...], _Detector] = {}

    def detect(self, context: QueryContext, query: Detect) -> Steps:
        """Scores, threshold and verdicts.

        Raises:
            UsageError: such data have no score, the query cannot be meant, or names no class.
            EngineError: a detector's package is not installed.
        """
        detectors.check(query.baselines)
        data = context.data()
        kind = KINDS[data.kind]
        if not kind.scores:
            raise UsageError("No scores", f"{kind.unscored}; ask a run on other data")
        usual = context.variant.scores.get(context.preset, "")
        score = scoring.score_of(query.score or (usual if usual in kind.scores else ""), kind.scores)
        if query.share is None:
            thresholds.check_quantile(query.quantile)
        else:
            thresholds.check_share(query.share)
        asked = _asked(context, data, query)
        model = context.still()
        reference = yield from self._reference(context, model, data, score, query.noise)
        found = yield from scoring.item_scores(model, asked.items, reference.scorer)
        if not len(found):
            raise UsageError("No items", "expected at least one item to judge, got none")
        threshold = _threshold(query, reference.scores, found)
        among = None if query.share is None else found
        calibration = thresholds.Calibration(reference.scores, threshold, among)
        of, ours = asked.of, judged(found, asked.strange)
        baselines = []
        for key in query.baselines:
            baselines.append((yield from self._beside(key, data, model.code_size, asked, query)))
        explained, seen = _explained(model, asked.items, query, found)
        return Detection(
            score=score.key,
            scores=found,
            threshold=threshold,
            anomalous=calibration.anomalous(found),
            probability=calibration.probability(found),
            confidence=calibration.confidence(found),
            validation_scores=reference.scores,
            reference=reference.part,
            share=query.share,
            names=None if of is None or of.names is None else tuple(map(str, of.names)),
            labels=None if of is None or len(data.classes) < 2 else of.labels,
            classes=data.classes if len(data.classes) > 1 else (),
            normal=asked.normal,
            strange=asked.strange,
            auroc=ours.auroc,
            average_precision=ours.average_precision,
            baselines=tuple(baselines),
            explained=explained,
            inputs=seen.inputs,
            targets=seen.targets,
            outputs=seen.outputs,
            errors=reference.scorer.numbers(seen),
            known=seen.known,
            epoch=model.epoch,
        )

    def _reference(
        self, context: QueryContext, model: Model, data: Data, score: Score, noise: bool
    ) -> scoring.Steps[_Reference]:
        version = context.folder, context.version, data.fingerprint, data.split, score.key, noise
        kept = self._kept
        if kept is None or kept.version != version or context.live:  # a training changes weights in between
            part: PartName = "validation" if data.held_out else "train"
            learned = scoring.of_part(data, data.train.items, noise=noise)
            fitting = Fitting(model, learned, spread_blocks(learned.items, model.block))
            scorer = yield from score.made(fitting)
            known = scoring.of_part(data, getattr(data, part).items, noise=noise)
            found = yield from scoring.item_scores(model, known, scorer, spread_blocks(known.items, model.block))
            kept = self._kept = _Reference(version, scorer, found, part)
        return kept

    def _beside(self, key: str, data: Data, size: int, asked: _Asked, query: Detect) -> scoring.Steps[Beside]:
        """What another detector says to the same items, as they are without noise."""
        of = data.fingerprint, data.split, size
        if self._rows is None or self._rows[0] != of:
            self._rows, self._detectors = (of, detectors.rows_of(data, size)), {}
        rows = self._rows[1]
        yield 0, 1
        if (*of, key) not in self._detectors:
            fitted = detectors.DETECTORS[key].fitted(rows)
            known = yield from detectors.item_scores(fitted, rows.validation, lambda block: block)
            self._detectors[*of, key] = _Detector(fitted, known)
        fitted, known = self._detectors[*of, key]
        scores = yield from detectors.item_scores(fitted, asked.items.items, lambda block: asked.items.read(block)[0])
        area = judged(scores, asked.strange)
        return Beside(
            key=key,
            label=fitted.label,
            scores=scores,
            threshold=_threshold(query, known, scores),
            auroc=area.auroc,
            average_precision=area.average_precision,
            fitted_to=fitted.items,
        )


def _asked(context: QueryContext, data: Data, query: Detect) -> _Asked:
    name = query.normal or data.normal
    place = class_of(name, data.classes) if name else None
    normal = "" if place is None else data.classes[place]
    if query.texts:
        vectors = sentences.read(context, query.texts)[1]
        return _Asked(scoring.of_others(vectors, noise=query.noise), None, normal, query.strange)
    if query.inputs is not None:
        if data.paired:
            told = "what is to be answered to items of others is not known, so they have no error"
            raise UsageError("Pairs", f"expected items of the run's own data, which are pairs: {told}")
        return _Asked(scoring.of_others(query.inputs, noise=query.noise), None, normal, query.strange)
    part = parts.named(data, query.part).at(slice(query.count or None))
    strange = None if place is None else part.labels != place
    return _Asked(scoring.of_part(data, part.items, noise=query.noise), part, normal, strange)


def _threshold(query: Detect, normal: NDArray[np.float32], found: NDArray[np.float32]) -> float:
    if query.share is None:
        return thresholds.at_quantile(normal, query.quantile)
    return thresholds.at_share(found, query.share)


def _explained(model: Model, items: Items, query: Detect, found: NDArray[np.float32]) -> tuple[NDArray[np.int64], Seen]:
    """Places, and what the model makes of the items there. Raises UsageError for places where none is."""
    beyond = [place for place in query.explain if not 0 <= place < len(found)]
    if beyond:
        raise UsageError("No such item", f"expected places from 0 to {len(found) - 1:,}, got {beyond[0]:,}")
    highest = np.argsort(-found, kind="stable")[: query.strangest].tolist()
    places = [*query.explain, *(place for place in highest if place not in query.explain)]
    seen = [scoring.item_at(model, items, place) for place in places]
    shape = 0, *model.shape
    nothing = np.zeros(shape, np.float32)
    if not seen:
        return np.zeros(0, np.int64), Seen(nothing, nothing, None, np.zeros((0, model.code_size), np.float32), nothing)
    some_missing = any(each.known is not None for each in seen)
    known = [np.ones(each.targets.shape, bool) if each.known is None else each.known for each in seen]
    return np.array(places, np.int64), Seen(
        inputs=np.concatenate([each.inputs for each in seen]),
        targets=np.concatenate([each.targets for each in seen]),
        known=np.concatenate(known) if some_missing else None,
        codes=np.concatenate([each.codes for each in seen]),
        outputs=np.concatenate([each.outputs for each in seen]),
    )
