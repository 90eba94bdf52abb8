"""What was taken as files that other programs read, and as text."""

from __future__ import annotations

import csv
import io
import json
from math import nan
from typing import Any
from xml.etree import ElementTree

import numpy as np
import pytest
from PIL import Image

from aetui.taking import formats
from aetui.taking.taken import About, Pictures, Plot, Series, Table, Taken

ABOUT = About("20260101-run", "mine", "vanilla", "small", "digits", {"epochs": 3}, "aetui train vanilla")
SVG = "{http://www.w3.org/2000/svg}"


def read_csv(content: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(content.decode())))


def test_a_csv_has_every_digit_and_says_in_columns_whose_it_is() -> None:
    rows = [(1, 0.1 + 0.2, np.float32(0.1), 'say "a, b"\nc'), (2, nan, None, "")]
    taken = Taken("x", "X", 3, table=Table(("item", "a", "b", "text"), rows))
    first, second = read_csv(formats.content(taken, "csv", ABOUT))
    assert (first["run"], first["data"], first["epoch"]) == ("20260101-run", "digits", "3")
    assert float(first["a"]) == 0.1 + 0.2
    assert np.float32(first["b"]) == np.float32(0.1)
    assert (second["a"], second["b"]) == ("nan", "")


def test_a_table_with_epochs_keeps_its_own() -> None:
    taken = Taken("loss", "Loss", 2, table=Table(("epoch", "train"), [(1, 0.5), (2, 0.25)]))
    assert [row["epoch"] for row in read_csv(formats.content(taken, "csv", ABOUT))] == ["1", "2"]


@pytest.mark.parametrize("form", ["csv", "text"])
def test_nothing_that_a_terminal_obeys_comes_through(form: str) -> None:
    taken = Taken("x", "X", table=Table(("text",), [("a\x1b[31mb\x9bc\td\r",)]))
    text = formats.text(taken) if form == "text" else formats.content(taken, "csv", ABOUT).decode()
    assert "a�[31mb�c�d�" in text
    assert "�" in formats.text(Taken("x", "X", text="a\x1b\nb"))


def test_text_is_the_table_with_tabs_unless_there_are_words_for_it() -> None:
    table = Table(("a", "b"), [(1, 2.5)])
    assert formats.text(Taken("x", "X", table=table)) == "a\tb\n1\t2.5"
    assert formats.text(Taken("x", "X", table=table, text="so\tit is")) == "so\tit is"


def test_arrays_come_back_as_they_were() -> None:
    one, two = np.arange(6, dtype=np.float32).reshape(2, 3), np.array(["a", "β"])
    single = Taken("x", "X", 3, arrays={"one": one})
    assert formats.fitting(single) == ["npy"]
    assert np.load(io.BytesIO(formats.content(single, "npy", ABOUT))).tolist() == one.tolist()
    beside = json.loads(formats.beside(single, "npy", ABOUT) or b"")
    assert (beside["run"], beside["epoch"], beside["arrays"]) == ("20260101-run", 3, {"one": [2, 3]})
    both = Taken("x", "X", 3, arrays={"one": one, "two": two})
    assert formats.fitting(both) == ["npz"]
    with np.load(io.BytesIO(formats.content(both, "npz", ABOUT))) as file:
        assert file["two"].tolist() == ["a", "β"]
        assert json.loads(str(file["about"]))["command"] == "aetui train vanilla"
    assert formats.beside(both, "npz", ABOUT) is None


@pytest.mark.parametrize("channels", [1, 3])
def test_pictures_are_enlarged_by_a_whole_factor_and_lie_in_rows(channels: int) -> None:
    ramp = np.linspace(0, 1, 20 * 28 * 28 * channels, dtype=np.float32).reshape(20, 28, 28, channels)
    taken = Taken("x", "X", 3, pictures=(Pictures("input", ramp), Pictures("output", ramp[:4])))
    image: Any = Image.open(io.BytesIO(formats.content(taken, "png", ABOUT)))
    pixels = np.asarray(image).reshape(image.height, image.width, -1)
    assert pixels.shape == (3 * 86 + 2, 16 * 86 + 2, channels)
    second = pixels[2:86:3, 88:172:3]
    assert np.abs(second / 255 - ramp[1]).max() < 0.003
    assert np.array_equal(second, pixels[4:88:3, 90:174:3][: len(second)])
    assert json.loads(image.text["Description"])["pictures"] == ["input (20)", "output (4)"]


CURVES = Plot(
    "a < b & c",
    (
        Series("train", range(1, 6), [0.5, nan, 0.3, 0.2, 0.1], place=0),
        Series("validation", range(1, 6), [0.6, 0.5, 0.4, 0.35, 0.3], place=1),
    ),
    "epoch",
    "loss",
    cursor=3,
)


def strokes(content: bytes, colour: str) -> list[list[tuple[float, float]]]:
    root = ElementTree.fromstring(content)
    lines = [line for line in root.iter(f"{SVG}polyline") if line.get("stroke") == colour]
    return [[tuple(map(float, at.split(","))) for at in (line.get("points") or "").split()] for line in lines]  # type: ignore[misc]


def test_a_curve_falls_on_the_drawing_as_it_does_in_numbers_and_breaks_where_there_is_none() -> None:
    from aetui.taking.drawing import CURVES as COLOURS

    svg = formats.content(Taken("loss", "Loss", 5, plots=(CURVES,)), "svg", ABOUT)
    assert "a &lt; b &amp; c" in svg.decode()
    whole, *_ = strokes(svg, COLOURS[1])
    heights = [y for _, y in whole]
    assert len(whole) == 5
    assert heights == sorted(heights)
    steps = np.diff([x for x, _ in whole])
    assert np.allclose(steps, steps[0], atol=0.02)
    after_the_break, *_ = strokes(svg, COLOURS[0])
    assert len(after_the_break) == 3


@pytest.mark.parametrize("log", [False, True])
def test_a_drawing_of_nothing_but_gaps_or_of_one_point_can_be_made(log: bool) -> None:
    for y in ([nan, nan], [0.0, -1.0], [2.0, 2.0]):
        taken = Taken("x", "X", plots=(CURVES._replace(series=(Series("a", [1, 2], y),), log=log),))
        ElementTree.fromstring(formats.content(taken, "svg", ABOUT))


def test_a_drawing_as_pixels_has_the_curves_colour_where_the_curve_is() -> None:
    from aetui.taking.drawing import CURVES as COLOURS

    taken = Taken("loss", "Loss", 5, plots=(CURVES,))
    image: Any = Image.open(io.BytesIO(formats.content(taken, "png", ABOUT)))
    [points, *_] = strokes(formats.content(taken, "svg", ABOUT), COLOURS[1])
    x, y = points[2]
    assert image.getpixel((round(2 * x), round(2 * y))) == tuple(bytes.fromhex(COLOURS[1][1:]))


def test_a_hundred_thousand_epochs_are_a_drawing_of_bounded_size() -> None:
    y = np.random.default_rng(0).random(100_000)
    y[50_000] = 9
    taken = Taken("loss", "Loss", plots=(Plot("x", (Series("a", np.arange(100_000), y, place=0),)),))
    svg = formats.content(taken, "svg", ABOUT)
    assert len(svg) < 50_000
    from aetui.taking.drawing import CURVES as COLOURS
    from aetui.taking.drawing import TOP

    [curve, *_] = strokes(svg, COLOURS[0])
    assert min(height for _, height in curve) < TOP + 20  # the spike is there
