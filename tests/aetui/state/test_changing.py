"""Settings that change while a run trains, as the screen knows of them."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from aetui.state import changing
from aetui.state.fold import apply, apply_all
from aetui.state.run_state import RunState
from engine import registry
from engine.errors import EngineError
from engine.events import EpochEnded, Event, RunStarted, SettingsChanged

BEGUN = msgspec.to_builtins(registry.preset("sparse", "book")) | {"learning_rate": 1e-3, "epochs": 9}


def stamped(*events: Event) -> list[Event]:
    begun = RunStarted(variant="sparse", preset="book", config=BEGUN, dataset="digits", device="", epochs=9)
    return [msgspec.structs.replace(event, seq=seq) for seq, event in enumerate((begun, *events), 1)]


def run_of(*events: Event) -> RunState:
    return apply_all(RunState("r"), stamped(*events))


def ended(epoch: int, loss: float) -> Event:
    terms = {"loss": loss}
    return EpochEnded(stage="s", epoch=epoch, train=terms, validation=terms, steps=1, seconds=1, samples_per_second=1)


def changed(epoch: int, **config: Any) -> Event:
    return SettingsChanged(epoch=epoch, config=config)


def test_every_epoch_has_the_settings_that_held_for_it_and_of_what_is_said_twice_the_last_counts() -> None:
    run = run_of(ended(1, 0.5), changed(1, learning_rate=1e-4), changed(3, rho=0.1), changed(1, learning_rate=1e-5))
    rates = [run.settings_after(epoch)["learning_rate"] for epoch in range(3)]
    assert rates == [1e-3, 1e-5, 1e-5]
    assert (run.config["learning_rate"], run.config["rho"]) == (1e-5, 0.1)
    assert [change.epoch for change in run.changes] == [1, 3]
    assert changing.fields(run, 0)[0].default == 1e-3
    assert "learning_rate 1e-05 from epoch 2 on" in run.log[-1].text


def test_the_best_epoch_is_looked_for_anew_once_the_loss_means_something_else() -> None:
    events = (ended(1, 0.5), ended(2, 0.4), changed(2, learning_rate=1e-4), ended(3, 0.6))
    assert run_of(*events).best == run_of(*events[:2]).best
    other = run_of(*events, changed(3, rho=0.2), ended(4, 0.7), ended(5, 0.65), ended(6, 0.68))
    assert other.best is not None
    assert other.best.epoch == 5


def test_the_epoch_in_which_the_loss_is_changed_still_has_the_one_of_before_live_and_read_anew() -> None:
    losses = (0.5, 0.4, 0.45, 0.9, 0.8, 0.85)
    epochs = [ended(number, loss) for number, loss in enumerate(losses, 1)]
    history = stamped(*epochs[:2], changed(3, rho=0.2), *epochs[2:])
    live, bests = RunState("r"), []
    for event in history:
        live = apply(live, event)
        if isinstance(event, EpochEnded) and live.best:
            bests.append(live.best.epoch)
    assert bests == [1, 2, 2, 4, 5, 5]
    assert list(live.bests) == list(apply_all(RunState("r"), history).bests)


def test_alarms_compare_no_epochs_across_a_change_of_the_loss() -> None:
    epochs = [ended(number, 0.1 if number < 4 else 30.0) for number in range(1, 7)]
    before, after = epochs[:3], epochs[3:]
    plain = run_of(*before, changed(3, learning_rate=1e-4), *after)
    assert [alarm.key for alarm in plain.alarms_now] == ["diverging"]
    other = run_of(*before, changed(3, rho=0.2), *after)
    assert other.alarms_now == ()
    assert [other.since(number) for number in (1, 3, 4, 6)] == [0, 0, 3, 3]


def test_a_change_of_how_long_it_is_to_be_is_planned() -> None:
    assert run_of(ended(1, 0.5), changed(1, epochs=20)).planned == 20


@pytest.mark.parametrize(
    ("words", "found"),
    [
        (["rate=1e-4"], {"learning_rate": 1e-4}),
        (["rho=0.2", "epochs=30"], {"rho": 0.2, "epochs": 30}),
        (["rate"], "expected settings such as"),
        (["rho=2"], "0.999"),
        (["hidden_dim=3"], "cannot change"),
        (["hiden_dim=3"], "no such setting"),
    ],
)
def test_what_is_typed_is_checked(words: list[str], found: dict[str, Any] | str) -> None:
    run = run_of(ended(1, 0.5))
    known = changing.fields(run, 1)
    if isinstance(found, dict):
        assert changing.typed(run, known, words) == found
    else:
        with pytest.raises(EngineError, match=found):
            changing.typed(run, known, words)
