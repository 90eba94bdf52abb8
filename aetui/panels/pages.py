"""How the user wants a panel's pictures: their size, and from which one on."""

from __future__ import annotations

from collections.abc import Sequence

NO_LARGER, NO_SMALLER = "there is no room for larger pictures", "pictures do not get smaller"
FIRST, LAST = "this is the first page", "this is the last page"


def neighbour(sizes: Sequence[int], now: int, by: int) -> int:
    """The next one of `sizes`, ascending, above `now` (`by` = 1) or below; `now` where there is none."""
    beyond = [size for size in sizes if (size > now if by > 0 else size < now)]
    return (min(beyond) if by > 0 else max(beyond)) if beyond else now


def stepped(sizes: Sequence[int], now: int, by: int) -> tuple[int, str]:
    """As `neighbour`, and what to say."""
    size = neighbour(sizes, now, by)
    if size == now:
        return now, NO_LARGER if by > 0 else NO_SMALLER
    return size, f"pictures {size} pixels high"


def turned(first: int, shown: int, total: int, by: int) -> tuple[int, str]:
    """Where the next page of `shown` items begins, or the one before, and what to say; `total` 0: nobody knows."""
    if by < 0:
        return max(0, first - shown), "" if first else FIRST
    after = first + max(1, shown)
    return (first, LAST) if total and after >= total else (after, "")
