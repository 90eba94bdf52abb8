"""A disk that is full, or cannot be written for another reason, holds the run still; it loses nothing."""

from __future__ import annotations

import errno
import os
import resource
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from queue import SimpleQueue
from typing import Any

import pytest
import scripted_runs
from kept_run import strays, unfinished
from scripted_runs import EPOCHS, assert_whole, job

from aetui.cli.follower import Follower
from aetui.cli.options import Options
from engine import events
from engine.events import Event, Logged, Progress, RunFinished, RunHeld, RunStarted
from engine.queries.messages import Reconstruct
from engine.runs import full_disk, loop, writer
from engine.runs.checkpoint import write_checkpoint
from engine.runs.jobs import ResumeJob
from engine.runs.snapshot_file import NAME
from engine.runs.snapshot_writer import SnapshotWriter
from engine.runs.store import RunRecord, RunStore

Refusal = Callable[..., Any]
ON_TMPFS = 'mount -t tmpfs -o size=512k tmpfs "$0" && exec "$@"'
"""For a shell in a mount namespace of its own: the small disk is seen by what it runs alone."""


class Disk:
    """Takes everything until it is `full`, and then nothing whose path ends with `name`.

    After `refusals` of them it takes everything again.
    """

    def __init__(self, name: str, error: int, refusals: int) -> None:
        self.name = name
        self.error = error
        self.left = refusals
        self.full = False

    def check(self, path: str) -> None:
        if self.full and self.left and path.endswith(self.name):
            self.left -= 1
            raise OSError(self.error, os.strerror(self.error))


@pytest.fixture
def make_disk(monkeypatch: pytest.MonkeyPatch) -> Callable[..., Disk]:
    """Puts a disk below all that a run writes; retries do not wait long."""

    def make(name: str, refusals: int, error: int = errno.ENOSPC) -> Disk:
        disk = Disk(name, error, refusals)
        append, write = writer.RunWriter._append, SnapshotWriter.write

        def samples(*arguments: Any) -> None:
            disk.check(NAME)
            write(*arguments)

        def checkpoint(path: Path, *arguments: Any) -> None:
            disk.check(path.name)
            write_checkpoint(path, *arguments)

        def line(self: writer.RunWriter, text: bytes, **settings: Any) -> None:
            disk.check(f"{events.decode(text).__class__.__name__} in events.jsonl")
            append(self, text, **settings)

        monkeypatch.setattr(SnapshotWriter, "write", samples)
        monkeypatch.setattr(writer, "write_checkpoint", checkpoint)
        monkeypatch.setattr(writer.RunWriter, "_append", line)
        monkeypatch.setattr(full_disk, "RETRY_SECONDS", 0.02)
        monkeypatch.setattr(loop, "CHECKPOINT_SECONDS", 0.0)
        monkeypatch.setattr(loop, "PROGRESS_SECONDS", -1.0)
        monkeypatch.setattr(scripted_runs.ScriptedTraining, "new_best", lambda self: self.last_good())
        return disk

    return make


def fills_up(driven: Any, disk: Disk, epoch: int = 2) -> None:
    """From the first chunk of `epoch` on `disk` is full: told on the engine's thread, so at that very moment."""
    hear = driven.engine._send

    def listen(event: Event) -> None:
        disk.full |= isinstance(event, Progress) and event.epoch == epoch
        hear(event)

    driven.engine._send = listen


@pytest.mark.parametrize(
    ("name", "error"),
    [
        ("EpochEnded in events.jsonl", errno.ENOSPC),
        ("events.jsonl", errno.EDQUOT),
        ("RunFinished in events.jsonl", errno.ENOSPC),
        (NAME, errno.ENOSPC),
        ("checkpoint.safetensors", errno.EFBIG),
        ("best.safetensors", errno.ENOSPC),
        ("", errno.EROFS),
    ],
)
def test_a_run_holds_still_until_there_is_room_and_loses_nothing(
    scripted: Any, store: RunStore, make_disk: Callable[..., Disk], name: str, error: int
) -> None:
    driven, disk = scripted(seconds=0), make_disk(name, 3, error)
    fills_up(driven, disk)
    finished = driven.finished(driven.engine.submit(job()))
    record = store.find(finished.run_id)
    assert (finished.outcome, finished.epochs, disk.left) == ("completed", EPOCHS, 0)
    assert_whole(record)
    assert [event for event in driven.events if event.recorded] == record.events()[0]
    assert strays(record.folder) == []
    held = [event for event in driven.events if isinstance(event, RunHeld)]
    assert len(held) == 3
    assert all(os.strerror(error) in event.reason and "make room" in event.reason for event in held)
    assert all(str(record.folder) in event.reason for event in held)
    logged = [event.text for event in driven.events if isinstance(event, Logged) and event.level == "warning"]
    assert any("could not be written for" in text for text in logged) or name.startswith("RunFinished")


