"""Settings of a run that trains change: what is asked for is written at once and holds from the next epoch on."""

from __future__ import annotations

import shutil
from pathlib import Path
from queue import SimpleQueue
from typing import Any

import pytest

from engine.errors import SettingError, UsageError
from engine.events import (
    EpochEnded,
    Event,
    Logged,
    Progress,
    RunFinished,
    RunPaused,
    RunResumed,
    RunStarted,
    SettingsChanged,
    complete_epochs,
)
from engine.runs.changes import Change
from engine.runs.checkpoint import read_checkpoint
from engine.runs.jobs import ForkJob, Job, ResumeJob, TrainJob
from engine.runs.repeating import commands, plans
from engine.runs.requests import put_settings, take_settings
from engine.runs.store import RunStore
from engine.session import Engine


def job(epochs: int = 6, changes: tuple[Change, ...] = (), **config: Any) -> TrainJob:
    return TrainJob(variant="vanilla", dataset="digits", config={"epochs": epochs, **config}, changes=changes)


def rates(driven: Any) -> list[float]:
    return [config.learning_rate for _, config in sorted(driven.backend.trained.items())]


def test_settings_change_at_the_beginning_of_the_next_epoch(scripted: Any) -> None:
    driven = scripted(seconds=0.02)
    run_id = driven.engine.submit(job(500, learning_rate=0.5))
    driven.until(Progress, where=lambda event: event.epoch == 2)
    driven.engine.adjust(run_id, {"learning_rate": "0.25"})
    changed = driven.until(SettingsChanged)
    at = changed.epoch
    driven.until(EpochEnded, where=lambda event: event.epoch == at + 1)
    driven.engine.cancel(run_id)
    driven.finished(run_id)
    assert changed.config == {"learning_rate": 0.25}
    assert at >= 2
    assert rates(driven)[: at + 1] == [0.5] * at + [0.25]
    record = driven.store.find(run_id)
    assert record.info.changes == (Change(at, {"learning_rate": 0.25}),)
    assert record.config["learning_rate"] == 0.25
    events = record.events()[0]
    assert next(event.config["learning_rate"] for event in events if isinstance(event, RunStarted)) == 0.5
    begun = next(event.config for event in events if isinstance(event, RunStarted))
    [again] = commands("vanilla", "digits", "book", begun, plans(events), record.info.changes)
    assert again.endswith(f"--set learning_rate=0.5 --at {at}:learning_rate=0.25")


def test_what_was_planned_is_told_when_it_comes_and_a_run_that_goes_on_finds_it(scripted: Any) -> None:
    driven = scripted(seconds=0.02)
    run_id = driven.engine.submit(
        job(changes=(Change(0, {"learning_rate": 0.4}), Change(5, {"learning_rate": "0.1"})), learning_rate=0.5)
    )
    driven.until(EpochEnded, where=lambda event: event.epoch == 3)
    driven.engine.cancel(run_id)
    driven.finished(run_id)
    record = driven.store.find(run_id)
    assert [event.epoch for event in record.events()[0] if isinstance(event, SettingsChanged)] == [0]
    assert [change.epoch for change in record.info.changes] == [0, 5]
    driven.engine.submit(ResumeJob(run_id=run_id))
    driven.finished(run_id)
    assert rates(driven) == [0.4] * 5 + [0.1]
    events = record.events()[0]
    told = [(event.epoch, event.config) for event in events if isinstance(event, SettingsChanged)]
    assert told == [(0, {"learning_rate": 0.4}), (5, {"learning_rate": 0.1})]


def test_a_change_that_only_the_events_tell_of_is_not_lost(scripted: Any) -> None:
    driven = scripted(seconds=0)
    run_id = driven.engine.submit(job(3, learning_rate=0.5))
    driven.finished(run_id)
    record = driven.store.find(run_id)
    lines = [line for line in (record.folder / "events.jsonl").read_text().splitlines() if "run_finished" not in line]
    event = (
        f'{{"type":"settings_changed","run_id":"{run_id}","seq":90,"at":1,"epoch":3,"config":{{"learning_rate":0.1}}}}'
    )
    (record.folder / "events.jsonl").write_text("\n".join([*lines, event]) + "\n")
    driven.engine.submit(ResumeJob(run_id=run_id, epochs=5))
    driven.finished(run_id)
    assert rates(driven) == [0.5] * 3 + [0.1] * 2
    assert driven.store.find(run_id).info.changes == (Change(3, {"learning_rate": 0.1}),)
    fork = driven.engine.submit(ForkJob(run_id=run_id, epoch=4))
    driven.finished(fork)
    assert driven.store.find(fork).info.changes == (Change(3, {"learning_rate": 0.1}),)


def test_a_paused_run_takes_it_and_goes_on_with_it(scripted: Any) -> None:
    driven = scripted(seconds=0.02)
    run_id = driven.engine.submit(job(learning_rate=0.5))
    driven.until(Progress)
    driven.engine.pause(run_id)
    paused = driven.until(RunPaused)
    driven.engine.adjust(run_id, {"learning_rate": 0.1, "epochs": 7})
    changed = driven.until(SettingsChanged)
    driven.engine.resume(run_id)
    assert driven.until(RunResumed).epochs == 7  # so many it is to have by now
    driven.finished(run_id)
    assert changed.epoch == (paused.epoch if paused.step else paused.epoch - 1)
    assert rates(driven) == [0.5] * changed.epoch + [0.1] * (7 - changed.epoch)


