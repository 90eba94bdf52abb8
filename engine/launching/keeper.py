"""The process that keeps one worker, on the worker's own host: started by the supervisor, here or through ssh.

Its standard input is the line to the supervisor. First comes the mission, then words: `beat`, `stop`, `leave`, `kill`.
Whatever happens to the supervisor or the connection, the line ends or falls silent, and the worker is ended then.
Should this process be killed, the kernel kills the worker. So none is left, wherever it runs.

Only the standard library: it has to be there at once.
"""

from __future__ import annotations

import ctypes
import json
import os
import select
import signal
import subprocess
import sys
import time
from contextlib import suppress
from typing import Any

SILENCE_SECONDS = 60.0
"""Without a word from the supervisor, who says one every few seconds."""
GRACE_SECONDS = 30.0
"""Between the request to end and the end; a run writes its weights in it."""
TICK_SECONDS = 0.1
HELLO = "aetui-keeper"
WORDS = {"stop": signal.SIGTERM, "leave": signal.SIGUSR1, "kill": signal.SIGKILL}
_PR_SET_PDEATHSIG = 1


class Line:
    """What comes from the supervisor."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor
        self._rest = b""
        self._heard = time.monotonic()
        self.over = False
        """Whether nothing more will come."""

    def words(self, timeout: float) -> list[str]:
        """The lines that have come, waiting for the first one so long."""
        ready = select.select([self._descriptor], [], [], timeout)[0] if not self.over else []
        if ready:
            self._take()
        elif self.over:
            time.sleep(timeout)
        elif time.monotonic() - self._heard > SILENCE_SECONDS:
            self.over = True
        *whole, self._rest = self._rest.split(b"\n")
        return [line.decode("utf-8", "replace") for line in whole]

    def _take(self) -> None:
        got = b""
        with suppress(OSError):
            got = os.read(self._descriptor, 1 << 16)
        self.over = not got
        self._heard = time.monotonic()
        self._rest += got


def main() -> None:
    """Carry the mission out, and leave with the worker's status (128 + the signal that ended it)."""
    for number in (signal.SIGINT, signal.SIGHUP):  # those of a terminal go to the supervisor, who decides
        signal.signal(number, signal.SIG_IGN)
    line = Line(0)
    mission: list[str] = []
    while not mission and not line.over:
        mission = line.words(TICK_SECONDS)
    if not mission:
        sys.exit(1)
    asked = json.loads(mission[0])
    print(f"{HELLO} {asked['version']}", flush=True)
    worker = _started(asked)
    signal.signal(signal.SIGTERM, lambda number, frame: _signal(worker, signal.SIGKILL))
    sys.exit(_kept(worker, line, mission[1:]))


def _started(asked: dict[str, Any]) -> subprocess.Popen[bytes]:
    own = os.getpid()

    def with_keeper() -> None:
        """In the child: it dies when this process does, also if that was a moment ago."""
        if sys.platform == "linux":
            ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
            if os.getppid() != own:
                os._exit(1)
        for number in (signal.SIGINT, signal.SIGHUP):
            signal.signal(number, signal.SIG_DFL)

    return subprocess.Popen(
        asked["command"],
        cwd=asked["folder"] or None,
        env={**os.environ, **asked["environment"]},
        stdin=subprocess.DEVNULL,
        start_new_session=True,
        preexec_fn=with_keeper,  # no other thread is here that could hold a lock
    )


def _kept(worker: subprocess.Popen[bytes], line: Line, words: list[str]) -> int:
    until = 0.0
    while (status := worker.poll()) is None:
        for word in words:
            if word in WORDS:
                _signal(worker, WORDS[word])
        if line.over and not until:
            _signal(worker, signal.SIGTERM)
            until = time.monotonic() + GRACE_SECONDS
        if until and time.monotonic() > until:
            _signal(worker, signal.SIGKILL)
        words = line.words(TICK_SECONDS)
    _signal(worker, signal.SIGKILL)  # what it may have started itself
    return 128 - status if status < 0 else status


def _signal(worker: subprocess.Popen[bytes], number: int) -> None:
    """To the worker; an end by force is one of its whole session."""
    with suppress(OSError):
        if number == signal.SIGKILL:
            os.killpg(worker.pid, number)
        elif worker.returncode is None:
            os.kill(worker.pid, number)


if __name__ == "__main__":
    main()
