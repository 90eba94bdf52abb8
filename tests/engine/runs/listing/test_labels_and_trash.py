"""Names, tags and notes of runs; runs that are deleted and brought back."""

from __future__ import annotations

from pathlib import Path

import pytest
from many_runs import many_runs

from engine.errors import RunError, UsageError
from engine.runs.listing import trash
from engine.runs.listing.disk import disk_use
from engine.runs.listing.labels import (
    FILE,
    Labels,
    checked_name,
    checked_note,
    checked_tags,
    read_labels,
    write_labels,
)
from engine.runs.store import RunStore
from engine.runs.writer import RunWriter


@pytest.fixture
def store(tmp_path: Path) -> RunStore:
    many_runs(tmp_path / "runs", 3, epochs=1)
    return RunStore(tmp_path / "runs")


def test_labels_come_back_and_a_run_is_found_by_its_new_name(store: RunStore) -> None:
    record = store.runs()[1]
    labels = Labels(name="best", tags=("good", "paper"), note="learns slowly")
    write_labels(record.folder, labels)
    assert read_labels(record.folder) == labels
    assert store.find("best").id == record.id
    assert store.find("best").info.name == "best"
    write_labels(record.folder, Labels())
    assert not (record.folder / FILE).exists()


@pytest.mark.parametrize(
    "content",
    [b"", b"[]", b"\xff", b'{"tags": [1]}', b'{"name": "\\u001b[31m"}', b'{"note": "' + b"x" * 20_000 + b'"}',
     b'{"tags": ["' + b"t" * 99 + b'"]}', b"[" * 100_000],
)  # fmt: skip
def test_labels_that_are_none_of_ours_are_no_labels(tmp_path: Path, content: bytes) -> None:
    (tmp_path / FILE).write_bytes(content)
    assert read_labels(tmp_path) == Labels()


def test_labels_that_cannot_be_are_refused() -> None:
    assert checked_tags(["b,a", "b", " c"]) == ("b", "a", "c")
    for bad in (lambda: checked_name("x" * 61), lambda: checked_name("a\nb"), lambda: checked_name("last"),
                lambda: checked_tags(["a=b"]), lambda: checked_tags(map(str, range(17))),
                lambda: checked_note("x" * 501)):  # fmt: skip
        with pytest.raises(UsageError, match=r"expected|newest"):
            bad()


def test_what_is_deleted_comes_back_as_it_was_until_the_next_deletion(store: RunStore) -> None:
    first, second, third = store.runs()
    trash.delete(store, [first, second])
    assert [run.id for run in store.summaries()] == [third.id]
    assert trash.undelete(store).runs == sorted([first.id, second.id])
    assert [run.id for run in store.summaries()] == [first.id, second.id, third.id]
    trash.delete(store, [first])
    trash.delete(store, [second])
    assert trash.undelete(store).runs == [second.id]
    with pytest.raises(UsageError, match="no run was deleted"):
        trash.undelete(store)


def test_where_one_run_is_in_use_none_is_deleted(store: RunStore) -> None:
    first, second, _ = store.runs()
    with RunWriter(second.folder, second.info), pytest.raises(RunError, match="stop it first"):
        trash.delete(store, [first, second])
    assert len(store.summaries()) == 3


def test_deleted_for_good_is_gone_from_the_disk(store: RunStore) -> None:
    trash.delete(store, [store.runs()[0]], for_good=True)
    assert trash.deleted(store) == ([], [])
    assert disk_use(store.root) >= 2 * 2 * 512
    assert disk_use(store.root / "nowhere") == 0
