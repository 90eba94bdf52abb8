"""Every side does the same work: the same loss after the same steps, whoever takes them."""

from __future__ import annotations

from typing import Any

import pytest

from engine import params, registry
from engine.benchmarks import material
from engine.nn import runtime

runtime.load("cpu")

from engine.nn.benchmarks.counterparts import Halves, Lacking  # noqa: E402
from engine.nn.benchmarks.fit import Fit  # noqa: E402
from engine.nn.benchmarks.ours import Ours  # noqa: E402
from engine.nn.benchmarks.task import Task  # noqa: E402

SMALL = {
    "vanilla": {"hidden_dim": 8},
    "denoising": {"hidden_dim": 8},
    "variational": {"hidden": "16", "latent_dim": 2},
    "convolutional": {"filters": 4, "code_filters": 2},
    "sentence": {"units": 8, "vocabulary": 50, "length": 6, "dimensions": 5, "precision": "float32"},
    "stacked": {"layers": "8-2"},
}


def task(key: str, preset: str = "book", **settings: Any) -> Task:
    variant = registry.variant(key)
    config = params.configure(registry.preset(key, preset), {"batch_size": 8, **SMALL[key], **settings})
    made = material.material(variant, config, material.MADE if key == "sentence" else "digits", None)
    return Task(variant, config, made.data)


@pytest.mark.slow
@pytest.mark.parametrize("key", ["denoising", "variational", "convolutional", "sentence"])
def test_fit_reaches_the_very_loss(key: str) -> None:
    it = task(key)
    ours, fit = Ours(it, "float32"), Fit(it)
    assert fit.reached(8) == pytest.approx(ours.reached(8), rel=1e-4)
    for side in (ours, fit):
        steps, seconds = side.block(0.01)
        assert steps >= 1
        assert seconds > 0


@pytest.mark.slow
def test_the_last_stage_is_what_is_timed() -> None:
    it = task("stacked", "greedy", pretrain_epochs=2)
    assert it.stage.name == "fine-tuning"
    ours, fit = Ours(it, "float32"), Fit(it)
    assert fit.reached(8) == pytest.approx(ours.reached(8), rel=1e-4)
    assert ours.block(0.01).steps >= 1


@pytest.mark.slow
@pytest.mark.parametrize("library", ["jax", "torch"])
@pytest.mark.parametrize(("key", "off"), [("convolutional", 1e-4), ("variational", 0.02)])
def test_other_libraries_reach_it_too(library: str, key: str, off: float) -> None:
    """Of what draws noise in the step the noise is another one."""
    pytest.importorskip(library)
    from engine.nn.benchmarks.by_jax import Jax
    from engine.nn.benchmarks.by_torch import Torch

    it = task(key)
    side = {"jax": Jax, "torch": Torch}[library](Halves(it), "float32")
    assert side.reached(8) == pytest.approx(Ours(it, "float32").reached(8), rel=off)
    assert side.block(0.01).steps >= 1


def test_what_other_libraries_are_not_told_is_named() -> None:
    with pytest.raises(Lacking, match="places count differently"):
        Halves(task("sentence"))
