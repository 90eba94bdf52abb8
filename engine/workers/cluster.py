"""Which processes train together, as `TF_CONFIG` says it: the form that TensorFlow, Kubernetes and others share."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from engine.errors import EngineError, UsageError

VARIABLE = "TF_CONFIG"
EXAMPLE = '{"cluster": {"worker": ["a:2222", "b:2222"]}, "task": {"type": "worker", "index": 0}}'
ADDRESS = re.compile(r"(\[[0-9A-Fa-f:.%]+\]|[^\s:/\[\]]+):(\d{1,5})")
KINDS = ("chief", "worker")


class PeerLost(EngineError):
    """Another process of the cluster is gone: this one has to end, and all have to start anew."""

    exit_code = 75
    """EX_TEMPFAIL of sysexits.h: to be tried again."""


@dataclass(frozen=True)
class Cluster:
    """The processes that train one run together, as this one knows them."""

    addresses: tuple[str, ...]
    """HOST:PORT of each, the chief's first."""
    index: int
    """Which of them this is."""

    @property
    def chief(self) -> bool:
        """Whether this one keeps the run and decides; the others do as it says."""
        return self.index == 0

    @property
    def address(self) -> str:
        """Its own."""
        return self.addresses[self.index]


def host_and_port(address: str) -> tuple[str, int]:
    """ "a:2222" → "a", 2222; an IPv6 address stands in brackets."""
    host, _, port = address.rpartition(":")
    return host.strip("[]"), int(port)


def cluster_of(environment: Mapping[str, str]) -> Cluster | None:
    """The cluster that this process is part of; None where it is alone.

    Raises:
        UsageError: the variable says something that cannot be meant.
    """
    text = environment.get(VARIABLE, "").strip()
    if not text:
        return None
    try:
        config = json.loads(text)
    except ValueError as error:
        raise _wrong(f"got what is no JSON ({error})") from error
    if not isinstance(config, dict) or not isinstance(config.get("cluster"), dict):
        raise _wrong("got none with a cluster")
    addresses = _addresses(config["cluster"])
    task = config.get("task")
    if not isinstance(task, dict):
        raise _wrong("got no task, which says which of the processes this one is")
    kind, index = task.get("type"), task.get("index", 0)
    own = config["cluster"].get(kind) if kind in KINDS else None
    if not isinstance(own, list):
        raise _wrong(f"got a task of type {kind!r}, of which the cluster has none")
    try:
        number = int(index)
    except (TypeError, ValueError):
        number = -1
    if not 0 <= number < len(own):
        raise _wrong(f"got index {index!r} in a cluster with {kind}s 0 to {len(own) - 1}")
    before = len(config["cluster"].get("chief", [])) if kind == "worker" else 0
    return Cluster(addresses, before + number) if len(addresses) > 1 else None


def _addresses(cluster: dict[str, Any]) -> tuple[str, ...]:
    unknown = sorted(set(cluster) - {*KINDS, "evaluator"})
    if unknown:
        raise _wrong(f"got processes of type {unknown[0]!r}; only chief and worker train here")
    found = [address for kind in KINDS for address in _list(cluster.get(kind, []), kind)]
    if len(_list(cluster.get("chief", []), "chief")) > 1:
        raise _wrong("got several chiefs; one keeps the run")
    for address in found:
        match = ADDRESS.fullmatch(address) if isinstance(address, str) else None
        if match is None or not 0 < int(match[2]) < 65_536:
            raise _wrong(f"got {address!r} where HOST:PORT should be")
    twice = next((address for address in found if found.count(address) > 1), None)
    if twice:
        raise _wrong(f"got {twice} twice; each process needs an address of its own")
    if not found:
        raise _wrong("got a cluster without workers")
    return tuple(found)


def _list(value: Any, kind: str) -> list[Any]:
    if not isinstance(value, list):
        raise _wrong(f"got {value!r} where the list of {kind}s should be")
    return value


def _wrong(came: str) -> UsageError:
    return UsageError(f"Bad {VARIABLE}", f"expected {EXAMPLE} or the like, {came}; mend it, or unset it to train alone")
