"""How often something is done that could be done again and again."""

from __future__ import annotations

import time
from math import inf


class Every:
    """Lets something through at most every so many seconds, from the beginning on."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._next = -inf

    def __call__(self, *, always: bool = False) -> bool:
        """Whether it is time; `always` for what must not be left out."""
        now = time.monotonic()
        if not always and now < self._next:
            return False
        self._next = now + self._seconds
        return True
