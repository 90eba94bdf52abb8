"""Detectors beside a model: on few points whose outliers are seen at once."""

from __future__ import annotations

import numpy as np
import pytest

from engine.anomalies import detectors
from engine.anomalies.detectors import BASELINES, DETECTORS, Rows
from engine.anomalies.judging import judged
from engine.datasets.data import Part
from engine.datasets.image_data import ImageData
from engine.errors import EngineError, UsageError


def on_a_line(count: int, seed: int) -> np.ndarray:
    """Points near a line in ten dimensions."""
    random = np.random.default_rng(seed)
    along = random.standard_normal((count, 1))
    return (along * np.linspace(1, 2, 10) + 0.05 * random.standard_normal((count, 10))).astype(np.float32)


ROWS = Rows(on_a_line(120, 0), on_a_line(40, 1), 1)
AWAY = on_a_line(10, 2) + np.float32([3, -3] * 5)


@pytest.mark.parametrize("key", BASELINES)
def test_each_detector_finds_what_lies_off_the_line_stranger(key: str) -> None:
    fitted = DETECTORS[key].fitted(ROWS)
    assert fitted.items == len(ROWS.train)
    assert fitted.label
    scores = fitted.score(np.concatenate([ROWS.validation, AWAY]))
    area = judged(scores, np.arange(len(scores)) >= len(ROWS.validation)).auroc
    assert area is not None
    assert area > (
        0.85 if key == "forest" else 0.99
    )  # trees see one number at a time, and each of these is a usual one


def test_pca_chooses_as_many_components_as_the_data_have_directions() -> None:
    random = np.random.default_rng(0)
    axes = np.linalg.qr(random.standard_normal((20, 3)))[0].T * np.array([[5], [4], [3]])
    made = [random.standard_normal((300, 3)) @ axes + 0.1 * random.standard_normal((300, 20)) for _ in range(2)]
    fitted = DETECTORS["pca-chosen"].fitted(Rows(*(rows.astype(np.float32) for rows in made), 10))
    assert "3 components" in fitted.label


def test_pca_has_as_many_components_as_the_code_numbers() -> None:
    assert "4 components" in DETECTORS["pca"].fitted(ROWS._replace(size=4)).label
    assert "10 components" in DETECTORS["pca"].fitted(ROWS._replace(size=400)).label


def test_a_detector_with_a_cap_learns_from_so_many_spread_evenly() -> None:
    found = DETECTORS["neighbours"]._replace(most=30).fitted(ROWS)
    assert found.items == 30
    assert found.score(ROWS.train[[0, -1]]).max() < found.score(AWAY).min()


def test_names_of_no_detector_are_refused_with_those_that_there_are() -> None:
    with pytest.raises(UsageError, match="pca, pca-chosen, forest, neighbours"):
        detectors.check(("pca", "magic"))


def test_a_detector_whose_package_is_missing_is_refused_with_the_command_that_installs_it() -> None:
    with pytest.raises(EngineError, match=r"not installed; .*install"):
        DETECTORS["ecod"]._replace(package="nowhere_to_be_found").check()


def test_detectors_of_the_extra_are_found_through_the_same_table() -> None:
    pytest.importorskip("pyod")
    assert DETECTORS["hbos"].package == "pyod"


def data(held_out: bool) -> ImageData:
    def part(count: int) -> Part:
        return Part(np.arange(count * 4, dtype=np.uint8).reshape(count, 2, 2, 1), np.zeros(count, np.int64))

    return ImageData("x", part(40), part(5), ("a", "b"), None, part(7) if held_out else None)


def test_nothing_of_the_test_part_is_learned() -> None:
    assert [len(rows) for rows in detectors.rows_of(data(True), 3)[:2]] == [40, 7]
    train, validation, _ = detectors.rows_of(data(False), 3)
    assert (len(train), len(validation)) == (36, 4)
    assert not {tuple(row) for row in train} & {tuple(row) for row in validation}


def test_where_all_or_none_are_strange_there_is_no_area() -> None:
    scores = np.array([1.0, 2.0, 3.0])
    assert judged(scores, None) == judged(scores, np.zeros(3, bool)) == judged(scores, np.ones(3, bool)) == (None, None)
    assert judged(scores, scores > 1.5) == (1, 1)
