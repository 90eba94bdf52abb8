from __future__ import annotations

from typing import Any

import msgspec
import pytest

from engine.analysis.alarms import Alarm, alarms
from engine.events import EpochEnded, Health, Logged, Progress
from engine.runs import loop
from engine.runs.jobs import ResumeJob, TrainJob

CONFIG = {"learning_rate": 0.01, "epochs": 50}


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


def the_alarm(*epochs: EpochEnded, **config: Any) -> str:
    [alarm] = alarms(epochs, CONFIG | config)
    return alarm.text


def test_a_healthy_run_has_no_alarm_and_neither_has_one_that_has_not_begun() -> None:
    assert alarms([], CONFIG) == []
    assert alarms([ended(epoch) for epoch in range(1, 9)], CONFIG) == []


def test_an_epoch_without_health_figures_still_has_its_losses_looked_at() -> None:
    epochs = [msgspec.structs.replace(ended(e, 1 / e, 0.1 + e / 100), health=None) for e in range(1, 9)]
    assert "validation loss" in the_alarm(*epochs)


def test_dead_units_name_only_settings_that_there_are() -> None:
    assert the_alarm(ended(dead=57), activation="relu") == (
        "57 of 128 code units are dead: they give the same number for every image; "
        "try activation = gelu or a smaller learning_rate"
    )
    assert "activation" not in the_alarm(ended(dead=57))
    assert "gelu" not in the_alarm(ended(dead=57), activation="gelu")
    assert "smaller l1" in the_alarm(ended(dead=57), penalty="l1", l1=1e-4)
    assert alarms([ended(dead=12)], CONFIG) == []


def test_dead_output_pixels_advise_the_sigmoid_where_there_is_a_choice() -> None:
    text = the_alarm(ended(dead_pixels=212), output="relu")
    assert "212 of 784 output pixels" in text
    assert "output = sigmoid" in text
    assert "sigmoid" not in the_alarm(ended(dead_pixels=212))
    assert alarms([ended(dead_pixels=50)], CONFIG) == []


def test_a_mean_activation_far_from_its_target_is_told_once_it_had_time() -> None:
    def run(mean: float, epochs: int) -> list[EpochEnded]:
        return [ended(epoch, mean_activation=mean, target_rate=0.05) for epoch in range(1, epochs + 1)]

    assert "300 % above its target of 0.05; try a larger beta" in the_alarm(*run(0.2, 5), beta=3.0)
    assert "below its target" in the_alarm(*run(0.02, 5), beta=3.0)
    assert alarms(run(0.2, 2), CONFIG) == []
    assert alarms(run(0.055, 5), CONFIG) == []


def test_an_exploding_gradient_is_measured_by_the_epochs_before() -> None:
    usual = [ended(epoch, gradient_norm=0.1) for epoch in range(1, 5)]
    assert "12 times its usual size" in the_alarm(*usual, ended(5, gradient_norm=1.2))
    assert "smaller learning_rate" in the_alarm(*usual, ended(5, gradient_norm=float("inf")))
    assert alarms([*usual, ended(5, gradient_norm=0.5)], CONFIG) == []
    assert alarms([usual[0], ended(2, gradient_norm=1.2)], CONFIG) == []


def test_another_stage_is_no_measure() -> None:
    pretraining = [ended(epoch, 0.2, 0.01, "layer 1", gradient_norm=0.01) for epoch in range(1, 9)]
    assert alarms([*pretraining, ended(9, 0.1, 0.1, "fine-tuning", gradient_norm=1.0)], CONFIG) == []


def test_overfitting_is_a_rise_that_lasts_while_the_training_loss_falls() -> None:
    def run(rise: float, epochs: int, fall: float = 0.001) -> list[EpochEnded]:
        later = [ended(3 + e, 0.08 - fall * e, 0.1 * (1 + rise * e / epochs)) for e in range(1, epochs + 1)]
        return [ended(1, 0.2, 0.2), ended(2, 0.1, 0.12), ended(3, 0.08, 0.1), *later]

    text = the_alarm(*run(0.08, 6), hidden_dim=128)
    assert "8 % above its best of epoch 3" in text
    assert "try fewer epochs or a smaller hidden_dim" in text
    assert alarms(run(0.08, 4), CONFIG) == []
    assert alarms(run(0.04, 6), CONFIG) == []
    assert alarms(run(0.08, 6, fall=-0.001), CONFIG) == []


def test_a_collapsed_posterior_is_told_instead_of_dead_units() -> None:
    text = the_alarm(ended(terms={"kl": 0.003}, units=10, active=0, dead=10), beta=4.0, warmup=2)
    assert "only 0 of 10 code dimensions" in text
    assert text.endswith("try a smaller beta or a longer warmup")
    assert "collapsed" in the_alarm(ended(terms={"kl": 0.05}, units=10, active=1))
    assert alarms([ended(terms={"kl": 6.0}, units=50, active=10)], CONFIG) == []
    assert alarms([ended(terms={"kl": 0.0}, units=10, active=10)], CONFIG) == []


def test_a_loss_that_stands_still_is_none() -> None:
    assert alarms([ended(epoch, 0.1, 0.1) for epoch in range(1, 30)], CONFIG) == []


def test_alarms_of_a_resumed_run_know_the_epochs_before_and_are_told_once(
    scripted: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    known: list[int] = []

    def three_figures(epochs: Any, config: Any) -> list[Alarm]:
        known.append(len(epochs))
        return [Alarm("lost", f"{len(epochs)} of 3 are lost")] if epochs else []

    monkeypatch.setattr(loop, "alarms", three_figures)
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
