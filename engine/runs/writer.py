"""The one writer of a run folder: it holds the run's lock, numbers the events and keeps files whole."""

from __future__ import annotations

import errno
import fcntl
import io
import os
import secrets
import shutil
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from importlib import metadata
from pathlib import Path
from typing import Any, Self, TypeVar

import msgspec
import psutil

from engine import events
from engine.backend import Checkpoint
from engine.errors import RunError
from engine.events import Event, RunFinished, RunHandedOver
from engine.runs import weight_files
from engine.runs.checkpoint import read_checkpoint, write_checkpoint
from engine.runs.commands import take_command, withdraw_command
from engine.runs.control import Command
from engine.runs.heartbeat import Heartbeat
from engine.runs.requests import take_settings
from engine.runs.snapshot_writer import SnapshotWriter
from engine.runs.snapshots import FORMER_FOLDER, Samples
from engine.runs.step_file import write_steps
from engine.runs.step_history import StepHistory
from engine.runs.store import RunInfo, RunRecord, RunStore, seconds_to_wait
from engine.storage.atomic import make_folder, replacing

E = TypeVar("E", bound=Event)
LAST = RunFinished | RunHandedOver
"""Events that end a life: they are to survive a power cut."""


def new_run_id(variant: str) -> str:
    """UTC time, variant and a random suffix: sorts by age and is said to be unique."""
    stamp = time.strftime("%Y%m%dT%H%M%SZ", time.gmtime())
    return f"{stamp}-{variant}-{secrets.token_hex(2)}"


def this_process() -> dict[str, Any]:
    """The fields of `run.json` that name this process and what it runs on."""
    packages = ("aetui", "tensorflow", "keras", "numpy")
    return {
        "versions": {name: metadata.version(name) for name in packages},
        "host": socket.gethostname(),
        "pid": os.getpid(),
        "process_started": psutil.Process().create_time(),
    }


class NotKept(RunError):
    """Something could not be written to the run folder; it is as it was before."""


