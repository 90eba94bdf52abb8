"""Where small pictures go, how large they are, and how many have room."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from aetui.render.pixels import Bytes, exact, has_margin, shrunk_shape

SIZES = (28, 24, 20, 18, 16, 14, 12, 10)
"""Picture heights in half-block pixels, beside a picture's own."""
SMALLEST = 8
"""Only where it is asked for, or nothing else has room."""

ENOUGH = 10
"""Items in full: more of them are not worth a smaller size."""
EXACT_ENOUGH = 6
"""Items that are worth more with every pixel of theirs than others at a smaller size."""
FEW = 4
"""Items to show at least; where there is no room for as many, the rows that tell least give way, down to two."""
PAIR = 2
"""Items that are enough where size is preferred."""

_GROUP_GAP = 3


class Wish(NamedTuple):
    """What is asked for beside room."""

    size: int = 0
    """Height of the pictures; 0 leaves it to the room."""
    zoomed: bool = False
    """Whether size is preferred to number."""
    names: bool = False
    """Whether each item has a name, to stand above it."""
    items: int = 0
    """How many items to make room for, on this page or the next; 0: as many as there are."""


NO_WISH = Wish()


class PictureLine(NamedTuple):
    """Pictures side by side: the terminal line they begin on, and (row, item) of each."""

    top: int
    pictures: list[tuple[int, int]]


class Layout(NamedTuple):
    """Items side by side in `bands`, one band below the other; an item has one picture for each row.

    The pictures of an item stand one below the other, or, when `grouped`, side by side. Between any two there is a
    blank row or column of pixels.
    """

    shape: tuple[int, int]
    """Height and width of a picture in half-block pixels."""
    size: int
    """Height as `boxed` takes it."""
    cut: bool
    """Whether MNIST's margin is removed where the size asks for it."""
    exact: bool
    """Whether half-blocks show every pixel."""
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
    names: int
    """Lines for the names of the items above each band."""
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
            top = band * self.band_pitch + self.names + self.heading
            if self.grouped:
                found.append(PictureLine(top, [(row, item) for item in items for row in range(self.rows)]))
            else:
                for row in range(self.rows):
                    found.append(PictureLine(top + row * self.row_pitch, [(row, item) for item in items]))
        return found

    def texts(self, labels: Sequence[str], names: Sequence[str] = ()) -> dict[int, str]:
        """The label, or labels, on each terminal line that has any; `names` are the items'."""
        lines = self.picture_lines()
        if self.grouped:
            return {0: self._headings(labels, len(lines[0].pictures))} if self.heading else {}
        offset = -1 if self.heading else (self.lines - 1) // 2
        found = {top + offset: labels[pictures[0][0]] for top, pictures in lines}
        for band in range(self.names * self.bands):
            items = lines[band * self.rows].pictures
            text = self._above([names[item] if item < len(names) else "" for _, item in items])
            found[band * self.band_pitch] = " " * self.label_width + text
        return found

    def _headings(self, labels: Sequence[str], count: int) -> str:
        return self._above([labels[place % self.rows] for place in range(count)])

    def _above(self, words: Sequence[str]) -> str:
        text = ""
        for place, word in enumerate(words):
            text = text.ljust(self.column(place)) + word[: self.shape[1]].center(self.shape[1])
        return text


Rows = Sequence[tuple[str, Bytes]]
"""Label and images of each row; the first row's images decide whether there is a margin to cut."""


def arrange(rows: Rows, width: int, height: int, wish: Wish = NO_WISH) -> Layout:
    """The best layout for all of `rows`, of which there is at least one, in `width` × `height` cells.

    Without a wish: every pixel of theirs for at least six items, else as many items in full as possible, up to ten;
    then as large as possible. Where not one item fits in full, what does not fit is cut off.
    """
    found = max(_layouts(rows, width, height, wish), key=lambda layout: _worth(layout, wish), default=None)
    return found or _Grid(rows, SMALLEST, wish, margin=has_margin(rows[0][1])).stacked(1, 1, 0, (1, 1))


def telling(rows: Rows, width: int, height: int, wish: Wish) -> int:
    """How many of `rows`, the most telling first, are best shown; at least two, if there are two.

    As many as leave room for four items; where a size is wished for, or size is preferred, as many as it leaves room
    for.
    """
    counts = range(len(rows), min(2, len(rows)) - 1, -1)
    if wish.size or wish.zoomed:
        layouts = (layout for count in counts for layout in _layouts(rows[:count], width, height, wish))
        best = max(layouts, key=lambda layout: _worth(layout, wish), default=None)
        return best.rows if best else counts[-1]
    enough = min(FEW, wish.items or len(rows[0][1]))
    fits = (count for count in counts if arrange(rows[:count], width, height, wish).shown >= enough)
    return next(fits, counts[-1])


def sizes(rows: Rows, width: int, height: int) -> list[int]:
    """The sizes, ascending, at which an item has room with its first two rows."""
    return [
        size for size in sorted(_sizes(rows, Wish(size=-1))) if any(_layouts(rows[:2], width, height, Wish(size=size)))
    ]


