from __future__ import annotations

import os
import shutil
import stat
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import pytest

from engine.backend import Best, Checkpoint, Position
from engine.errors import RunError, UsageError
from engine.events import EpochEnded, Logged, RunFinished, RunPaused, RunResumed
from engine.runs.checkpoint import read_checkpoint, write_checkpoint
from engine.runs.jobs import Order, TrainJob
from engine.runs.listing import trash
from engine.runs.store import RunInfo, RunRecord, RunStore
from engine.runs.waiting import Waiting
from engine.runs.writer import RunWriter, this_process


def info(run_id: str = "20260101T000000Z-vanilla-0001", **fields: Any) -> RunInfo:
    given = {
        "variant": "vanilla",
        "preset": "book",
        "config": {"epochs": 5},
        "dataset": "digits",
        "fingerprint": "f",
        "shape": (28, 28, 1),
        "created": 1.0,
        "device": "CPU",
        **this_process(),
        **fields,
    }
    return RunInfo(id=run_id, **given)


def said(text: str) -> Logged:
    return Logged(level="info", text=text)


def finished(outcome: Any = "completed") -> RunFinished:
    return RunFinished(outcome=outcome, epochs=1, train={}, validation={})


def test_events_are_numbered_stamped_and_there_at_once(store: RunStore) -> None:
    with RunWriter.create(store, info()) as writer:
        before = round(time.time(), 3)
        stamped = [writer.record(said("a")), writer.record(said("b"))]
        assert [(event.run_id, event.seq) for event in stamped] == [(writer.info.id, 1), (writer.info.id, 2)]
        assert before <= stamped[0].at <= round(time.time(), 3)
        assert store.find("last").events()[0] == stamped


def test_a_tail_gives_what_is_new_and_only_whole_lines(store: RunStore) -> None:
    with RunWriter.create(store, info()) as writer:
        record = store.find("last")
        writer.record(said("a"))
        first, offset = record.events()
        with (record.folder / "events.jsonl").open("ab") as file:
            file.write(b'{"type":"logged","level":"in')
        assert record.events(offset) == ([], offset)
        assert [event.seq for event in first] == [1]


def test_events_of_some_types_are_found_but_for_a_line_that_is_not_whole(store: RunStore) -> None:
    with RunWriter.create(store, info()) as writer:
        resumed = RunResumed(epoch=2, step=0, epochs=3, device="")
        for event in (RunPaused(epoch=1, step=0), said('{"type":"run_paused"'), resumed, said("b")):
            writer.record(event)
        record = store.find("last")
        with (record.folder / "events.jsonl").open("ab") as file:
            file.write(b'{"type":"run_paused","epoch":9')
        paused, _, then, _ = record.events()[0]
        assert record.told(RunResumed, RunPaused) == [paused, then]


def test_a_torn_last_line_is_cut_off_before_the_run_goes_on(store: RunStore) -> None:
    with RunWriter.create(store, info()) as writer:
        writer.record(said("a"))
    record = store.find("last")
    with (record.folder / "events.jsonl").open("ab") as file:
        file.write(b'{"type":"lo')
    with RunWriter(record.folder, info()) as writer:
        writer.record(said("b"))
    assert [(event.seq, event.text) for event in record.events()[0]] == [(1, "a"), (2, "b")]  # type: ignore[union-attr]


def test_a_damaged_line_is_passed_over(store: RunStore) -> None:
    with RunWriter.create(store, info()) as writer:
        writer.record(said("a"))
        with (writer.folder / "events.jsonl").open("ab") as file:
            file.write(b'\xff{"type":"future_event"}\n{"type":"logged","level":"info","text":"\xff"}\n\n')
        writer.record(said("b"))
    assert [event.seq for event in store.find("last").events()[0]] == [1, 2]


def test_a_run_belongs_to_one_writer_at_a_time(store: RunStore) -> None:
    with RunWriter.create(store, info()), pytest.raises(RunError, match="another process"):
        RunWriter(store.find("last").folder, info())
    RunWriter(store.find("last").folder, info()).__exit__()


def test_status_follows_the_run(store: RunStore) -> None:
    with RunWriter.create(store, info()) as writer:
        record = store.find("last")
        assert record.status == "running"
        writer.record(RunPaused(epoch=1, step=1))
        writer.record(said("later"))
        assert record.status == "paused"
    assert record.status == "interrupted"
    with RunWriter(record.folder, info()) as writer:
        writer.record(finished("diverged"))
    assert record.status == "diverged"


def test_a_run_whose_process_was_killed_is_interrupted(store: RunStore, tmp_path: Path) -> None:
    with RunWriter.create(store, info()):
        pass
    events = store.find("last").folder / "events.jsonl"
    code = (
        f"import fcntl, time; f = open({str(events)!r}); fcntl.flock(f, fcntl.LOCK_EX); print('held', flush=True);"
        "time.sleep(60)"
    )
    with subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        process.stdout.readline()
        assert store.find("last").status == "running"
        process.kill()
        process.wait()
    assert store.find("last").status == "interrupted"


