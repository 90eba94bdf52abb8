"""`aetui bench`: what is printed, what is refused, and one short run."""

from __future__ import annotations

import json
from typing import Any

import msgspec
import pytest

from aetui.cli import speeds
from engine.benchmarks.results import Case, Comparison, Figure, Row

CASE = Case(
    variant="vanilla", preset="book", data="mnist, 60,000 items", items=51_200, batch=256, gflop=0.257, checked=100
)
OURS = Row(
    side="ours",
    precision="float32",
    ms=Figure(2.5, 2.25, 3.125),
    rounds=3,
    steps=1_200,
    times_faster=Figure(3.2, 2.9, 3.4),
    items_per_second=102_400,
    gflops=102.8,
    share=Figure(0.93, 0.9, 0.97),
    loss=0.0687,
    against_ours=1.0,
    same=True,
)
JAX = msgspec.structs.replace(OURS, side="jax", note="lax.scan", loss=0.0701, against_ours=1.02, same=False)


def comparison(**changes: Any) -> Comparison:
    found = Comparison(
        case=CASE,
        rows=(OURS, JAX),
        missing=("torch: not installed; pip install torch",),
        device="CPU, 2 cores",
        versions="tensorflow 2.21.0",
        load=0.5,
        others=0.1,
        cores=2,
    )
    return msgspec.structs.replace(found, **changes)


def test_the_table_has_a_row_for_each_side_and_what_has_to_be_known() -> None:
    what, head, ours, jax, *notes = speeds.table(comparison()).splitlines()
    assert "batches of 256, 0.257 GFLOP a step (mnist, 60,000 items) · CPU, 2 cores" in what
    assert head.split() == " ".join(speeds.HEAD).split()
    cells = "ours float32 2.5 2.25 3.12 3.20 (2.90–3.40) 102,000 103 93% (90%–97%) 0.06870"
    assert ours.split() == cells.split()
    assert jax.startswith("jax ")
    assert notes == [
        "jax in float32 does other work: after 100 steps its loss is 1.020 × ours",
        "jax: lax.scan",
        "torch: not installed; pip install torch",
    ]


def test_the_same_loss_is_said_where_all_have_it() -> None:
    notes = list(speeds.notes(comparison(rows=(OURS, msgspec.structs.replace(OURS, side="fit")))))
    assert "all losses after 100 steps are the same within 1%" in notes


def test_a_busy_machine_is_told_and_so_is_an_interruption() -> None:
    notes = list(speeds.notes(comparison(others=0.8, complete=False)))
    assert "other processes had 0.8 of 2 cores meanwhile (load 0.50 before)" in notes[-1]
    assert notes[0].startswith("interrupted: 3 rounds")


def test_json_has_all_that_was_measured() -> None:
    [read] = json.loads(speeds.document([comparison()]))
    assert read["rows"][0]["ms"] == {"median": 2.5, "low": 2.25, "high": 3.125}
    assert read["case"]["gflop"] == 0.257


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("vanila",), "there are: vanilla"),
        (("imported",), "no step to time"),
        (("vanilla", "--against", "fit,caffe"), "expected some of fit, jax, torch"),
        (("vanilla", "--dataset", "pydocs"), "learns from image"),
        (("vanilla", "--set", "hidden_dim=0"), "1 to 65,536"),
        (("vanilla", "--seconds", "0"), "--seconds"),
    ],
)
def test_what_cannot_be_timed_is_refused_before_anything_is_loaded(
    inside: Any, arguments: tuple[str, ...], words: str
) -> None:
    result = inside("bench", *arguments)
    assert result.returncode == 2
    assert words in result.stderr


@pytest.mark.slow
def test_a_short_run_prints_figures_of_every_side(aetui: Any) -> None:
    small = ("--dataset", "digits", "--set", "hidden_dim=8", "--set", "batch_size=32")
    result = aetui("bench", "vanilla", "--seconds", "1", "--json", "--against", "fit", *small)
    assert result.returncode == 0, result.stderr
    [found] = json.loads(result.stdout)
    assert [row["side"] for row in found["rows"]] == ["ours", "fit", "products"]
    assert found["complete"]
    assert all(row["ms"]["median"] > 0 and row["rounds"] == 3 for row in found["rows"])
    assert [row["same"] for row in found["rows"]] == [True, True, None]
