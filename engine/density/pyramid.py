"""Points in the order of a Z curve, and sums over the bins of one level: counts for the cells of any window."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from engine.density.lattice import HEIGHT, WIDTH, Axis, Floats, Ints, Keys, Lattice, inner_range, interleaved, separated

FEW = 100_000
"""Points in a window that are looked at one by one: counting them by squares costs more."""
_MANY = 1_000_000
"""Points whose classes are looked up one by one; of more they follow from those of blocks."""
_BLOCK = 64
"""Points after which the classes so far are known."""


class Grid(NamedTuple):
    """Cells on the lattice: `columns` of them from its square `x` on, each `width` squares wide, and likewise `rows`
    of `height` from `y` on, which is the lowest. They may reach beyond the lattice."""

    x: int
    y: int
    width: int
    height: int
    columns: int
    rows: int

    @property
    def x_places(self) -> Ints:
        """The columns' borders, (columns + 1,), ascending."""
        return self.x + self.width * np.arange(self.columns + 1, dtype=np.int64)

    @property
    def y_places(self) -> Ints:
        """The rows' borders, (rows + 1,), ascending."""
        return self.y + self.height * np.arange(self.rows + 1, dtype=np.int64)


class Found(NamedTuple):
    """Points, one by one: where they lie (n, 2), their item numbers and classes (n,)."""

    points: Floats
    items: Ints
    labels: Ints | None


class _Stretches(NamedTuple):
    """Neighbouring points of the Z curve, `start` up to `end`, each in the square (x, y) of `2**level` a side."""

    x: Ints
    y: Ints
    start: Ints
    end: Ints
    level: int

    def where(self, chosen: NDArray[np.bool_]) -> _Stretches:
        return _Stretches(self.x[chosen], self.y[chosen], self.start[chosen], self.end[chosen], self.level)

    @property
    def points(self) -> int:
        return int((self.end - self.start).sum())


