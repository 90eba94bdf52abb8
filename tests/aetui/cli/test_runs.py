"""`aetui runs` and its commands, in this process."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from click.testing import Result
from many_runs import many_runs

from engine.errors import RunError, UsageError
from engine.runs.listing.labels import Labels, read_labels
from engine.runs.store import RunStore
from engine.runs.writer import RunWriter

Aetui = Callable[..., Result]


@pytest.fixture
def aetui(store: RunStore, instantly: Aetui) -> Aetui:
    many_runs(store.root, 8, epochs=2)
    return instantly


def ids(result: Result) -> list[str]:
    return [line.split()[0] for line in result.stdout.splitlines()[1:]]


def test_runs_are_filtered_and_sorted(aetui: Aetui, store: RunStore) -> None:
    runs = store.summaries()
    assert ids(aetui("runs")) == ids(aetui("runs", "list")) == [run.id for run in runs]
    assert ids(aetui("runs", "--reverse")) == [run.id for run in runs][::-1]
    good = sorted((run.metrics["test_mse"], run.id) for run in runs if run.metrics.get("test_mse", 1) < 0.015)
    assert ids(aetui("runs", "test_mse<0.015", "model!=x", "--sort", "metric")) == [run_id for _, run_id in good]
    assert "MSE 0.0" in aetui("runs").stdout
    assert "PCA 0.01200" in aetui("runs").stdout
    nothing = aetui("runs", "no such words")
    assert (nothing.exit_code, nothing.stdout) == (0, "")
    assert "none of 8 runs fits no such words" in nothing.stderr
    assert isinstance(aetui("runs", "test_mse<abc").exception, UsageError)
    assert isinstance(aetui("runs", "--sort", "nonsense").exception, UsageError)


def test_json_has_a_line_for_each_run_with_all_that_is_known(aetui: Aetui, store: RunStore) -> None:
    lines = [json.loads(line) for line in aetui("runs", "--json").stdout.splitlines()]
    assert [line["id"] for line in lines] == [run.id for run in store.summaries()]
    assert lines[0]["config"]["epochs"] == lines[0]["changed"]["epochs"] == 2
    assert {"metrics", "curve", "tags", "baseline", "beats_baseline"} <= lines[0].keys()


def test_a_run_is_renamed_tagged_and_found_by_that(aetui: Aetui, store: RunStore) -> None:
    run = store.summaries()[3]
    assert aetui("runs", "rename", run.id, "best of all").exit_code == 0
    assert "is a run already" in str(aetui("runs", "rename", "last", "best of all").exception)
    assert aetui("runs", "tag", "best of all", "good", "paper,old").stdout == f"{run.id}: good, paper, old\n"
    assert aetui("runs", "note", run.id, "learns slowly").exit_code == 0
    assert aetui("runs", "tag", run.id, "old", "--remove").stdout == f"{run.id}: good, paper\n"
    assert ids(aetui("runs", "tag=good")) == [run.id]
    assert ids(aetui("runs", "slowly")) == [run.id]
    shown = aetui("runs", "show", "best of all").stdout
    assert "good, paper" in shown
    assert "learns slowly" in shown
    assert "it has good, paper" in str(aetui("runs", "tag", run.id, "bad", "--remove").exception)
    assert aetui("runs", "rename", run.id, "").exit_code == 0
    assert read_labels(store.root / run.id) == Labels(name="", tags=("good", "paper"), note="learns slowly")


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("rename", "last", "last"), "already"),
        (("rename", "last", "x" * 61), "at most 60"),
        (("tag", "last", "a=b"), "none of"),
        (("note", "last", "x" * 501), "at most 500"),
        (("delete", "last"), "--yes does it"),
        (("delete", "last", "nowhere", "--yes"), "no run is called 'nowhere'"),
        (("diff", "last", "nowhere"), "no run is called 'nowhere'"),
        (("undelete",), "no run was deleted"),
    ],
)
def test_what_cannot_be_is_refused(aetui: Aetui, store: RunStore, arguments: tuple[str, ...], words: str) -> None:
    error = aetui("runs", *arguments).exception
    assert isinstance(error, UsageError)
    assert words in error.message
    assert len(store.summaries()) == 8


def test_runs_are_deleted_and_brought_back_but_not_while_they_are_trained(aetui: Aetui, store: RunStore) -> None:
    first, second, *_ = (run.id for run in store.summaries())
    record: Any = store.get(first)
    with RunWriter(record.folder, record.info):
        assert isinstance(aetui("runs", "delete", first, second, "--yes").exception, RunError)
    assert "undelete" in aetui("runs", "delete", first, second, "--yes").stdout
    assert first not in aetui("runs").stdout
    assert "in 2 runs that the next deletion removes" in aetui("runs", "du").stdout
    assert aetui("runs", "undelete").stdout.split() == sorted([first, second])
    assert first in aetui("runs").stdout


def test_two_runs_stand_side_by_side_and_what_differs_is_marked(aetui: Aetui, store: RunStore) -> None:
    one, other = store.summaries()[:2]
    printed = aetui("runs", "diff", one.id, other.id).stdout
    marked = {line.split()[1] for line in printed.splitlines() if line.startswith("≠")}
    settings = one.config.keys() | other.config.keys()
    assert {name for name in settings if one.config.get(name) != other.config.get(name)} <= marked
    assert "epochs" not in marked
    assert "batch_size" in aetui("runs", "diff", one.id, other.id, "--all").stdout


def test_disk_is_told_of_every_run_the_largest_first(aetui: Aetui, store: RunStore) -> None:
    large = store.summaries()[5].id
    (store.root / large / "best.safetensors").write_bytes(b"x" * 5_000_000)
    told = aetui("runs", "du", "-n", "2").stdout.splitlines()
    assert large in told[1]
    assert told[1].startswith("5.0 MB")
    assert "in 8 runs" in told[-1]
