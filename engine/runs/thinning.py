"""Which epochs of a long run keep pictures and weights: the newest ones all, older ones the sparser the older they are.

What is left depends on the newest epoch and on one number, the window, alone. As the run goes on, or the window
shrinks, some of it goes and nothing would have to come back; so it does not matter what was thinned when.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping


def thinned(epochs: Collection[int], newest: int, window: int) -> set[int]:
    """Those of `epochs` that are left when `newest` is the last one: the last `window` of them all, every second of as
    many before, every fourth of twice as many before these, and so on; none with a `window` of 0."""
    return {epoch for epoch in epochs if window and epoch % _distance(newest - epoch, window) == 0}


def _distance(age: int, window: int) -> int:
    """From one to the next, where epochs are `age` epochs old."""
    return 1 << (age // window).bit_length()


def widest(sizes: Mapping[int, int], newest: int, always: Collection[int], room: int, most: int) -> int:
    """The largest window up to `most` with which what is left, and `always`, has `room`; 0 where none has.

    `sizes`: of what is kept of each epoch.
    """

    def fits(window: int) -> bool:
        left = thinned(sizes, newest, window).union(always)
        return sum(size for epoch, size in sizes.items() if epoch in left) <= room

    return largest(most, fits)


def largest(most: int, fits: Callable[[int], bool]) -> int:
    """The largest number up to `most` that `fits`, where all smaller ones do; 0 where none does."""
    low, high = 0, most
    while low < high:
        middle = (low + high + 1) // 2
        if fits(middle):
            low = middle
        else:
            high = middle - 1
    return low
