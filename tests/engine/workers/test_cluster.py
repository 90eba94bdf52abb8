from __future__ import annotations

import json
from typing import Any

import pytest

from engine.errors import UsageError
from engine.workers.cluster import Cluster, cluster_of, host_and_port


def told(cluster: Any, kind: str = "worker", index: Any = 0) -> dict[str, str]:
    return {"TF_CONFIG": json.dumps({"cluster": cluster, "task": {"type": kind, "index": index}})}


def test_a_process_without_the_variable_or_alone_in_it_trains_alone() -> None:
    assert cluster_of({}) is None
    assert cluster_of({"TF_CONFIG": " "}) is None
    assert cluster_of(told({"worker": ["a:1"]})) is None


def test_workers_have_the_order_of_the_list_and_a_chief_comes_before_them() -> None:
    found = cluster_of(told({"worker": ["a:1", "b:2"]}, index=1))
    assert found == Cluster(("a:1", "b:2"), 1)
    assert (found.chief, found.address) == (False, "b:2")
    with_chief = {"worker": ["a:1", "b:2"], "chief": ["c:3"]}
    assert cluster_of(told(with_chief, "chief")) == Cluster(("c:3", "a:1", "b:2"), 0)
    assert cluster_of(told(with_chief, "worker", "1")) == Cluster(("c:3", "a:1", "b:2"), 2)


def test_an_address_of_ipv6_stands_in_brackets() -> None:
    assert host_and_port("[fe80::1]:2222") == ("fe80::1", 2222)
    assert host_and_port("a.b:80") == ("a.b", 80)


@pytest.mark.parametrize(
    ("variable", "said"),
    [
        ("nonsense", "no JSON"),
        ("[]", "none with a cluster"),
        ('{"cluster": {"worker": ["a:1", "b:2"]}}', "no task"),
        (told({"worker": ["a:1", "b:2"]}, index=2)["TF_CONFIG"], "index 2 in a cluster with workers 0 to 1"),
        (told({"worker": ["a:1", "b:2"]}, index=None)["TF_CONFIG"], "index None"),
        (told({"worker": ["a:1", "b:2"]}, "chief")["TF_CONFIG"], "type 'chief'"),
        (told({"worker": ["a", "b:2"]})["TF_CONFIG"], "'a' where HOST:PORT"),
        (told({"worker": ["a:99999", "b:2"]})["TF_CONFIG"], "where HOST:PORT"),
        (told({"worker": ["a:1", "a:1"]})["TF_CONFIG"], "a:1 twice"),
        (told({"worker": "a:1"})["TF_CONFIG"], "list of workers"),
        (told({"worker": ["a:1"], "ps": ["b:1"]})["TF_CONFIG"], "'ps'"),
        (told({"worker": ["a:1"], "chief": ["b:1", "c:1"]})["TF_CONFIG"], "several chiefs"),
    ],
)
def test_what_cannot_be_meant_is_said_with_what_was_expected(variable: str, said: str) -> None:
    with pytest.raises(UsageError) as refused:
        cluster_of({"TF_CONFIG": variable})
    assert said in str(refused.value)
    assert '"task": {"type": "worker", "index": 0}' in str(refused.value)
