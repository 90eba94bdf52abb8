from __future__ import annotations

from pathlib import Path
from typing import Any, cast

import numpy as np
import pytest

from engine.datasets.data import silence
from engine.datasets.image_data import ImageData
from engine.datasets.numbers import new_items
from engine.datasets.numbers.number_data import VectorData
from engine.datasets.own import adding
from engine.datasets.own.adding import Added
from engine.datasets.own.arrays import parts
from engine.errors import BadData, UsageError
from engine.storage import npz

RANDOM = np.random.default_rng(5)
FLOATS = RANDOM.random((40, 5, 6))
BYTES = (FLOATS * 255).astype(np.uint8)
LABELS = np.arange(40) % 2


def data_of(added: Added) -> ImageData:
    return cast("ImageData", added.reading.source)


def saved(tmp_path: Path, **arrays: Any) -> Path:
    np.savez(tmp_path / "a.npz", **arrays)
    return tmp_path / "a.npz"


def npy(tmp_path: Path, array: Any, name: str = "a.npy") -> Path:
    np.save(tmp_path / name, array)
    return tmp_path / name


@pytest.mark.parametrize(
    ("items", "labels"), [("x", "y"), ("images", "labels"), ("X", "Y"), ("anything", "y"), ("data", "labels")]
)
def test_arrays_are_known_by_their_names(tmp_path: Path, add: Any, items: str, labels: str) -> None:
    path = saved(tmp_path, **{labels: LABELS, items: BYTES})
    added = add(path, array=items if items == "anything" else "")
    data = data_of(added)
    assert data.shape == (5, 6, 1)
    assert data.classes == ("0", "1")
    assert [np.bincount(part.labels).tolist() for part in (data.train, data.test)] == [[16, 16], [2, 2]]
    assert f"{items} (40, 5, 6) uint8" in added.own.metadata["arrays"]
    assert added.because


@pytest.mark.parametrize("form", ["{name}_{part}", "{part}_{name}"])
def test_arrays_called_as_parts_are_the_parts(tmp_path: Path, add: Any, form: str) -> None:
    arrays = {}
    for part, count in (("train", 30), ("val", 6), ("test", 4)):
        arrays[form.format(name="x", part=part)] = BYTES[:count]
        arrays[form.format(name="y", part=part)] = np.array(["cat", "dog"])[LABELS[:count]]
    data = data_of(add(saved(tmp_path, **arrays)))
    assert [len(part.labels) for part in (data.train, data.validation, data.test)] == [30, 6, 4]
    assert data.held_out
    assert data.classes == ("cat", "dog")
    assert np.array_equal(data.test.items[..., 0], BYTES[:4])
    del arrays[form.format(name="x", part="test")]
    with pytest.raises(UsageError, match="none of the part test"):
        add(saved(tmp_path, **arrays))


def test_what_is_not_plain_is_refused_with_what_there_is(tmp_path: Path, add: Any) -> None:
    path = saved(tmp_path, one=BYTES, two=BYTES, mark=LABELS)
    with pytest.raises(
        UsageError, match=r"one \(40, 5, 6\) uint8, two .*mark \(40\) int64.*--array NAME.*--label-array"
    ):
        add(path)
    with pytest.raises(UsageError, match="no array 'three'"):
        add(path, array="three")
    with pytest.raises(UsageError, match="no array 'three' for the labels"):
        add(path, array="one", label_array="three")
    assert data_of(add(path, array="two", label_array="mark")).classes == ("0", "1")
    with pytest.raises(UsageError, match="each of x, images could be meant"):
        add(saved(tmp_path, x=BYTES, images=BYTES))
    assert len(data_of(add(saved(tmp_path, arr_0=BYTES))).train.labels) == 32  # the only one there is


