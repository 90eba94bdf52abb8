"""What a trained model of images achieves on the test part, and what the baselines of its task do."""

from __future__ import annotations

from collections.abc import Callable, Generator, Mapping
from math import isfinite
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from engine.analysis import probe, raw_items
from engine.analysis.baselines import Fitted
from engine.anomalies.judging import judged
from engine.anomalies.scores import mean_squared_errors
from engine.backend import Model
from engine.datasets.array_data import ArrayData
from engine.datasets.data import Part, in_blocks, spread_blocks

NEIGHBOURS = 15
SMALL = 8
"""Numbers in a code among which neighbours are found quickly."""
VOTERS, JUDGED = 200_000, 50_000
"""More of them take minutes, and the share that is classified rightly is known to a fifth of a percent with these."""

T = TypeVar("T")
Steps = Generator[tuple[int, int], None, T]
"""Work in pieces of a few tenths of a second; yields how much is done of how much."""
Answer = Callable[[NDArray[Any]], NDArray[np.float32]]


def reconstruction_errors(model: Model, data: ArrayData, baselines: Mapping[str, Fitted]) -> Steps[dict[str, float]]:
    """Mean squared error against what is known of the test items (those of the class that is learned alone, where one
    is) without noise, as `test_mse` and for each baseline as
    `pca_mse` and so on: of what is made of them as the model's encoder gets to see them in validation. Those that are
    finite."""
    answers: dict[str, Answer] = {"test_mse": lambda seen: model.decode(model.encode(seen))}
    answers |= {f"{key}_mse": baseline.answer for key, baseline in baselines.items()}
    totals, count, items = dict.fromkeys(answers, 0.0), 0, data.judged.items
    for block in in_blocks(items, model.block):
        compact = items[block]
        seen = model.corrupted(data.as_floats(compact), block.start)
        targets, known = data.targets(compact), data.known(compact)
        count += targets.size if known is None else int(known.sum())
        for name, answer in answers.items():
            squares = np.square(answer(seen) - targets, dtype=np.float64)
            totals[name] += float((squares if known is None else squares[known]).sum())
        yield block.stop, len(items)
    return _finite({name: total / max(count, 1) for name, total in totals.items()})


def areas(model: Model, data: ArrayData, baselines: Mapping[str, Fitted]) -> Steps[dict[str, float]]:
    """AUROC of the reconstruction error on the whole test part, items of all classes but the one that is learned alone
    being anomalies, as `auroc` and for each baseline as `pca_auroc` and so on: of items as they are, without noise."""
    answers: dict[str, Answer] = {"auroc": lambda seen: model.decode(model.encode(seen))}
    answers |= {f"{key}_auroc": baseline.answer for key, baseline in baselines.items()}
    found: dict[str, list[NDArray[np.float32]]] = {name: [] for name in answers}
    items = data.test.items
    for block in in_blocks(items, model.block):
        compact = items[block]
        seen, targets, known = data.as_floats(compact), data.targets(compact), data.known(compact)
        for name, answer in answers.items():
            found[name].append(mean_squared_errors(answer(seen), targets, known))
        yield block.stop, len(items)
    strange = data.test.labels != data.classes.index(data.normal)
    told = {name: judged(np.nan_to_num(np.concatenate(errors)), strange).auroc for name, errors in found.items()}
    return {name: area for name, area in told.items() if area is not None}


def neighbours_votes(
    model: Model, data: ArrayData, baselines: Mapping[str, Fitted], cache: Path
) -> Steps[dict[str, float]]:
    """Accuracy of the 15 nearest neighbours' vote, the training part voting on the test part, as `knn` on the model's
    codes of clean images, as `pca_knn` and so on by the baselines, as `raw_knn` on pixels if affordable. Of more than
    `VOTERS` training and `JUDGED` test items so many, spread evenly."""
    metrics = {"knn": (yield from _vote(model.encode, data, model.block))}
    for key, baseline in baselines.items():
        metrics[f"{key}_knn"] = yield from _vote(baseline.encode, data, model.block)
    if raw_items.affordable(data):
        metrics["raw_knn"] = yield from raw_items.knn(data, 0, NEIGHBOURS, cache)
    return _finite(metrics)


def _finite(metrics: dict[str, float]) -> dict[str, float]:
    return {name: value for name, value in metrics.items() if isfinite(value)}


def _vote(encode: Answer, data: ArrayData, block: int) -> Steps[float]:
    train, labels = yield from _encoded(encode, data, data.train, VOTERS, block)
    test, test_labels = yield from _encoded(encode, data, data.test, JUDGED, block)
    return (yield from probe.knn(train, labels, test, test_labels, NEIGHBOURS))


def _encoded(
    encode: Answer, data: ArrayData, part: Part, most: int, size: int
) -> Steps[tuple[NDArray[np.float32], NDArray[np.int64]]]:
    """Codes and labels of at most about `most` items."""
    blocks = spread_blocks(part.items, size, most)
    codes = []
    for number, block in enumerate(blocks, 1):
        codes.append(encode(data.as_floats(part.items[block])))
        yield number, len(blocks)
    return np.concatenate(codes), np.concatenate([part.labels[block] for block in blocks])