class RunWriter:
    """Writes one run; exists at most once per run, whatever the number of processes."""

    def __init__(self, folder: Path, info: RunInfo, descriptor: int | None = None) -> None:
        """Takes the run's lock and continues its events, dropping a torn last line and what a crash left beside.

        `descriptor` is the run's lock where another process handed it over.

        Raises:
            RunError: another process trains this run, or its folder cannot be written.
            UsageError: the budget of its pictures, or of its weights, cannot be meant.
        """
        self.folder = folder
        self.info = info
        self._snapshots = SnapshotWriter(folder)
        self._weights = weight_files.WeightWriter(folder)
        with self._disk("continue the events"):
            self._file = _opened(folder / "events.jsonl", descriptor)
        try:
            if descriptor is None:
                self._take_lock()
            with self._disk("continue the events"):
                self._seq = self._mend()
        except RunError:
            self._file.close()
            raise
        self._sweep(requests=descriptor is None)
        self._heartbeat = Heartbeat(folder)
        self._handed_over = False

    def _take_lock(self) -> None:
        host, seconds = self.info.host, seconds_to_wait(RunRecord(self.folder, self.info))
        if seconds:
            raise RunError(
                "Run in use",
                f"{self.info.id} is being trained on {host}: there was a sign of life a moment ago; stop it there, or, "
                f"if that machine is gone, try again in {seconds:.0f} s",
            )
        try:
            _lock(self._file.fileno())
        except OSError as error:
            raise RunError(
                "Run in use", f"{self.info.id} is being trained by another process; `aetui stop {self.info.id}` ends it"
            ) from error

    def _sweep(self, *, requests: bool) -> None:
        """Remove what a process that was killed was about to write, and what nobody heard."""
        with suppress(OSError):
            if requests:
                withdraw_command(self.folder)
                take_settings(self.folder)
            for folder in (self.folder, self.folder / FORMER_FOLDER, self.folder / weight_files.FOLDER):
                for left in folder.glob("*.tmp"):
                    left.unlink(missing_ok=True)

    def hand_over(self) -> int:
        """A descriptor that keeps the run's lock when this writer is closed."""
        self._handed_over = True
        return os.dup(self._file.fileno())

    def beat(self) -> None:
        """Show other processes that this one lives."""
        self._heartbeat.beat()

    @classmethod
    def create(cls, store: RunStore, info: RunInfo) -> RunWriter:
        """A new run folder, private to the user."""
        folder = store.root / info.id
        try:
            make_folder(store.root)
            folder.mkdir(mode=0o700)
            try:
                _write(folder / "run.json", info)
                return cls(folder, info)
            except BaseException:
                shutil.rmtree(folder, ignore_errors=True)
                raise
        except OSError as error:
            raise RunError(
                "Cannot keep the run",
                f"expected to make the folder {folder}, but {error}; choose another --runs-dir",
            ) from error

    def remove(self) -> None:
        """The run never began: leave nothing of it."""
        self.__exit__()
        shutil.rmtree(self.folder, ignore_errors=True)

    def settings(self) -> list[dict[str, Any]]:
        """What is to change in the run, as was asked for since the last time."""
        return take_settings(self.folder)

    def command(self) -> Command | None:
        """What another process asked of the run since the last time."""
        return take_command(self.folder)

    def describe(self, info: RunInfo) -> None:
        """Replace `run.json`: another process, perhaps more epochs."""
        with self._disk("describe the run"):
            _write(self.folder / "run.json", info)
        self.info = info

    def stamp(self, event: E) -> E:
        """`event` with run, number and time, to the millisecond."""
        return msgspec.structs.replace(event, run_id=self.info.id, seq=self._seq, at=round(time.time(), 3))

    def record(self, event: E) -> E:
        """Stamp `event`; write it first if it is of the recorded kind.

        Raises:
            RunError: it could not be written.
        """
        if not event.recorded:
            passing = self.stamp(event)
            self._heartbeat.show(passing)
            return passing
        if isinstance(event, RunFinished):
            self._heartbeat.close()  # before, or a process killed in between would leave it behind for good
        stamped = msgspec.structs.replace(self.stamp(event), seq=self._seq + 1)
        with self._disk("record an event"):
            self._append(events.encode(stamped) + b"\n", flush=isinstance(event, LAST))
        self._seq += 1
        return stamped

    def _append(self, line: bytes, *, flush: bool) -> None:
        """The whole line or nothing: a disk that fills up takes a part of it without a word."""
        size = os.fstat(self._file.fileno()).st_size
        try:
            if self._file.write(line) != len(line):
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
            if flush:
                os.fsync(self._file.fileno())
        except OSError:
            with suppress(OSError):
                self._file.truncate(size)
            raise

    def samples(self, epoch: int, samples: Samples, best: int = 0) -> None:
        """Keep the probe set's outputs of `epoch`, and those of the `best` one. Raises RunError."""
        with self._disk(f"keep the pictures of epoch {epoch}"):
            self._snapshots.write(epoch, samples, best)

    def weights(self, epoch: int, checkpoint: Checkpoint) -> None:
        """Keep networks and optimiser as they were after `epoch`, while their budget lasts. Raises RunError."""
        with self._disk(f"keep the weights of epoch {epoch}"):
            self._weights.write(epoch, checkpoint)

    def steps(self, history: StepHistory) -> None:
        """Replace the losses of the steps. Raises RunError."""
        with self._disk("keep the losses of the steps"):
            write_steps(self.folder, history)

    @property
    def has_checkpoint(self) -> bool:
        """Whether there are saved weights that the run could go on from."""
        return (self.folder / "checkpoint.safetensors").exists()

    def best(self) -> Checkpoint | None:
        """The weights of the best epoch so far; None where none was complete. Raises RunError if they are damaged."""
        return read_checkpoint(self.folder / "best.safetensors")

    def checkpoint(self, checkpoint: Checkpoint, best: Checkpoint | None) -> None:
        """Replace the checkpoint, and the best weights if there are new ones. Raises RunError."""
        with self._disk("save the weights"):
            os.fsync(self._file.fileno())  # or the checkpoint could be ahead of the epochs after a power cut
            if best is not None:
                write_checkpoint(self.folder / "best.safetensors", best)
            write_checkpoint(self.folder / "checkpoint.safetensors", checkpoint)

    @contextmanager
    def _disk(self, what: str) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            raise NotKept(
                "Cannot keep the run",
                f"expected to {what} in {self.folder}, but {error.strerror or error}; make room or mend the folder",
            ) from error

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exception: object) -> None:
        """Let go of the lock."""
        self._heartbeat.close(handed_over=self._handed_over)
        self._file.close()

    def _mend(self) -> int:
        """Cut a torn last line off; returns the number of the last whole event."""
        self._file.seek(0)
        text = self._file.read()
        whole = text.rfind(b"\n") + 1
        if whole < len(text):
            self._file.truncate(whole)
        return max(map(_number, text[:whole].splitlines()), default=0)


class _Numbered(msgspec.Struct):
    seq: events.Count = 0


def _number(line: bytes) -> int:
    """The number of an event, also of one that only a newer version knows."""
    try:
        return msgspec.json.decode(line, type=_Numbered).seq
    except events.UNREADABLE:
        return 0


def _opened(path: Path, descriptor: int | None) -> io.FileIO:
    """The events, to be appended to; readable by nobody else."""
    if descriptor is None:
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o600)
    os.set_inheritable(descriptor, False)
    return io.FileIO(descriptor, "a+")


def _lock(descriptor: int, patience: float = 0.5) -> None:
    """Take the lock; a reader that looks whether the run lives holds it for an instant, so try more than once."""
    until = time.monotonic() + patience
    while True:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return
        except OSError:
            if time.monotonic() > until:
                raise
            time.sleep(0.02)


def _write(path: Path, info: RunInfo) -> None:
    with replacing(path) as file:
        file.write(msgspec.json.format(msgspec.json.encode(info), indent=2) + b"\n")
