from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from engine.density import projecting
from engine.density.projecting import plane
from engine.errors import UsageError

RANDOM = np.random.default_rng(3)
CODES = (RANDOM.normal(size=(3_000, 5)) * (0.1, 3, 0.2, 2, 0.3) @ RANDOM.normal(size=(5, 5)) + 1e4).astype(np.float32)


def test_more_than_two_numbers_are_the_first_principal_components(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(projecting, "BLOCK", 256)
    centred = CODES.astype(np.float64) - CODES.astype(np.float64).mean(axis=0)
    axes = np.linalg.svd(centred, full_matrices=False)[2][:2]
    expected = centred @ (axes * np.sign(np.take_along_axis(axes, np.abs(axes).argmax(axis=1)[:, None], axis=1))).T
    found = plane(CODES)
    assert found[:] == pytest.approx(expected, abs=2e-3)
    assert found[np.array([7, 3])] == pytest.approx(found[:][[7, 3]])
    shares = np.var(expected, axis=0) / centred.var(axis=0).sum()
    assert found.names == (f"PC 1 ({shares[0]:.0%})", f"PC 2 ({shares[1]:.0%})")


def test_a_code_that_is_not_finite_is_no_point_and_moves_no_axis() -> None:
    broken = CODES.copy()
    broken[5, 2] = np.nan
    found = plane(broken)[:]
    assert not np.isfinite(found[5]).any()
    assert np.delete(found, 5, axis=0) == pytest.approx(plane(np.delete(CODES, 5, axis=0))[:], abs=1e-3)
    assert plane(np.full((4, 3), np.nan))[:].shape == (4, 2)


@pytest.mark.parametrize(
    ("codes", "columns", "expected"),
    [
        (CODES[:, :2], (), CODES[:, :2]),
        (CODES[:, :1], (), np.pad(CODES[:, :1], ((0, 0), (0, 1)))),
        (CODES, (4, 0), CODES[:, [4, 0]]),
    ],
)
def test_two_numbers_are_taken_as_they_are(codes: NDArray, columns: tuple[int, ...], expected: NDArray) -> None:
    assert (plane(codes, columns)[:] == expected).all()


@pytest.mark.parametrize("columns", [(0,), (0, 5), (-1, 0)])
def test_columns_that_are_none_are_refused_by_the_numbers_that_were_typed(columns: tuple[int, ...]) -> None:
    with pytest.raises(UsageError, match=str(columns[-1] + 1)):
        plane(CODES, columns)
