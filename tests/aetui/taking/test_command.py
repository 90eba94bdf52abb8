"""The command that repeats a run, parsed back by the command line itself."""

from __future__ import annotations

import shlex
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import msgspec
import pytest
from fakes import FakeRun, fake_store
from typer.testing import CliRunner

from aetui.cli import app, train
from aetui.state.fold import apply, apply_all
from aetui.state.run_state import RunState
from aetui.taking.command import TURNED, UNKNOWN, UNTYPED, of_job, repeat, together
from engine import params, registry
from engine.events import Event, RunFinished, RunResumed, SettingsChanged
from engine.runs.changes import Change
from engine.runs.jobs import TrainJob


@pytest.fixture
def parsed(monkeypatch: pytest.MonkeyPatch) -> Callable[[str], list[TrainJob]]:
    """What the command line would train for a command."""

    def parse(command: str) -> list[TrainJob]:
        jobs: list[TrainJob] = []
        monkeypatch.setattr(train, "train_one", lambda job, *_: jobs.append(job))
        result = CliRunner().invoke(app, shlex.split(command)[1:], catch_exceptions=False)
        assert result.exit_code == 0
        return jobs

    return parse


def meaning(job: TrainJob) -> Any:
    config = params.configure(registry.preset(job.variant, job.preset), job.config)
    return job.variant, job.dataset, msgspec.structs.asdict(config)


def run_of(tmp_path: Path, job: TrainJob, *events: Event) -> RunState:
    """The run of `job` after `events`."""
    fake = FakeRun(fake_store(tmp_path), "20260101T000000Z-it-0001", job)
    return apply_all(RunState(fake.run_id), [fake.stamp(event) for event in (fake.started(), *events)])


@pytest.mark.parametrize(
    ("variant", "dataset", "preset", "config"),
    [
        ("vanilla", "digits", "book", {}),
        ("vanilla", "mnist", "tuned", {"epochs": 7, "seed": 0, "learning_rate": 1 / 3, "shuffle": False}),
        ("sparse", "digits", "small", {"learning_rate": 1e-07, "precision": "auto", "hidden_dim": 9}),
        ("stacked", "digits", "small", {"layers": "64-8"}),
        ("sentence", "text", "small", {"vectors": "/my vectors/$HOME;'x'.txt", "masked": False, "bag_of_words": 0.0}),
    ],
)
def test_the_command_means_the_same_job(
    tmp_path: Path, parsed: Callable[[str], list[TrainJob]], variant: str, dataset: str, preset: str, config: Any
) -> None:
    job = TrainJob(variant=variant, dataset=dataset, preset=preset, config=config, name="it's mine")
    for again in (repeat(run_of(tmp_path, job)), of_job(job)):
        [found] = parsed(again.line)
        assert meaning(found) == meaning(job)
        assert found.name == ""


def test_settings_of_the_preset_are_not_said_again() -> None:
    job = TrainJob(variant="vanilla", dataset="digits", preset="small", config={"epochs": 4, "hidden_dim": 20})
    told = "aetui train vanilla --dataset digits --preset small --epochs 4 --seed 11 --set hidden_dim=20"
    assert of_job(job).line == told


def test_what_changed_on_the_way_is_said_with_the_epoch_after_which_it_did(
    tmp_path: Path, parsed: Callable[[str], list[TrainJob]]
) -> None:
    job = TrainJob(variant="sparse", dataset="digits", preset="small", config={"epochs": 4})
    changed = [SettingsChanged(epoch=1, config={"rho": 0.2}), SettingsChanged(epoch=2, config={"epochs": 9})]
    again = repeat(run_of(tmp_path, job, *changed))
    [found] = parsed(again.line)
    assert meaning(found) == meaning(job)
    assert found.changes == (Change(1, {"rho": "0.2"}), Change(2, {"epochs": "9"}))
    assert of_job(found).line == again.line


def longer(epoch: int, epochs: int, *, over: bool) -> list[Event]:
    """The run ended, complete or stopped, and went on to `epochs`."""
    return [
        RunFinished(outcome="completed" if over else "stopped", epochs=epoch - 1, train={}, validation={}),
        RunResumed(epoch=epoch, step=0, epochs=epochs),
    ]


