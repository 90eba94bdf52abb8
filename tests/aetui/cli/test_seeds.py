from __future__ import annotations

import json
from statistics import stdev
from typing import Any

import msgspec
import pytest
from fakes import FakeRun, loss
from instant import Instant

from aetui.render import numbers
from engine.errors import SettingError, UsageError
from engine.runs import groups
from engine.runs.store import RunStore

THREE = ("train", "vanilla", "--dataset", "digits", "--epochs", "2", "--seeds", "3", "--name", "trio")


@pytest.fixture
def scattered(monkeypatch: pytest.MonkeyPatch) -> None:
    """Final metrics that depend on the seed."""
    finished = FakeRun.finished

    def with_metrics(self: FakeRun, *arguments: Any) -> Any:
        metrics = {"test_mse": self.config["seed"] / 1000, "pca_mse": 0.005}
        return msgspec.structs.replace(finished(self, *arguments), metrics=metrics)

    monkeypatch.setattr(FakeRun, "finished", with_metrics)


def rows(text: str) -> list[list[str]]:
    """The table of runs, its cells."""
    lines = text.split("\n\n")[1].splitlines()
    return [[cell.strip() for cell in line.split("  ") if cell.strip()] for line in lines]


@pytest.mark.usefixtures("scattered")
def test_a_row_for_each_seed_and_below_them_mean_and_sample_deviation(instantly: Any, store: RunStore) -> None:
    result = instantly(*THREE)
    assert result.exit_code == 0, result.exception
    head, *runs, mean = rows(result.stdout)
    assert head == ["SEED", "RUN", "STATUS", "EPOCHS", "TRAINING", "VALIDATION", "TEST_MSE", "PCA_MSE"]
    assert [row[0] for row in runs] == ["11", "12", "13"]
    assert [row[6] for row in runs] == ["0.01100", "0.01200", "0.01300"]
    assert mean[0] == "mean ± sd of 3"
    assert mean[-2:] == [f"0.01200 ± {stdev([0.011, 0.012, 0.013]):.2g}", "0.005000"]
    records = store.runs()
    assert {record.name for record in records} == {"trio-11", "trio-12", "trio-13"}
    assert len({record.group for record in records}) == 1
    assert all(record.events()[0][0].group == record.group for record in records)  # type: ignore[union-attr]


@pytest.mark.usefixtures("scattered")
def test_the_runs_are_shown_together_by_name_id_or_the_beginning_of_it(instantly: Any, store: RunStore) -> None:
    table = instantly(*THREE).stdout
    group = store.runs()[0].group
    for text in ("trio", group, group[:-2]):
        assert instantly("runs", "show", text).stdout == table
    assert group in instantly("runs").stdout
    assert f"run       {group}-12" in instantly("runs", "show", "trio-12").stdout


