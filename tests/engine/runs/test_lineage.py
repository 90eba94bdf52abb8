"""Runs that come from each other are a tree, whatever their files say."""

from __future__ import annotations

from random import Random

import msgspec
from many_runs import made_run

from engine.runs import lineage
from engine.runs.store import RunStore


def make(store: RunStore, name: str, parent: str = "", forked_at: int = 0, created: float = 1e9) -> None:
    made_run(store.root / name, "vanilla", Random(1), created, 2)
    info = msgspec.structs.replace(store.find(name).info, parent=parent, forked_at=forked_at)
    (store.root / name / "run.json").write_bytes(msgspec.json.encode(info))


def test_forks_stand_behind_their_parents_with_marks_and_each_run_knows_where_it_comes_from(store: RunStore) -> None:
    for name, parent, at in (("a", "", 0), ("b", "a", 9), ("c", "a", 4), ("d", "c", 2), ("x", "", 0)):
        make(store, name, parent, at)
    tree = lineage.tree(store, "d")
    assert [(each.mark, each.run.id, each.depth) for each in tree] == [
        ("", "a", 0),
        ("├ ", "c", 1),
        ("│ └ ", "d", 2),
        ("└ ", "b", 1),
    ]
    assert [run.id for run in lineage.children(store, "a")] == ["c", "b"]
    assert [(each.run_id, each.forked_at) for each in lineage.ancestors(store, "d")] == [("c", 2), ("a", 4)]
    assert {each.run.id for each in lineage.arranged(store.summaries())} == set("abcdx")
    assert lineage.tree(store, "nobody") == []


def test_a_parent_that_is_gone_is_named_and_the_fork_stands_by_itself(store: RunStore) -> None:
    make(store, "b", "a", 3)
    assert lineage.ancestors(store, "b") == [lineage.Ancestor("a", 3, None)]
    assert [(each.mark, each.run.id) for each in lineage.tree(store, "b")] == [("", "b")]


def test_runs_that_say_they_come_from_each_other_are_all_listed_once(store: RunStore) -> None:
    for name, parent in (("a", "b"), ("b", "a"), ("c", "c")):
        make(store, name, parent, 1)
    assert sorted(each.run.id for each in lineage.arranged(store.summaries())) == ["a", "b", "c"]
    assert [each.run_id for each in lineage.ancestors(store, "a")] == ["b"]
    assert lineage.tree(store, "a") is not None
