"""The settings of a run, epoch by epoch: what was planned, what was asked for meanwhile, what a later life finds."""

from __future__ import annotations

from dataclasses import replace

import msgspec
import pytest

from engine import registry
from engine.backend import Best, Checkpoint, Position
from engine.errors import SettingError
from engine.events import EpochEnded, Event, RunResumed, RunStarted, SettingsChanged
from engine.runs.changes import Change
from engine.runs.course import Course, changes_in, comparable, made_longer, merged

SPARSE = registry.variant("sparse")
BEGUN = msgspec.structs.replace(SPARSE.presets["small"], epochs=10, learning_rate=0.003, beta=0.05, rho=0.05)


def course(*changes: Change) -> Course:
    return Course.planned(SPARSE, BEGUN, changes)


def test_what_changes_after_an_epoch_holds_from_the_next_one_on() -> None:
    planned = course(Change(7, {"rho": "0.2"}), Change(3, {"learning_rate": "0.001"}))
    assert [planned.after(epoch).learning_rate for epoch in (0, 2, 3, 9)] == [0.003, 0.003, 0.001, 0.001]
    assert [planned.after(epoch).rho for epoch in (6, 7)] == [0.05, 0.2]
    assert planned.end == planned.after(9)
    assert planned.changes == (Change(3, {"learning_rate": 0.001}), Change(7, {"rho": 0.2}))


def test_of_what_is_asked_for_twice_in_an_epoch_the_last_counts() -> None:
    twice = course().with_change(4, {"beta": 1, "rho": 0.1}).with_change(4, {"beta": 2})
    assert twice.changes == (Change(4, {"beta": 2.0, "rho": 0.1}),)
    told = [SettingsChanged(epoch=4, config={"beta": 1.0}), SettingsChanged(epoch=4, config={"beta": 2.0})]
    assert changes_in(told) == (Change(4, {"beta": 2.0}),)
    assert merged([Change(5, {"k": 1}), Change(4, {}), Change(3, {"k": 2})]) == (
        Change(3, {"k": 2}),
        Change(5, {"k": 1}),
    )


@pytest.mark.parametrize(
    ("epoch", "values", "told"),
    [
        (3, {"beta": -1}, "expected a number, 0 to"),
        (3, {"hidden_dim": 9}, "cannot change while a run trains"),
        (3, {"batch_size": 9}, "cannot change while a run trains"),
        (3, {"learning_rat": 9}, "perhaps learning_rate is meant"),
        (10, {"beta": 1}, "epoch 10 is the last one"),
        (3, {"epochs": 3}, "expected more than 3"),
    ],
)
def test_what_cannot_change_is_refused_with_a_sentence(epoch: int, values: dict[str, object], told: str) -> None:
    with pytest.raises(SettingError, match=told):
        course().with_change(epoch, values)


def test_what_is_planned_later_has_to_fit_what_changes_before() -> None:
    later = course(Change(7, {"rho": 0.2}))
    with pytest.raises(SettingError, match="expected more than 7"):
        later.with_change(3, {"epochs": 5})
    assert course(Change(10, {"epochs": 20})).end.epochs == 20  # in its last epoch a run can be made longer


def test_a_life_that_goes_on_between_two_epochs_finds_the_change_and_looks_for_the_best_epoch_anew() -> None:
    state = Checkpoint(arrays={}, position=Position(epoch=4), best=Best(epoch=3, loss=1.0))
    config, begun = course(Change(3, {"rho": 0.2})).going_on(state)
    assert begun is not None
    assert (config.rho, begun.best, begun.position.patient_since) == (0.2, None, 3)
    config, begun = course(Change(3, {"learning_rate": 0.1})).going_on(state)
    assert (config.learning_rate, begun) == (0.1, state)
    inside = msgspec.structs.replace(state, position=Position(epoch=4, step=1))
    assert course(Change(3, {"rho": 0.2})).going_on(inside)[1] == inside
    config, begun = course(Change(0, {"rho": 0.2})).going_on(None)
    assert (config.rho, begun) == (0.05, None)  # the change comes when the first epoch begins


def started(epochs: int) -> RunStarted:
    return RunStarted(variant="sparse", preset="small", config={}, dataset="digits", device="", epochs=epochs)


def test_a_run_that_was_made_longer_keeps_that_until_it_is_made_longer_again() -> None:
    life = replace(course(), epochs=20)  # resumed after its tenth epoch, to have twenty
    steered = life.with_change(12, {"beta": 1}).with_change(15, {"epochs": 30})
    assert [steered.after(epoch).epochs for epoch in (14, 15)] == [20, 30]
    history: list[Event] = [started(10), RunResumed(epoch=11, step=0, epochs=20, device="")]
    history += [SettingsChanged(epoch=15, config={"epochs": 30})]
    longer = merged(made_longer([*history, RunResumed(epoch=15, step=3, epochs=30, device="")], ()))
    assert longer == (Change(10, {"epochs": 20}),)
    again = replace(course(), changes=changes_in(history), longer=longer)
    state = Checkpoint(arrays={}, position=Position(epoch=15, step=3))
    assert again.going_on(state)[0].epochs == 20
    assert again.end.epochs == 30


def test_what_was_planned_beyond_a_nearer_end_keeps_no_change_away() -> None:
    shorter = replace(course(Change(8, {"rho": 0.2})), epochs=6)
    assert shorter.with_change(3, {"beta": 1}).after(3).beta == 1


def test_changes_that_are_still_to_come_leave_losses_comparable() -> None:
    epochs = [
        EpochEnded(
            stage="training",
            epoch=n,
            train={"loss": 1},
            validation={"loss": 1},
            steps=1,
            seconds=1,
            samples_per_second=1,
        )
        for n in range(1, 7)
    ]
    assert len(comparable(epochs, "sparse", [Change(50, {"beta": 4.0})])) == 6
    assert [ended.epoch for ended in comparable(epochs, "sparse", [Change(4, {"beta": 4.0})])] == [5, 6]
