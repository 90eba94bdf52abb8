"""The index of a store: it opens what changed and nothing else, and whatever becomes of its file, it is right."""

from __future__ import annotations

import os
import time
from pathlib import Path

import msgspec
import pytest
from many_runs import many_runs, opened_files

from engine import events
from engine.errors import RunError
from engine.events import EpochEnded, RunFinished, RunResumed
from engine.runs.listing import index
from engine.runs.listing.labels import Labels, write_labels
from engine.runs.listing.summary import POINTS, WHOLE_BYTES, summarise
from engine.runs.record import RunRecord
from engine.runs.store import RunStore
from engine.runs.writer import RunWriter


@pytest.fixture
def store(tmp_path: Path) -> RunStore:
    many_runs(tmp_path / "runs", 40, epochs=3)
    return RunStore(tmp_path / "runs")


def aged(folder: Path) -> None:
    for path in (*folder.iterdir(), folder):
        os.utime(path, (time.time() - 30,) * 2)


def test_200_runs_are_listed_again_with_one_file_opened(tmp_path: Path) -> None:
    many_runs(tmp_path / "runs", 200, epochs=1)
    store = RunStore(tmp_path / "runs")
    before = store.summaries()
    with opened_files(store.root) as opened:
        assert RunStore(store.root).summaries() == before
        assert store.summaries() == before
    assert opened == [str(store.root / index.FILE)]


def test_what_changed_is_read_anew_and_the_rest_is_not(store: RunStore) -> None:
    first, second, *_ = store.summaries()
    write_labels(store.root / first.id, Labels(name="new", tags=("good",)))
    with (store.root / second.id / "events.jsonl").open("ab") as file:
        file.write(events.encode(RunResumed(run_id=second.id, seq=99, epoch=2, step=0, epochs=3)) + b"\n")
    with opened_files(store.root) as opened:
        renamed, resumed, *_ = RunStore(store.root).summaries()
    assert (renamed.name, renamed.tags) == ("new", ("good",))
    assert (resumed.status, resumed.epochs, resumed.metrics) == ("interrupted", 1, {})
    folders = {Path(path).parent.name for path in opened}
    assert folders == {"runs", first.id, second.id}


def test_a_run_that_a_process_takes_up_is_noticed_at_once(store: RunStore) -> None:
    run = store.summaries()[0]
    record = store.find(run.id)
    assert run.status == "completed"
    with RunWriter(record.folder, record.info) as writer:
        writer.record(RunResumed(epoch=4, step=0, epochs=9))
        assert store.summaries()[0].status == "running"
        writer.record(RunFinished(outcome="stopped", epochs=3, train={}, validation={}))
    assert store.summaries()[0].status == "stopped"


@pytest.mark.parametrize("damage", [b"", b"\n[1]\n", b'["x', b"\xff\xfe\n", b"[" * 100_000])
def test_a_damaged_index_is_made_good(store: RunStore, damage: bytes) -> None:
    whole = store.summaries()
    path = store.root / index.FILE
    path.write_bytes(path.read_bytes()[:-300] + damage)
    assert RunStore(store.root).summaries() == whole
    with opened_files(store.root) as opened:
        assert RunStore(store.root).summaries() == whole
    assert len(opened) == 1


def test_an_index_that_was_deleted_or_replaced_under_a_process_is_written_whole(store: RunStore) -> None:
    whole = store.summaries()
    (store.root / index.FILE).unlink()
    write_labels(store.root / whole[0].id, Labels(note="n"))
    aged(store.root / whole[0].id)
    store.summaries()
    with opened_files(store.root) as opened:
        RunStore(store.root).summaries()
    assert len(opened) == 1


def test_an_index_that_is_mostly_out_of_date_is_written_anew(store: RunStore) -> None:
    store.summaries()
    path = store.root / index.FILE
    size = path.stat().st_size
    path.write_bytes(path.read_bytes() * 10)
    RunStore(store.root).summaries()
    assert path.stat().st_size == size


def test_folders_that_hold_no_run_are_opened_once(store: RunStore) -> None:
    broken = store.root / "20260101T000000Z-vanilla-beef"
    broken.mkdir()
    (broken / "run.json").write_text("{")
    aged(broken)
    assert len(store.summaries()) == 40
    assert store.unreadable() == [broken.name]
    with opened_files(store.root) as opened:
        assert RunStore(store.root).unreadable() == [broken.name]
    assert len(opened) == 1


def test_a_report_tells_how_far_it_is_and_what_it_breaks_off_is_kept(tmp_path: Path) -> None:
    many_runs(tmp_path / "runs", 2 * index.BATCH, epochs=1)
    store, told = RunStore(tmp_path / "runs"), []

    def report(done: int, total: int, runs: list[object]) -> None:
        told.append((done, total, len(runs)))
        raise RunError("Enough", "of it")

    with pytest.raises(RunError):
        store.summaries(report)  # type: ignore[arg-type]
    assert told == [(index.BATCH, 2 * index.BATCH, index.BATCH)]
    with opened_files(store.root) as opened:
        assert len(RunStore(store.root).summaries()) == 2 * index.BATCH
    assert len({Path(path).parent for path in opened}) == index.BATCH + 1


def test_a_store_that_cannot_be_written_is_listed_all_the_same(
    store: RunStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise PermissionError

    monkeypatch.setattr(index, "replacing", refuse)
    assert len(store.summaries()) == len(store.summaries()) == 40
    assert not (store.root / index.FILE).exists()


def test_a_long_run_is_read_in_places_and_its_void_epochs_are_left_out(store: RunStore) -> None:
    record = store.find(store.summaries()[0].id)

    def epoch(number: int, loss: float) -> bytes:
        terms = {"loss": loss}
        ended = EpochEnded(stage="s", epoch=number, train=terms, validation=terms, steps=1, seconds=2.0,
                           samples_per_second=1, run_id=record.id, seq=number)  # fmt: skip
        return events.encode(ended) + b"\n"

    lines = [epoch(n, 9.0) for n in range(1, 3001)]
    lines.append(events.encode(RunResumed(run_id=record.id, epoch=1001, step=0, epochs=4000)) + b"\n")
    lines += [epoch(n, 1.0) for n in range(1001, 4001)]
    (record.folder / "events.jsonl").write_bytes(b"".join(lines))
    assert (record.folder / "events.jsonl").stat().st_size > WHOLE_BYTES
    found = summarise(record)
    assert (found.epochs, found.loss, found.status) == (4000, 1.0, "interrupted")
    assert found.seconds == pytest.approx(8000)
    assert 10 < len(found.curve) <= POINTS
    assert list(found.curve) == sorted(found.curve, reverse=True)
    assert found.curve.count(9.0) < len(found.curve) / 2


def test_a_summary_comes_back_from_its_line(store: RunStore) -> None:
    summary = store.summaries()[0]
    line = msgspec.json.encode(index.Entry("x", (1, 2, 3, 4, 5), summary))
    assert msgspec.json.decode(line, type=index.Entry).found == summary
    assert summary == summarise(RunRecord(store.root / summary.id, store.find(summary.id).info))
