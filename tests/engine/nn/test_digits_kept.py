from __future__ import annotations

import json
from math import inf, isnan, nan

import numpy as np
import pytest

from engine.nn.digits_kept import HEALTH_DIGITS, LOSS_DIGITS, kept, kept_terms


def test_as_many_digits_are_kept_as_a_number_has_and_a_whole_one_is_short() -> None:
    assert (kept(0.123456), kept(24_512.7), kept(-0.00123456, HEALTH_DIGITS)) == (0.1235, 24_510, -0.00123)
    assert json.dumps([kept(24_512.7), kept(0.0)]) == "[24510, 0]"
    assert (kept(inf), kept(-inf), isnan(kept(nan))) == (inf, -inf, True)


def test_a_loss_of_float32_keeps_its_seven_digits() -> None:
    losses = np.random.default_rng(0).exponential(size=500).astype(np.float32)
    found = kept_terms({str(place): float(loss) for place, loss in enumerate(losses)})
    assert list(found.values()) == pytest.approx(losses.astype(float), rel=5e-7)
    assert max(len(repr(loss).replace(".", "").lstrip("0")) for loss in found.values() if loss > 1e-4) <= LOSS_DIGITS
