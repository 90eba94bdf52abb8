"""How a process of ours is started: in a session of its own, with the modules of this one."""

from __future__ import annotations

import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import IO, Any

# The folder that the user happens to be in is no place to look for modules.
_START = "import sys; sys.path[:] = {path!r}; from {module} import main; main()"


def start(
    module: str,
    *,
    stdin: int | IO[Any],
    stdout: int = subprocess.DEVNULL,
    descriptors: Sequence[int] = (),
    environment: Mapping[str, str] | None = None,
) -> subprocess.Popen[bytes]:
    """Start a process that runs `main` of `module`. SIGHUP is blocked in it until it says otherwise: it must not end
    with the terminal before it can ignore that.

    Raises:
        OSError: it could not be started.
    """
    path = [str(Path(place).absolute()) for place in sys.path if place]
    masked = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGHUP})
    try:
        return subprocess.Popen(
            [sys.executable, "-c", _START.format(path=path, module=module)],
            stdin=stdin,
            stdout=stdout,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
            pass_fds=descriptors,
            env=environment,
        )
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, masked)


def hear_hang_ups_no_more() -> None:
    """The counterpart of `start` in the process that was started."""
    signal.signal(signal.SIGHUP, signal.SIG_IGN)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGHUP})
