from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from aetui.mapping import codes
from aetui.mapping.opened import opened, taken
from aetui.render.plane.window import Window
from engine.datasets.data import silence
from engine.errors import EngineError

POINTS = np.array([[0, 0], [1, 1], [1, 0], [3, 3]], np.float32)


@pytest.fixture(autouse=True)
def larger_bins(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("engine.density.building._SHIFT", 24)


def test_codes_labels_and_names_come_from_what_encode_writes(tmp_path: Path) -> None:
    np.savez(tmp_path / "c.npz", codes=POINTS, labels=np.array([3, 3, 7, 7]), names=np.array(list("abcd")))
    np.save(tmp_path / "c.npy", POINTS)
    (tmp_path / "c.csv").write_text("name,label,z1,z2\na,cat,0,0\nb,dog,1,1\n")
    archive = codes.of_file(tmp_path / "c.npz")
    assert (archive.array[:].tolist(), archive.names()) == (POINTS.tolist(), ["a", "b", "c", "d"])
    assert codes.classes(archive.labels)[1] == ("3", "7")
    assert codes.of_file(tmp_path / "c.npy").labels is None
    table = codes.of_file(tmp_path / "c.csv")
    members, names = codes.classes(table.labels)
    assert (members.tolist(), names, list(table.names())) == ([0, 1], ("cat", "dog"), ["a", "b"])


@pytest.mark.parametrize(
    "labels", [np.array([-5, 9, 9, 2]), np.array([10**9, 0, 0, 5]), np.array(["b", "a", "a", "c"])]
)
def test_classes_are_the_labels_that_occur(labels: np.ndarray) -> None:
    members, names = codes.classes(labels)
    assert [names[each] for each in members] == [str(each) for each in labels]
    assert len(names) == 3
    assert codes.classes(np.arange(codes.MOST_CLASSES + 1)) is None


def test_what_is_no_file_of_codes_is_told(tmp_path: Path) -> None:
    np.savez(tmp_path / "two.npz", a=POINTS, b=POINTS)
    np.save(tmp_path / "cube.npy", np.zeros((2, 2, 2)))
    (tmp_path / "words.csv").write_text("a,b\nc,d\n")
    (tmp_path / "codes.txt").write_text("1 2")
    for name, told in (
        ("none.npz", "is none"),
        ("two.npz", "--array"),
        ("cube.npy", "(2, 2, 2)"),
        ("words.csv", "one a row"),
        ("codes.txt", "codes.txt"),
    ):
        with pytest.raises(EngineError) as caught:
            codes.of_file(tmp_path / name)
        assert told in caught.value.message
    assert codes.of_file(tmp_path / "two.npz", "b").array.shape == (4, 2)


def test_the_items_of_a_rectangle_are_taken_with_number_place_label_and_name(tmp_path: Path) -> None:
    np.savez(tmp_path / "c.npz", codes=POINTS, labels=np.array([3, 3, 7, 7]), names=np.array(list("abcd")))
    made = opened(codes.of_file(tmp_path / "c.npz"), (), silence)
    found = taken(made, Window(0.5, -0.5, 2, 2))
    assert found.table.columns == ("item", "x", "y", "label", "name")
    rows = [[row[0], *row[3:]] for row in found.table.rows]
    assert rows == [[1, "3", "b"], [2, "7", "c"]]
    assert found.arrays["points"] == pytest.approx(POINTS[1:3], abs=1e-6)
    assert "no item" in taken(made, Window(5, 5, 6, 6)).missing
