from __future__ import annotations

from typing import Any

import pytest

from engine import params, registry
from engine.nn import precision
from engine.nn.tensorflow_backend import KerasBackend

pytestmark = pytest.mark.slow


@pytest.mark.parametrize(
    ("full", "half", "chosen"),
    [(0.040, 0.025, "mixed_bfloat16"), (0.040, 0.039, "float32"), (0.040, 0.090, "float32")],
)
def test_auto_takes_half_precision_where_it_is_clearly_faster(
    full: float, half: float, chosen: str, small_data: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    measured = {"float32": full, "mixed_bfloat16": half}
    monkeypatch.setattr(precision, "_seconds_per_step", lambda variant, config, batch: measured[config.precision])
    config = params.configure(registry.preset("vanilla", "book"), {"precision": "auto"})
    decided, [note] = precision.decided(registry.variant("vanilla"), config, small_data())
    assert decided.precision == chosen
    assert chosen in note
    assert f"{1e3 * half:.1f} ms in mixed_bfloat16" in note


def test_what_is_fixed_is_not_measured_and_auto_never_reaches_the_run(small_data: Any) -> None:
    variant = registry.variant("vanilla")
    for wanted in ("float32", "auto"):
        settings = {"precision": wanted, "hidden_dim": 4, "batch_size": 8}
        config = params.configure(registry.preset("vanilla", "book"), settings)
        training = KerasBackend("cpu").training(variant, config, small_data(items=8), None)
        assert training.config.precision in ("float32", "mixed_bfloat16")
        assert bool(training.notes) == (wanted == "auto")