def test_numbers_are_what_is_said_and_never_guessed(tmp_path: Path, add: Any) -> None:
    unit = data_of(add(npy(tmp_path, FLOATS)))
    assert unit.train.items.dtype == np.float32
    assert np.allclose(np.sort(unit.train.items.ravel())[-1], FLOATS.max(), atol=0.1)
    with pytest.raises(UsageError, match=r"found float64 from 0\.\d+ to 2\d\d\.\d+; say what they are: --scale byte"):
        add(npy(tmp_path, FLOATS * 255))
    assert data_of(add(npy(tmp_path, FLOATS * 255), scale="byte")).train.items.max() <= 1
    with pytest.raises(UsageError, match=r"found int64 from 0 to 1; say"):
        add(npy(tmp_path, np.broadcast_to(LABELS[:, None, None], (40, 5, 6))))
    with pytest.raises(UsageError, match=r"from 0 to 255, as --scale byte says, found .* --scale minmax"):
        add(npy(tmp_path, FLOATS * 1000), scale="byte")
    with pytest.raises(UsageError, match="found float64 from -"):
        add(npy(tmp_path, FLOATS - 1))
    assert data_of(add(npy(tmp_path, BYTES))).train.items.dtype == np.uint8
    assert set(np.unique(data_of(add(npy(tmp_path, FLOATS > 0.5))).train.items)) == {0, 1}


def test_stretching_goes_by_the_training_part_alone(tmp_path: Path, add: Any) -> None:
    numbers = np.linspace(-10, 30, 40)[:, None, None] * np.ones((40, 5, 6))
    added = add(npy(tmp_path, numbers), scale="minmax", split="50/25/25", split_by="order")
    data = data_of(added)
    assert (data.train.items.min(), data.train.items.max()) == (0, 1)
    assert (data.test.items == 1).all()  # beyond the highest
    assert "-10 to 9.48718 (lowest and highest to train on)" in added.own.metadata["scale"]


@pytest.mark.parametrize("bad", [np.nan, np.inf])
def test_what_are_no_numbers_is_refused_with_a_count(tmp_path: Path, add: Any, bad: float) -> None:
    numbers = FLOATS.copy()
    numbers[3, 2, :2] = bad
    for scale in ("auto", "minmax"):
        with pytest.raises(UsageError, match="2 numbers of them are NaN or infinite"):
            add(npy(tmp_path, numbers), scale=scale)


def test_channels_are_where_they_are_said_to_be(tmp_path: Path, add: Any) -> None:
    first = RANDOM.random((30, 3, 5, 6))
    with pytest.raises(UsageError, match=r"behind height and width, found 6 .*--channels first"):
        add(npy(tmp_path, first))
    data = data_of(add(npy(tmp_path, first), channels="first", split_by="order"))
    assert data.shape == (5, 6, 3)
    assert np.allclose(data.train.items[0], np.moveaxis(first[0], 0, 2))
    with pytest.raises(UsageError, match=r"found 4 .*transparency"):
        add(npy(tmp_path, RANDOM.random((30, 5, 6, 4))))


@pytest.mark.parametrize("shape", [(40,), (40, 2, 5, 6, 1), (40, 0, 6)])
def test_other_shapes_are_refused(tmp_path: Path, add: Any, shape: tuple[int, ...]) -> None:
    with pytest.raises(UsageError, match=r"expected (rows|images)"):
        add(npy(tmp_path, np.zeros(shape)))


def test_labels_of_an_npy_are_a_file_of_their_own(tmp_path: Path, add: Any) -> None:
    labels = npy(tmp_path, LABELS, "labels.npy")
    assert data_of(add(npy(tmp_path, BYTES), label_array=str(labels))).classes == ("0", "1")
    npy(tmp_path, LABELS[:5], "labels.npy")
    with pytest.raises(UsageError, match=r"a label for each of 40 items .*found \(5\) int64"):
        add(npy(tmp_path, BYTES), label_array=str(labels))
    with pytest.raises(UsageError, match="holds one array"):
        add(npy(tmp_path, BYTES), array="x")


