"""Which workers a run has, where they are, and what each has to know of the others."""

from __future__ import annotations

import json
import re
import socket
from collections import Counter
from collections.abc import Sequence
from contextlib import ExitStack
from typing import NamedTuple

from engine.errors import UsageError

LOOPBACK = ("localhost", "127.0.0.1")
FIRST_PORT = 29_400
"""Where workers listen on other hosts, unless it is said otherwise; here free ports are looked for."""
_NAME = re.compile(r"[A-Za-z0-9]([A-Za-z0-9._-]*[A-Za-z0-9])?")


class Place(NamedTuple):
    """Where a worker runs, and where the others reach it."""

    host: str
    port: int
    local: bool

    @property
    def address(self) -> str:
        """host:port"""
        return f"{self.host}:{self.port}"


def places(hosts: str, workers: int = 1, port: int = 0) -> list[Place]:
    """The places that `hosts` ("a,b,c") means, with `workers` on each; the first one's is the chief.

    Each worker of a host takes the next port from `port` on; 0: free ones where all are on this host, else
    `FIRST_PORT`.

    Raises:
        UsageError: a name is none or is there twice, or a port here is in use.
    """
    names = [name.strip() for name in hosts.split(",") if name.strip()]
    _check(names)
    local = [name in (*LOOPBACK, *_own_names()) for name in names]
    if not all(local) and any(name in LOOPBACK for name in names):
        told = "on each host localhost means another one; name this one as the others know it"
        raise UsageError("Bad --hosts", f"{told} ({socket.gethostname()}?)")
    if all(local) and not port:
        ports = free_ports(len(names) * workers)
        return [Place(name, ports.pop(), True) for name in names for _ in range(workers)]
    first = port or FIRST_PORT
    if first + workers > 65_536:
        raise UsageError("Bad --port", f"expected room for {workers} ports from it to 65535, got {first}")
    found = [Place(name, first + at, here) for name, here in zip(names, local, strict=True) for at in range(workers)]
    for place in found:
        if place.local:
            _check_free(place)
    return found


def tf_config(found: Sequence[Place], index: int) -> str:
    """`TF_CONFIG` of worker `index`: TensorFlow's own form."""
    cluster = {"worker": [place.address for place in found]}
    return json.dumps({"cluster": cluster, "task": {"type": "worker", "index": index}})


def free_ports(count: int) -> list[int]:
    """So many different ports that nobody listens at here, now."""
    with ExitStack() as stack:
        sockets = [stack.enter_context(socket.socket()) for _ in range(count)]
        for each in sockets:
            each.bind(("", 0))
        return [each.getsockname()[1] for each in sockets]


def _check(names: Sequence[str]) -> None:
    if not names:
        raise UsageError("Bad --hosts", "expected names of hosts with commas between them, got none")
    for name in names:
        if not _NAME.fullmatch(name):
            raise UsageError("Bad --hosts", f"expected names of hosts with commas between them, got {name!r}")
    twice = [name for name, count in Counter(names).items() if count > 1]
    if twice:
        raise UsageError("Bad --hosts", f"{', '.join(twice)} is named twice; --workers N starts N on each host")


def _own_names() -> set[str]:
    name = socket.gethostname()
    return {name, name.partition(".")[0]}


def _check_free(place: Place) -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("", place.port))
        except OSError as error:
            told = f"port {place.port} cannot be listened at here ({error.strerror}); choose others with --port"
            raise UsageError("Port in use", told) from error
