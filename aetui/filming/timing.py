"""Which epochs a film shows, and how long each: time runs evenly over the epochs, whatever was kept of them."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from typing import NamedTuple

PER_EPOCH, SHORTEST, LONGEST = 0.16, 4.0, 12.0
"""Seconds of an epoch, and of a whole film, that has no length of its own."""
HOLD = 2.5
"""Seconds that the last epoch stands after the film, before it begins again."""
RATE = 20
"""Frames a second at most: browsers show a frame of a GIF for two hundredths of a second at least, many for longer."""


class Shot(NamedTuple):
    """A frame: the epoch that it shows, and when it comes and goes in seconds."""

    epoch: int
    start: float
    end: float


def length(epochs: int) -> float:
    """Seconds of a film over so many epochs."""
    return min(max(PER_EPOCH * epochs, SHORTEST), LONGEST)


def shots(kept: Sequence[int], seconds: float) -> list[Shot]:
    """The frames of a film of `seconds` over the epochs `kept`, ascending; the first and the last are among them.

    An epoch comes when its time does: one that stands for many, because what lay between was thinned out, stays for
    as long as these. Where there are more than the eye is shown, evenly spread ones are taken.
    """
    if len(kept) < 2:
        return [Shot(epoch, 0.0, seconds) for epoch in kept]
    first, span = kept[0], kept[-1] - kept[0]
    most = max(2, int(seconds * RATE))
    chosen = kept
    if len(kept) > most:
        wanted = (first + place * span / (most - 1) for place in range(most))
        chosen = sorted({_nearest(kept, epoch) for epoch in wanted})
    # The last one has its moment too, as long as an epoch is on the average of those that are shown.
    share = seconds / (span + span / (len(chosen) - 1))
    starts = [(epoch - first) * share for epoch in chosen]
    return [Shot(*shot) for shot in zip(chosen, starts, [*starts[1:], seconds], strict=True)]


def _nearest(kept: Sequence[int], epoch: float) -> int:
    place = bisect_left(kept, epoch)
    return min(kept[max(0, place - 1) : place + 1], key=lambda each: abs(each - epoch))


def ticks(shots: Sequence[Shot], unit: float) -> list[int]:
    """How long each of them is in whole `unit`s of a second, one at least; roundings do not add up."""
    ends = [round(shot.end / unit) for shot in shots]
    found, at = [], round(shots[0].start / unit) if shots else 0
    for end in ends:
        found.append(max(1, end - at))
        at += found[-1]
    return found