def test_an_array_called_as_labels_are_that_holds_none_is_left_out_and_said(tmp_path: Path, add: Any) -> None:
    added = add(saved(tmp_path, x=BYTES, y=RANDOM.random(40)))
    assert len(data_of(added).classes) == 1
    assert "none: expected whole numbers or text in y" in added.own.metadata["classes"]
    with pytest.raises(UsageError, match="whole numbers or text in y"):
        add(saved(tmp_path, x=BYTES, y=RANDOM.random(40)), label_array="y")


def test_large_files_stay_where_they_are_and_are_looked_through_once(
    tmp_path: Path, add: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = npy(tmp_path, FLOATS.astype(np.float32) * 9)
    whole = data_of(add(path, scale="minmax"))
    monkeypatch.setattr(npz, "WHOLE", 10)
    added = add(path, scale="minmax")
    data = data_of(added)
    assert not isinstance(data.train.items, np.ndarray)
    assert np.array_equal(data.train.items[:], whole.train.items)

    def refused(*_: object) -> None:
        raise AssertionError("the range is known")

    monkeypatch.setattr(parts, "range_of", refused)
    again = cast("ImageData", adding.read(added.own, None, silence).source)
    assert np.array_equal(again.test.items[2:4], whole.test.items[2:4])
    assert again.fingerprint == data.fingerprint


@pytest.mark.parametrize("name", ["a.npy", "a.npz"])
def test_broken_files_are_named(tmp_path: Path, add: Any, name: str) -> None:
    (tmp_path / name).write_bytes(b"\x93NUMPY nonsense")
    with pytest.raises(BadData, match=name):
        add(tmp_path / name)


def rows_of(added: Added) -> VectorData:
    return cast("VectorData", added.reading.source)


ROWS = RANDOM.random((40, 3)) * 200


def test_arrays_of_rows_are_standardised_and_what_is_missing_or_never_varies_is_said(tmp_path: Path, add: Any) -> None:
    rows = np.column_stack([ROWS, np.ones(40)])
    rows[3, 0] = np.nan
    added = add(saved(tmp_path, x=rows, y=LABELS))
    data = rows_of(added)
    assert (data.kind, data.shape, data.classes) == ("vectors", (3,), ("0", "1"))
    assert not data.bounded
    np.testing.assert_allclose(np.nanmean(data.train.items, axis=0), 0, atol=1e-5)
    np.testing.assert_allclose(np.nanstd(data.train.items, axis=0), 1, atol=1e-5)
    assert "c4" in added.own.metadata["left out"]
    assert added.own.metadata["missing"].startswith("1 value in 1 column")
    assert added.own.preset == "table"


@pytest.mark.parametrize(("scale", "most"), [("unit", 1), ("byte", 255)])
def test_a_scale_that_is_said_of_rows_is_kept_to_the_letter(tmp_path: Path, add: Any, scale: str, most: int) -> None:
    rows = ROWS / 200 * most
    data = rows_of(add(npy(tmp_path, rows), scale=scale, split="80/20"))
    assert data.bounded
    items = np.concatenate([data.train.items, data.test.items])
    np.testing.assert_allclose(np.sort(items[:, 1]), np.sort(rows[:, 1] / most), rtol=1e-5)
    np.testing.assert_allclose(data.with_validation(0.2).test.items, data.test.items)
    with pytest.raises(UsageError, match=f"--scale {scale}"):
        add(npy(tmp_path, -rows), scale=scale)


def test_rows_in_parts_stay_in_them_and_other_files_are_read_by_the_columns(tmp_path: Path, add: Any) -> None:
    path = saved(tmp_path, x_train=ROWS[:30], x_test=ROWS[30:], y_train=LABELS[:30], y_test=LABELS[30:])
    data = rows_of(add(path))
    assert [len(part.labels) for part in (data.train, data.test)] == [30, 10]
    np.testing.assert_array_equal(new_items.read(path, data.columns).items, data.test.items)
    fewer = saved(tmp_path, x_train=ROWS[:30], x_test=ROWS[30:, :2])
    with pytest.raises(UsageError, match="shape"):
        add(fewer)
