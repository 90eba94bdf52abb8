"""X as items of a run, and back in its own units."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from engine.datasets.numbers.columns import Column, Columns
from engine.errors import UsageError
from engine.estimator import forms
from engine.estimator.forms import Tables, fitted_images, fitted_rows, kind_of, labelled

ALL = np.ones(4, np.bool_)
X = np.array([[1.0, 5, 100], [2, 5, np.nan], [3, 5, 300], [4, 5, 200]])


def test_rows_come_back_in_their_own_units_and_what_never_varies_stays() -> None:
    form = fitted_rows(X, None, "standard", ALL)
    items = form.items(X)
    assert np.allclose(np.nanmean(items, axis=0), 0, atol=1e-6)
    assert np.allclose(np.nanstd(items, axis=0), [1, 0, 1])
    assert np.allclose(form.restored(items), X, equal_nan=True)


def test_what_is_held_out_plays_no_part_in_how_numbers_are_scaled() -> None:
    form = fitted_rows(X, None, "minmax", np.array([True, True, True, False]))
    assert form.items(X)[:, 0].tolist() == [0, 0.5, 1, 1.5]


@pytest.mark.filterwarnings("error")
def test_a_column_that_is_never_known_stays_unknown() -> None:
    form = fitted_rows(np.full((4, 2), np.nan), None, "standard", ALL)
    assert np.isnan(form.items(np.full((1, 2), np.nan))).all()


class Frame(dict[str, Any]):
    """As much of a data frame as is looked at."""

    @property
    def columns(self) -> list[str]:
        return list(self)

    @property
    def dtypes(self) -> list[np.dtype[Any]]:
        return [np.asarray(column).dtype for column in self.values()]


def test_a_frame_with_words_or_dates_is_refused_by_the_names_of_its_columns() -> None:
    frame = Frame(size=np.ones(2), city=np.array(["Oslo", "Rome"], object), seen=np.zeros(2, "datetime64[s]"))
    with pytest.raises(ValueError, match="words in 'city' and dates in 'seen'; encode them first"):
        forms.check_columns(frame)
    forms.check_columns(Frame(size=np.ones(2), count=np.array([1, None], object)))
    forms.check_columns(np.ones((2, 2)))


def test_windows_have_units_for_each_channel() -> None:
    windows = np.stack([np.arange(12.0).reshape(3, 4), np.arange(12.0).reshape(3, 4) * 100], axis=-1)
    form = fitted_rows(windows, ["slow", "fast"], "standard", np.ones(3, np.bool_))
    assert form.shape == (4, 2)
    assert np.allclose(form.items(windows)[..., 0], form.items(windows)[..., 1], atol=1e-6)
    assert np.allclose(form.restored(form.items(windows)), windows, atol=1e-3)


@pytest.mark.parametrize("dtype", [np.uint8, np.float64])
def test_images_come_back_as_they_came(dtype: Any) -> None:
    images = np.linspace(0, 255 if dtype == np.uint8 else 1, 32).reshape(2, 4, 4).astype(dtype)
    form = fitted_images(images, None, "standard", None)
    items = form.items(images)
    assert items.shape == (2, 4, 4, 1)
    back = form.restored(items.astype(np.float32) / (255 if dtype == np.uint8 else 1))
    assert back.shape == images.shape
    assert np.allclose(back, images)


@pytest.mark.parametrize(
    ("images", "told"),
    [
        (np.zeros((2, 4, 4), np.int64), "astype"),
        (np.full((2, 4, 4), 200.0), "200 to 200; divide"),
        (np.full((2, 4, 4), np.nan), "a number for every pixel"),
        (np.zeros((2, 4, 4, 4), np.uint8), "1 or 3 channels"),
    ],
)
def test_numbers_that_are_no_pixels_are_refused(images: Any, told: str) -> None:
    with pytest.raises(ValueError, match=told):
        fitted_images(images, None, "standard", None)


def test_what_x_becomes_follows_from_its_axes_and_from_the_model() -> None:
    series = np.zeros((2, 4, 3))
    assert kind_of(series, ("image", "windows"), "auto") == "image"
    assert kind_of(series, ("vectors", "windows"), "auto") == "windows"
    assert kind_of(series, ("image", "windows"), "windows") == "windows"
    with pytest.raises(UsageError, match=r"learns from image or windows, X of shape \(2, 3\) is vectors"):
        kind_of(np.zeros((2, 3)), ("image", "windows"), "auto")
    with pytest.raises(UsageError, match="cannot be image"):
        kind_of(np.zeros((2, 3)), ("image", "vectors"), "image")


@pytest.mark.parametrize(
    ("y", "classes"),
    [
        ([0, 1, 1, 0], ("0", "1")),
        ([1.0, 2.0, 1.0, 2.0], ("1", "2")),
        (["b", "a", "a", "b"], ("a", "b")),
        ([0.1, 0.2, 0.3, 0.4], ("unlabelled",)),
        (None, ("unlabelled",)),
    ],
)
def test_y_is_classes_or_nothing(y: Any, classes: tuple[str, ...]) -> None:
    assert labelled(y, 4)[1] == classes


def test_a_table_with_words_and_dates_is_read_by_column() -> None:
    form = Tables(
        Columns(
            columns=(
                Column(name="size", becomes="number", mean=10, scale=2),
                Column(name="colour", becomes="category", levels=("blue", "red")),
                Column(name="day", becomes="date", mean=0, scale=86_400, whole=True),
            )
        )
    )
    x = [[12.0, "red", "1970-01-03"], [np.nan, "green", "1970-01-01"]]
    items = form.items(x)
    assert np.allclose(items, [[1, 0, 1, 2], [np.nan, 0, 0, 0]], equal_nan=True)
    assert form.restored(items)[0].tolist() == [12.0, "red", "1970-01-03"]
    with pytest.raises(ValueError, match=r"3 columns \(size, colour, day\)"):
        form.items([[1, 2]])
    with pytest.raises(ValueError, match="the column 'size' of X does not hold"):
        form.items([["large", "red", "1970-01-03"]])


def test_sentences_are_strings() -> None:
    assert forms.texts(["it rained"]) == ("it rained",)
    for wrong in ("it rained", [1], []):
        with pytest.raises(ValueError, match="list of sentences"):
            forms.texts(wrong)
