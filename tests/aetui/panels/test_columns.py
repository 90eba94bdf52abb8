"""Rows of tables, and windows of series, as the panels show them."""

from __future__ import annotations

from dataclasses import replace

import msgspec
import numpy as np
from textual.app import App, ComposeResult

from aetui.panels.columns import Columns, rows
from aetui.panels.curves import Curves, lines_of
from aetui.panels.items import shown
from aetui.panels.table import View
from aetui.panels.weights import Weights
from aetui.state.run_state import RunState
from engine.runs.snapshots import Samples


def samples(*inside: int) -> Samples:
    """Three items of numbers that are 0, answered with 0.5, 0 and −2; of the first the first is not known."""
    targets = np.zeros((3, *inside, 3), np.float32)
    known = np.ones(targets.shape, bool)
    known[0, ..., 0] = False
    return Samples(
        inputs=targets,
        targets=targets,
        outputs=targets + np.float32([0.5, 0, -2]),
        codes=np.zeros((3, 2), np.float32),
        labels=np.arange(3),
        classes=np.array(["a", "b", "c"]),
        views={
            "columns": np.array(["size", "age", "[b]weight"]),
            "scales": np.float32([[100, 10], [1, 1], [50, 5]]),
            "known": known,
            "weights": np.ones((4, *inside, 3), np.float32),
        },
    )


def view(*inside: int) -> View:
    return View(replace(RunState("r"), variant="vanilla"), 1, samples(*inside), "")


def test_numbers_stand_in_the_users_units_the_worst_first() -> None:
    found = shown(view())
    assert found is not None
    assert [line for _, line in rows(found, 1)] == [
        ("[b]weight", "50", "40", "-10"),
        ("size", "100", "105", "+5"),
        ("age", "1", "1", "+0"),
    ]
    assert rows(found, 0)[-1][1] == ("size", "missing", "105", "")
    assert found.error(0) == 2


async def test_items_are_turned_and_taken() -> None:
    class Host(App[None]):
        def compose(self) -> ComposeResult:
            yield Columns()
            yield Weights()

    async with Host().run_test(size=(80, 30)) as pilot:
        panel = pilot.app.query_one(Columns)
        panel.show(view())
        text = str(panel.query_one("Static").visual)  # type: ignore[attr-defined]
        assert "item 1 of 3 · a · error 2" in text
        assert panel.turn_page(-1)
        assert [panel.turn_page(1) for _ in range(2)] == ["", ""]
        assert "item 3 of 3 · c" in str(panel.query_one("Static").visual)  # type: ignore[attr-defined]
        assert panel.turn_page(1)
        taken = panel.taken(view())
        assert taken.table is not None
        assert (len(taken.table.rows), taken.table.rows[0]) == (8, (1, "age", 1.0, 1.0))
        pilot.app.query_one(Weights).show(view())
        assert not pilot.app.query_one(Weights).has_class("-weightless")


async def test_windows_are_lines_with_gaps_where_nothing_is_known() -> None:
    class Host(App[None]):
        def compose(self) -> ComposeResult:
            yield Curves()

    async with Host().run_test(size=(60, 40)) as pilot:
        panel = pilot.app.query_one(Curves)
        panel.show(view(16))
        text = str(panel.query_one("Static").visual)  # type: ignore[attr-defined]
        assert "size  input missing" in text
        assert "weight  input 50 to 50  output, off by 10" in text
    up = np.arange(8.0)
    drawn = lines_of(up, up[::-1].copy(), np.ones(8), (8, 3))
    assert len(drawn) == 3
    assert {span.style for line in drawn for span in line.spans} == {"$text-muted", "$primary"}
    gap = lines_of(up, np.zeros(8), (up < 4).astype(float), (8, 3))
    assert all(set(line.plain[5:]) <= {"\u2800"} for line in gap[:-1])


def test_samples_without_names_are_said_to_have_none() -> None:
    bare = msgspec.structs.replace(samples(), views={})
    assert shown(View(None, 1, bare, "")) is None
