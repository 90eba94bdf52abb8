"""Names of hosts, and what workers are told of each other."""

from __future__ import annotations

import json
import socket

import pytest

from engine.errors import UsageError
from engine.launching.hosts import FIRST_PORT, Place, places, tf_config


def test_workers_of_this_host_get_ports_of_their_own() -> None:
    found = places("localhost", 3)
    assert [place.host for place in found] == ["localhost"] * 3
    assert len({place.port for place in found}) == 3
    assert all(place.local for place in found)


def test_hosts_are_in_order_and_know_each_other_by_address() -> None:
    found = places("alpha, beta", 2)
    assert found == [Place(host, FIRST_PORT + at, False) for host in ("alpha", "beta") for at in (0, 1)]
    told = json.loads(tf_config(found, 2))
    assert told["cluster"] == {"worker": [place.address for place in found]}
    assert told["task"] == {"type": "worker", "index": 2}
    assert places(socket.gethostname())[0].local


@pytest.mark.parametrize(
    ("hosts", "words"),
    [
        ("", "got none"),
        ("a,b,a", "a is named twice; --workers"),
        ("-oProxyCommand=x,b", "expected names of hosts"),
        ("a b", "expected names of hosts"),
        ("localhost,b", "localhost means another one"),
    ],
)
def test_names_that_cannot_be_meant_are_refused(hosts: str, words: str) -> None:
    with pytest.raises(UsageError, match=words):
        places(hosts)


def test_a_port_in_use_here_is_refused() -> None:
    with socket.socket() as taken:
        taken.bind(("", 0))
        taken.listen()
        with pytest.raises(UsageError, match="choose others with --port"):
            places("localhost", 1, taken.getsockname()[1])
