"""Where small pictures go: as many items as possible with all their pictures, then as large as possible."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from aetui.render.pixels import Bytes, has_margin, shrunk_shape

SIZES = (28, 20, 14, 10)
"""Picture heights in pixels."""

_ENOUGH = 10  # items in full: more of them are not worth a smaller size

_GROUP_GAP = 3


class PictureLine(NamedTuple):
    """Pictures side by side: the terminal line they begin on, and (row, item) of each."""

    top: int
    pictures: list[tuple[int, int]]


class Layout(NamedTuple):
    """Items side by side in `bands`, one band below the other; an item has one picture for each row.

    The pictures of an item stand one below the other, or, when `grouped`, side by side.
    """

    shape: tuple[int, int]
    """Height and width of a picture in pixels."""
    size: int
    """Height as `shrink` takes it."""
    cut: bool
    """Whether MNIST's margin is removed where the size asks for it."""
    grouped: bool
    rows: int
    across: int
    """Items side by side."""
    bands: int
    shown: int
    """Items shown with all their pictures."""
    gap: int
    """Black columns between two pictures."""
    label_width: int
    """Columns left of the pictures; 0 when labels stand above them."""
    heading: int
    """Lines for labels above each line of pictures; when grouped, above all."""
    row_pitch: int
    """Terminal lines from one row to the next."""
    band_pitch: int

    @property
    def lines(self) -> int:
        """Terminal lines of a picture."""
        return -(-self.shape[0] // 2)

    def column(self, place: int) -> int:
        """The first column, labels apart, of the picture in this place of a line."""
        return place * (self.shape[1] + self.gap) + self.grouped * (place // self.rows) * (_GROUP_GAP - self.gap)

    def picture_lines(self) -> list[PictureLine]:
        """All lines of pictures from top to bottom; the same ones of every line belong to the same items."""
        found = []
        for band in range(self.bands):
            items = range(band * self.across, min(self.shown, (band + 1) * self.across))
            top = band * self.band_pitch + self.heading
            if self.grouped:
                found.append(PictureLine(top, [(row, item) for item in items for row in range(self.rows)]))
            else:
                for row in range(self.rows):
                    found.append(PictureLine(top + row * self.row_pitch, [(row, item) for item in items]))
        return found

    def texts(self, labels: Sequence[str]) -> dict[int, str]:
        """The label, or labels, on each terminal line that has any."""
        lines = self.picture_lines()
        if self.grouped:
            return {0: self._headings(labels, len(lines[0].pictures))} if self.heading else {}
        offset = -1 if self.heading else (self.lines - 1) // 2
        return {top + offset: labels[pictures[0][0]] for top, pictures in lines}

    def _headings(self, labels: Sequence[str], count: int) -> str:
        text = ""
        for place in range(count):
            label = labels[place % self.rows][: self.shape[1]]
            text = text.ljust(self.column(place)) + label.center(self.shape[1])
        return text


def arrange(rows: Sequence[tuple[str, Bytes]], width: int, height: int) -> Layout:
    """The layout in `width` × `height` cells with the most items in full, up to ten; then with the largest pictures.

    The first row's images decide whether there is a margin to cut. Where not one item fits in full, the smallest
    size: what does not fit is cut off. `rows` must not be empty.
    """
    margin = has_margin(rows[0][1])
    grids = [_Grid(rows, size, margin) for size in SIZES]
    layouts = [layout for grid in grids for layout in grid.layouts(width, height)]
    return max(layouts, key=_worth) if layouts else grids[-1].stacked(1, 1, 0, (0, 0))


def _worth(layout: Layout) -> tuple[int, ...]:
    enough = min(layout.shown, _ENOUGH)
    return (enough, layout.size, layout.shown, not layout.grouped, -layout.bands, layout.label_width)


class _Grid:
    """The layouts with pictures of one size."""

    def __init__(self, rows: Sequence[tuple[str, Bytes]], size: int, margin: bool) -> None:
        self.rows, self.size, self.margin = len(rows), size, margin
        self.items = max(len(images) for _, images in rows)
        self.label = max(len(label) for label, _ in rows) + 1
        _, height, width = rows[0][1].shape[:3]
        self.shape = shrunk_shape(height, width, size, cut=margin)
        self.lines = -(-self.shape[0] // 2)
        # Pictures that keep their own black margin need no other between them.
        self.gap = 0 if margin and size == 28 else 1

    def layouts(self, width: int, height: int) -> list[Layout]:
        """Those with at least one item in full."""
        labels_left = self._stacked_within(width, height, heading=0)
        labels_above = self._stacked_within(width, height, heading=1)
        return [layout for layout in (labels_left, labels_above, self._grouped_within(width, height)) if layout]

    def _stacked_within(self, width: int, height: int, heading: int) -> Layout | None:
        room = width - (0 if heading else self.label)
        across = (room + self.gap) // (self.shape[1] + self.gap)
        band = self.rows * (self.lines + heading)
        across, bands = self._balanced(across, height // band)
        if not bands:
            return None
        spare = height - bands * band
        for row_gap, band_gap in ((1, 2), (1, 1), (0, 1)):
            if bands * (self.rows - 1) * row_gap + (bands - 1) * band_gap <= spare:
                return self.stacked(across, bands, heading, (row_gap, band_gap))
        return self.stacked(across, bands, heading, (0, 0))

    def stacked(self, across: int, bands: int, heading: int, gaps: tuple[int, int]) -> Layout:
        """An item's pictures one below the other; `gaps` are the empty lines between rows and between bands."""
        row_pitch = self.lines + heading + gaps[0]
        band_pitch = self.rows * row_pitch - gaps[0] + gaps[1]
        return self._layout(across, bands, heading, (row_pitch, band_pitch), grouped=False)

    def _grouped_within(self, width: int, height: int) -> Layout | None:
        group = self.rows * (self.shape[1] + self.gap) - self.gap
        across, bands = self._balanced((width + _GROUP_GAP) // (group + _GROUP_GAP), height // self.lines)
        if not bands:
            return None
        heading = int(bands * self.lines < height)
        gap = int(bands * (self.lines + 1) - 1 + heading <= height)
        return self._layout(across, bands, heading, (0, self.lines + gap), grouped=True)

    def _balanced(self, across: int, bands: int) -> tuple[int, int]:
        """No more bands than needed, each with about as many items; (0, 0) without room for one."""
        shown = min(self.items, max(0, across) * bands)
        if not shown:
            return 0, 0
        bands = -(-shown // across)
        return -(-shown // bands), bands

    def _layout(self, across: int, bands: int, heading: int, pitches: tuple[int, int], *, grouped: bool) -> Layout:
        return Layout(
            shape=self.shape,
            size=self.size,
            cut=self.margin,
            grouped=grouped,
            rows=self.rows,
            across=across,
            bands=bands,
            shown=min(self.items, across * bands),
            gap=self.gap,
            label_width=0 if heading or grouped else self.label,
            heading=heading,
            row_pitch=pitches[0],
            band_pitch=pitches[1],
        )
