"""What is measured of single items, of a model whose answers are known."""

from __future__ import annotations

from collections.abc import Generator
from typing import Any

import numpy as np
import pytest

from engine.anomalies.scores import Items, Scorer, mean_squared_errors, of_others
from engine.cases import measuring
from engine.cases.measuring import BASELINE, BEHIND, ERROR, SEEN, Kept, Measuring, seen_at

SHAPE = (2, 2, 1)


class Half:
    """Its answer is half of what it sees; the noise of an item is its place, and it has a loss term."""

    shape, code_size, block, noise = SHAPE, 4, 4, "some"

    def encode(self, images: np.ndarray) -> np.ndarray:
        return images.reshape(len(images), 4)

    def decode(self, codes: np.ndarray) -> np.ndarray:
        return codes.reshape(-1, *SHAPE) / 2

    def corrupted(self, images: np.ndarray, start: int = 0) -> np.ndarray:
        return images + np.arange(start, start + len(images), dtype=np.float32)[:, None, None, None] / 100

    def item_terms(self, seen: np.ndarray, targets: np.ndarray, known: Any) -> dict[str, np.ndarray]:
        return {"size": seen.sum(axis=(1, 2, 3))}


class Black:
    name = "black"

    def answer(self, seen: np.ndarray) -> np.ndarray:
        return np.zeros_like(seen)


def end(steps: Generator[Any, None, Any]) -> Any:
    while True:
        try:
            next(steps)
        except StopIteration as done:
            return done.value


def items(noise: bool) -> Items:
    return of_others(np.random.default_rng(0).random((10, *SHAPE), np.float32), noise=noise)


def scorer() -> Scorer:
    return Scorer(lambda seen: mean_squared_errors(seen.outputs, seen.targets, seen.known))


def test_every_item_has_its_errors_whatever_block_it_is_in() -> None:
    model: Any = Half()
    found = {
        each.key: each.values
        for each in end(Measuring(model, items(True), scorer(), "e", Black(), True, Kept()).measured())
    }
    clean = items(True).items[:]
    noisy = clean + np.arange(10, dtype=np.float32)[:, None, None, None] / 100
    np.testing.assert_allclose(found[ERROR], np.square(noisy / 2 - clean).mean(axis=(1, 2, 3)), rtol=1e-5)
    np.testing.assert_allclose(found[SEEN], np.square(noisy / 2).mean(axis=(1, 2, 3)), rtol=1e-5)
    np.testing.assert_allclose(found[BASELINE], np.square(clean).mean(axis=(1, 2, 3)), rtol=1e-5)
    np.testing.assert_allclose(found[BEHIND], found[ERROR] - found[BASELINE], rtol=1e-4)
    assert next(iter(found)) == ERROR
    assert "size" in found


def test_without_noise_and_baseline_there_is_the_error_alone_and_what_is_no_number_is_worst() -> None:
    model: Any = Half()
    broken = Scorer(lambda seen: np.where(np.arange(len(seen.targets)) == 1, np.nan, 1).astype(np.float32))
    found = end(Measuring(model, items(False), broken, "e", None, False, Kept()).measured())
    assert [each.key for each in found] == [ERROR, "size"]
    assert np.isinf(found[0].values).nonzero()[0].tolist() == [1, 5, 9]


def test_items_that_are_looked_at_are_those_that_were_measured(monkeypatch: pytest.MonkeyPatch) -> None:
    model: Any = Half()
    for noise, size in ((True, 2**20), (True, 70), (False, 2**20)):  # of 70 bytes one block is kept
        monkeypatch.setattr(measuring, "BYTES", size)
        kept, places = Kept(), np.array([7, 0, 9, 7])
        end(Measuring(model, items(noise), scorer(), "e", None, noise, kept).measured())
        assert (kept.at(0, 4) is not None, kept.at(9, 4) is not None) == (noise, noise and size > 70)
        seen = end(seen_at(model, items(noise), places, kept))
        clean = items(noise).items[:]
        noisy = clean + noise * np.arange(10, dtype=np.float32)[:, None, None, None] / 100
        np.testing.assert_allclose(seen.inputs, noisy[places])
        np.testing.assert_allclose(seen.targets, clean[places])
        np.testing.assert_allclose(seen.outputs, noisy[places] / 2)
        assert len(end(seen_at(model, items(noise), places[:0], kept)).outputs) == 0
