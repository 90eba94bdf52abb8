"""What a run has kept: what has to be the same whatever happened to it, and what must not be there."""

from __future__ import annotations

import hashlib
import re
from pathlib import Path
from typing import Any

import msgspec
import numpy as np

from engine import events
from engine.backend import Best, Position
from engine.events import EpochEnded, Health, RunFinished, Terms, complete_epochs
from engine.runs.checkpoint import read_checkpoint
from engine.runs.snapshot_file import NAME, index_of, read
from engine.runs.store import RunRecord, is_held

DOCUMENTED = {"run.json", "events.jsonl", "checkpoint.safetensors", "best.safetensors", "steps.npz", "snapshots.bin"}
"""What is in the folder of every run."""
_WEIGHTS = re.compile(r"weights(/epoch-\d{4,6}\.safetensors)?")
OF_A_TEXT = {"vocabulary.txt", "vectors.npy", "vectors-source.txt", "neighbours.safetensors"}


class Epoch(msgspec.Struct, frozen=True):
    """An `EpochEnded` without what a clock measured."""

    stage: str
    number: int
    train: Terms
    validation: Terms
    steps: int
    health: Health | None


class Kept(msgspec.Struct, frozen=True, kw_only=True):
    """A run without times; arrays as digests of their bytes."""

    epochs: list[Epoch]
    metrics: Terms
    weights: dict[str, str]
    best_weights: dict[str, str]
    position: Position | None
    best: Best | None
    samples: dict[int, str]


def kept(record: RunRecord) -> Kept:
    history = record.events()[0]
    checkpoint = read_checkpoint(record.folder / "checkpoint.safetensors")
    best = read_checkpoint(record.folder / "best.safetensors")
    finished = [event for event in history if isinstance(event, RunFinished)]
    return Kept(
        epochs=[_epoch(event) for event in complete_epochs(history)],
        metrics=finished[-1].metrics if finished else {},
        weights=_digests(checkpoint.arrays) if checkpoint else {},
        best_weights=_digests(best.arrays) if best else {},
        position=_timeless(checkpoint.position) if checkpoint else None,
        best=checkpoint.best if checkpoint else None,
        samples=_pictures(record.folder / NAME),
    )


def differences(one: Kept, other: Kept) -> list[str]:
    """The names of what is not equal to the last bit."""
    return [name for name in Kept.__struct_fields__ if getattr(one, name) != getattr(other, name)]


def faults(record: RunRecord, planned: int) -> list[str]:
    """What is wrong with a completed run, in words."""
    history = record.events()[0]
    found = [] if record.status == "completed" else [f"status {record.status}"]
    if [event.seq for event in history] != list(range(1, len(history) + 1)):
        found.append(f"numbers {[event.seq for event in history]}")
    if (numbers := [event.epoch for event in complete_epochs(history)]) != list(range(1, planned + 1)):
        found.append(f"epochs {numbers}")
    if (ends := sum(isinstance(event, RunFinished) for event in history)) != 1:
        found.append(f"{ends} ends")
    if is_held(record.folder / "events.jsonl"):
        found.append("still locked")
    return found + [f"stray {name}" for name in strays(record.folder)]


def strays(folder: Path) -> list[str]:
    """Files that no run keeps, or none of images; paths inside its folder."""
    known = DOCUMENTED | OF_A_TEXT if (folder / "vocabulary.txt").exists() else DOCUMENTED
    there = {str(path.relative_to(folder)) for path in folder.rglob("*")}
    return sorted(path for path in there - known if not _WEIGHTS.fullmatch(path))


def unfinished(folder: Path) -> list[str]:
    """Files below `folder` whose writing was cut off."""
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.suffix in (".tmp", ".part"))


def torn_bytes(record: RunRecord) -> int:
    """The length of a torn last line. Every line before it must be an event: raises `msgspec.DecodeError`."""
    text = (record.folder / "events.jsonl").read_bytes()
    *whole, torn = text.split(b"\n")
    for line in whole:
        events.decode(line)
    return len(torn)


def _epoch(event: EpochEnded) -> Epoch:
    return Epoch(event.stage, event.epoch, event.train, event.validation, event.steps, event.health)


def _timeless(position: Position) -> Position:
    return msgspec.structs.replace(position, seconds=0.0, epoch_seconds=0.0)


def _digests(arrays: Any) -> dict[str, str]:
    return {name: _digest(arrays[name]) for name in sorted(arrays)}


def _digest(array: Any) -> str:
    return f"{array.dtype} {array.shape} {hashlib.sha256(np.ascontiguousarray(array).tobytes()).hexdigest()}"


def _pictures(path: Path) -> dict[int, str]:
    """By epoch; those that are not what was written are none."""
    kept = read(path, index_of(path).places) if path.exists() else ()
    return {record.epoch: hashlib.sha256(record.content).hexdigest() for record in kept if record.whole}
