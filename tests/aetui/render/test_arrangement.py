from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from aetui.render.arrangement import Layout, arrange

LABELS = ("input", "output", "|error|")


def _digits(n: int = 10) -> np.ndarray:
    images = np.zeros((n, 28, 28), np.uint8)
    images[:, 6:22, 10:18] = 255
    return images


def _clothes(n: int = 10) -> np.ndarray:
    return np.full((n, 28, 28), 100, np.uint8)


def _arranged(width: int, height: int, images: np.ndarray | None = None) -> Layout:
    return arrange([(label, _digits() if images is None else images) for label in LABELS], width, height)


@pytest.mark.parametrize(
    ("width", "height", "size", "across", "bands"),
    [
        (117, 17, 10, 10, 1),
        (118, 17, 10, 10, 1),
        (163, 36, 14, 10, 1),
        (237, 67, 20, 10, 1),
        (202, 65, 20, 5, 2),
        (300, 42, 28, 10, 1),
        (99, 17, 10, 8, 1),
    ],
)
def test_all_items_come_before_large_pictures(width: int, height: int, size: int, across: int, bands: int) -> None:
    layout = _arranged(width, height)
    assert (layout.size, layout.across, layout.bands, layout.grouped) == (size, across, bands, False)


@pytest.mark.parametrize(
    ("width", "height", "size", "across", "bands"),
    [(79, 10, 10, 2, 2), (79, 12, 10, 2, 2), (39, 10, 10, 1, 2), (117, 36, 14, 2, 5), (203, 43, 20, 3, 4)],
)
def test_pictures_of_an_item_stand_side_by_side_where_that_shows_more(
    width: int, height: int, size: int, across: int, bands: int
) -> None:
    layout = _arranged(width, height)
    assert (layout.size, layout.across, layout.bands, layout.grouped) == (size, across, bands, True)
    assert layout.shown == min(10, across * bands)


def test_a_zoomed_panel_shows_all_ten_items() -> None:
    for width, height in ((117, 36), (237, 67), (99, 26)):
        assert _arranged(width, height).shown == 10
        assert _arranged(width, height, _clothes()).shown == 10


def test_the_most_items_are_enough_at_ten() -> None:
    assert _arranged(237, 67, _digits(64)).size == 20


def test_headings_stand_above_the_pictures_where_there_is_a_line_for_them() -> None:
    layout = _arranged(79, 12)
    text = layout.texts(LABELS)[0]
    assert text.split() == [*LABELS, *LABELS]
    ((_, line),) = [(top, pictures) for top, pictures in layout.picture_lines() if top == 1]
    starts = [layout.column(place) for place in range(len(line))]
    assert [text[start : start + 10].strip() for start in starts] == [*LABELS, *LABELS]
    assert _arranged(79, 10).texts(LABELS) == {}


def test_every_line_of_a_stacked_layout_has_its_label() -> None:
    layout = _arranged(202, 65)
    assert list(layout.texts(LABELS).values()) == [*LABELS, *LABELS]
    above = arrange([(label, _digits()) for label in LABELS[:2]], 34, 14)
    assert above.label_width == 0
    assert above.texts(LABELS) == {top - 1: LABELS[place] for place, (top, _) in enumerate(above.picture_lines())}


@given(
    st.integers(1, 260), st.integers(1, 80), st.integers(1, 30), st.integers(1, 5), st.sampled_from([(28, 28), (8, 60)])
)
def test_whatever_is_shown_lies_inside_and_nothing_overlaps(
    width: int, height: int, items: int, rows: int, shape: tuple[int, int]
) -> None:
    images = np.zeros((items, *shape), np.uint8)
    layout = arrange([("row", images)] * rows, width, height)
    taken = [
        (top + y, layout.label_width + layout.column(place) + x)
        for top, pictures in layout.picture_lines()
        for place in range(len(pictures))
        for y in range(layout.lines)
        for x in range(layout.shape[1])
    ]
    assert len(taken) == len(set(taken))
    shown = [picture for _, pictures in layout.picture_lines() for picture in pictures]
    assert sorted(shown) == [(row, item) for row in range(rows) for item in range(layout.shown)]
    labels = {y for y in layout.texts(["row"] * rows) if not layout.label_width}
    assert not labels & {y for y, _ in taken}
    needs = (max(y for y, _ in taken) + 1, max(x for _, x in taken) + 1)
    smallest = arrange([("row", images)] * rows, 1, 1)
    if layout != smallest:
        assert needs <= (height, needs[1])
        assert needs[1] <= width
