from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from aetui.render.curves.scene_of_run import data_of
from aetui.state.fold import apply_all
from aetui.state.run_state import RunState
from engine.events import EpochEnded, RunFinished, RunStarted, Stage

NAMES = {"train", "validation"}
METRICS = {"test_mse": 0.0200, "pca_mse": 0.0034, "mean_mse": 0.0675}


def run_of(metrics: dict[str, float], weights_epoch: int = 4, penalty: float = 0.0) -> RunState:
    def terms(number: int) -> dict[str, float]:
        return {"reconstruction": 0.08 / number, "penalty": penalty, "loss": 0.08 / number + penalty}

    started = RunStarted(
        seq=1, variant="vanilla", preset="", config={}, dataset="digits", device="", epochs=4, code_size=9
    )
    ended = [
        EpochEnded(
            seq=2 + n, stage="", epoch=n, train=terms(n), validation=terms(n), steps=10, seconds=n, samples_per_second=1
        )
        for n in range(1, 5)
    ]
    finished = RunFinished(
        seq=9,
        outcome="completed",
        epochs=4,
        train={},
        validation={},
        metrics=metrics,
        weights_epoch=weights_epoch,
    )
    return apply_all(RunState("r"), [started, *ended, finished])


def test_curves_are_arrays_with_validation_in_front_and_its_lowest_epoch_known() -> None:
    data = data_of(run_of({}), NAMES)
    assert [(line.name, line.front) for line in data.series] == [("train", False), ("validation", True)]
    np.testing.assert_allclose(data.series[0].y, [0.08, 0.04, 0.08 / 3, 0.02])
    assert data.best == (4, 0.02)
    assert data.clocks["steps"].reads.tolist() == [10, 20, 30, 40]
    assert data.clocks["seconds"].reads.tolist() == [1, 3, 6, 10]


@pytest.mark.parametrize(
    ("metrics", "penalty", "drawn", "beside"),
    [
        (METRICS | {"test_loss": 0.0201, "test_reconstruction": 0.0201}, 0.0, NAMES, "validation"),
        (METRICS | {"test_loss": 0.31, "test_reconstruction": 0.31}, 0.0, NAMES, None),
        (METRICS | {"test_loss": 0.31, "test_reconstruction": 0.02}, 0.29, NAMES, None),
        (
            METRICS | {"test_loss": 0.31, "test_reconstruction": 0.02},
            0.29,
            {"reconstruction validation"},
            "reconstruction validation",
        ),
        (METRICS, 0.0, NAMES, "validation"),
        (METRICS, 0.29, NAMES, None),
        (METRICS, 0.0, {"train"}, None),
        ({}, 0.0, NAMES, None),
    ],
    ids=["loss is mse", "bce", "with a penalty", "its term", "test part alone", "and penalty", "train", "unknown"],
)
def test_a_baseline_is_drawn_only_beside_a_curve_in_its_unit(
    metrics: dict[str, float], penalty: float, drawn: set[str], beside: str | None
) -> None:
    level = data_of(run_of(metrics, penalty=penalty), drawn).level
    assert (level and level.beside) == beside
    if level:
        assert (level.name, level.value) == ("PCA-9", 0.0034)


def test_the_baseline_of_greedy_stages_begins_with_the_last_whose_loss_is_the_whole_models() -> None:
    stages = (Stage("layer 1", 1), Stage("layer 2", 1), Stage("fine-tuning", 2))
    level = data_of(replace(run_of(METRICS), stages=stages), NAMES).level
    assert level is not None
    assert level.start == 2.5