def test_questions_are_answered_while_a_run_is_held(scripted: Any, make_disk: Callable[..., Disk]) -> None:
    driven, disk = scripted(seconds=0), make_disk("events.jsonl", sys.maxsize)
    fills_up(driven, disk)
    run_id = driven.engine.submit(job())
    driven.until(RunHeld)
    assert len(driven.engine.query(Reconstruct(run_id=run_id)).result(5).errors) == 10
    disk.left = 0
    assert driven.finished(run_id).outcome == "completed"


@pytest.mark.parametrize("name", ["events.jsonl", NAME, "checkpoint.safetensors", ""])
def test_a_run_that_is_held_can_be_stopped_and_gone_on_with(
    scripted: Any, store: RunStore, make_disk: Callable[..., Disk], monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    driven, disk = scripted(seconds=0), make_disk(name, sys.maxsize)
    monkeypatch.setattr(full_disk, "RETRY_SECONDS", 60.0)
    fills_up(driven, disk)
    run_id = driven.engine.submit(job())
    driven.until(RunHeld)
    asked = time.monotonic()
    driven.engine.cancel(run_id)
    finished = driven.finished(run_id)
    assert time.monotonic() - asked < 2
    assert finished.outcome == "failed"
    assert f"aetui resume {run_id}" in finished.message
    assert store.find(run_id).status in ("failed", "interrupted")
    disk.left = 0
    later = scripted(seconds=0)
    later.engine.submit(ResumeJob(run_id=run_id))
    assert later.finished(run_id).outcome == "completed"
    history = store.find(run_id).events()[0]
    assert [event.seq for event in history] == list(range(1, len(history) + 1))
    assert [event.epoch for event in events.complete_epochs(history)] == [1, 2, 3, 4]
    assert strays(store.find(run_id).folder) == []


def test_a_run_whose_folder_is_gone_fails_instead_of_waiting_for_ever(
    scripted: Any, store: RunStore, make_disk: Callable[..., Disk]
) -> None:
    driven, disk = scripted(seconds=0), make_disk(NAME, sys.maxsize)
    fills_up(driven, disk)
    run_id = driven.engine.submit(job())
    driven.until(RunHeld)
    shutil.rmtree(store.root / run_id)
    assert driven.finished(run_id).outcome == "failed"
    disk.left = 0
    assert driven.finished(driven.engine.submit(job())).outcome == "completed"  # the engine lives on


@pytest.mark.parametrize("name", ["RunStarted in events.jsonl", "events.jsonl"])
def test_a_run_that_cannot_begin_on_a_full_disk_leaves_nothing(
    scripted: Any, store: RunStore, make_disk: Callable[..., Disk], name: str
) -> None:
    driven, disk = scripted(seconds=0), make_disk(name, sys.maxsize)
    disk.full = True
    driven.engine.submit(job())
    failed = driven.until(events.EngineFailed)
    assert "make room" in failed.message
    assert list(store.root.iterdir()) == []


def test_a_line_that_fits_in_part_is_taken_back(crashed: RunRecord) -> None:
    """By a limit of the system, so that it is the system that writes a part of it."""
    log = crashed.folder / "events.jsonl"
    before, seq = log.read_bytes(), crashed.last_seq
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    with writer.RunWriter(crashed.folder, crashed.info) as hand:
        resource.setrlimit(resource.RLIMIT_FSIZE, (len(before) + 50, limits[1]))
        try:
            with pytest.raises(writer.NotKept, match="make room"):
                hand.record(Logged(level="info", text="longer than fifty bytes"))
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, limits)
        assert log.read_bytes() == before
        assert hand.record(Logged(level="info", text="fits")).seq == seq + 1


