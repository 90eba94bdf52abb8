"""The one writer of a run folder: it holds the run's lock, numbers the events and keeps files whole."""

from __future__ import annotations

import errno
import fcntl
import os
import secrets
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import metadata
from pathlib import Path
from typing import Any, Self, TypeVar

import msgspec
import psutil

from engine import events
from engine.checkpoint import write_checkpoint
from engine.errors import RunError
from engine.events import Event
from engine.samples import Samples, write_samples
from engine.store import RunInfo, RunRecord, RunStore
from engine.training import Checkpoint

E = TypeVar("E", bound=Event)


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


class RunWriter:
    """Writes one run; exists at most once per run, whatever the number of processes."""

    def __init__(self, folder: Path, info: RunInfo) -> None:
        """Takes the run's lock and continues its events, dropping a torn last line.

        Raises:
            RunError: another process trains this run.
        """
        self.folder = folder
        self.info = info
        self._file = (folder / "events.jsonl").open("a+b", buffering=0)
        try:
            _lock(self._file.fileno())
        except OSError as error:
            self._file.close()
            raise RunError("Run in use", f"{info.id} is being trained by another process; stop it there") from error
        self._seq = self._mend()

    @classmethod
    def create(cls, store: RunStore, info: RunInfo) -> RunWriter:
        """A new run folder, private to the user."""
        folder = store.root / info.id
        try:
            folder.mkdir(mode=0o700, parents=True)
        except OSError as error:
            raise RunError(
                "Cannot keep the run",
                f"expected to make the folder {folder}, but {error}; choose another --runs-dir",
            ) from error
        _write(folder / "run.json", info)
        return cls(folder, info)

    def describe(self, info: RunInfo) -> None:
        """Replace `run.json`: another process, perhaps more epochs."""
        with self._disk("describe the run"):
            _write(self.folder / "run.json", info)
        self.info = info

    def stamp(self, event: E) -> E:
        """`event` with run, number and time."""
        return msgspec.structs.replace(event, run_id=self.info.id, seq=self._seq, at=time.time())

    def record(self, event: E) -> E:
        """Stamp `event`; write it first if it is of the recorded kind.

        Raises:
            RunError: it could not be written.
        """
        if not event.recorded:
            return self.stamp(event)
        stamped = msgspec.structs.replace(self.stamp(event), seq=self._seq + 1)
        with self._disk("record an event"):
            self._append(events.encode(stamped) + b"\n")
        self._seq += 1
        return stamped

    def _append(self, line: bytes) -> None:
        """The whole line or nothing: a disk that fills up takes a part of it without a word."""
        written = self._file.write(line)
        if written != len(line):
            self._file.truncate(os.fstat(self._file.fileno()).st_size - written)
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    def samples(self, epoch: int, samples: Samples) -> str:
        """Keep the probe set's outputs of `epoch`; returns the path inside the run folder. Raises RunError."""
        with self._disk(f"keep the pictures of epoch {epoch}"):
            return write_samples(self.folder, epoch, samples)

    @property
    def has_checkpoint(self) -> bool:
        return (self.folder / "checkpoint.safetensors").exists()

    def checkpoint(self, checkpoint: Checkpoint, best: Checkpoint | None) -> None:
        """Replace the checkpoint, and the best weights if there are new ones. Raises RunError."""
        with self._disk("save the weights"):
            if best is not None:
                write_checkpoint(self.folder / "best.safetensors", best)
            write_checkpoint(self.folder / "checkpoint.safetensors", checkpoint)

    @contextmanager
    def _disk(self, what: str) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            raise RunError(
                "Cannot keep the run",
                f"expected to {what} in {self.folder}, but {error.strerror or error}; make room or mend the folder, "
                f"then `aetui resume {self.info.id}`",
            ) from error

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exception: object) -> None:
        """Let go of the lock."""
        self._file.close()

    def _mend(self) -> int:
        """Cut a torn last line off; returns the number of the last whole event."""
        self._file.seek(0)
        text = self._file.read()
        whole = text.rfind(b"\n") + 1
        if whole < len(text):
            self._file.truncate(whole)
        return max((event.seq for event in RunRecord(self.folder, self.info).events()[0]), default=0)


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
    beside = path.with_suffix(".tmp")
    beside.write_bytes(msgspec.json.format(msgspec.json.encode(info), indent=2) + b"\n")
    beside.replace(path)
