"""What a power cut, another clock, another version or another process leaves: it is read, and the run goes on."""

from __future__ import annotations

import os
import shutil
import subprocess
import time
from collections.abc import Callable
from itertools import count
from pathlib import Path
from typing import Any

import msgspec
import pytest
import scripted_runs
from kept_run import strays
from run_process import Process
from scripted_runs import EPOCHS, assert_whole, job

from aetui.state.fold import apply
from aetui.state.run_state import RunState
from engine.errors import EngineError, RunError
from engine.events import EngineFailed, Logged, RunFinished, RunResumed, RunStarted, complete_epochs
from engine.runs.jobs import ResumeJob
from engine.runs.snapshot_file import FIXED, HEAD, NAME, index_of
from engine.runs.snapshots import read_samples
from engine.runs.store import SCHEMA, RunRecord, RunStore
from engine.runs.writer import RunWriter

GoOn = Callable[[RunRecord], RunFinished | EngineFailed]


def log_of(record: RunRecord) -> Path:
    return record.folder / "events.jsonl"


def said(text: str) -> Logged:
    return Logged(level="info", text=text)


def describe(record: RunRecord, **fields: object) -> None:
    """Say something else in `run.json`."""
    path = record.folder / "run.json"
    path.write_bytes(msgspec.json.encode({**msgspec.json.decode(path.read_bytes()), **fields}))


def test_a_log_torn_at_any_byte_of_its_last_two_lines_is_read_and_gone_on_with(crashed: RunRecord) -> None:
    text = log_of(crashed).read_bytes()
    lines = text.splitlines(keepends=True)
    history = crashed.events()[0]
    for length in range(len(text) - len(lines[-1]) - len(lines[-2]), len(text) + 1):
        log_of(crashed).write_bytes(text[:length])
        whole = text[:length].count(b"\n")
        assert crashed.events()[0] == history[:whole]
        assert crashed.status == "interrupted"
        with RunWriter(crashed.folder, crashed.info) as writer:
            writer.record(said("goes on"))
        assert [event.seq for event in crashed.events()[0]] == list(range(1, whole + 2))
        assert log_of(crashed).read_bytes().startswith(b"".join(lines[:whole]))


@pytest.mark.parametrize("torn", [b"", b'{"type":"epoch_en'])
@pytest.mark.parametrize("zeros", [1, 4096, 200_000])
def test_a_log_that_ends_in_zeros_is_gone_on_with(crashed: RunRecord, go_on: GoOn, torn: bytes, zeros: int) -> None:
    """A file system may have noted the new length of a file whose content it had not written yet."""
    newest = crashed.last_seq
    with log_of(crashed).open("ab") as file:
        file.write(torn + bytes(zeros))
    assert (crashed.status, crashed.last_seq, len(complete_epochs(crashed.last_events()))) == ("interrupted", newest, 2)
    assert isinstance(go_on(crashed), RunFinished)
    assert_whole(crashed)
    history = crashed.events()[0]
    assert sum(isinstance(event, RunStarted) for event in history) == 1


def test_a_log_with_a_hole_is_gone_on_with(crashed: RunRecord, go_on: GoOn) -> None:
    """A page of the file that was not written: lines in its midst are lost, and those beside them torn."""
    text = bytearray(log_of(crashed).read_bytes())
    hole = text.index(b'"epoch":2') - 20
    text[hole : hole + 100] = bytes(100)
    log_of(crashed).write_bytes(text)
    newest, known = crashed.last_seq, len(crashed.events()[0])
    assert isinstance(go_on(crashed), RunFinished)
    numbers = [event.seq for event in crashed.events()[0]]
    assert numbers[known:] == list(range(newest + 1, newest + 1 + len(numbers) - known))
    assert [event.epoch for event in complete_epochs(crashed.events()[0])][-2:] == [3, 4]


