"""How processes find out that all are there, before TensorFlow, which would wait for them without end, takes over.

Each listens at its own address and calls all others, until it has reached everybody and been called by everybody. Then
the ports are free again, for TensorFlow. It goes over nothing but the addresses that TensorFlow uses itself.
"""

from __future__ import annotations

import errno
import hashlib
import os
import socket
import threading
import time
from contextlib import suppress

from engine.errors import EngineError, counted
from engine.workers.cluster import Cluster, PeerLost, host_and_port

PATIENCE = 120.0
"""Seconds that are waited for the others; `WAIT` says otherwise."""
WAIT = "AETUI_WAIT"
PAUSE, CALL_SECONDS = 0.1, 2.0
HELLO = b"aetui "


def meet(cluster: Cluster, seconds: float | None = None) -> None:
    """Return once all processes of `cluster` are there.

    Raises:
        PeerLost: some did not come in time.
        EngineError: the port of this one is taken, or another one was told of other addresses.
    """
    until = time.monotonic() + (_patience() if seconds is None else seconds)
    others = set(range(len(cluster.addresses))) - {cluster.index}
    called = set[int]()
    with _Door(cluster) as door:
        while True:
            for other in sorted(others - called):
                if _call(cluster, other):
                    called.add(other)
            if called == others == door.heard:
                return
            if time.monotonic() > until:
                raise _missing(cluster, (others - called) | (others - door.heard))
            time.sleep(PAUSE)
            if door.stranger is not None:
                raise _stranger(cluster, door.stranger)


def _patience() -> float:
    try:
        return max(1.0, float(os.environ.get(WAIT, PATIENCE)))
    except ValueError:
        return PATIENCE


def _missing(cluster: Cluster, missing: set[int]) -> PeerLost:
    who = ", ".join(f"{cluster.addresses[other]} (worker {other})" for other in sorted(missing))
    return PeerLost(
        "Workers missing",
        f"expected {counted(len(cluster.addresses), 'worker')}, but {who} did not come in time; look whether it was "
        f"started, with the same TF_CONFIG but for the index, and whether its port can be reached from here; {WAIT}=N "
        "waits N seconds",
    )


def _stranger(cluster: Cluster, index: int) -> EngineError:
    return EngineError(
        "Different clusters",
        f"worker {index} was told of other addresses than {', '.join(cluster.addresses)}; give all processes the same "
        "TF_CONFIG but for the index",
    )


class _Door:
    """Answers those who call at this process's address, on a thread of its own: they all call each other at once."""

    def __init__(self, cluster: Cluster) -> None:
        """Raises EngineError where the port is taken."""
        self.heard = set[int]()
        self.stranger: int | None = None
        """One that belongs to other addresses."""
        self._cluster = cluster
        self._listening = _listening(cluster)
        self._thread = threading.Thread(target=self._answer, name="meeting the others", daemon=True)

    def __enter__(self) -> _Door:
        self._thread.start()
        return self

    def __exit__(self, *failure: object) -> None:
        with suppress(OSError):
            self._listening.shutdown(socket.SHUT_RDWR)  # which ends the waiting for calls
        self._listening.close()
        self._thread.join()

    def _answer(self) -> None:
        while True:
            try:
                line, _ = self._listening.accept()
            except OSError:
                return
            with line, suppress(OSError):
                line.settimeout(CALL_SECONDS)
                index = _caller(_read(line), self._cluster)
                if index is None:
                    continue
                line.sendall(_greeting(self._cluster, self._cluster.index))
                if index < 0:
                    self.stranger = -1 - index
                else:
                    self.heard.add(index)


def _listening(cluster: Cluster) -> socket.socket:
    host, port = host_and_port(cluster.address)
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    made = socket.socket(family, socket.SOCK_STREAM)
    made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        made.bind(("", port))  # as TensorFlow will: the name may be one that others know it by
        made.listen(len(cluster.addresses))
    except OSError as error:
        made.close()
        why = "another process has it" if error.errno == errno.EADDRINUSE else str(error.strerror or error)
        told = f"expected to listen at {cluster.address} (worker {cluster.index}), but {why}"
        raise EngineError("Port not free", f"{told}; end what listens there, or choose another port") from error
    return made


def _greeting(cluster: Cluster, index: int) -> bytes:
    """Tells who calls, and a cluster from others."""
    digest = hashlib.sha256(" ".join(cluster.addresses).encode()).hexdigest()[:16]
    return HELLO + f"{digest} {index:06d}".encode()


def _caller(said: bytes, cluster: Cluster) -> int | None:
    """The index of who greets so; of one that was told of other addresses -1 less the index; None: no greeting."""
    index = said.rpartition(b" ")[2]
    if not (said.startswith(HELLO) and index.isdigit()):
        return None
    return int(index) if said == _greeting(cluster, int(index)) else -1 - int(index)


def _call(cluster: Cluster, other: int) -> bool:
    """Whether it is there. Raises EngineError where it was told of other addresses."""
    said = b""
    with (
        suppress(OSError),
        socket.create_connection(host_and_port(cluster.addresses[other]), timeout=CALL_SECONDS) as line,
    ):
        line.sendall(_greeting(cluster, cluster.index))
        said = _read(line)
    index = _caller(said, cluster)
    if index is not None and index != other:
        raise _stranger(cluster, other)
    return index == other


def _read(line: socket.socket) -> bytes:
    """A greeting, or what came of it."""
    length, said = len(HELLO) + 16 + 1 + 6, b""
    while len(said) < length and (more := line.recv(length - len(said))):
        said += more
    return said
