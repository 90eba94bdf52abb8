"""Forks in the table of runs."""

from __future__ import annotations

from typing import Any

import pytest

from aetui.render.run_columns import arranged, line, measured
from aetui.render.run_tree import apart, together
from aetui.widgets.run_table import STATES
from engine.runs.listing.rows import Row, row
from engine.runs.listing.summary import Summary


def made(run_id: str, **fields: Any) -> Row:
    given: dict[str, Any] = {
        "variant": "vanilla", "preset": "book", "dataset": "digits", "config": {}, "group": "", "created": 1.0,
        "pid": 1, "host": "", "name": "", "status": "completed", "planned": 5, "epochs": 5, "seconds": 1.0,
        "loss": 0.02, "metrics": {}, "curve": (), **fields,
    }  # fmt: skip
    return row(Summary(id=run_id, **given))


def _told(*runs: tuple[str, str]) -> list[str]:
    tree = together([made(name, parent=parent, forked_at=3) for name, parent in runs])
    return [tree.signs.get(row.run.id, "") + row.run.id for row in tree.rows]


def test_forks_stand_below_their_parents_where_the_newest_of_the_family_stood() -> None:
    told = _told(("f2", "root"), ("other", ""), ("g1", "f1"), ("f1", "root"), ("root", ""))
    assert told == ["root", "├f1", "│└g1", "└f2", "other"]


@pytest.mark.parametrize(
    ("runs", "told"),
    [
        ([("a", ""), ("b", "")], ["a", "b"]),
        ([("fork", "gone"), ("b", "")], ["╴fork", "b"]),
        ([("a", "b"), ("b", "a"), ("c", "")], ["╴a", "╴b", "c"]),
        ([("a", "a")], ["╴a"]),
    ],
    ids=["none", "parent gone", "circle", "itself"],
)
def test_whatever_files_say_every_run_stands_there_once(runs: list[tuple[str, str]], told: list[str]) -> None:
    assert _told(*runs) == told


@pytest.mark.parametrize("width", [60, 80, 120])
def test_the_name_of_a_fork_has_its_sign_and_is_not_cut_for_it(width: int) -> None:
    rows = [made("20261127T105228Z-vanilla-2db3"), made("20261127T105229Z-vanilla-0001", parent="x", name="low rate")]
    columns = arranged(measured(rows, STATES), width)
    name = [column.key for column in columns].index("name")
    signs = apart(rows).signs
    told = [line(row, columns, STATES, 1.0, "", signs.get(row.run.id, ""))[name].text.strip() for row in rows]
    assert told[1] == "╴low rate"
