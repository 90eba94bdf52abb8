"""What a first look at images and arrays finds."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from PIL import Image

from engine.datasets.own.readers import READERS


def look(path: Path, kind: str, **options: str):  # type: ignore[no-untyped-def]
    return READERS[kind].preview(path, READERS[kind].parsed(options))


def test_of_images_some_of_each_class_are_shown_whole_and_broken_ones_named(tmp_path: Path) -> None:
    for name, size in (("cats", (20, 10)), ("dogs", (10, 20))):
        (tmp_path / name).mkdir()
        for number in range(3):
            Image.new("RGB", size, "red").save(tmp_path / name / f"{number}.png")
    (tmp_path / "cats" / "00.png").write_bytes(b"no image")
    found = look(tmp_path, "images")
    assert found.lines[:2] == ["7 image files, 2 folders", "of different sizes: 10×20 to 20×10"]
    assert "00.png cannot be read" in found.lines[2]
    assert found.images.shape == (6, 48, 48, 3)
    assert list(found.names) == ["cats", "dogs", "dogs", "cats", "dogs", "cats"]
    assert look(tmp_path / "dogs", "images", grey="on").images.shape == (3, 20, 10, 1)


def test_of_arrays_names_and_shapes_are_told_and_images_shown(tmp_path: Path) -> None:
    path = tmp_path / "a.npz"
    np.savez(path, x=np.full((9, 4, 4), 0.5), y=np.arange(9) % 2, other=np.zeros(3))
    found = look(path, "arrays")
    assert [line.split()[0] for line in found.lines] == ["x", "y", "other"]
    assert (found.images.shape, found.images.max()) == ((8, 4, 4, 1), 128)
    assert list(found.names[:2]) == ["0", "1"]
    np.save(tmp_path / "b.npy", np.zeros((5, 3, 100, 100), np.uint8))
    assert look(tmp_path / "b.npy", "arrays", channels="first").images.shape == (5, 34, 34, 3)
    np.save(tmp_path / "c.npy", np.zeros((5, 7)))
    assert look(tmp_path / "c.npy", "arrays").images is None
