"""A run on disk, for reading: what it is, how it stands, what happened to it."""

from __future__ import annotations

import errno
import fcntl
import os
import socket
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta

from engine import events, registry
from engine.events import EpochEnded, Event, RunFinished, RunHeld, RunPaused, RunResumed, complete_epochs
from engine.runs.changes import Change
from engine.runs.event_lines import decode_lines
from engine.runs.heartbeat import NAME, read_heartbeat, silence
from engine.runs.inherited import LONGEST
from engine.runs.listing.labels import Labels, read_labels, write_labels
from engine.storage.bounded import read_bounded

SCHEMA = 1
TAIL_BYTES = 64 * 1024
LARGEST_INFO = 2**20
"""Bytes of `run.json`; that of a run of ours has some 2,000."""
SILENCE_SECONDS = 60.0
"""After that much silence a run of another host, whose lock may not be seen from here, counts as interrupted."""

PASSED_OVER = events.Logged | events.CheckpointSaved | events.RunHandedOver | events.SettingsChanged
"""Recorded events that do not change how a run stands."""

Status = Literal["running", "paused", "held", "completed", "stopped", "failed", "diverged", "interrupted"]


Epochs = Annotated[int, Meta(ge=1, le=100_000)]
"""As `engine.params.TrainingConfig` has them."""


class RunInfo(msgspec.Struct, frozen=True, kw_only=True):
    """`run.json`: what the run is, and which process trains it or did last."""

    schema: int = SCHEMA
    id: str
    variant: str
    preset: str
    config: dict[str, Any]
    """What holds in the end; what the run began with stands in its `RunStarted`, what became of it in `changes`."""
    dataset: str
    kind: str = ""
    """Of the data (a key of `engine.kinds.KINDS`), which may be gone; empty in runs of earlier versions."""
    fingerprint: str
    """SHA-256 of the data, see `engine.datasets.data.Data.fingerprint`."""
    shape: Annotated[tuple[Annotated[int, Meta(ge=1, le=2**20)], ...], Meta(min_length=1, max_length=4)]
    """Shape of one item."""
    name: str = ""
    group: str = ""
    """As `TrainJob.group`."""
    tested: bool = True
    """As `TrainJob.tested`."""
    parent: Annotated[str, Meta(max_length=LONGEST)] = ""
    """The run that it is a fork of, which may be gone."""
    forked_at: Annotated[int, Meta(ge=0, le=100_000)] = 0
    """The epoch of the parent whose state it began with."""
    changes: tuple[Change, ...] = ()
    """Settings that changed while it trained, in order; a fork has its parent's up to `forked_at` as well."""
    created: Annotated[float, Meta(ge=0, le=1e11)]
    versions: dict[str, str]
    device: str
    host: str
    pid: Annotated[int, Meta(ge=0, le=2**31 - 1)]
    process_started: Annotated[float, Meta(ge=0)]


class RunRecord:
    """A run on disk, for reading."""

    def __init__(self, folder: Path, info: RunInfo, labels: Labels | None = None) -> None:
        """`info` has the name that `labels` give, if they give one."""
        self.folder = folder
        self.labels = labels or Labels()
        self.info = info
        self.id = info.id
        self.variant = info.variant
        self.preset = info.preset
        self.config = info.config
        self.dataset = info.dataset
        self.kind = info.kind
        self.name = info.name
        self.group = info.group
        self.created = info.created

    def relabel(self, *, name: str | None = None, tags: Sequence[str] | None = None, note: str | None = None) -> None:
        """Call the run `name` ("" for no name), give it these tags and this note, each where given; also while it is
        trained. The record itself stays as it was read.

        Raises:
            RunError: it cannot be written.
        """
        now = read_labels(self.folder)  # another process may have changed the rest
        write_labels(
            self.folder,
            Labels(
                name=now.name if name is None else name,
                tags=now.tags if tags is None else tuple(tags),
                note=now.note if note is None else note,
            ),
        )

    @property
    def epochs(self) -> int:
        """Planned epochs."""
        return int(self.config["epochs"])

    def events(self, offset: int = 0) -> tuple[list[Event], int]:
        """The recorded events from byte `offset` on, and the offset after them.

        Only whole lines count, so calling again with the returned offset follows a run that another process trains.
        A line that cannot be read (damage, a newer version) is passed over.
        """
        try:
            with (self.folder / "events.jsonl").open("rb") as file:
                file.seek(offset)
                text = file.read()
        except OSError:
            return [], offset
        whole = text[: text.rfind(b"\n") + 1]
        return decoded(whole, self.variant), offset + len(whole)

    def told(self, *types: type[Event]) -> list[Event]:
        """The recorded events of these types, in order; where they are few among many that takes a third of the time of
        `events`."""
        try:
            text = (self.folder / "events.jsonl").read_bytes()
        except OSError:
            return []
        starts = sorted(start for each in types for start in _lines_of(each, text))
        ends = ((start, text.find(b"\n", start) + 1) for start in starts)
        return decoded(b"".join(text[start:end] for start, end in ends if end), self.variant)

    def last_events(self) -> list[Event]:
        """The newest few events: enough for a table of runs, cheap however long the run."""
        try:
            with (self.folder / "events.jsonl").open("rb") as file:
                size = file.seek(0, os.SEEK_END)
                file.seek(max(0, size - TAIL_BYTES))
                text = file.read()
        except OSError:
            return []
        newest = decoded(text[: text.rfind(b"\n") + 1], self.variant)
        return newest if newest or size <= TAIL_BYTES else self.events()[0]  # a power cut can leave zeros at the end

    @property
    def last_seq(self) -> int:
        """The number of the newest recorded event, 0 if there is none; cheap however long the run."""
        newest = self.last_events()
        return newest[-1].seq if newest else 0

    @property
    def status(self) -> Status:
        """How the run stands: the outcome if it has one, else whether a process still trains it."""
        lives = self.lives  # asked first: what ends a life is written before its lock is let go
        newest = self.last_events()
        lively = [event for event in newest if not isinstance(event, PASSED_OVER)]
        last = lively[-1] if lively else None
        if isinstance(last, RunFinished):
            return last.outcome
        if not lives:
            return "interrupted"
        passing = self.passing
        if isinstance(passing, RunHeld) and passing.seq >= (newest[-1].seq if newest else 0):
            return "held"
        return "paused" if isinstance(last, RunPaused) else "running"

    @property
    def lives(self) -> bool:
        """Whether a process has the run in hand."""
        return is_held(self.folder / "events.jsonl") or bool(seconds_to_wait(self))

    @property
    def last_change(self) -> tuple[int, ...]:
        """Differs when anything about the run is written: times in ns."""
        paths = (self.folder / name for name in ("run.json", "events.jsonl", NAME))
        return tuple(path.stat().st_mtime_ns if path.exists() else 0 for path in paths)

    @property
    def passing(self) -> Event | None:
        """The newest passing event, such as progress inside an epoch, of a run that another process trains."""
        return read_heartbeat(self.folder)

    @property
    def last_epoch(self) -> EpochEnded | None:
        """The newest complete epoch that a resumption has not made void."""
        epochs = complete_epochs(self.last_events()) or complete_epochs(self.events()[0])
        return epochs[-1] if epochs else None

    @property
    def end(self) -> RunFinished | None:
        """How the run ended; None if it goes on, went on since, or was interrupted."""
        turns = [event for event in self.events()[0] if isinstance(event, RunFinished | RunResumed)]
        return turns[-1] if turns and isinstance(turns[-1], RunFinished) else None


