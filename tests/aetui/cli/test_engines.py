from __future__ import annotations

import numpy as np
import pytest

from aetui.cli.engines import behind
from engine.queries.messages import Images


@pytest.mark.parametrize(
    ("weights", "held_out", "said"),
    [
        ("last", False, "after epoch 1,200"),
        ("best", True, "after epoch 1,200, the best by validation"),
        ("best", False, "after epoch 1,200, the best by the test part: no validation part was held out"),
    ],
)
def test_what_told_the_best_weights_is_named(weights: str, held_out: bool, said: str) -> None:
    none = np.zeros((0, 1), np.float32)
    assert behind(Images(images=none, codes=none, epoch=1_200, weights=weights, held_out=held_out)) == said
