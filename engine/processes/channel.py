"""Lines between two processes of ours, and open files that go along with them: locks that are never free in between."""

from __future__ import annotations

import os
import socket
from array import array
from collections import deque
from collections.abc import Iterator, Sequence
from contextlib import suppress
from threading import Lock

CHUNK = 2**16
MOST_DESCRIPTORS = 8
"""That are received at once; a message has two at most."""


class Channel:
    """One end. `send` may be called from any thread, the rest from one."""

    def __init__(self, end: socket.socket) -> None:
        self._socket = end
        self._sending = Lock()
        self._rest = b""
        self.descriptors: deque[int] = deque()
        """Open files that came along, in the order of the messages; whoever takes one out closes it."""

    def fileno(self) -> int:
        """That of the socket, for selectors; -1 once it is closed."""
        return self._socket.fileno()

    def send(self, line: bytes, descriptors: Sequence[int] = ()) -> bool:
        """Send a line without its break; whether there was anybody to send it to."""
        text = line + b"\n"
        with self._sending:
            try:
                sent = socket.send_fds(self._socket, [text], list(descriptors)) if descriptors else 0
                self._socket.sendall(text[sent:])
            except OSError:
                return False
        return True

    def waiting(self) -> tuple[list[bytes], bool]:
        """The whole lines that are there, and whether more can come."""
        lines: list[bytes] = []
        while True:
            try:
                text = self._received(socket.MSG_DONTWAIT)
            except BlockingIOError:
                return lines, True
            if not text:
                return lines, False
            lines += self._whole(text)

    def lines(self) -> Iterator[bytes]:
        """All lines until the other end is closed, waiting for them."""
        while text := self._received(0):
            yield from self._whole(text)

    def _received(self, flags: int) -> bytes:
        """Empty at the end."""
        came = array("i")
        try:  # not `socket.recv_fds`: it passes no flags on
            text, beside, _, _ = self._socket.recvmsg(CHUNK, socket.CMSG_LEN(MOST_DESCRIPTORS * came.itemsize), flags)
        except BlockingIOError:
            raise
        except OSError:
            return b""
        for level, kind, data in beside:
            if (level, kind) == (socket.SOL_SOCKET, socket.SCM_RIGHTS):
                came.frombytes(data[: len(data) - len(data) % came.itemsize])
        for descriptor in came:
            os.set_inheritable(descriptor, False)
        self.descriptors.extend(came)
        return text

    def _whole(self, text: bytes) -> list[bytes]:
        *lines, self._rest = (self._rest + text).split(b"\n")
        return lines

    def close(self) -> None:
        """The other end hears of it; open files that nobody took are closed."""
        with suppress(OSError):
            self._socket.close()
        while self.descriptors:
            os.close(self.descriptors.popleft())


def pair() -> tuple[Channel, socket.socket]:
    """This process's end, and that for another one."""
    here, there = socket.socketpair()
    return Channel(here), there
