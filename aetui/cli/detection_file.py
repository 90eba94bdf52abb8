"""Files of verdicts: every item with its score, in tables, JSON and NumPy arrays."""

from __future__ import annotations

import csv
import json
import sys
from collections.abc import Iterator
from io import BytesIO, TextIOWrapper
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

from aetui.cli.files import check_suffix, written
from aetui.render.text import plain

if TYPE_CHECKING:
    from aetui.cli.detected_items import Found
    from engine.runs.store import RunRecord

WRITTEN = (".csv", ".tsv", ".json", ".npz")
STDOUT = "-"


def format_of(path: Path, wanted: str | None) -> str:
    """The suffix of what is to be written. Raises UsageError for a name that says something else."""
    if wanted is not None:
        return f".{wanted}"
    if str(path) == STDOUT:
        return ".csv"
    check_suffix(path, WRITTEN)
    return path.suffix


def write(path: Path, suffix: str, found: Found, record: RunRecord) -> None:
    """Put all items into `path`, whole or not at all; the path `-` is standard output.

    Raises:
        EngineError: it cannot be written.
        OSError: standard output cannot.
    """
    if str(path) != STDOUT:
        with written(path) as file:
            _fill(file, suffix, found, record)
        return
    whole = BytesIO()
    _fill(whole, suffix, found, record)
    sys.stdout.flush()
    sys.stdout.buffer.write(whole.getbuffer())
    sys.stdout.buffer.flush()


def _fill(file: BinaryIO, suffix: str, found: Found, record: RunRecord) -> None:
    if suffix == ".npz":
        _arrays(file, found)
        return
    text = TextIOWrapper(file, "utf-8", newline="", write_through=True)
    if suffix == ".json":
        json.dump(_document(found, record), text, ensure_ascii=False, allow_nan=False, indent=1)
        text.write("\n")
    else:
        table = csv.writer(text, delimiter="\t" if suffix == ".tsv" else ",", lineterminator="\n")
        lines = _items(found)
        first = next(lines)
        table.writerow(first)
        table.writerow(map(_cell, first.values()))
        table.writerows(map(_cell, line.values()) for line in lines)
    text.detach()


def _cell(value: object) -> object:
    if isinstance(value, bool):
        return int(value)
    if isinstance(value, float):
        return f"{value:.7g}"
    return plain(value) if isinstance(value, str) else value  # a line break would be the end of its row


def _items(found: Found) -> Iterator[dict[str, Any]]:
    """A line for each item, all with the same names."""
    answer = found.answer
    columns = [answer.scores.tolist(), answer.anomalous.tolist(), answer.probability.tolist()]
    columns.append(answer.confidence.tolist())
    beside = {each.key: each.scores.tolist() for each in answer.baselines}
    for place, (score, anomalous, probability, confidence) in enumerate(zip(*columns, strict=True)):
        line: dict[str, Any] = {"item": place + 1}
        if found.names:
            line["name"] = found.names[place]
        if found.labels:
            line["label"] = found.labels[place]
        line |= {"score": score, "anomaly": anomalous, "probability": probability, "confidence": confidence}
        yield line | {key: scores[place] for key, scores in beside.items()}


def _document(found: Found, record: RunRecord) -> dict[str, Any]:
    answer = found.answer
    told: dict[str, Any] = {
        "run": record.id,
        "epoch": answer.epoch,
        "weights": answer.weights,
        "score": answer.score,
        "threshold": answer.threshold,
        "expected_share": answer.share,
        "threshold_told_by": "the items" if answer.share is not None else f"{answer.reference} items",
        "normal": found.normal or None,
        "auroc": answer.auroc,
        "average_precision": answer.average_precision,
        "detectors": [
            {
                "key": each.key,
                "label": each.label,
                "threshold": each.threshold,
                "auroc": each.auroc,
                "average_precision": each.average_precision,
                "fitted_to": each.fitted_to,
            }
            for each in answer.baselines
        ],
    }
    return told | {"items": list(_items(found))}


def _arrays(file: BinaryIO, found: Found) -> None:
    import numpy as np

    answer = found.answer
    arrays = {name: getattr(answer, name) for name in ("scores", "anomalous", "probability", "confidence")}
    arrays |= {"threshold": np.float64(answer.threshold), "validation_scores": answer.validation_scores}
    arrays |= {f"scores_{each.key.replace('-', '_')}": each.scores for each in answer.baselines}
    if found.names:
        arrays["names"] = np.array(list(found.names), np.str_)
    if found.labels:
        arrays["labels"] = np.array(list(found.labels), np.str_)
    if answer.strange is not None:
        arrays["strange"] = answer.strange
    np.savez_compressed(file, allow_pickle=False, **arrays)