def test_events_are_on_the_disk_before_the_checkpoint_that_comes_after_them(
    scripted: Any, store: RunStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Otherwise a power cut could leave a checkpoint whose epochs the record does not know."""
    flushed: list[str] = []
    flush = os.fsync

    def noted(descriptor: int) -> None:
        flushed.append(Path(f"/proc/self/fd/{descriptor}").readlink().name)
        flush(descriptor)

    monkeypatch.setattr(os, "fsync", noted)
    driven = scripted()
    assert driven.finished(driven.engine.submit(job())).outcome == "completed"
    saved = [at for at, name in enumerate(flushed) if "checkpoint" in name]
    assert saved
    assert all("events.jsonl" in flushed[:at] for at in saved)
    assert flushed[-1] == "events.jsonl"  # the end itself


@pytest.mark.parametrize("damage", ["empty", "half", "zeros", "noise"])
def test_a_damaged_checkpoint_is_refused_with_what_to_do_and_then_the_run_goes_on(
    crashed: RunRecord, go_on: GoOn, damage: str
) -> None:
    path = crashed.folder / "checkpoint.safetensors"
    whole = path.read_bytes()
    noise = bytes(range(256)) * (len(whole) // 256 + 1)
    left = {"empty": b"", "half": whole[: len(whole) // 2], "zeros": bytes(len(whole)), "noise": noise}
    path.write_bytes(left[damage])
    before = log_of(crashed).read_bytes()
    refused = go_on(crashed)
    assert isinstance(refused, EngineFailed)
    assert refused.title == "Unreadable checkpoint"
    assert str(path) in refused.message
    assert "remove" in refused.message
    assert log_of(crashed).read_bytes() == before  # not an epoch is void because of it
    assert crashed.status == "interrupted"
    path.unlink()
    assert isinstance(go_on(crashed), RunFinished)
    assert_whole(crashed)


@pytest.mark.parametrize("content", [b"", b"{", b'{"schema": 1, "id": "'])
def test_a_half_written_description_hides_no_other_run(crashed: RunRecord, store: RunStore, content: bytes) -> None:
    broken = store.root / "20260101T000000Z-vanilla-0000"
    broken.mkdir()
    (broken / "run.json").write_bytes(content)
    assert [record.id for record in store.runs()] == [crashed.id]
    assert store.find("last").id == crashed.id
    with pytest.raises(EngineError):
        store.find(broken.name)


def test_a_run_without_any_event_begins_with_its_first_one(crashed: RunRecord, go_on: GoOn) -> None:
    """Its process ended between the making of the folder and the first event."""
    for name in ("events.jsonl", "checkpoint.safetensors"):
        (crashed.folder / name).unlink()
    assert crashed.status == "interrupted"
    assert isinstance(go_on(crashed), RunFinished)
    assert_whole(crashed)
    assert isinstance(crashed.events()[0][0], RunStarted)


@pytest.mark.parametrize("epoch", [2, FIXED])
@pytest.mark.parametrize("at", [0, HEAD + 5])
def test_damaged_pictures_are_said_and_hold_up_neither_run_nor_later_pictures(
    crashed: RunRecord, go_on: GoOn, epoch: int, at: int
) -> None:
    file = crashed.folder / NAME
    content = bytearray(file.read_bytes())
    content[index_of(file).places[epoch].start + at] ^= 1
    file.write_bytes(content)
    with pytest.raises(RunError, match="epoch 2"):
        read_samples(crashed.folder, 2)
    assert isinstance(go_on(crashed), RunFinished)
    assert_whole(crashed)
    assert read_samples(crashed.folder, EPOCHS).inputs.shape == (2, 4, 4, 1)


def test_what_was_being_written_is_swept_up_by_the_next_life(crashed: RunRecord, go_on: GoOn) -> None:
    for name in ("checkpoint", "best", "run", "snapshots", "request", "neighbours.x"):
        (crashed.folder / f"{name}.tmp").write_bytes(b"half")
    assert isinstance(go_on(crashed), RunFinished)
    assert strays(crashed.folder) == []


def test_a_clock_that_is_set_back_changes_nothing_but_the_times(
    scripted: Any, store: RunStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    now, steps = time.time(), count()
    monkeypatch.setattr(time, "time", lambda: now - 60 * next(steps))
    first = scripted()
    finished = first.finished(first.engine.submit(job()))
    older = store.find(finished.run_id)
    run = RunState(older.id)
    for event in older.events()[0]:
        run = apply(run, event)
    assert_whole(older)
    assert [ended.epoch for ended in run.epochs] == [1, 2, 3, 4]
    assert finished.seconds >= 0
    assert all(ended.seconds >= 0 for ended in run.epochs)
    newer = store.find(first.finished(first.engine.submit(job())).run_id)
    assert newer.created < older.created
    for record in (older, newer):
        first.engine.submit(ResumeJob(run_id=record.id, epochs=EPOCHS + 1))
        first.finished(record.id)
        assert_whole(store.find(record.id), EPOCHS + 1)


def test_a_run_of_a_newer_version_is_named_and_left_alone(crashed: RunRecord, store: RunStore) -> None:
    describe(crashed, schema=SCHEMA + 1, config="somewhere else")
    assert store.runs() == []
    with pytest.raises(EngineError, match=rf"format {SCHEMA + 1}.* up to {SCHEMA}.*update"):
        store.find(crashed.id)


def test_events_of_a_newer_version_are_passed_over_and_keep_their_numbers(crashed: RunRecord, go_on: GoOn) -> None:
    newest = crashed.last_seq
    with log_of(crashed).open("ab") as file:
        for seq in (newest + 1, newest + 2):
            file.write(b'{"type":"model_distilled","run_id":"%s","seq":%d,"at":1}\n' % (crashed.id.encode(), seq))
    assert crashed.status == "interrupted"
    assert isinstance(go_on(crashed), RunFinished)
    numbers = [event.seq for event in crashed.events()[0]]
    assert numbers == [*range(1, newest + 1), *range(newest + 3, newest + 3 + len(numbers) - newest)]


def test_data_that_changed_are_refused_with_both_fingerprints(crashed: RunRecord, go_on: GoOn) -> None:
    describe(crashed, fingerprint="0123456789abcdef" * 4)
    before = log_of(crashed).read_bytes()
    refused = go_on(crashed)
    assert isinstance(refused, EngineFailed)
    assert "0123456789abcdef" in refused.message
    assert crashed.info.fingerprint[:16] in refused.message
    assert log_of(crashed).read_bytes() == before


def test_another_program_with_the_number_of_our_process_does_not_hold_the_run(crashed: RunRecord, go_on: GoOn) -> None:
    describe(crashed, pid=os.getppid())
    assert crashed.status == "interrupted"
    assert isinstance(go_on(crashed), RunFinished)
    assert_whole(crashed)


def test_of_two_processes_that_resume_a_run_at_once_one_gets_it(crashed: RunRecord, store: RunStore) -> None:
    command, places = scripted_runs.command(store, crashed.id), (store.root / "said-0", store.root / "said-1")
    processes = [Process(command, dict(os.environ), place) for place in places]
    codes = sorted(process.wait(60) for process in processes)
    said_by = [process.said for process in processes]
    assert codes == [0, 1], said_by
    assert any("Run in use" in said or "The run went on" in said for said in said_by), said_by
    assert_whole(store.find(crashed.id))
    resumed = [event for event in crashed.events()[0] if isinstance(event, RunResumed)]
    assert [(event.epoch, event.epochs) for event in resumed] == [(3, EPOCHS)]


@pytest.mark.parametrize("sealed", ["folder", "log"])
def test_a_run_folder_that_is_read_only_is_said_in_words_and_stays_as_it_is(
    crashed: RunRecord, store: RunStore, sealed: str
) -> None:
    as_owner = []
    if os.geteuid() == 0:  # who may write everywhere, unless this right is taken away
        as_owner = ["setpriv", "--bounding-set=-dac_override"]
        if shutil.which(as_owner[0]) is None:
            pytest.skip("as root this test needs setpriv of util-linux")
    before = log_of(crashed).read_bytes()
    path, mode = (crashed.folder, 0o500) if sealed == "folder" else (log_of(crashed), 0o400)
    path.chmod(mode)
    command = [*as_owner, *scripted_runs.command(store, crashed.id)]
    process = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
    path.chmod(0o700)
    assert process.returncode == 1
    assert "Cannot keep the run" in process.stdout
    assert "Permission denied" in process.stdout
    assert str(crashed.folder) in process.stdout
    assert log_of(crashed).read_bytes() == before
    assert crashed.status == "interrupted"