def _sizes(rows: Rows, wish: Wish) -> set[int]:
    """What there is to choose from; a picture's own size and twice that among them."""
    own = rows[0][1].shape[1]
    margin = has_margin(rows[0][1])
    # Between the digit without its margin and the whole picture there is nothing sharper to see.
    some = {size for size in SIZES if not (margin and 20 < size < own)} | ({own} if own > SIZES[0] else set())
    return some | {SMALLEST, 2 * max(own, SIZES[0])} if wish.size else some


def _layouts(rows: Rows, width: int, height: int, wish: Wish) -> Iterator[Layout]:
    margin = has_margin(rows[0][1])
    for size in [wish.size] if wish.size > 0 else _sizes(rows, wish):
        for tight in (False, True):
            yield from _Grid(rows, size, wish, margin=margin, tight=tight).layouts(width, height)


def _worth(layout: Layout, wish: Wish) -> tuple[int, ...]:
    labelled = bool(layout.label_width or layout.heading)
    looks = (layout.shape[0], not layout.grouped, -layout.bands, layout.label_width)
    if wish.zoomed or wish.size:
        whole = layout.size if layout.exact else 0
        return (whole, min(layout.shown, PAIR), labelled, layout.size, layout.rows, layout.shown, *looks)
    enough = min(layout.shown, ENOUGH)
    whole = layout.exact and enough >= min(wish.items or ENOUGH, EXACT_ENOUGH)
    return (whole, enough, labelled, layout.size, layout.shown, *looks)


class _Grid:
    """The layouts with pictures of one size; `tight` ones give up a row of pixels, so that no line has to be blank."""

    def __init__(self, rows: Rows, size: int, wish: Wish, *, margin: bool, tight: bool = False) -> None:
        self.rows, self.size, self.margin = len(rows), size, margin
        self.items = wish.items or max(len(images) for _, images in rows)
        self.names = int(wish.names)
        self.label = max(len(label) for label, _ in rows) + 1
        _, height, width = rows[0][1].shape[:3]
        self.exact = exact(height, width, size, cut=self.margin)
        tall, wide = shrunk_shape(height, width, size, cut=self.margin)
        self.possible = not tight or (not self.exact and tall % 2 == 0)
        self.shape = tall - tight, wide
        self.lines = -(-self.shape[0] // 2)
        self.least = 1 - self.shape[0] % 2
        """Blank lines that have to be between two pictures where no text is."""
        self.gap = 1

    def layouts(self, width: int, height: int) -> list[Layout]:
        """Those with at least one item in full."""
        if not self.possible:
            return []
        labels_left = self._stacked_within(width, height, heading=0)
        labels_above = self._stacked_within(width, height, heading=1)
        grouped = None if self.names or self.rows == 1 else self._grouped_within(width, height)
        return [layout for layout in (labels_left, labels_above, grouped) if layout]

    def _stacked_within(self, width: int, height: int, heading: int) -> Layout | None:
        room = width - (0 if heading else self.label)
        across = (room + self.gap) // (self.shape[1] + self.gap)
        row_least, band_least = (0 if heading else self.least), (0 if heading or self.names else self.least)
        band = self._band(heading, row_least)
        across, bands = self._balanced(across, (height + band_least) // (band + band_least))
        if not bands:
            return None
        for row_gap, band_gap in ((1, 2), (1, 1), (0, 1)):
            lines = bands * (self._band(heading, row_gap) + band_gap) - band_gap
            if lines <= height and row_gap >= row_least:
                return self.stacked(across, bands, heading, (row_gap, band_gap))
        return self.stacked(across, bands, heading, (row_least, band_least))

    def _band(self, heading: int, row_gap: int) -> int:
        return self.names + self.rows * (self.lines + heading + row_gap) - row_gap

    def stacked(self, across: int, bands: int, heading: int, gaps: tuple[int, int]) -> Layout:
        """An item's pictures one below the other; `gaps` are the empty lines between rows and between bands."""
        pitches = self.lines + heading + gaps[0], self._band(heading, gaps[0]) + gaps[1]
        return self._layout(across, bands, heading, pitches, grouped=False)

    def _grouped_within(self, width: int, height: int) -> Layout | None:
        group = self.rows * (self.shape[1] + self.gap) - self.gap
        fitting = (height + self.least) // (self.lines + self.least)
        across, bands = self._balanced((width + _GROUP_GAP) // (group + _GROUP_GAP), fitting)
        if not bands:
            return None
        least = bands * (self.lines + self.least) - self.least
        heading = int(least < height)
        gap = self.least or int(bands * (self.lines + 1) - 1 + heading <= height)
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
            exact=self.exact,
            grouped=grouped,
            rows=self.rows,
            across=across,
            bands=bands,
            shown=min(self.items, across * bands),
            gap=self.gap,
            label_width=0 if heading or grouped else self.label,
            heading=heading,
            names=0 if grouped else self.names,
            row_pitch=pitches[0],
            band_pitch=pitches[1],
        )
