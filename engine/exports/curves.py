"""What a run did over its epochs, as tables that every program reads: `curves.csv`, and `steps.csv` where its folder
has the losses of the steps."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import NamedTuple

from engine.errors import RunError, counted
from engine.events import EpochEnded, RunStarted, complete_epochs
from engine.runs.record import RunRecord
from engine.runs.step_file import read_steps

CURVES, STEPS = "curves.csv", "steps.csv"
PARTS = ("train", "validation")


class Curves(NamedTuple):
    """The epochs that count, in order, and the names of their terms."""

    epochs: Sequence[EpochEnded]
    terms: Sequence[tuple[str, str]]
    """Part and name, as `PARTS` orders them and then as they came first; `loss` before the others."""
    held_out: bool
    """Whether the validation part was none of the test part."""

    def value(self, ended: EpochEnded, part: str, name: str) -> float | None:
        """None where that stage has no such term."""
        found: float | None = getattr(ended, part).get(name)
        return found


def curves(record: RunRecord) -> Curves:
    """Of `record`. Raises RunError where no epoch is complete yet."""
    events, _ = record.events()
    epochs = complete_epochs(events)
    if not epochs:
        told = (
            f"expected a run with an epoch that is complete, {record.id} has none; `aetui resume {record.id}` goes on"
        )
        raise RunError("No epoch yet", told)
    names = {part: dict.fromkeys(["loss"], True) for part in PARTS}
    for ended in epochs:
        for part in PARTS:
            names[part].update(dict.fromkeys(getattr(ended, part), True))
    terms = [(part, name) for part in PARTS for name in names[part]]
    return Curves(epochs, terms, bool(record.config.get("validation")))


def write_csv(record: RunRecord, place: Path) -> tuple[str, ...]:
    """`curves.csv`, a row for each epoch, and `steps.csv` into the folder `place`; returns what there is to know.

    Numbers have all digits that they have in the run.

    Raises:
        RunError: no epoch is complete yet.
        OSError: they cannot be written.
    """
    found = curves(record)
    head = ["epoch", "stage", *("_".join(term) for term in found.terms), "steps", "seconds", "samples_per_second"]
    _write(place / CURVES, head, (_row(found, ended) for ended in found.epochs))
    notes = [
        f"{CURVES}: {counted(len(found.epochs), 'epoch')}; train_loss is the mean over the batches of an epoch, "
        f"validation_loss that over the items of the {_judges(found)}; a term that a stage does not have is empty."
    ]
    steps = read_steps(record.folder)
    if len(steps):
        columns = ["epoch", "steps", "low", "high", "mean", "seconds"]
        _write(place / STEPS, columns, zip(*(getattr(steps, name) for name in columns), strict=True))
        notes.append(
            f"{STEPS}: the training loss of {counted(sum(steps.steps), 'step')} in {counted(len(steps), 'row')}; "
            "`epoch` says where a row ends, `seconds` the training time until then."
        )
    return tuple(notes)


def _judges(found: Curves) -> str:
    return "validation part" if found.held_out else "test part: no validation part was held out"


def _row(found: Curves, ended: EpochEnded) -> list[object]:
    values = [found.value(ended, *term) for term in found.terms]
    return [ended.epoch, ended.stage, *values, ended.steps, ended.seconds, ended.samples_per_second]


def _write(path: Path, head: Sequence[str], rows: Iterable[Iterable[object]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(head)
        writer.writerows(rows)


def begun(record: RunRecord) -> RunStarted | None:
    """How the run began; None where that cannot be read."""
    return next((event for event in record.events()[0] if isinstance(event, RunStarted)), None)