def test_runs_are_found_by_id_beginning_name_and_last(store: RunStore) -> None:
    ids = ["20260101T000000Z-vanilla-aaaa", "20260102T000000Z-vanilla-bbbb"]
    for number, run_id in enumerate(ids):
        RunWriter.create(store, info(run_id, created=float(number), name=f"name{number}")).__exit__()
    assert [record.id for record in store.runs()] == ids[::-1]
    assert store.find("last").id == ids[1]
    assert store.find("name0").id == ids[0]
    assert store.find("20260101").id == ids[0]
    with pytest.raises(UsageError, match="fits 2 runs"):
        store.find("2026")
    for unknown in ("x", ""):
        with pytest.raises(UsageError, match="no run is called"):
            store.find(unknown)


def test_a_group_is_no_run_but_its_runs_are_named(store: RunStore) -> None:
    for seed in (11, 12):
        given = info(f"20260101T000000Z-vanilla-0001-{seed}", name=f"g-{seed}", group="x", created=float(seed))
        RunWriter.create(store, given).__exit__()
    for text in ("g", "x"):
        with pytest.raises(UsageError, match="2 runs of one group; name one of them: g-11, g-12"):
            store.find(text)
    assert store.find("g-12").name == "g-12"


def test_other_folders_are_no_runs(store: RunStore) -> None:
    for number, content in enumerate(("", "[]", "{}", "\udcff")):
        folder = store.root / f"folder{number}"
        folder.mkdir(parents=True)
        (folder / "run.json").write_text(content, errors="surrogateescape")
    assert store.runs() == []


@pytest.mark.parametrize("fields", [{"created": 1e30}, {"config": {}}, {"schema": 99}])
def test_a_description_that_makes_no_sense_is_no_run(store: RunStore, fields: dict[str, Any]) -> None:
    RunWriter.create(store, info(**fields)).__exit__()
    assert store.runs() == []


def test_epochs_that_were_made_void_are_not_the_last(store: RunStore) -> None:
    def ended(epoch: int) -> EpochEnded:
        return EpochEnded(
            stage="s",
            epoch=epoch,
            train={"loss": 1.0},
            validation={"loss": 1.0},
            steps=1,
            seconds=1,
            samples_per_second=1,
        )

    with RunWriter.create(store, info()) as writer:
        for event in (ended(1), ended(2), ended(3), RunResumed(epoch=2, step=0, epochs=5)):
            writer.record(event)
    found = store.find("last").last_epoch
    assert found is not None
    assert found.epoch == 1


def test_a_full_disk_is_said_in_words(store: RunStore, monkeypatch: pytest.MonkeyPatch) -> None:
    with RunWriter.create(store, info()) as writer:
        monkeypatch.setattr(writer, "_file", open("/dev/full", "wb", buffering=0))  # noqa: PTH123, SIM115
        with pytest.raises(RunError, match=r"No space left on device; make room"):
            writer.record(said("a"))


def test_a_line_that_the_disk_takes_in_part_is_taken_back(store: RunStore, monkeypatch: pytest.MonkeyPatch) -> None:
    with RunWriter.create(store, info()) as writer:
        writer.record(said("a"))
        file = writer._file

        class Filling:
            def write(self, line: bytes) -> int:
                return file.write(line[:10])

            def __getattr__(self, name: str) -> Any:
                return getattr(file, name)

        with monkeypatch.context() as patch:
            patch.setattr(writer, "_file", Filling())
            with pytest.raises(RunError, match="make room"):
                writer.record(said("b"))
        writer.record(said("c"))
    assert [(event.seq, event.text) for event in store.find("last").events()[0]] == [(1, "a"), (2, "c")]  # type: ignore[union-attr]


@pytest.mark.parametrize("text", ["..", ".", "/", "../runs"])
def test_only_names_of_runs_are_looked_up(store: RunStore, text: str) -> None:
    RunWriter.create(store, info()).__exit__()
    with pytest.raises(UsageError, match="no run is called"):
        store.find(text)


def test_a_run_is_private_to_the_user(store: RunStore) -> None:
    with RunWriter.create(store, info()) as writer:
        assert stat.S_IMODE(writer.folder.stat().st_mode) == 0o700