@pytest.mark.parametrize("over", [True, False])
def test_a_run_made_longer_is_one_of_the_final_length_where_the_length_changes_no_epoch(
    tmp_path: Path, over: bool
) -> None:
    job = TrainJob(variant="vanilla", dataset="digits", preset="small", config={"epochs": 4, "schedule": "constant"})
    job.config["patience"] = 0
    again = repeat(run_of(tmp_path, job, *longer(3, 9, over=over)))
    assert len(again.commands) == 1
    assert "--epochs 9 " in again.line


def test_one_made_longer_when_it_was_complete_is_trained_and_resumed_where_the_rate_falls_over_its_length(
    tmp_path: Path,
) -> None:
    job = TrainJob(variant="vanilla", dataset="digits", preset="small", config={"epochs": 4, "schedule": "cosine"})
    whole = run_of(tmp_path, job, *longer(5, 9, over=True), *longer(10, 12, over=True))
    first, *later = repeat(whole).commands
    assert "--epochs 4 " in first
    assert later == ["aetui resume last --epochs 9", "aetui resume last --epochs 12"]
    turned = run_of(tmp_path / "other", job, *longer(3, 9, over=False))
    assert repeat(turned) == ((), TURNED)


def test_a_complete_run_that_waited_in_the_queue_before_it_went_on_was_complete(tmp_path: Path) -> None:
    job = TrainJob(variant="vanilla", dataset="digits", preset="small", config={"epochs": 4, "schedule": "cosine"})
    ended, resumed = longer(5, 9, over=True)
    waiting = run_of(tmp_path, job, ended).queued()
    whole = apply(waiting, msgspec.structs.replace(resumed, seq=waiting.seq + 1))
    assert len(repeat(whole).commands) == 2


def test_a_stop_on_the_way_changes_nothing(tmp_path: Path) -> None:
    job = TrainJob(variant="vanilla", dataset="digits", preset="small", config={"epochs": 4, "schedule": "cosine"})
    assert repeat(run_of(tmp_path, job, *longer(3, 4, over=False))).line == of_job(job).line


def test_what_no_command_can_do_is_said(tmp_path: Path) -> None:
    run = RunState("x", variant="vanilla", preset="small", dataset="digits", seq=3)
    values = msgspec.structs.asdict(registry.preset("vanilla", "small"))
    assert repeat(replace(run, config=values, planned=4)) == ((), UNKNOWN)
    assert "no preset 'gone'" in repeat(replace(run, config=values, planned=4, preset="gone")).remark
    assert "no such setting" in repeat(replace(run, config={**values, "width": 3}, planned=4)).remark
    assert not repeat(replace(run, config=values, planned=4, variant="other")).commands
    assert "'other' is not a data set" in repeat(replace(run, config=values, planned=4, dataset="other")).remark
    text = TrainJob(variant="sentence", dataset="text", preset="small", config={"vectors": "\x1b]52;c;aGk=\x07"})
    assert repeat(run_of(tmp_path, text)) == ((), UNTYPED)


def test_data_of_the_users_own_are_named(tmp_path: Path) -> None:
    text = TrainJob(variant="sentence", dataset="text", preset="small")
    assert "aetui data add text PATH" in of_job(text).remark
    (tmp_path / "mnist.npz").touch()
    mnist = TrainJob(variant="vanilla", dataset="mnist", preset="book")
    assert str(tmp_path) in of_job(mnist, tmp_path).remark
    assert of_job(TrainJob(variant="vanilla", dataset="digits", preset="small"), tmp_path).remark == ""


def test_seeds_that_follow_each_other_are_one_command(parsed: Callable[[str], list[TrainJob]]) -> None:
    job = TrainJob(variant="vanilla", dataset="digits", preset="small")
    jobs = [msgspec.structs.replace(job, config={"seed": seed}) for seed in (3, 4, 5)]
    assert together([of_job(each) for each in jobs]).line.endswith("--seed 3 --seeds 3")
    apart = together([of_job(each) for each in (jobs[0], jobs[2])])
    assert [parsed(line)[0].config["seed"] for line in apart.commands] == [3, 5]
