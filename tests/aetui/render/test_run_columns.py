"""The table of runs as text, without a screen."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from aetui.render.run_columns import KEYS, arranged, head, line, measured
from aetui.widgets.run_table import STATES
from engine import registry
from engine.runs.listing.ordering import ordered
from engine.runs.listing.rows import Row, row
from engine.runs.listing.summary import Summary

NOW = 1_795_000_000.0
BOOK = msgspec.to_builtins(registry.preset("vanilla", "book"))


def made(run_id: str, **fields: Any) -> Row:
    given: dict[str, Any] = {
        "variant": "vanilla", "preset": "book", "dataset": "fashion_mnist", "config": BOOK, "group": "", "pid": 1,
        "created": NOW - 200, "host": "here", "name": "", "status": "completed", "planned": 50, "epochs": 50,
        "seconds": 100.0, "loss": 0.02, "metrics": {"test_mse": 0.01164, "pca_mse": 0.0207}, "curve": (), **fields,
    }  # fmt: skip
    return row(Summary(id=run_id, **given))


ROWS = [
    made("20261127T105228Z-vanilla-2db3"),
    made(
        "20261127T105229Z-vanilla-0001", status="interrupted", metrics={}, epochs=12, name="a name that is long enough"
    ),
    made("20261127T105228Z-vanilla-2db3-11", group="g", config={**BOOK, "seed": 12}, tags=("good", "paper")),
    made("20261127T105228Z-vanilla-2db3-12", group="g", config={**BOOK, "seed": 13, "hidden_dim": 64}),
]


def texts(width: int, ordered_by: str = "age") -> list[str]:
    columns = arranged(measured(ROWS, STATES), width, ordered_by)
    return ["|".join(cell.text for cell in line(each, columns, STATES, NOW)) for each in ROWS]


def test_all_columns_are_there_where_there_is_room_and_say_it_in_words() -> None:
    first, second, third, _ = texts(240)
    for words in (
        "✓ completed",
        "vanilla book",
        "fashion_mnist",
        "3 min",
        "1 min 40 s",
        "MSE 0.01164",
        "✓ PCA 0.02070",
    ):
        assert words in first
    assert "12/50" in second
    assert "val 0.02000" in second
    assert "good paper" in third


@pytest.mark.parametrize("width", [20, 38, 60, 78, 84, 118, 200])
@pytest.mark.parametrize("ordered_by", KEYS)
def test_columns_fit_whatever_the_width_and_keep_what_rows_are_ordered_by(width: int, ordered_by: str) -> None:
    columns = arranged(measured(ROWS, STATES), width, ordered_by)
    keys = [column.key for column in columns]
    assert {"state", "model", "metric"} <= set(keys)
    assert ordered_by in keys or width < 60
    cells = [head(columns, width, ordered_by, reverse=False), *(line(each, columns, STATES, NOW) for each in ROWS)]
    gap = 1 if width < 100 else 2
    lengths = {sum(len(cell.text) + gap for cell in each) - gap for each in cells}
    assert len(lengths) == 1
    if width > 20:
        assert max(lengths) <= width


def test_in_38_cells_rows_can_be_told_apart() -> None:
    rows = texts(38)
    assert len(set(rows)) == len(rows)
    assert len({each.split("|")[1] for each in rows}) == len(rows)


def test_columns_give_way_in_order() -> None:
    at = {width: {column.key for column in arranged(measured(ROWS, STATES), width)} for width in (38, 78, 118, 240)}
    assert at[240] == set(KEYS)
    assert {"changed", "duration"} - at[118]
    assert {"baseline", "metric", "age", "name"} <= at[78]
    assert at[38] <= at[78] <= at[118] <= at[240]


def test_rows_can_be_ordered_by_every_column() -> None:
    assert all(len(ordered(ROWS, key)) == len(ROWS) for key in KEYS)