class Pyramid:
    """What `building.build` made. Counts are exact: those of comparing every point with the cells' borders, `edges`.

    Cells are as large as a whole number of bins, or as a bin that was halved again and again, down to one square of the
    lattice. A cell has the points from its left and lower border on, up to those on its right and upper one, which
    belong to its neighbours.
    """

    def __init__(
        self,
        lattice: Lattice,
        keys: Keys,
        order: NDArray[np.uint32],
        shift: int,
        sums: NDArray[np.uint32],
        labels: NDArray[np.uint8] | None = None,
        names: tuple[str, ...] = (),
        class_sums: NDArray[np.uint32] | None = None,
        *,
        items: int,
        missing: int = 0,
    ) -> None:
        """`keys`: (n,), ascending; `order`: (n,), whose they are; a bin has `2**shift` squares a side. `sums`: of the
        points below and left of each bin's corner, (bins down + 1, bins across + 1), `class_sums` of those of each
        class. Of `items` so many are `missing`, as they are nowhere."""
        self.lattice = lattice
        self.items = items
        self.missing = missing
        self.names = names
        self._keys, self._order, self._labels = keys, order, labels
        self._shift = shift
        self._sums, self._class_sums = sums, class_sums
        self._so_far = None if labels is None else _so_far(labels, len(names))

    def __len__(self) -> int:
        """How many points there are on the lattice."""
        return len(self._keys)

    @property
    def outside(self) -> int:
        """How many are so far from the others that they lie beyond the lattice."""
        return self.items - self.missing - len(self)

    @property
    def nbytes(self) -> int:
        """What it takes in memory."""
        arrays = (self._keys, self._order, self._labels, self._sums, self._class_sums, self._so_far)
        return sum(array.nbytes for array in arrays if array is not None)

    def whole(self) -> tuple[Floats, Floats]:
        """From where to where all points are seen, but for few that would take the room of the others; (2,) each."""
        low, high = [], []
        for axis, margin in ((self.lattice.x, self._sums[-1]), (self.lattice.y, self._sums[:, -1])):
            first, last = inner_range(np.diff(margin.astype(np.int64)))
            span = (axis.high - axis.low) / (len(margin) - 1)
            room = max(1.0, 0.02 * (last - first))
            low.append(max(axis.low, axis.low + (first - room) * span))
            high.append(min(axis.high, axis.low + (last + room) * span))
        return np.array(low), np.array(high)

    def grid(self, low: tuple[float, float], high: tuple[float, float], columns: int, rows: int) -> Grid:
        """The cells that come nearest to so many between these corners, and cover what lies between unless that would
        take cells smaller than one square."""
        x, width = self._fitted(low[0], high[0], columns, self.lattice.x)
        y, height = self._fitted(low[1], high[1], rows, self.lattice.y)
        return Grid(x, y, width, height, columns, rows)

    def edges(self, grid: Grid) -> tuple[Floats, Floats]:
        """The borders of the columns (columns + 1,) and of the rows (rows + 1,), ascending: the least numbers right of
        them."""
        return self.lattice.x.edges(grid.x_places), self.lattice.y.edges(grid.y_places)

    def counts(self, grid: Grid) -> Ints:
        """How many points each cell has, (rows, columns), the lowest row first."""
        if self._in_bins(grid):
            return self._from_sums(self._sums, grid)
        found, single = self._looked_up(grid)
        if single is not None:
            weights = None
            cell = single[1]
        else:
            weights = (found.end - found.start).astype(np.float64)
            cell = self._cells_of(found, grid)
        counts = np.bincount(cell, weights, minlength=grid.rows * grid.columns)
        return counts.astype(np.int64).reshape(grid.rows, grid.columns)

    def by_class(self, grid: Grid) -> Ints:
        """The same of each class, (classes, rows, columns). Raises ValueError where there are none."""
        if self._labels is None or self._class_sums is None or self._so_far is None:
            raise ValueError("the points have no classes")
        many, size = len(self.names), grid.rows * grid.columns
        if self._in_bins(grid):
            return np.stack([self._from_sums(sums, grid) for sums in self._class_sums])
        found, single = self._looked_up(grid)
        if single is not None:
            which, cell = single
            counts = np.bincount(cell * many + self._labels[which], minlength=size * many)
        elif found.points <= _MANY:
            cell = np.repeat(self._cells_of(found, grid), found.end - found.start)
            labels = self._labels[_ranges(found.start, found.end)]
            counts = np.bincount(cell * many + labels, minlength=size * many)
        else:
            per_square = self._classes_up_to(found.end) - self._classes_up_to(found.start)
            pairs = self._cells_of(found, grid)[:, None] * many + np.arange(many)
            counts = np.bincount(pairs.ravel(), per_square.ravel(), minlength=size * many).astype(np.int64)
        return np.moveaxis(counts.reshape(grid.rows, grid.columns, many), 2, 0)

    def points(self, grid: Grid) -> Found:
        """Those in the cells, one by one; ask for their number first."""
        _, single = self._looked_up(grid, one_by_one=True)
        assert single is not None
        return self._found(single[0])

    def within(self, low: tuple[float, float], high: tuple[float, float]) -> Found:
        """Those from one corner on up to another one, one by one, in the order of their items."""
        whole, single = self._covered(*self._squares(low, high))
        which = np.concatenate([*(_ranges(start, end) for start, end in whole), single])
        return self._found(which[np.argsort(self._order[which])])

    def count_within(self, low: tuple[float, float], high: tuple[float, float]) -> int:
        """How many they are: what that takes grows with the border, not with what is inside."""
        whole, single = self._covered(*self._squares(low, high))
        return sum(int((end - start).sum()) for start, end in whole) + len(single)

    def _squares(self, low: tuple[float, float], high: tuple[float, float]) -> tuple[int, int, int, int]:
        x0, y0 = (int(axis.places(np.array(value))) for axis, value in zip(self.lattice, low, strict=True))
        x1, y1 = (int(axis.places(np.array(value))) for axis, value in zip(self.lattice, high, strict=True))
        return max(0, x0), max(0, y0), min(WIDTH, x1), min(HEIGHT, y1)

    # From sums.

    def _fitted(self, low: float, high: float, count: int, axis: Axis) -> tuple[int, int]:
        side = 2**self._shift
        squares = (high / 2 - low / 2) / (axis.high / 2 - axis.low / 2) * axis.size
        wanted = squares / count
        if wanted >= side:
            cell = side * int(np.ceil(wanted / side - 1e-6))
        else:
            cell = int(max(1, side >> int(np.floor(np.log2(side / max(wanted, 1.0)) + 1e-6))))
        middle = (low / 2 + high / 2 - axis.low) / (axis.high / 2 - axis.low / 2) / 2 * axis.size
        grain = min(cell, side)
        return round((middle - count * cell / 2) / grain) * grain, cell

    def _in_bins(self, grid: Grid) -> bool:
        side = 2**self._shift
        return not any(value % side for value in grid[:4])

    def _from_sums(self, sums: NDArray[np.uint32], grid: Grid) -> Ints:
        down, across = sums.shape
        x = np.clip(grid.x_places >> self._shift, 0, across - 1)
        y = np.clip(grid.y_places >> self._shift, 0, down - 1)
        corners = sums[np.ix_(y, x)].astype(np.int64)
        return np.diff(np.diff(corners, axis=0), axis=1)

    # From the curve.

    def _looked_up(self, grid: Grid, *, one_by_one: bool = False) -> tuple[_Stretches, tuple[Ints, Ints] | None]:
        """Stretches of the points in the cells, each within one cell; or, where they are few, their places on the curve
        and their cells."""
        found = self._bins_of(grid)
        finest = _finest(grid)
        while found.level > finest and found.points > FEW and not one_by_one:
            found = self._halved(found, grid)
        if found.level > finest or one_by_one:
            which = _ranges(found.start, found.end)
            x, y = separated(self._keys[which])
            inside = _within(x, y, 0, grid)
            which, x, y = which[inside], x[inside], y[inside]
            return found, (which, (y - grid.y) // grid.height * grid.columns + (x - grid.x) // grid.width)
        return found, None

    def _bins_of(self, grid: Grid) -> _Stretches:
        """The bins that the cells reach into, but empty ones."""
        s, (down, across) = self._shift, (side - 1 for side in self._sums.shape)
        x0, y0 = max(0, grid.x >> s), max(0, grid.y >> s)
        x1 = min(across, -(-(grid.x + grid.width * grid.columns) >> s))
        y1 = min(down, -(-(grid.y + grid.height * grid.rows) >> s))
        y, x = np.meshgrid(np.arange(y0, y1), np.arange(x0, x1), indexing="ij")
        found = _Stretches(x.ravel(), y.ravel(), x.ravel(), y.ravel(), s)
        block = self._sums[y0 : y1 + 1, x0 : x1 + 1].astype(np.int64) if x1 > x0 and y1 > y0 else np.zeros((1, 1))
        found = found.where(np.diff(np.diff(block, axis=0), axis=1).ravel() > 0)
        codes = interleaved(found.x << s, found.y << s)
        order = np.argsort(codes)
        start = np.searchsorted(self._keys, codes[order])
        end = np.searchsorted(self._keys, codes[order] + np.uint64(4**s))
        return _Stretches(found.x[order], found.y[order], start, end, s)

    def _halved(self, found: _Stretches, grid: Grid) -> _Stretches:
        """Each in its four quarters, but empty ones and those that reach into no cell."""
        parts = self._quarters(found)
        return parts.where(_within(parts.x, parts.y, parts.level, grid) & (parts.end > parts.start))

    def _quarters(self, found: _Stretches) -> _Stretches:
        level = found.level - 1
        x = (found.x[:, None] * 2 + (0, 0, 1, 1)).ravel()
        y = (found.y[:, None] * 2 + (0, 1, 0, 1)).ravel()
        codes = interleaved(x << level, y << level).reshape(-1, 4)
        inner = np.searchsorted(self._keys, codes[:, 1:].ravel()).reshape(-1, 3)
        borders = np.concatenate([found.start[:, None], inner, found.end[:, None]], axis=1)
        return _Stretches(x, y, borders[:, :-1].ravel(), borders[:, 1:].ravel(), level)

    def _covered(self, x0: int, y0: int, x1: int, y1: int) -> tuple[list[tuple[Ints, Ints]], Ints]:
        """Where on the curve the points of these squares are, up to x1 and y1: stretches of it, and single ones."""
        whole: list[tuple[Ints, Ints]] = []
        if x1 <= x0 or y1 <= y0:
            return whole, np.zeros(0, np.int64)
        rectangle = Grid(x0, y0, x1 - x0, y1 - y0, 1, 1)
        top = np.arange(WIDTH // HEIGHT)
        starts = np.searchsorted(self._keys, interleaved(top * HEIGHT, top * 0))
        found = _Stretches(top, top * 0, starts, np.append(starts[1:], len(self._keys)), HEIGHT.bit_length() - 1)
        while True:
            found = found.where(_within(found.x, found.y, found.level, rectangle) & (found.end > found.start))
            side = 1 << found.level
            x, y = found.x << found.level, found.y << found.level
            all_in = (x >= x0) & (x + side <= x1) & (y >= y0) & (y + side <= y1)
            taken = found.where(all_in)
            whole.append((taken.start, taken.end))
            found = found.where(~all_in)
            if not len(found.x) or found.points <= FEW:
                break
            found = self._quarters(found)
        rest = _ranges(found.start, found.end)
        x, y = separated(self._keys[rest])
        return whole, rest[_within(x, y, 0, rectangle)]

    def _cells_of(self, found: _Stretches, grid: Grid) -> Ints:
        x, y = found.x << found.level, found.y << found.level
        return (y - grid.y) // grid.height * grid.columns + (x - grid.x) // grid.width

    def _classes_up_to(self, places: Ints) -> Ints:
        """How many points of each class come before, (n, classes)."""
        assert self._labels is not None
        assert self._so_far is not None
        many = len(self.names)
        blocks = places // _BLOCK
        rest = _ranges(blocks * _BLOCK, places)
        whose = np.repeat(np.arange(len(places)), places - blocks * _BLOCK)
        more = np.bincount(whose * many + self._labels[rest], minlength=len(places) * many)
        found: Ints = self._so_far[blocks].astype(np.int64) + more.reshape(-1, many)
        return found

    def _found(self, which: Ints) -> Found:
        labels = None if self._labels is None else self._labels[which].astype(np.int64)
        return Found(self.lattice.points(self._keys[which]), self._order[which].astype(np.int64), labels)


def _within(x: Ints, y: Ints, level: int, grid: Grid) -> NDArray[np.bool_]:
    """Which squares of `2**level` a side reach into the cells."""
    right, above = grid.x + grid.width * grid.columns, grid.y + grid.height * grid.rows
    across = ((x + 1) << level > grid.x) & (x << level < right)
    found: NDArray[np.bool_] = across & ((y + 1) << level > grid.y) & (y << level < above)
    return found


def _finest(grid: Grid) -> int:
    """Of the squares that lie in one cell each: the power of two of their side."""
    return min((value & -value).bit_length() - 1 for value in grid[:4] if value)


def _ranges(start: Ints, end: Ints) -> Ints:
    """All numbers of some ranges, one after the other."""
    lengths = end - start
    total = int(lengths.sum())
    before = np.cumsum(lengths) - lengths
    found: Ints = np.arange(total) + np.repeat(start - before, lengths)
    return found


def _so_far(labels: NDArray[np.uint8], many: int) -> NDArray[np.uint32]:
    """How many of each class come before every `_BLOCK`th point, (blocks, classes)."""
    blocks = len(labels) // _BLOCK + 1
    found = np.zeros((blocks, many), np.uint32)
    step = 2**14
    for first in range(0, blocks - 1, step):
        last = min(blocks - 1, first + step)
        of_block = np.repeat(np.arange(last - first), _BLOCK) * many
        counts = np.bincount(of_block + labels[first * _BLOCK : last * _BLOCK], minlength=(last - first) * many)
        found[first + 1 : last + 1] = counts.reshape(-1, many)
    np.cumsum(found, axis=0, out=found)
    return found
