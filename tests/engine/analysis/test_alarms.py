from __future__ import annotations

from time import perf_counter
from typing import Any

import msgspec
import pytest

from engine import registry
from engine.analysis.alarms import WINDOW, Advice, Alarm, Condition, History, advised, raised
from engine.events import EpochEnded, Health, Logged, Progress
from engine.runs.jobs import ResumeJob, TrainJob
from engine.variants.vanilla import Vanilla
from engine.variants.variant import Variant


def ended(
    epoch: int = 1,
    train: float = 0.1,
    validation: float = 0.1,
    stage: str = "training",
    terms: dict[str, float] | None = None,
    **health: Any,
) -> EpochEnded:
    fine = Health(units=128, dead=0, active=128, mean_activation=0.2, gradient_norm=0.1, pixels=784, dead_pixels=0)
    return EpochEnded(
        stage=stage,
        epoch=epoch,
        train={"loss": train, **(terms or {})},
        validation={"loss": validation, **(terms or {})},
        steps=1,
        seconds=1,
        samples_per_second=1,
        health=msgspec.structs.replace(fine, **health),
    )


def alarms(*epochs: EpochEnded, variant: str = "vanilla", **config: Any) -> tuple[Alarm, ...]:
    return raised(registry.alarms(variant), History.of(epochs), config)


def the_alarm(*epochs: EpochEnded, variant: str = "vanilla", **config: Any) -> Alarm:
    [alarm] = alarms(*epochs, variant=variant, **config)
    return alarm


def test_a_healthy_run_has_no_alarm_and_neither_has_one_that_has_not_begun() -> None:
    assert alarms() == ()
    assert alarms(*(ended(epoch) for epoch in range(1, 9))) == ()
    assert alarms(*(ended(epoch) for epoch in range(1, 9)), variant="of another version") == ()


def test_an_epoch_without_health_figures_still_has_its_losses_looked_at() -> None:
    epochs = [msgspec.structs.replace(ended(e, 1 / e, 0.1 + e / 100), health=None) for e in range(1, 9)]
    assert the_alarm(*epochs).key == "overfitting"


def test_an_alarm_says_what_it_is_what_shows_it_and_what_to_try() -> None:
    alarm = the_alarm(ended(dead=57), activation="relu")
    assert (alarm.key, alarm.metrics) == ("dead_units", {"dead": 57, "units": 128})
    assert [(advice.setting, advice.change, advice.value) for advice in alarm.advice] == [
        ("activation", "set", "gelu"),
        ("learning_rate", "lower", ""),
    ]
    assert alarm.text == (
        "57 of 128 code units are dead: they give the same number for every item; "
        "try to set activation to gelu or lower learning_rate"
    )
    assert msgspec.json.decode(msgspec.json.encode(alarm), type=Alarm).text == alarm.text


def test_advice_suits_the_variant_and_the_settings_of_the_run() -> None:
    assert "activation" not in the_alarm(ended(dead=57), activation="gelu").text
    assert "set activation to sigmoid" in the_alarm(ended(dead=57), variant="contractive", activation="relu").text
    assert "lower l1" in the_alarm(ended(dead=57), variant="sparse", penalty="l1").text
    assert "l1" not in the_alarm(ended(dead=57), variant="sparse", penalty="kl").text
    assert alarms(ended(dead=12)) == ()


def test_dead_outputs_advise_the_sigmoid_where_there_is_a_choice() -> None:
    text = the_alarm(ended(dead_pixels=212), output="relu").text
    assert "212 of 784 outputs" in text
    assert "set output to sigmoid" in text
    assert "sigmoid" not in the_alarm(ended(dead_pixels=212), variant="convolutional").text
    assert alarms(ended(dead_pixels=50)) == ()


def test_a_mean_activation_far_from_its_target_is_told_once_it_had_time() -> None:
    def run(mean: float, epochs: int) -> list[EpochEnded]:
        return [ended(epoch, mean_activation=mean, target_rate=0.05) for epoch in range(1, epochs + 1)]

    assert "4 times its target of 0.05; try to raise beta" in the_alarm(*run(0.2, 5), variant="sparse").text
    assert "0.4 times its target" in the_alarm(*run(0.02, 5), variant="sparse").text
    assert alarms(*run(0.2, 2), variant="sparse") == ()
    assert alarms(*run(0.055, 5), variant="sparse") == ()


def test_an_exploding_gradient_is_measured_by_the_epochs_before() -> None:
    usual = [ended(epoch, gradient_norm=0.1) for epoch in range(1, 5)]
    alarm = the_alarm(*usual, ended(5, gradient_norm=1.2))
    assert alarm.metrics == {"gradient_norm": 1.2, "usual": 0.1}
    assert "the gradient norm is 1.2, usually 0.1" in alarm.text
    assert "lower learning_rate" in the_alarm(*usual, ended(5, gradient_norm=float("inf"))).text
    assert alarms(*usual, ended(5, gradient_norm=0.5)) == ()
    assert alarms(usual[0], ended(2, gradient_norm=1.2)) == ()


