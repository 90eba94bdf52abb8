from __future__ import annotations

import time
from pathlib import Path

import numpy as np
import pytest

from engine.analysis.neighbours import FILE, Index


def test_the_nearest_come_first() -> None:
    index = Index(np.array([[1, 0], [0, 2], [3, 3], [-1, 0]]), "v")
    places, cosines = index.nearest(np.array([2.0, 0.1]), 3)
    assert places.tolist() == [0, 2, 1]
    assert cosines[0] == pytest.approx(1, abs=2e-3)
    assert len(index.nearest(np.array([1.0, 0]), 100)[0]) == 4


def test_an_index_is_read_back_for_the_weights_it_was_made_with(tmp_path: Path) -> None:
    codes = np.random.default_rng(0).normal(size=(20, 5))
    Index(codes, "epoch 4, step 0").write(tmp_path)
    found = Index.read(tmp_path, "epoch 4, step 0", (20, 5))
    assert found is not None
    np.testing.assert_allclose(found.codes, Index(codes, "").codes, atol=1e-3)
    assert Index.read(tmp_path, "epoch 5, step 0", (20, 5)) is None
    assert Index.read(tmp_path, "epoch 4, step 0", (21, 5)) is None
    (tmp_path / FILE).write_bytes(b"{}")
    assert Index.read(tmp_path, "epoch 4, step 0", (20, 5)) is None
    assert [path.name for path in tmp_path.iterdir()] == [FILE]


@pytest.mark.benchmark
def test_fifty_thousand_codes_of_512_numbers_are_searched_in_less_time_than_they_are_copied_twice() -> None:
    index = Index(np.random.default_rng(0).standard_normal((50_000, 512), np.float32), "")
    query = index.codes[7]

    def seconds(what: object) -> float:
        began = time.perf_counter()
        what()  # type: ignore[operator]
        return time.perf_counter() - began

    search = np.median([seconds(lambda: index.nearest(query, 10)) for _ in range(9)])
    copy = np.median([seconds(index.codes.copy) for _ in range(9)])
    print(f"search {1e3 * search:.1f} ms, copy {1e3 * copy:.1f} ms")
    assert search < 2 * copy