def test_metrics_are_those_of_the_weights_tested_and_of_so_many_epochs_as_were_needed(
    instantly: Any, store: RunStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    finished, planned = FakeRun.finished, "9"
    metrics = {"test_loss": 0.1, "test_reconstruction": 0.1, "test_mse": 0.2}

    def best(self: FakeRun, *arguments: Any) -> Any:
        return msgspec.structs.replace(finished(self, *arguments), weights="best", weights_epoch=2, metrics=metrics)

    def early(self: Instant, run: FakeRun, _outcome: Any) -> Any:
        yield run.started()
        last = 3 + run.config["seed"] % 2
        yield from (run.epoch(number) for number in range(1, last + 1))
        yield run.finished("completed", last)

    monkeypatch.setattr(FakeRun, "finished", best)
    monkeypatch.setattr(Instant, "_life", early)
    result = instantly("train", "vanilla", "--dataset", "digits", "--epochs", planned, "--seeds", "2", "--name", "two")
    head, *runs, mean = rows(result.stdout)
    assert head[-4:] == ["TRAINING", "VALIDATION", "TEST_LOSS", "TEST_MSE"]
    assert [row[4:6] for row in runs] == [[numbers.loss(loss(2)), numbers.loss(1.05 * loss(2))]] * 2
    assert [row[3] for row in (*runs, mean)][:2] == ["4/9", "3/9"]
    assert mean[2] == "3–4/9"
    assert "up to 9 epochs (3 to 4)" in instantly("runs", "show", "two", "--markdown").stdout


def test_a_run_of_a_group_is_not_said_to_be_of_none(instantly: Any, store: RunStore) -> None:
    instantly(*THREE)
    group = store.runs()[0].group
    assert f"is one of the group {group}" in str(instantly("runs", "show", "last", "--markdown").exception)


@pytest.mark.parametrize("again", [("resume", "trio"), THREE])
@pytest.mark.parametrize("ends", [("completed", "stopped"), ("completed", "cancelled"), ("completed", "failed")])
def test_what_was_interrupted_goes_on_and_what_never_began_is_trained(
    instantly: Any, store: RunStore, monkeypatch: pytest.MonkeyPatch, ends: tuple[str, ...], again: tuple[str, ...]
) -> None:
    monkeypatch.setattr(Instant, "ends", (*ends, "cancelled"))
    result = instantly(*THREE)
    assert result.exit_code == 130
    assert "not begun" in result.stdout
    assert "mean ± sd of 1" in result.stdout
    monkeypatch.setattr(Instant, "ends", ("completed",) * 3)
    assert instantly(*again).exit_code == 0
    adopted = [order.run_id[-2:] for call, order in Instant.made[-1].calls if call == "adopt"]
    assert adopted == ["12", "13"]
    assert {(record.status, record.last_epoch.epoch) for record in store.runs() if record.last_epoch} == {
        ("completed", 2)
    }
    assert instantly(*again).exit_code == 0  # nothing is left to train
    assert [call for call, _ in Instant.made[-1].calls if call == "adopt"] == ["adopt"] * 2


def test_a_seed_that_diverges_does_not_keep_the_others_from_training(
    instantly: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Instant, "ends", ("diverged", "completed", "completed"))
    result = instantly(*THREE)
    assert result.exit_code == 1
    assert "mean ± sd of 2" in result.stdout


def test_json_is_the_events_of_all_runs_and_nothing_else(instantly: Any) -> None:
    events = [json.loads(line) for line in instantly(*THREE, "--json").stdout.splitlines()]
    assert [event["type"] for event in events].count("run_finished") == 3
    assert len({event["run_id"] for event in events}) == 3


def test_a_name_that_means_other_runs_is_refused(instantly: Any) -> None:
    assert instantly(*THREE).exit_code == 0
    for other in (("--set", "hidden_dim=9"), ("--seed", "12"), ("--seeds", "4")):
        result = instantly(*THREE, *other)
        assert isinstance(result.exception, UsageError)
        assert "another --name" in str(result.exception)


def test_what_cannot_be_trained_is_refused_before_anything_is_kept(instantly: Any, store: RunStore) -> None:
    assert isinstance(instantly(*THREE, "--seed", str(2**31 - 2)).exception, SettingError)
    assert isinstance(instantly(*THREE, "--set", "hidden_dim=0").exception, SettingError)
    assert instantly(*THREE, "--seeds", "0").exit_code == 2
    assert not store.root.exists()


def test_a_group_cannot_be_lengthened_as_one(instantly: Any) -> None:
    instantly(*THREE)
    assert isinstance(instantly("resume", "trio", "--epochs", "9").exception, UsageError)


def test_a_group_that_is_being_trained_is_refused(
    instantly: Any, store: RunStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    instantly(*THREE)
    monkeypatch.setattr("engine.runs.record.is_held", lambda path: path.parent.name.endswith("-12"))
    assert "is being trained" in str(instantly("resume", "trio").exception)


def test_detached_seeds_are_one_hand_over_of_all_that_is_left(
    instantly: Any, store: RunStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    handed: list[Any] = []
    monkeypatch.setattr("aetui.cli.train._detach", lambda orders, *_: handed.extend(orders))
    assert instantly(*THREE, "--detach").exit_code == 0
    group = groups.find(store, "trio")
    assert group is not None
    assert [order.run_id for order in handed] == [member.run_id for member in group.members]
