"""What a table says of a run, read from a run folder at a cost that does not grow with the run's length."""

from __future__ import annotations

import os
import socket
from collections.abc import Iterable, Sequence
from math import isfinite
from typing import Annotated, Any, BinaryIO, NamedTuple

import msgspec
from msgspec import Meta

from engine import events
from engine.events import Count, EpochEnded, Event, RunFinished, complete_epochs
from engine.runs.heartbeat import NAME
from engine.runs.listing.labels import Note, Tags
from engine.runs.record import PASSED_OVER, TAIL_BYTES, RunRecord, Status, decoded

POINTS = 32
"""Of the curve at most."""
WHOLE_BYTES = 256 * 1024
"""Events up to this are read whole; of longer ones the end, and places evenly spread."""
_WINDOW_BYTES = 8 * 1024
_EPOCH = b'"type":"epoch_ended"'
_GOING = frozenset({"running", "paused", "held"})


class Summary(msgspec.Struct, frozen=True, kw_only=True, array_like=True, gc=False):
    """One run. What is no number as JSON has them (NaN, infinity) is left out."""

    id: str
    variant: str
    preset: str
    dataset: str
    config: dict[str, Any]
    group: str
    created: Annotated[float, Meta(ge=0, le=1e11)]
    pid: Count
    host: str
    name: str
    tags: Tags = ()
    note: Note = ""
    status: Status
    planned: Count
    """Epochs that it is to have."""
    epochs: Count
    """Complete epochs."""
    seconds: float | None
    """Of training; of a long run that has not ended, estimated."""
    loss: float | None
    """On the validation part after the last complete epoch."""
    metrics: dict[str, float]
    """As `RunFinished.metrics`."""
    curve: tuple[float, ...]
    """The validation loss over the epochs, at most `POINTS` of them, the last one always among them."""
    parent: str = ""
    forked_at: Count = 0
    """As `RunInfo`."""

    @property
    def going(self) -> bool:
        """Whether a process has the run in hand."""
        return self.status in _GOING


class _Course(NamedTuple):
    """What the events tell."""

    newest: list[Event]
    epochs: list[tuple[int, float, float]]
    """Number, validation loss and seconds of complete epochs: of all of them, or of some and the last one."""
    whole: bool


def summarise(record: RunRecord) -> Summary:
    """What a table says of `record`. Opens its events once, and more files only of a run that has not ended."""
    course = _course(record)
    lively = [event for event in course.newest if not isinstance(event, PASSED_OVER)]
    end = lively[-1] if lively and isinstance(lively[-1], RunFinished) else None
    last = course.epochs[-1] if course.epochs else None
    info = record.info
    return Summary(
        id=record.id,
        variant=info.variant,
        preset=info.preset,
        dataset=info.dataset,
        config=info.config,
        group=info.group,
        created=info.created,
        pid=info.pid,
        host=info.host,
        name=info.name,
        tags=record.labels.tags,
        note=record.labels.note,
        status=end.outcome if end else record.status,
        planned=record.epochs,
        epochs=last[0] if last else 0,
        seconds=_known(end.seconds) if end else _seconds(course),
        loss=_known(last[1]) if last else None,
        metrics={key: value for key, value in end.metrics.items() if isfinite(value)} if end else {},
        curve=tuple(float(f"{loss:.4g}") for _, loss, _ in thinned(course.epochs, POINTS) if isfinite(loss)),
        parent=info.parent,
        forked_at=info.forked_at,
    )


def settles(summary: Summary, record: RunRecord) -> bool:
    """Whether the run stays as it is until something in its folder is written."""
    if summary.going:
        return False
    foreign = summary.status == "interrupted" and summary.host != socket.gethostname()
    return not (foreign and (record.folder / NAME).exists())  # it may only have been silent for a while


def thinned(values: Sequence[Any], most: int) -> list[Any]:
    """At most `most` of them, evenly spread, the last one always among them."""
    count = len(values)
    if count <= most:
        return list(values)
    return [values[(place + 1) * count // most - 1] for place in range(most)]


def _known(number: float) -> float | None:
    return number if isfinite(number) else None


def _seconds(course: _Course) -> float | None:
    spent = [seconds for _, _, seconds in course.epochs if isfinite(seconds)]
    if not spent:
        return None
    return sum(spent) if course.whole else sum(spent) / len(spent) * course.epochs[-1][0]


def _course(record: RunRecord) -> _Course:
    try:
        with (record.folder / "events.jsonl").open("rb") as file:
            size = file.seek(0, os.SEEK_END)
            if size > WHOLE_BYTES:
                return _sampled(file, size, record)
            file.seek(0)
            text = file.read(WHOLE_BYTES)
    except OSError:
        return _Course([], [], whole=True)
    found = decoded(text[: text.rfind(b"\n") + 1], record.variant)
    return _Course(found, [_point(ended) for ended in complete_epochs(found)], whole=True)


def _sampled(file: BinaryIO, size: int, record: RunRecord) -> _Course:
    file.seek(size - TAIL_BYTES)
    text = file.read(TAIL_BYTES)
    newest = decoded(text[: text.rfind(b"\n") + 1], record.variant) or record.last_events()
    ends = complete_epochs(newest) or complete_epochs(record.events()[0])[-1:]
    spread = [_first_epoch(file, size * place // POINTS) for place in range(POINTS)]
    return _Course(newest, _ascending([_point(ended) for ended in (*spread, *ends[-1:]) if ended]), whole=False)


def _first_epoch(file: BinaryIO, offset: int) -> EpochEnded | None:
    """The first whole one after byte `offset`, if it is near."""
    file.seek(offset)
    lines = file.read(_WINDOW_BYTES).split(b"\n")[1:-1]
    for line in lines:
        if _EPOCH in line:
            try:
                event = events.decode(line)
            except events.UNREADABLE:
                continue
            if isinstance(event, EpochEnded):
                return event
    return None


def _ascending(points: Iterable[tuple[int, float, float]]) -> list[tuple[int, float, float]]:
    """`points` without those that a resumption made void: a later one has their number, or a lower one."""
    kept: list[tuple[int, float, float]] = []
    for point in reversed(list(points)):
        if not kept or point[0] < kept[-1][0]:
            kept.append(point)
    return kept[::-1]


def _point(ended: EpochEnded) -> tuple[int, float, float]:
    return ended.epoch, ended.validation["loss"], ended.seconds
