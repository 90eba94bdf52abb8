"""Numbers that a compiled step has as inputs, and the rate that follows a cosine from wherever it is put."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from engine import registry


@pytest.fixture(autouse=True, scope="module")
def on_the_cpu() -> None:
    from engine.nn import runtime

    runtime.load("cpu")


def test_a_rate_falls_as_keras_has_it_fall_also_after_it_was_changed() -> None:
    import keras

    from engine.nn.knobs import Falling, kept_pace

    cosine = keras.optimizers.schedules.CosineDecay
    steps = (0, 1, 33, 60, 100, 120)
    rate = Falling(3e-3, 100)
    assert [float(rate(step)) for step in steps] == [float(cosine(3e-3, 100)(step)) for step in steps]
    optimizer = keras.optimizers.Adam(rate)
    assert kept_pace(optimizer, keras.optimizers.Adam(Falling(1e-2, 60)))
    assert [float(rate(step)) for step in steps] == [float(cosine(1e-2, 60)(step)) for step in steps]
    constant = keras.optimizers.Adam(0.5)
    assert kept_pace(constant, keras.optimizers.Adam(0.25))
    assert float(constant.learning_rate) == 0.25
    assert not kept_pace(constant, optimizer)
    assert not kept_pace(optimizer, keras.optimizers.Adam(cosine(1e-2, 60)))


@pytest.mark.parametrize(
    ("values", "same"),
    [
        ({"rho": 0.2, "beta": 1.0, "learning_rate": 0.1, "patience": 4}, True),
        ({"k": 3}, False),
        ({"schedule": "constant"}, False),
        ({"reconstruction": "mse"}, False),
        ({"epochs": 7}, False),
    ],
)
def test_nothing_is_compiled_anew_for_numbers_of_the_loss_rate_and_patience(values: dict[str, Any], same: bool) -> None:
    from engine.nn.knobs import Knobs, compiled_for

    config = registry.preset("sparse", "small")
    other = msgspec.structs.replace(config, **values)
    assert (compiled_for(other) == compiled_for(config)) == same
    knobs = Knobs(config)
    seen = knobs.within(other)
    assert [float(getattr(seen, name)) for name in ("l1", "l2", "rho", "beta")] == pytest.approx(
        [getattr(config, name) for name in ("l1", "l2", "rho", "beta")]
    )
    knobs.put(other)
    assert float(seen.rho) == pytest.approx(other.rho)
    assert seen.k == other.k
