from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec
import pytest
from fakes import FakeRun

from engine.analysis.spread import spread
from engine.errors import RunError, UsageError
from engine.runs import groups, handover
from engine.runs.jobs import ResumeJob, TrainJob
from engine.runs.store import RunStore

JOB = TrainJob(variant="vanilla", dataset="digits", config={"epochs": "2"})


@pytest.fixture
def store(tmp_path: Path) -> RunStore:
    return RunStore(tmp_path / "runs")


def test_a_group_is_kept_before_anything_is_trained(store: RunStore) -> None:
    group = groups.begin(JOB, 3, store)
    assert [member.job.config["seed"] for member in group.members] == [11, 12, 13]
    assert groups.find(store, group.id) == group
    assert [order.run_id for order in groups.rest(group, store)] == [f"{group.id}-{seed}" for seed in (11, 12, 13)]
    assert store.runs() == []


def test_runs_with_a_group_in_common_are_one_without_a_file_too(store: RunStore) -> None:
    for number in range(3):
        FakeRun(store, f"r{number}", msgspec.structs.replace(JOB, group="book-vanilla" if number else ""))
    group = groups.find(store, "book-vanilla")
    assert group is not None
    assert [member.run_id for member in group.members] == ["r1", "r2"]
    assert groups.find(store, "") is groups.find(store, "r0") is groups.find(store, "none") is None


def test_a_beginning_that_a_run_outside_shares_means_no_group(store: RunStore) -> None:
    group = groups.begin(JOB, 2, store)
    assert groups.find(store, group.id[:4]) == group
    FakeRun(store, f"{group.id[:4]}-alone", JOB)
    assert groups.find(store, group.id[:4]) is None


def test_settings_of_an_earlier_version_are_read_by_their_names_of_today(store: RunStore) -> None:
    job = TrainJob(variant="sentence", dataset="pydocs", config={"bag_of_words": 0.5})
    group = groups.begin(job, 2, store)
    file = store.root / "groups" / f"{group.id}.json"
    file.write_text(file.read_text().replace('"bag_of_words"', '"guessing"'))
    assert groups.find(store, group.id) == group


@pytest.mark.parametrize("run_id", ["../away", "a/b", "", ".", "x\n", "-r"])
def test_a_damaged_file_names_no_folder_outside_the_store(store: RunStore, run_id: str) -> None:
    group = groups.begin(JOB, 2, store)
    file = store.root / "groups" / f"{group.id}.json"
    file.write_bytes(msgspec.json.encode({**msgspec.to_builtins(group), "members": [{"run_id": run_id, "job": JOB}]}))
    assert groups.find(store, group.id) is None
    file.write_bytes(msgspec.json.encode({**msgspec.to_builtins(group), "members": []}))
    assert groups.find(store, group.id) is None


def test_a_group_that_cannot_be_kept_is_refused(store: RunStore) -> None:
    store.root.mkdir()
    (store.root / "groups").write_text("")
    with pytest.raises(RunError, match="runs-dir"):
        groups.begin(JOB, 2, store)


def test_the_deviation_is_that_of_a_sample_and_a_single_figure_has_none() -> None:
    found, alone = spread([1.0, 2.0, 3.0, float("nan")]), spread([4.0])
    assert found is not None
    assert (found.n, found.mean, found.sd, found.low, found.high) == (3, 2.0, 1.0, 1.0, 3.0)
    assert alone is not None
    assert alone.sd is None
    assert spread([]) is None


def test_a_run_and_a_group_do_not_share_a_name(scripted: Any, store: RunStore) -> None:
    FakeRun(store, "one", msgspec.structs.replace(JOB, name="far"))
    with pytest.raises(UsageError, match="is a run \\(one\\)"):
        groups.begin(msgspec.structs.replace(JOB, name="far"), 2, store)
    group = groups.begin(msgspec.structs.replace(JOB, name="near"), 2, store)
    for submit in (scripted().engine.submit, lambda job: handover.order(job, store)):
        with pytest.raises(UsageError, match=f"of a group \\({group.id}\\)"):
            submit(msgspec.structs.replace(JOB, name="near"))
    FakeRun(store, "two", msgspec.structs.replace(JOB, name="near"))  # as earlier versions took it
    with pytest.raises(UsageError, match=f"the run two and the group {group.id}"):
        groups.find(store, "near")
    assert groups.find(store, group.id) == group


def test_a_name_that_is_reserved_or_means_a_run_is_refused(store: RunStore) -> None:
    FakeRun(store, "20260101T000000Z-vanilla-aaaa", msgspec.structs.replace(JOB, name="far"))
    FakeRun(store, "other", msgspec.structs.replace(JOB, name="near-12"))
    for name in ("far", "20260101T000000Z-vanilla-aaaa", "last"):
        with pytest.raises(UsageError, match="choose another"):
            handover.order(msgspec.structs.replace(JOB, name=name), store)
    for name in ("last", "near"):  # the second of whose runs would be near-12
        with pytest.raises(UsageError, match="choose another"):
            groups.begin(msgspec.structs.replace(JOB, name=name), 2, store)


def test_a_run_may_keep_its_name_and_runs_of_one_name_are_resumed(store: RunStore) -> None:
    for run_id in ("one", "two"):  # as earlier versions took them
        FakeRun(store, run_id, msgspec.structs.replace(JOB, name="far"))
    groups.check_name(ResumeJob(run_id="one"), store)
    with pytest.raises(UsageError, match="two"):
        groups.check_run_name("far", store, "one")
    store.find("two").relabel(name="near")
    groups.check_run_name("far", store, "one")
    assert store.find("far").id == "one"
