"""What made the score of a row, and of a window."""

from __future__ import annotations

import msgspec
import numpy as np
from fake_answers import detection
from fakes import pictures

from aetui.panels.scored import Scored
from aetui.panels.table import View
from aetui.panels.threshold_items import lines_of
from engine.queries.messages import Reconstruction

SCORED = Scored(detection(labels=np.arange(25) % 2, classes=("benign", "malignant"), strange=None, normal=""))


def answer(errors: np.ndarray, known: np.ndarray | None = None) -> Reconstruction:
    nothing = np.zeros((1, *errors.shape), np.float32)
    codes = np.zeros((1, 2), np.float32)
    return Reconstruction(
        inputs=nothing,
        outputs=nothing + errors.astype(np.float32),
        targets=nothing,
        codes=codes,
        errors=codes[:, 0],
        known=known,
        epoch=3,
    )


def view(names: list[str]) -> View:
    kept = msgspec.structs.replace(pictures(1)).with_views(columns=np.array(names))
    return View(None, 1, kept, "")


def test_the_columns_that_made_most_of_a_score_are_named_with_their_share() -> None:
    (line,) = lines_of(view(["radius", "texture", "area", "gaps"]), SCORED, [(1, answer(np.array([1, 0, 3, 0])))], 90)
    assert line.plain.split("  ")[1:3] == ["malignant", "item 2"]
    assert line.plain.endswith("area 90% · radius 10%")


def test_what_is_not_known_made_nothing_and_without_names_columns_have_numbers() -> None:
    known = np.array([[True, True, False, True]])
    (line,) = lines_of(view(["other"]), SCORED, [(0, answer(np.array([1, 0, 3, 0]), known))], 90)
    assert line.plain.endswith("column 1 100%")


def test_of_a_window_it_is_shown_when_the_errors_were() -> None:
    errors = np.zeros((24, 2))
    errors[20, 1] = 1
    (line,) = lines_of(view(["left", "right"]), SCORED, [(0, answer(errors))], 90)
    assert "▁▁█▁▁▁" in line.plain
    assert line.plain.endswith("right 100%")
    (narrow,) = lines_of(view(["left", "right"]), SCORED, [(0, answer(errors))], 20)
    assert len(narrow.plain) == 20
