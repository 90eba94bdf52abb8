"""What a drawing is answered with, and the real items beside it."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from fake_networks import halves
from fakes import FakeRun, fake_store

from aetui.panels.drawing import answers, files, shelf
from aetui.panels.drawing.answers import Drawing, Halves, ask, neighbours_of
from engine import datasets
from engine.errors import EngineError
from engine.runs.jobs import TrainJob

SHAPE = (28, 28, 1)


def model(version: str = "epoch 3") -> Halves:
    return Halves(*halves(SHAPE), version)


def items(count: int = 200) -> np.ndarray:
    return np.random.default_rng(5).integers(0, 256, (count, *SHAPE), np.uint8)


def test_the_nearest_items_are_those_of_a_search_through_all_by_the_weights_that_they_were_encoded_with() -> None:
    old, new = model("epoch 2"), model("epoch 3")
    shrunk = new._replace(encode=lambda batch: 0.01 * old.encode(batch))
    real = items()
    found = neighbours_of(real, old.encode, old.version, lambda: True)
    assert found is not None
    drawn = np.random.default_rng(6).random(SHAPE, np.float32)
    seen = drawn.copy()
    seen[:3] = 0
    answer = ask(Drawing(7, drawn, seen), shrunk, found)
    distances = np.linalg.norm(old.encode(real) - old.encode(seen[None]), axis=1)
    order = np.argsort(distances, kind="stable")[: answers.NEAREST]
    assert [place for place, _ in answer.near] == order.tolist()
    assert np.allclose([distance for _, distance in answer.near], distances[order], rtol=1e-4)
    assert answer.changes == 7
    assert answer.hidden == pytest.approx(np.square(seen - drawn).mean())
    assert answer.error == pytest.approx(np.square(answer.output - drawn).mean(), rel=1e-5)
    assert np.allclose(answer.point, old.encode(seen[None])[0], atol=1e-6)


def test_items_that_take_too_long_are_left_out_and_nobody_waits_for_what_nobody_wants(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(answers, "PATIENCE", 0.0)
    found = neighbours_of(items(), model().encode, "v", lambda: True)
    assert found is not None
    assert len(found.places) == len(set(found.places.tolist())) == answers.BLOCK
    assert neighbours_of(items(), model().encode, "v", lambda: False) is None
    assert neighbours_of(items(), lambda batch: np.full((len(batch), 3), np.nan, np.float32), "v", lambda: True) is None


def test_the_shelf_has_items_of_each_class_of_the_validation_part_and_tells_changed_data(tmp_path: Path) -> None:
    store = fake_store(tmp_path / "runs")
    source = datasets.load("digits", None)
    job = TrainJob(variant="vanilla", preset="small", dataset="digits")
    FakeRun(store, "20260101T000000Z-vanilla-0000", job, fingerprint=source.fingerprint)  # type: ignore[attr-defined]
    found = shelf.read(store, "20260101T000000Z-vanilla-0000", None)
    assert set(found.labels.tolist()) == set(range(10))
    data = source.with_validation(0.1)  # type: ignore[attr-defined]
    assert np.array_equal(found.items, data.validation.items[:][found.numbers - 1])
    assert found.test_label(0) == source.classes[source.test.labels[0]]  # type: ignore[attr-defined]
    FakeRun(store, "20260101T000001Z-vanilla-0001", job, fingerprint="other")
    with pytest.raises(EngineError, match="not what"):
        shelf.read(store, "20260101T000001Z-vanilla-0001", None)


def test_a_drawing_may_come_from_arrays_and_pictures_of_other_sizes_and_what_is_none_is_refused(tmp_path: Path) -> None:
    from PIL import Image

    wanted = items(1)[0]
    for name, array in {"flat.npy": wanted[..., 0], "several.npy": wanted[None], "real.npy": wanted / 255}.items():
        np.save(tmp_path / name, array)
        assert np.allclose(files.read(tmp_path / name, SHAPE), wanted / 255, atol=1e-6)
    np.savez(tmp_path / "some.npz", other=np.zeros(3), drawing=wanted)
    assert np.allclose(files.read(tmp_path / "some.npz", SHAPE), wanted / 255)
    Image.fromarray(np.full((40, 20), 255, np.uint8)).save(tmp_path / "high.png")
    found = files.read(tmp_path / "high.png", SHAPE)
    assert found[:, 7:21].min() == 1, "the aspect is kept"
    assert found[:, :7].max() == found[:, 21:].max() == 0
    (tmp_path / "none.png").write_bytes(b"no picture")
    np.save(tmp_path / "long.npy", np.zeros(5))
    np.savez(tmp_path / "long.npz", long=np.zeros(5))
    for name in ("none.png", "long.npy", "long.npz", "text.txt", "nothing.png"):
        with pytest.raises(EngineError, match="expected"):
            files.read(tmp_path / name, SHAPE)
