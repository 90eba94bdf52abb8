from __future__ import annotations

import numpy as np
import pytest

from aetui.render.histogram import cosine_histogram

COSINES = np.concatenate([np.linspace(0.98, 0.99, 492), np.full(8, 0.1)]).astype(np.float32)


def test_mean_quartiles_and_every_value_are_told() -> None:
    count, quartiles, *rows = [line.plain for line in cosine_histogram(COSINES, (60, 14))]
    assert "500 validation sentences" in count
    assert f"mean {COSINES.mean():.4f}" in quartiles
    for share in (0.25, 0.5, 0.75):
        assert f"{np.quantile(COSINES, share):.4f}" in quartiles
    assert sum(int(row.split()[-1]) for row in rows) == 500


def test_a_few_low_ones_do_not_take_the_axis() -> None:
    first, *rest = [line.plain.split() for line in cosine_histogram(COSINES, (60, 14))[2:]]
    assert (first[0], first[-1]) == ("less", "8")
    assert len(rest) > 5
    assert all(float(row[0]) >= 0.97 for row in rest)


@pytest.mark.parametrize("values", [COSINES, np.ones(3), np.array([np.nan, np.inf]), np.empty(0), np.array([0.5, -1])])
@pytest.mark.parametrize("size", [(12, 1), (30, 2), (40, 4), (40, 6), (200, 40)])
@pytest.mark.parametrize("blocks", [True, False])
def test_it_stays_within_its_size(values: np.ndarray, size: tuple[int, int], blocks: bool) -> None:
    lines = cosine_histogram(values, size, blocks=blocks)
    assert 0 < len(lines) <= size[1]
    assert all(line.cell_length <= size[0] for line in lines)


def test_in_little_height_the_bins_share_a_line() -> None:
    *_, line = cosine_histogram(COSINES, (70, 4))
    assert len(cosine_histogram(COSINES, (70, 4))) == 3
    assert any(char in line.plain for char in "▁▂▃▄▅▆▇█")
