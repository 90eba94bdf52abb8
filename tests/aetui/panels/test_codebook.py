"""The use of a codebook as bars."""

from __future__ import annotations

import numpy as np
import pytest

from aetui.panels.codebook import perplexity, usage


def test_perplexity_is_the_number_of_entries_that_even_use_is_made_of() -> None:
    assert perplexity(np.float32([0.25, 0.25, 0, 0.25, 0.25])) == pytest.approx(4)
    assert perplexity(np.float32([0, 1, 0])) == pytest.approx(1)


def test_entries_stand_by_their_use_below_how_many_are_used() -> None:
    head, *rows = [line.plain for line in usage(np.float32([0.1, 0, 0.6, 0.3]), (60, 9))]
    assert head.strip() == "3 of 4 entries in use (75 %) · perplexity 2"
    assert [row.split()[-1] for row in rows] == ["60.00%", "30.00%", "10.00%", "0.00%"]
    assert rows[0].count("█") > rows[1].count("█") > rows[2].count("█")


def test_where_not_all_fit_the_most_and_the_least_used_are_there() -> None:
    _, *rows = [line.plain for line in usage(np.float32(np.arange(100) / 4950), (40, 5))]
    assert (rows[0].split()[0], rows[-1].split()[0]) == ("1", "100")
