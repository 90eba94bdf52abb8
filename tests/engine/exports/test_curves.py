from __future__ import annotations

import csv
from array import array
from pathlib import Path

import msgspec
import pytest

from engine import events
from engine.errors import RunError
from engine.events import EpochEnded, RunResumed
from engine.exports.curves import write_csv
from engine.runs.record import RunRecord
from engine.runs.step_file import write_steps
from engine.runs.step_history import StepHistory


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(newline="") as file:
        return list(csv.DictReader(file))


def ended(epoch: int, stage: str, loss: float, **terms: float) -> EpochEnded:
    of = {"loss": loss, **terms}
    return EpochEnded(
        stage=stage, epoch=epoch, train=of, validation=of, steps=3, seconds=0.1, samples_per_second=10.0, at=5.0
    )


def test_epochs_have_all_their_digits_and_void_ones_are_left_out(record: RunRecord, tmp_path: Path) -> None:
    exact = 0.1 + 0.2
    history = [
        ended(1, "pair 1", 3.0, penalty=0.5),
        ended(2, "pair 1", 2.5, penalty=0.25),
        RunResumed(epoch=2, step=0, epochs=2),
        ended(2, "whole", exact),
    ]
    lines = [events.encode(msgspec.structs.replace(event, seq=number)) for number, event in enumerate(history, 1)]
    (record.folder / "events.jsonl").write_bytes(b"\n".join(lines) + b"\n")
    [note] = write_csv(record, tmp_path)
    first, second = rows(tmp_path / "curves.csv")
    assert (first["stage"], first["train_penalty"], first["validation_loss"]) == ("pair 1", "0.5", "3.0")
    assert (second["epoch"], second["stage"], second["train_penalty"]) == ("2", "whole", "")
    assert float(second["train_loss"]) == exact
    assert list(first)[:4] == ["epoch", "stage", "train_loss", "train_penalty"]
    assert "no validation part was held out" in note
    assert not (tmp_path / "steps.csv").exists()


def test_steps_are_a_table_of_their_own_where_they_were_kept(record: RunRecord, tmp_path: Path) -> None:
    one, two = array("d", [0.5, 1.0]), array("q", [4, 4])
    write_steps(record.folder, StepHistory(one, two, one, one, one, one))
    notes = write_csv(record, tmp_path)
    assert [row["epoch"] for row in rows(tmp_path / "steps.csv")] == ["0.5", "1.0"]
    assert "8 steps in 2 rows" in notes[1]


def test_a_run_without_a_complete_epoch_is_refused(record: RunRecord, tmp_path: Path) -> None:
    (record.folder / "events.jsonl").write_bytes(b"")
    with pytest.raises(RunError, match="resume"):
        write_csv(record, tmp_path)
    assert not (tmp_path / "curves.csv").exists()