def test_a_store_that_cannot_be_written_is_refused_in_words(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(RunError, match="--runs-dir"):
        RunWriter.create(RunStore(tmp_path / "file"), info())


def test_a_run_in_use_is_not_deleted(store: RunStore) -> None:
    with RunWriter.create(store, info()), pytest.raises(RunError, match="stop it first"):
        trash.delete(store, [store.find("last")])
    trash.delete(store, [store.find("last")])
    assert store.runs() == []


def test_the_last_epoch_is_found_without_reading_a_long_history(store: RunStore) -> None:
    epoch = EpochEnded(
        stage="s",
        epoch=1,
        train={"loss": 1.0},
        validation={"loss": 1.0},
        steps=1,
        seconds=1,
        samples_per_second=1,
        samples="x" * 200,
    )
    with RunWriter.create(store, info()) as writer:
        for _ in range(500):
            last = writer.record(epoch)
        assert (writer.folder / "events.jsonl").stat().st_size > 2 * 64 * 1024
    assert store.find("last").last_epoch == last


class TestCheckpoint:
    checkpoint = Checkpoint(
        arrays={"a/b": np.arange(6, dtype=np.float32).reshape(2, 3), "iterations": np.array(7)},
        position=Position(epoch=3, step=2, sums={"loss": 0.1 + 0.2}),
        best=Best(epoch=2, loss=1 / 3),
    )

    def test_comes_back_to_the_last_bit(self, tmp_path: Path) -> None:
        path = tmp_path / "c.safetensors"
        write_checkpoint(path, self.checkpoint)
        again = read_checkpoint(path)
        assert again is not None
        assert (again.position, again.best) == (self.checkpoint.position, self.checkpoint.best)
        for name, array in self.checkpoint.arrays.items():
            np.testing.assert_array_equal(again.arrays[name], array)
        assert list(tmp_path.iterdir()) == [path]

    def test_is_none_where_there_is_none(self, tmp_path: Path) -> None:
        assert read_checkpoint(tmp_path / "none") is None

    @pytest.mark.parametrize("keep", [0, 4, 50, -1])
    def test_that_is_damaged_is_refused(self, tmp_path: Path, keep: int) -> None:
        path = tmp_path / "c.safetensors"
        write_checkpoint(path, self.checkpoint)
        path.write_bytes(path.read_bytes()[:keep])
        with pytest.raises(RunError, match="expected a checkpoint"):
            read_checkpoint(path)


def test_a_record_reads_its_run_from_any_folder(tmp_path: Path) -> None:
    assert RunRecord(tmp_path, info()).events() == ([], 0)


def test_a_run_of_another_host_is_left_alone_while_it_gives_signs_of_life(store: RunStore) -> None:
    writer = RunWriter.create(store, msgspec.structs.replace(info(), host="elsewhere"))
    record = store.find("last")
    shutil.copytree(record.folder, record.folder.with_name("20260101T000000Z-vanilla-0002"))  # where no lock is seen
    writer.__exit__()
    lively = store.find("20260101T000000Z-vanilla-0002")
    assert lively.status == "running"
    with pytest.raises(RunError, match=r"on elsewhere: there was a sign of life .* try again in \d+ s"):
        RunWriter(lively.folder, lively.info)
    for file in lively.folder.iterdir():
        os.utime(file, (1, 1))
    assert lively.status == "interrupted"
    RunWriter(lively.folder, lively.info).__exit__()


def test_a_run_of_a_newer_version_is_named_not_read(store: RunStore) -> None:
    RunWriter.create(store, info()).__exit__()
    file = store.find("last").folder / "run.json"
    file.write_bytes(file.read_bytes().replace(b'"schema": 1', b'"schema": 2'))
    assert store.runs() == []
    assert store.newer() == {file.parent.name: 2}
    with pytest.raises(RunError, match="format 2, this version reads up to 1; update aetui"):
        store.find(file.parent.name)


def test_a_folder_names_its_run_whatever_the_file_in_it_says(store: RunStore) -> None:
    RunWriter.create(store, info()).__exit__()
    file = store.find("last").folder / "run.json"
    file.write_bytes(file.read_bytes().replace(file.parent.name.encode(), b"../../elsewhere"))
    assert store.find("last").id == file.parent.name


def test_what_a_killed_writer_left_beside_its_files_is_swept_away(store: RunStore) -> None:
    with RunWriter.create(store, info()) as writer:
        folder = writer.folder
    (folder / "samples").mkdir()
    for name in ("checkpoint.tmp", "samples/epoch-0001.tmp", "request"):
        (folder / name).write_bytes(b"half")
    RunWriter(folder, info()).__exit__()
    assert sorted(path.name for path in folder.rglob("*")) == ["events.jsonl", "run.json", "samples"]


def test_a_run_that_another_process_prepares_is_said_to_be_on_its_way(tmp_path: Path) -> None:
    store = RunStore(tmp_path)
    waiting = Waiting(tmp_path)
    waiting.announce(Order(run_id="20260101T000000Z-vanilla-0000", job=TrainJob(variant="vanilla", dataset="digits")))
    with pytest.raises(UsageError, match="vanilla-0000 has not begun"):
        store.find("20260101T000000Z-van")
    waiting.close()
    with pytest.raises(UsageError, match="no run is called"):
        store.find("20260101T000000Z-van")
