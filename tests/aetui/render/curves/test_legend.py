from __future__ import annotations

import numpy as np

from aetui.render.curves.layers import Level, Line
from aetui.render.curves.legend import Told, title

X = np.arange(1, 31)
LINES = [Line("train", X, X / 1000, stroke="thin"), Line("validation", X, X / 900)]
TOLD = Told(LINES, 30, "30", (0.00823, "1,123"), Level("PCA-128", 0.0034), 30 / 900, ["smooth 20", "log"])


def test_all_is_said_where_there_is_room() -> None:
    assert title(TOLD, 140).text.rstrip() == (
        "── train 0.03000  ━━ validation 0.03333  ★ best 0.008230 @ 1,123  ╌╌ PCA-128 0.003400, gap +0.03  epoch 30"
        + " " * 17
        + "  smooth 20 · log"
    )


def test_less_room_takes_away_what_tells_least_and_never_cuts_a_word_before_that() -> None:
    texts = [title(TOLD, width).text for width in range(130, 40, -1)]
    assert {len(text) for text in texts} <= set(range(41, 131))
    assert all(text.endswith("  smooth 20 · log") for text in texts)
    for word in ("gap", "validation", "1,123", "PCA-128", "best"):
        told = [word in text for text in texts]
        assert told == sorted(told, reverse=True), word


def test_an_epoch_without_a_value_has_a_dash() -> None:
    assert "train –" in title(TOLD._replace(epoch=40.0), 140).text
