from __future__ import annotations

import socket
from concurrent.futures import ThreadPoolExecutor

import pytest

from engine.errors import EngineError
from engine.workers.cluster import Cluster, PeerLost
from engine.workers.meeting import meet


def free_addresses(count: int) -> tuple[str, ...]:
    sockets = [socket.socket() for _ in range(count)]
    for one in sockets:
        one.bind(("127.0.0.1", 0))
    found = tuple(f"127.0.0.1:{one.getsockname()[1]}" for one in sockets)
    for one in sockets:
        one.close()
    return found


def test_all_that_come_meet_and_their_ports_are_free_again() -> None:
    addresses = free_addresses(3)
    with ThreadPoolExecutor() as pool:
        meetings = [pool.submit(meet, Cluster(addresses, index), 20) for index in range(3)]
        for meeting in meetings:
            meeting.result(timeout=30)
    with socket.socket() as again:
        again.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        again.bind(("127.0.0.1", int(addresses[0].partition(":")[2])))


def test_who_does_not_come_is_named_with_its_address() -> None:
    addresses = free_addresses(2)
    with pytest.raises(PeerLost) as late:
        meet(Cluster(addresses, 0), 0.3)
    assert f"{addresses[1]} (worker 1)" in str(late.value)
    assert "AETUI_WAIT=N" in str(late.value)
    assert late.value.exit_code == 75


def test_a_port_that_is_taken_is_named() -> None:
    with socket.socket() as other:
        other.bind(("", 0))
        other.listen()
        address = f"127.0.0.1:{other.getsockname()[1]}"
        with pytest.raises(EngineError, match=f"listen at {address} .* another process has it"):
            meet(Cluster((address, "127.0.0.1:1"), 0), 1)


def test_a_process_with_other_addresses_is_refused() -> None:
    ours = free_addresses(3)
    with ThreadPoolExecutor() as pool:
        other = pool.submit(meet, Cluster((ours[1], ours[0], ours[2]), 0), 2)
        with pytest.raises(EngineError) as refused:
            meet(Cluster(ours, 0), 3)
        with pytest.raises(EngineError):
            other.result(timeout=10)
    assert "told of other addresses" in str(refused.value)
