"""How much is sent to the terminal: what was written is counted, and what can wait does so while it is too much."""

from __future__ import annotations

from collections.abc import Callable
from time import monotonic

BYTES_A_SECOND = 18_000
"""A tenth below what is promised (20 kB/s), for what was sent before anything could wait."""
LOW_BYTES_A_SECOND = 3_500
"""The same with `--low-bandwidth` (4 kB/s)."""
LARGEST_DEBT = 150_000
"""Bytes: a screen full of pictures. What many keys in a row made is forgotten beyond it."""

PICTURES, CURVES, PROGRESS = 0.25, 1.0, 4.0
"""Patience in seconds, of what is drawn again and again: with so much debt its interval is twice as long.

So pictures are the first to wait and progress is the last, and none of them waits for ever.
"""


class Budget:
    """What was sent beyond `rate` bytes a second is a debt, which goes down with time.

    Called by the thread of the screen alone; nothing is ever kept from being written.
    """

    def __init__(self, rate: float = BYTES_A_SECOND, clock: Callable[[], float] = monotonic) -> None:
        self.rate = rate
        self.written = 0
        """Bytes, from the beginning."""
        self._clock = clock
        self._debt = 0.0
        self._at = clock()

    @property
    def debt(self) -> float:
        """In seconds at the allowed rate."""
        now = self._clock()
        self._debt = max(0.0, self._debt - (now - self._at))
        self._at = now
        return self._debt

    def wrote(self, count: int) -> None:
        """Count what was sent."""
        self.written += count
        self._debt = min(LARGEST_DEBT / self.rate, self.debt + count / self.rate)

    def wait(self, interval: float, since: float, patience: float) -> float:
        """Seconds until what was last drawn at `since`, and can be again after `interval`, is to be drawn.

        The interval grows with the debt, and the debt goes down meanwhile.
        """
        now, debt = self._clock(), self.debt
        passed = now - since
        needed = interval * (1 + debt / patience)
        if passed >= needed:
            return 0.0
        sooner = (needed - passed) / (1 + interval / patience)  # while there is debt, what is needed shrinks as well
        return sooner if sooner <= debt else max(0.0, interval - passed)