def read_record(folder: Path) -> RunRecord | int:
    """The run in `folder`; the number of its format where a newer version of this program wrote it, 0 if there is none
    of ours."""
    try:
        with (folder / "run.json").open("rb") as file:
            text = bytes(read_bounded(file, LARGEST_INFO))
        schema = msgspec.json.decode(text, type=_Header).schema
        if schema > SCHEMA:
            return schema
        info = msgspec.json.decode(text, type=RunInfo)
        msgspec.convert(info.config.get("epochs"), Epochs)
    except (OSError, *events.UNREADABLE):
        return 0
    if not folder.name.isprintable():
        return 0
    labels = read_labels(folder)
    # Its folder names a run: what the file says of it may be anything.
    known = msgspec.structs.replace(
        info,
        id=folder.name,
        name=info.name if labels.name is None else labels.name,
        config=registry.renamed(info.variant, info.config),
        changes=tuple(Change(one.epoch, registry.renamed(info.variant, one.config)) for one in info.changes),
    )
    return RunRecord(folder, known, labels)


class _Header(msgspec.Struct):
    schema: int = SCHEMA


def is_held(path: Path) -> bool:
    """Whether a living process holds the lock on `path`; the system drops a lock when its process dies."""
    try:
        file = path.open("rb")
    except OSError:
        return False
    with file:
        try:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except OSError as error:
            return error.errno in (errno.EWOULDBLOCK, errno.EACCES)
    return False


def has_begun(folder: Path) -> bool:
    """Whether anything of a run's training may be in its folder."""
    events_file = folder / "events.jsonl"
    return (folder / "checkpoint.safetensors").exists() or (events_file.exists() and events_file.stat().st_size > 0)


def seconds_to_wait(record: RunRecord) -> float:
    """Until a run of another host that gives no more sign of life may be taken for interrupted; 0 if it may now.

    Not every file system shows one host the locks of another.
    """
    if record.info.host == socket.gethostname() or not (record.folder / NAME).exists():
        return 0.0
    return max(0.0, SILENCE_SECONDS - silence(record.folder))


def decoded(text: bytes, variant: str) -> list[Event]:
    """The events in whole lines of `events.jsonl`, by the names of today; those that cannot be read are passed over."""
    return decode_lines(_renamed(text, variant))


def _lines_of(type_: type[Event], text: bytes) -> Iterator[int]:
    """Where lines of such events begin; the type is always the first of an event's fields."""
    mark = f'{{"type":"{type_.__struct_config__.tag}"'.encode()
    at = text.find(mark)
    while at >= 0:
        if not at or text[at - 1 : at] == b"\n":
            yield at
        at = text.find(mark, at + 1)


def _renamed(text: bytes, variant: str) -> bytes:
    """JSON with the names of today for settings and terms of `variant`, those of final metrics included.

    Not event by event: there may be 100,000.
    """
    for former, name in registry.former_names(variant).items():
        for prefix in ("", "test_"):
            text = text.replace(f'"{prefix}{former}":'.encode(), f'"{prefix}{name}":'.encode())
    return text
