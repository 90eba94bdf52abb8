"""A step of every autoencoder as ratios against peers that do the same work, in turns in one process.

Run with `pytest -m benchmark -s tests/benchmarks/test_training_speed.py`. What `aetui bench` prints, on made data of
the shape of MNIST or of Reuters, with the peers that it leaves out by itself; held to bounds below the goals, so that
a loss of speed shows. With `AETUI_SECONDS` each side is timed longer or shorter than `SECONDS`.
"""

from __future__ import annotations

import os

import pytest

from aetui.cli import speeds
from engine import params, registry
from engine.benchmarks import asking, material
from engine.benchmarks.results import FIT, OURS

pytestmark = [pytest.mark.benchmark, pytest.mark.timeout(3600)]

SECONDS = float(os.environ.get("AETUI_SECONDS", "10"))
HALF = "mixed_bfloat16"
CASES = [
    ("vanilla", "float32", ("fit", "jax", "torch", "fit32", "tape"), 1.5),
    ("sparse", "float32", ("fit", "jax", "torch", "fit32"), 1.3),
    ("denoising", "float32", ("fit", "jax", "torch", "fit32"), 1.1),
    ("stacked", "float32", ("fit", "jax", "torch", "fit32"), 1.1),
    ("variational", "float32", ("fit", "jax", "torch", "fit32"), 1.1),
    ("convolutional", "float32", ("fit", "torch", "fit32"), 0.9),
    ("convolutional", HALF, ("fit",), 0.9),
    ("sentence", "float32", ("fit",), 1.1),
    ("sentence", HALF, ("fit",), 0.8),
]
"""Variant, precision, peers, and how many times the time of ours `fit` takes at least in the same precision."""


@pytest.mark.parametrize(("key", "precision", "against", "least"), CASES)
def test_it_trains_fast_beside_its_peers_at_the_same_loss(
    key: str, precision: str, against: tuple[str, ...], least: float
) -> None:
    from engine.nn.benchmarks.sides import halves

    if precision == HALF and not halves():
        pytest.skip("this processor has no instructions for bfloat16")
    config = params.configure(registry.preset(key, "book"), {"precision": precision})
    ask = asking.Ask(variant=key, preset="book", config=config, dataset=material.MADE, seconds=SECONDS, against=against)
    [found] = asking.compared([ask], "cpu", None, lambda text: None)
    print("", speeds.table(found), found.versions, sep="\n")
    medians = {(row.side, row.precision): row.ms.median for row in found.rows}
    assert all(row.same for row in found.rows if row.loss is not None and row.precision == precision)
    assert medians[FIT, precision] >= least * medians[OURS, precision]
