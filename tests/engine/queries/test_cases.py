"""Items are measured once, and looked at with the weights that measured them."""

from __future__ import annotations

from collections.abc import Generator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from engine.datasets.array_data import as_floats
from engine.datasets.data import Part, silence
from engine.datasets.image_data import ImageData
from engine.errors import RunError, UsageError
from engine.kinds import KINDS
from engine.queries.cases import Cases
from engine.queries.messages import Look, Looked, Measure, Measured

SHAPE = (2, 2, 1)


class Grey:
    """Answers every image with the same grey."""

    shape, code_size, block, epoch, noise, bits = SHAPE, 1, 4, 3, "", 0

    def __init__(self, grey: float = 0.5) -> None:
        self.grey = grey

    def encode(self, images: np.ndarray) -> np.ndarray:
        return as_floats(images).reshape(len(images), 4).mean(axis=1, keepdims=True)

    def decode(self, codes: np.ndarray) -> np.ndarray:
        return np.full((len(codes), *SHAPE), self.grey, np.float32)

    def item_terms(self, seen: np.ndarray, targets: np.ndarray, known: Any) -> dict[str, np.ndarray]:
        return {"kl": np.arange(len(seen), dtype=np.float32)}


def part(count: int, seed: int) -> Part:
    images = np.random.default_rng(seed).integers(0, 255, (count, *SHAPE), np.uint8)
    return Part(images, np.arange(count) % 2, [f"image {place}" for place in range(count)])


DATA = ImageData("things", part(20, 0), part(10, 1), ("grey", "spotted"), None, part(6, 2))


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))


def context(model: Grey, data: Any = DATA) -> Any:
    return SimpleNamespace(still=lambda: model, data=lambda: data, folder=Path("run"), report=silence)


def end(steps: Generator[Any, None, Any]) -> Any:
    while True:
        try:
            next(steps)
        except StopIteration as done:
            return done.value


def test_all_items_are_measured_beside_the_baseline_and_some_are_looked_at() -> None:
    cases, model = Cases(), Grey()
    found: Measured = end(cases.measured(context(model), Measure(run_id="run")))
    assert [each.key for each in found.measures] == ["error", "baseline", "behind", "kl"]
    expected = np.square(DATA.test.items / np.float32(255) - 0.5).mean(axis=(1, 2, 3))
    np.testing.assert_allclose(found.measures[0].values, expected, rtol=1e-5)
    assert (found.baseline, found.classes, found.part) == ("PCA-1", ("grey", "spotted"), "test")
    assert found.names is not None
    assert found.names[7] == "image 7"
    model.grey = 0.0
    looked: Looked = end(cases.looked_at(context(Grey()), Look(run_id="run", of=found.of, places=(7, 2))))
    np.testing.assert_allclose(looked.targets, DATA.test.items[[7, 2]] / np.float32(255))
    assert (looked.outputs == 0).all()  # of the very model that measured
    assert looked.baseline is not None
    errors = np.square(looked.baseline - looked.targets).mean(axis=(1, 2, 3))
    np.testing.assert_allclose(errors, found.measures[1].values[[7, 2]], rtol=1e-4)


def test_what_cannot_be_looked_at_any_more_is_told_and_measuring_can_be_stopped() -> None:
    cases = Cases()
    found = end(cases.measured(context(Grey()), Measure(run_id="run", part="validation", count=5)))
    assert len(found.measures[0].values) == 5
    with pytest.raises(UsageError, match="places from 0 to 4, got 9"):
        end(cases.looked_at(context(Grey()), Look(run_id="run", of=found.of, places=(9,))))
    end(cases.measured(context(Grey()), Measure(run_id="run")))
    with pytest.raises(RunError, match="measure them anew"):
        end(cases.looked_at(context(Grey()), Look(run_id="run", of=found.of, places=(0,))))
    with pytest.raises(RunError, match="stopped after 4 of 10"):
        end(cases.measured(context(Grey()), Measure(run_id="run", stopped=lambda: True)))


def test_kinds_whose_items_have_no_error_say_so() -> None:
    assert not KINDS["ratings"].scores
    with pytest.raises(UsageError, match="judged on those that are held out"):
        end(Cases().measured(context(Grey(), SimpleNamespace(kind="ratings")), Measure(run_id="run")))