def test_another_stage_is_no_measure() -> None:
    pretraining = [ended(epoch, 0.2, 0.01, "layer 1", gradient_norm=0.01) for epoch in range(1, 9)]
    assert alarms(*pretraining, ended(9, 0.1, 0.1, "fine-tuning", gradient_norm=1.0)) == ()


def test_overfitting_is_a_rise_that_lasts_while_the_training_loss_falls() -> None:
    def run(rise: float, epochs: int, fall: float = 0.001) -> list[EpochEnded]:
        later = [ended(3 + e, 0.08 - fall * e, 0.1 * (1 + rise * e / epochs)) for e in range(1, epochs + 1)]
        return [ended(1, 0.2, 0.2), ended(2, 0.1, 0.12), ended(3, 0.08, 0.1), *later]

    text = the_alarm(*run(0.08, 6)).text
    assert "8 % above its best of epoch 3" in text
    assert "try to lower hidden_dim or lower epochs" in text
    assert alarms(*run(0.08, 4)) == ()
    assert alarms(*run(0.04, 6)) == ()
    assert alarms(*run(0.08, 6, fall=-0.001)) == ()


def test_the_best_epoch_is_remembered_however_long_ago_it_was() -> None:
    long = [ended(1, 0.1, 0.1), *(ended(epoch, 0.1 / epoch, 0.2) for epoch in range(2, 3 * WINDOW))]
    assert the_alarm(*long).metrics["best_epoch"] == 1


def test_a_collapsed_posterior_is_told_instead_of_dead_units() -> None:
    def collapse(kl: float, **health: Any) -> tuple[Alarm, ...]:
        return alarms(ended(terms={"kl": kl}, **health), variant="variational")

    [alarm] = collapse(0.003, units=10, active=0, dead=10)
    assert "0 of 10 code dimensions" in alarm.text
    assert alarm.text.endswith("try to lower beta or raise warmup")
    assert [alarm.key for alarm in collapse(0.05, units=10, active=1)] == ["collapsed"]
    assert collapse(6.0, units=50, active=10) == ()
    # Means that vary by 0.01 count as active, and may tell next to nothing all the same.
    assert [alarm.key for alarm in collapse(0.075, units=8, active=6)] == ["collapsed"]


def test_a_loss_that_stands_still_is_none() -> None:
    assert alarms(*(ended(epoch, 0.1, 0.1) for epoch in range(1, 30))) == ()


def test_what_an_epoch_costs_does_not_grow_with_the_run() -> None:
    history = History.of(ended(epoch) for epoch in range(1, 50 * WINDOW))
    assert len(history.recent) == WINDOW + 1

    def seconds(of: History) -> float:
        began = perf_counter()
        raised(Variant.alarms, of.and_then(ended(9_999)), {})
        return perf_counter() - began

    full = History.of(ended(epoch) for epoch in range(9 * WINDOW, 10 * WINDOW + 1))
    assert min(seconds(history) for _ in range(50)) < 3 * min(seconds(full) for _ in range(50))


def test_a_variants_own_advice_comes_first_and_replaces_that_on_the_same_setting() -> None:
    [condition] = advised(
        [Condition(key="odd", check=lambda _: {}, template="", advice=(Advice("a", "lower"), Advice("b", "lower")))],
        odd=Advice("b", "raise"),
    )
    assert condition.advice == (Advice("b", "raise"), Advice("a", "lower"))
    with pytest.raises(KeyError, match="no_such"):
        advised(Variant.alarms, no_such=Advice("a", "lower"))


def test_an_alarm_of_a_variants_own_in_a_resumed_run_knows_the_epochs_before_and_is_told_once(
    scripted: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    known: list[int] = []

    def lost(history: History) -> dict[str, float]:
        known.append(len(history.recent))
        return {"epochs": len(history.recent)}

    monkeypatch.setattr(Vanilla, "alarms", (Condition(key="lost", check=lost, template="{epochs} of 3 are lost"),))
    driven = scripted(seconds=0.03)
    run_id = driven.engine.submit(TrainJob(variant="vanilla", dataset="digits", config={"epochs": 3}))
    driven.until(Progress, where=lambda event: event.epoch == 2)
    driven.engine.cancel(run_id)
    driven.finished(run_id)
    driven.engine.submit(ResumeJob(run_id=run_id))
    driven.finished(run_id)
    assert known[-2:] == [2, 3]
    history = driven.store.find(run_id).events()[0]
    told = [event.text for event in history if isinstance(event, Logged) and "lost" in event.text]
    assert told == ["epoch 1: 1 of 3 are lost"]
