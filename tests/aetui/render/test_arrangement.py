from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from aetui.render.arrangement import Layout, Wish, arrange, sizes, telling

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
        (163, 36, 20, 7, 1),  # every pixel of theirs
        (237, 67, 20, 10, 1),
        (202, 65, 20, 5, 2),
        (300, 44, 28, 10, 1),
        (99, 17, 10, 8, 1),
    ],
)
def test_many_items_come_before_large_pictures_but_for_exact_ones(
    width: int, height: int, size: int, across: int, bands: int
) -> None:
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


@pytest.mark.parametrize("images", [_digits(), _clothes()], ids=["digits", "clothes"])
@pytest.mark.parametrize(("width", "height", "pictures"), [(79, 19, 2), (119, 35, 8), (99, 26, 3), (237, 67, 32)])
def test_a_zoomed_panel_shows_every_pixel_of_a_few_items(
    images: np.ndarray, width: int, height: int, pictures: int
) -> None:
    rows, wish = [(label, images) for label in (*LABELS, "PCA")], Wish(zoomed=True)
    rows = rows[: telling(rows, width, height, wish)]
    layout = arrange(rows, width, height, wish)
    assert (layout.exact, layout.shape, layout.shown * layout.rows) == (True, (28, 28), pictures)


@given(
    st.integers(40, 260),
    st.integers(10, 80),
    st.integers(1, 4),
    st.sampled_from([Wish(), Wish(zoomed=True), Wish(names=True), Wish(size=10), Wish(size=20), Wish(size=28)]),
    st.booleans(),
)
def test_rows_and_items_never_touch(width: int, height: int, rows: int, wish: Wish, clothes: bool) -> None:
    images = _clothes() if clothes else _digits()
    layout = arrange([("row", images)] * rows, width, height, wish)
    tall, wide = layout.shape
    taken = np.zeros((2 * height + 200, width + 400), int)  # a size that is wished for may need more than there is
    for top, pictures in layout.picture_lines():
        for place in range(len(pictures)):
            left = layout.label_width + layout.column(place)
            # With the row and the column of pixels after it, which must be blank.
            taken[2 * top : 2 * top + tall + 1, left : left + wide + 1] += 1
    assert taken.max() <= 1


def test_sizes_go_from_many_small_pictures_to_two_of_twice_their_size() -> None:
    rows = [(label, _digits()) for label in LABELS]
    found = sizes(rows, 119, 35)
    assert found == [8, 10, 12, 14, 16, 18, 20, 28, 56]
    counts = [arrange(rows[:2], 119, 35, Wish(size=size)).shown for size in found]
    assert counts == sorted(counts, reverse=True)
    assert counts[0] == 10 > counts[-1] == 1


def test_names_stand_above_their_items() -> None:
    layout = arrange([("data", _digits())], 79, 12, Wish(names=True))
    text = layout.texts(["data"], [f"class{n}" for n in range(10)])[0]
    for place in range(layout.across):
        left = layout.label_width + layout.column(place)
        assert text[left : left + layout.shape[1]].strip() == f"class{place}"


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