def test_a_run_that_waits_here_begins_with_it(scripted: Any) -> None:
    driven = scripted(seconds=0.02)
    first, second = driven.engine.submit(job()), driven.engine.submit(job(learning_rate=0.5))
    driven.engine.adjust(second, {"learning_rate": "0.125"})
    with pytest.raises(SettingError, match="cannot change"):
        driven.engine.adjust(second, {"seed": 3})
    driven.finished(first)
    driven.finished(second)
    record = driven.store.find(second)
    assert (record.config["learning_rate"], record.info.changes, rates(driven)[0]) == (0.125, (), 0.125)


def test_nobody_is_asked_what_cannot_be(scripted: Any) -> None:
    driven = scripted(seconds=0.1)
    run_id = driven.engine.submit(job(3))
    driven.until(Progress)
    with pytest.raises(SettingError, match="above 0, at most 10"):
        driven.engine.adjust(run_id, {"learning_rate": "fast"})
    with pytest.raises(SettingError, match="neither the networks nor the data"):
        driven.engine.adjust(run_id, {"validation": 0.2})
    driven.until(Progress, where=lambda event: event.epoch == 3)
    driven.engine.pause(run_id)
    driven.until(RunPaused)
    with pytest.raises(SettingError, match="epoch 3 is the last one"):
        driven.engine.adjust(run_id, {"learning_rate": 0.1})
    put_settings(driven.store.root / run_id, {"learning_rate": 0.1})  # it came too late
    driven.until(Logged, where=lambda event: "settings stay as they are" in event.text)
    driven.engine.resume(run_id)
    driven.finished(run_id)
    with pytest.raises(UsageError, match=f"{run_id} is completed: .*aetui fork"):
        driven.engine.adjust(run_id, {"learning_rate": 0.1})
    with pytest.raises(UsageError, match="nothing"):
        driven.engine.adjust("nothing", {"learning_rate": 0.1})


def test_what_several_ask_for_is_all_heard_and_garbage_is_nothing(tmp_path: Any) -> None:
    put_settings(tmp_path, {"beta": 1.0})
    put_settings(tmp_path, {"rho": 0.1})
    with (tmp_path / "request-settings").open("a") as file:
        file.write("[1]\n{\n")
    assert take_settings(tmp_path) == [{"beta": 1.0}, {"rho": 0.1}]
    assert take_settings(tmp_path) == []


def figures(store: Any, run_id: str) -> list[Any]:
    record = store.find(run_id)
    state = read_checkpoint(record.folder / "checkpoint.safetensors")
    assert state is not None
    arrays = {name: array.tobytes() for name, array in state.arrays.items()}
    epochs = complete_epochs(record.events()[0])
    return [[(ended.epoch, ended.train, ended.validation) for ended in epochs], arrays, state.best]


@pytest.mark.slow
def test_a_run_that_was_steered_is_the_same_to_the_bit_planned_killed_or_forked(
    store: RunStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("engine.runs.steering.LOOK_SECONDS", 0)
    monkeypatch.setattr("engine.runs.loop.CHECKPOINT_SECONDS", 0.5)
    monkeypatch.setattr("engine.runs.execution.cache_dir", lambda: tmp_path / "cache")
    at: dict[int, dict[str, Any]] = {3: {"learning_rate": 1e-3, "beta": 0.5}, 7: {"rho": 0.2, "learning_rate": 0.01}}
    ended: SimpleQueue[str] = SimpleQueue()
    steered: set[str] = set()

    def hear(event: Event) -> None:
        folder = store.root / event.run_id
        if isinstance(event, EpochEnded) and event.run_id in steered and event.epoch in at:
            put_settings(folder, at[event.epoch])
        if isinstance(event, SettingsChanged) and event.epoch == 7 and not (store.root / "killed").exists():
            shutil.copytree(folder, store.root / "killed")  # what a kill in this moment leaves
        if isinstance(event, EpochEnded) and event.epoch == 4 and event.run_id not in steered and not planned:
            engine.cancel(event.run_id)
        if isinstance(event, RunFinished):
            ended.put(event.run_id)

    def trained(job: Job, *, steer: bool) -> str:
        run_id = engine.submit(job)
        steered.update([run_id] if steer else [])
        assert ended.get(timeout=300) == run_id
        return run_id

    def sparse(changes: tuple[Change, ...] = ()) -> TrainJob:
        chosen: dict[str, Any] = {"variant": "sparse", "preset": "small", "dataset": "digits", "tested": False}
        return TrainJob(config={"epochs": 9, "patience": 6}, changes=changes, **chosen)

    planned = False
    engine = Engine(hear, store)
    engine.start()
    live = trained(sparse(), steer=True)
    base = trained(sparse(), steer=False)
    fork = trained(ForkJob(run_id=base, epoch=3, config=at[3]), steer=True)
    planned = True
    again = trained(sparse(tuple(Change(epoch, config) for epoch, config in at.items())), steer=False)
    killed = trained(ResumeJob(run_id="killed"), steer=False)
    engine.close()

    expected = figures(store, live)
    assert [epoch for epoch, *_ in expected[0]] == [*range(1, 10)]
    for run_id in (again, fork, killed):
        assert figures(store, run_id) == expected
    for run_id in (live, again, fork, killed):
        changes = store.find(run_id).info.changes
        assert [(change.epoch, change.config) for change in changes] == list(at.items())
