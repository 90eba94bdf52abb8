"""Faults on made-up histories: what is named, since when, and which settings the cure changes, exactly."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from engine import registry
from engine.analysis.alarms import Advice, Remedy
from engine.cures.diagnosis import Finding, Subject, diagnosed
from engine.events import EpochEnded, Health
from engine.params import configure

FINE = Health(units=16, dead=0, active=16, mean_activation=0.2, gradient_norm=0.1, pixels=64, dead_pixels=0)


def ended(epoch: int, train: float, validation: float | None = None, **more: Any) -> EpochEnded:
    unseen = train if validation is None else validation
    terms = more.pop("terms", {})
    return EpochEnded(
        stage="training",
        epoch=epoch,
        train={"loss": train, "reconstruction": train, **terms},
        validation={"loss": unseen, "reconstruction": unseen, **terms},
        steps=10,
        seconds=1,
        samples_per_second=1,
        health=msgspec.structs.replace(FINE, **more),
    )


def healthy(count: int = 30) -> list[EpochEnded]:
    return [ended(epoch, 0.1 + 0.9 / epoch**2) for epoch in range(1, count + 1)]


def run(epochs: list[EpochEnded], variant: str = "vanilla", **more: Any) -> Subject:
    config = {"epochs": 30, "learning_rate": 0.003, "schedule": "constant", "seed": 1, **more.pop("config", {})}
    about = {"run_id": "r", "variant": variant, "preset": "small", "dataset": "digits"}
    return Subject(**about, config=config, epochs=epochs, **more)


def the_finding(subject: Subject) -> Finding:
    [found] = diagnosed(subject)
    return found


def test_a_run_that_falls_and_settles_has_no_fault_whichever_model_it_is_of() -> None:
    for variant in registry.VARIANTS:
        assert diagnosed(run(healthy(), variant)) == ()
    assert diagnosed(run([])) == ()


def test_a_rate_that_is_too_high_is_known_by_a_climb_and_cured_from_the_best_epoch_before_the_last_quarter() -> None:
    epochs = healthy()
    epochs[24:28] = [ended(25, 3.0), ended(26, 2.0), ended(27, 1.0), ended(28, 0.5)]
    found = the_finding(run(epochs, config={"learning_rate": 0.3}))
    assert (found.key, found.since, found.settings, found.epoch) == ("rate_high", 25, {"learning_rate": 0.001}, 22)
    assert found.cure({"learning_rate": 0.3}) == "learning_rate 0.3 → 0.001, from the weights of epoch 22"


def test_a_rate_that_is_too_low_is_known_by_a_fall_that_does_not_slow_down_also_on_a_schedule() -> None:
    from math import cos, pi

    steady = [ended(epoch, 1 - epoch / 100) for epoch in range(1, 31)]
    found = the_finding(run(steady, config={"learning_rate": 1e-5}))
    assert (found.key, found.settings, found.epoch) == ("rate_low", {"learning_rate": 0.001}, 0)
    loss, falling = 1.0, []
    for epoch in range(1, 31):
        loss -= 0.01 * (1 + cos(pi * (epoch - 0.5) / 30)) / 2
        falling.append(ended(epoch, loss))
    assert the_finding(run(falling, config={"learning_rate": 1e-5, "schedule": "cosine"})).key == "rate_low"
    assert diagnosed(run(steady[:14])) == (), "in the first half nobody knows"


def test_a_run_that_diverged_is_named_with_and_without_a_complete_epoch_and_what_follows_from_it_is_not() -> None:
    before = run([], status="diverged", config={"learning_rate": 3.0})
    assert (the_finding(before).key, the_finding(before).since, the_finding(before).epoch) == ("diverging", 0, 0)
    after = [*healthy(20), ended(21, 40.0, gradient_norm=900.0)]
    found = the_finding(run(after, config={"learning_rate": 3.0}))
    assert (found.key, found.since, found.epoch) == ("diverging", 21, 15)


def test_numbers_that_are_not_scaled_are_read_anew_and_explain_all_that_comes_of_them() -> None:
    wild = [ended(epoch, 1e5 / epoch, 1e5 / epoch, gradient_norm=1e4) for epoch in range(1, 31)]
    found = the_finding(run(wild, spread=(0.1, 315.0)))
    assert (found.key, found.data, found.settings) == ("unscaled", {"normalise": "standard"}, {})
    assert found.curable
    assert the_finding(run(healthy(), spread=(1e-5, 1e-4))).key == "unscaled"
    assert diagnosed(run(healthy(), spread=(0.1, 1.0))) == ()


def test_first_steps_that_throw_the_weights_far_off_are_told_from_data_that_are_large() -> None:
    thrown = [ended(epoch, 4e7 / epoch**3) for epoch in range(1, 31)]
    found = the_finding(run(thrown, config={"learning_rate": 10.0}))
    assert (found.key, found.settings) == ("overshot", {"learning_rate": 0.001})


def test_a_gradient_that_is_gone_is_told_instead_of_the_units_that_died_of_it() -> None:
    still = [
        ended(1, 0.2, gradient_norm=0.1),
        *(ended(epoch, 0.2, gradient_norm=0.0, dead=16) for epoch in range(2, 9)),
    ]
    assert the_finding(run(still)).key == "stuck"


def test_dead_units_get_the_remedy_of_their_model_and_settings_from_new_weights() -> None:
    dead = [ended(epoch, 0.1 + 0.9 / epoch**2, dead=8) for epoch in range(1, 31)]
    fast = the_finding(run(dead, config={"activation": "relu", "learning_rate": 0.1}))
    assert (fast.settings, fast.epoch, fast.since) == ({"activation": "gelu", "learning_rate": 0.001}, 0, 1)
    assert the_finding(run(dead, config={"activation": "relu"})).settings == {"activation": "gelu"}
    silenced = run(dead, "sparse", config={"activation": "relu", "penalty": "l1", "l1": 0.3})
    assert the_finding(silenced).settings == {"l1": 0.0001}
    assert not the_finding(run(dead, config={"activation": "gelu"})).curable


def test_a_penalty_that_does_nothing_is_told_from_one_whose_target_is_met() -> None:
    epochs = [ended(epoch, 0.1, terms={"penalty": 1e-7}) for epoch in range(1, 31)]
    found = the_finding(run(epochs, "sparse", config={"penalty": "l1", "l1": 1e-8}))
    assert (found.key, found.settings) == ("idle_penalty", {"l1": 0.001})
    assert diagnosed(run(epochs, "sparse", config={"penalty": "kl", "beta": 0.05})) == ()
    still = [ended(epoch, 0.1, terms={"contraction": 90.0}) for epoch in range(1, 31)]
    assert the_finding(run(still, "contractive", config={"contraction": 1e-7})).settings == {"contraction": 0.1}


def test_a_collapsed_posterior_gets_less_weight_and_time_to_begin() -> None:
    epochs = [ended(epoch, 100 + 9 / epoch, terms={"kl": 0.01}) for epoch in range(1, 31)]
    assert the_finding(run(epochs, "variational", config={"beta": 30.0, "warmup": 0})).settings == {
        "beta": 1.0,
        "warmup": 5,
    }
    weaker = the_finding(run(epochs, "variational", config={"beta": 1.0, "warmup": 20}))
    assert weaker.settings == {"beta": 0.1}


def test_a_code_that_learns_by_heart_is_made_smaller_by_the_setting_that_its_model_has() -> None:
    epochs = healthy(10) + [ended(epoch, 0.01, 0.2) for epoch in range(11, 31)]
    assert the_finding(run(epochs, config={"hidden_dim": 300})).settings == {"hidden_dim": 30}
    assert the_finding(run(epochs, "stacked", config={"layers": "512-64"})).settings == {"layers": "128-16"}
    assert diagnosed(run(healthy(10) + [ended(epoch, 0.1, 0.11) for epoch in range(11, 16)])) == ()


def test_noise_is_too_strong_or_absent_by_the_settings_of_its_kind() -> None:
    strong = {"corruption": "gaussian", "noise_std": 4.0}
    assert the_finding(run(healthy(), "denoising", config=strong)).settings == {"noise_std": 0.5}
    hits = {"corruption": "masking", "noise_std": 4.0, "noise_share": 0.9}
    assert the_finding(run(healthy(), "denoising", config=hits)).settings == {"noise_share": 0.3}
    none = {"corruption": "gaussian", "noise_std": 0.0, "noise_mean": 0.0}
    assert the_finding(run(healthy(), "denoising", config=none)).key == "noise_absent"
    assert diagnosed(run(healthy(), "convolutional", config=none)) == (), "it is one without noise as well"


def test_what_a_remedy_changes_can_be_set_and_is_never_the_value_that_there_is() -> None:
    for key, variant in registry.VARIANTS.items():
        for base in variant.presets.values():
            config = msgspec.to_builtins(base)
            for condition in variant.alarms:
                changed = next(filter(None, (remedy.settings(config) for remedy in condition.remedies)), {})
                after = msgspec.to_builtins(configure(base, changed))
                assert all(after[name] != config[name] for name in changed), (key, condition.key)


@pytest.mark.parametrize(
    ("advice", "value", "changed"),
    [
        (Advice("x", "lower", factor=0.1, limit=0.001), 0.3, 0.001),
        (Advice("x", "lower", factor=0.1, limit=0.001), 0.001, 0.0001),
        (Advice("x", "lower", factor=0.1, beyond=2), 2, None),
        (Advice("x", "lower", factor=0.1, beyond=2), 3, 1),
        (Advice("x", "raise", limit=5), 7, None),
        (Advice("x", "raise", limit=5), 0, 5),
        (Advice("x", "set", "true"), True, None),
        (Advice("x", "set", "true"), False, "true"),
        (Advice("x", "lower", factor=0.25), "512-64", "128-16"),
        (Advice("x", "lower", factor=0.25), "1", None),
        (Advice("y", "set", "gelu"), 1, None),
    ],
)
def test_advice_says_the_new_value(advice: Advice, value: Any, changed: Any) -> None:
    assert advice.changed({"x": value}) == changed
    assert Remedy((advice,)).settings({"x": value}) == ({} if changed is None else {"x": changed})


def test_finding_out_since_when_does_not_walk_through_all_epochs() -> None:
    looked = 0

    class Counted(list[EpochEnded]):
        def __getitem__(self, place: Any) -> Any:
            nonlocal looked
            looked += isinstance(place, slice)
            return super().__getitem__(place)

    epochs = Counted(ended(epoch, 0.1 + 0.9 / epoch**2, dead=8 if epoch > 700 else 0) for epoch in range(1, 1_001))
    found = the_finding(run(epochs, config={"epochs": 1_000, "activation": "relu"}))
    assert found.since == 701
    assert looked < 50
