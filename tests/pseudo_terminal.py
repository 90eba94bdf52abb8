"""A real terminal: a pseudo-terminal with a program in it, and an emulator (pyte) that knows what a user would see."""

from __future__ import annotations

import contextlib
import fcntl
import os
import pty
import re
import select
import signal
import struct
import subprocess
import termios
import time
from collections.abc import Callable

import pyte

ENTER = "\r"


class Terminal:
    """Runs `command` on a screen of `columns` × `rows`; the system tells it of the end of a `controlling` terminal."""

    def __init__(
        self,
        command: list[str],
        environment: dict[str, str],
        columns: int = 120,
        rows: int = 40,
        *,
        controlling: bool = False,
    ) -> None:
        self.screen = pyte.Screen(columns, rows)
        self._stream = pyte.ByteStream(self.screen)
        self._master, slave = pty.openpty()
        fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
        self.began = time.perf_counter()
        self.process = subprocess.Popen(
            command,
            stdin=slave,
            stdout=slave,
            stderr=slave,
            env=environment,
            start_new_session=True,
            close_fds=True,
            preexec_fn=_take_control if controlling else None,
        )
        os.close(slave)

    @property
    def text(self) -> str:
        return "\n".join(self.screen.display)

    def read(self, seconds: float) -> bytes:
        """What the program has written, past the emulator, which is too slow for measurements."""
        if not select.select([self._master], [], [], seconds)[0]:
            return b""
        try:
            return os.read(self._master, 65536)
        except OSError:  # the program has closed its side
            return b""

    def pump(self, seconds: float = 0.02) -> None:
        """Take what the program has written, waiting at most so long for it."""
        self._stream.feed(self.read(seconds))

    def seconds_until(self, *words: str, since: float, timeout: float = 10) -> float:
        """Seconds from `since` (by `time.perf_counter`) until all `words` have been written."""
        written = b""
        while not all(word.encode() in written for word in words):
            if time.perf_counter() > since + timeout:
                raise AssertionError(f"expected {words}, got {written[-500:]!r}")
            written += self.read(0.05)
        return time.perf_counter() - since

    def until(self, there: str | Callable[[str], object], timeout: float = 60) -> str:
        """Wait until the screen shows something; returns the screen."""
        fits = there if callable(there) else lambda text: there in text
        end = time.monotonic() + timeout
        while not fits(self.text):
            if time.monotonic() > end:
                raise AssertionError(f"expected {there!r}; the screen shows\n{self.text}")
            self.pump()
        return self.text

    def press(self, *keys: str) -> None:
        """Send keys, each one read by itself."""
        for key in keys:
            self.send(key)
            for _ in range(5):
                self.pump()

    def send(self, key: str) -> None:
        """Write a key's bytes and look away."""
        os.write(self._master, key.encode())

    def wait(self, timeout: float = 20) -> int:
        """The exit status."""
        end = time.monotonic() + timeout
        while self.process.poll() is None and time.monotonic() < end:
            self.pump()
        return self.process.wait(timeout=1)

    def hang_up(self) -> None:
        """Take the terminal away."""
        os.close(self._master)
        self._master = -1

    def close(self) -> None:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()
        if self._master >= 0:
            self.hang_up()


def set_epochs(terminal: Terminal, epochs: int) -> None:
    """By a command, whose line takes keys in a burst, wherever the field stands."""
    terminal.until("ready")
    terminal.press(*f":set epochs {epochs}", ENTER)
    terminal.until(re.compile(f"epochs +{epochs}").search)


def _take_control() -> None:
    fcntl.ioctl(0, termios.TIOCSCTTY, 0)
