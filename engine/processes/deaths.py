"""What to say of a process that ended before its run did."""

from __future__ import annotations

import signal
from pathlib import Path

TAIL_BYTES = 2000
WORDS = 200


def cause(code: int | None, log: Path | None = None) -> str:
    """Why it ended, in words, as far as `code`, a negative signal or an exit status, and its `log` give it away."""
    if code is None:
        return "it gave no more sign of life"
    if code == -signal.SIGKILL:
        return (
            "signal 9 ended it; unless somebody sent that, the system was out of memory: a smaller batch_size, a "
            "smaller network or fewer runs at once need less"
        )
    last = _last_words(log)
    said = f"; its last words: {last}" if last else ""
    if code < 0:
        return f"{_name(-code)} ended it, as a library does that is out of memory or has a fault{said}"
    return f"it ended with status {code}{said}"


def _name(number: int) -> str:
    try:
        return f"signal {number} ({signal.Signals(number).name})"
    except ValueError:
        return f"signal {number}"


def _last_words(log: Path | None) -> str:
    """The last line of the log that says something."""
    if log is None:
        return ""
    try:
        with log.open("rb") as file:
            file.seek(max(0, log.stat().st_size - TAIL_BYTES))
            text = file.read(TAIL_BYTES)
    except OSError:
        return ""
    lines = [line.strip() for line in text.decode("utf-8", "replace").splitlines() if line.strip()]
    return lines[-1][:WORDS] if lines else ""