def test_an_end_that_is_refused_as_late_as_it_can_be_is_recorded_once(
    scripted: Any, store: RunStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A file system over the network takes every line and says at the flush that there is no room."""
    flush, refusals = os.fsync, iter([errno.EDQUOT] * 5)

    def refuse(descriptor: int) -> None:
        path = Path(f"/proc/self/fd/{descriptor}").readlink()
        if path.name == "events.jsonl" and b"run_finished" in path.read_bytes() and (error := next(refusals, 0)):
            raise OSError(error, os.strerror(error))
        flush(descriptor)

    monkeypatch.setattr(os, "fsync", refuse)
    monkeypatch.setattr(full_disk, "RETRY_SECONDS", 0.02)
    driven = scripted(seconds=0)
    finished = driven.finished(driven.engine.submit(job(epochs=1)))
    history = store.find(finished.run_id).events()[0]
    assert next(refusals, 0) == 0
    assert_whole(store.find(finished.run_id), epochs=1)
    assert sum(isinstance(event, RunFinished) for event in history) == 1


@pytest.fixture
def handlers() -> Iterator[None]:
    """Whoever follows a run listens to signals; afterwards nobody does."""
    before = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)}
    yield
    for number, handler in before.items():
        signal.signal(number, handler)


@pytest.mark.usefixtures("handlers")
def test_output_that_goes_to_a_full_disk_does_not_end_the_run(scripted: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """As `aetui train … > log` on the very disk that fills up."""
    driven, heard = scripted(seconds=0), SimpleQueue[Event]()
    monkeypatch.setattr(driven.engine, "_send", heard.put)
    run_id = driven.engine.submit(job())
    with suppress(OSError), Path("/dev/full").open("w") as full:  # what is left in its buffer fits as little
        for stream in ("stdout", "stderr"):
            monkeypatch.setattr(sys, stream, full)
        finished = Follower(driven.engine, heard, [run_id], Options()).follow(run_id)
    monkeypatch.undo()
    assert (finished.outcome, finished.epochs) == ("completed", EPOCHS)


def test_on_a_small_disk_that_another_program_fills_no_epoch_is_lost(tmp_path: Path) -> None:
    """A real file system with real partial writes."""
    if subprocess.run(["unshare", "-rm", "true"], check=False, capture_output=True).returncode != 0:
        pytest.skip("needs a mount namespace of its own (unshare -rm), which this machine does not allow")
    inside, command = tmp_path / "disk", scripted_runs.command(RunStore(tmp_path / "disk/runs"))
    inside.mkdir()
    with subprocess.Popen(
        ["unshare", "-rm", "sh", "-c", ON_TMPFS, str(inside), *command], stdout=subprocess.PIPE
    ) as process:
        heard = _events_of(process)
        _first(heard, RunStarted)
        # Seen through an open folder, the disk is there as long as we look, whatever becomes of the process.
        disk = os.open(f"/proc/{process.pid}/root{inside}", os.O_RDONLY)
        try:
            seen = Path(f"/proc/self/fd/{disk}")
            _fill(seen / "ballast")
            held = _first(heard, RunHeld)
            assert "No space left on device" in held.reason
            (seen / "ballast").unlink()
            assert _first(heard, RunFinished).outcome == "completed"
            assert process.wait(30) == 0
            (record,) = RunStore(seen / "runs").runs()
            assert_whole(record)
            assert unfinished(seen) == []
        finally:
            process.kill()
            os.close(disk)


def _events_of(process: subprocess.Popen[bytes]) -> Any:
    assert process.stdout is not None
    return (events.decode(line) for line in process.stdout)


def _first(heard: Any, kind: type) -> Any:
    return next(event for event in heard if isinstance(event, kind))


def _fill(path: Path) -> None:
    """Write until nothing more fits."""
    with suppress(OSError), path.open("wb", buffering=0) as file:
        while file.write(bytes(4096)) == 4096:
            pass
