"""The language of filters, and the orders of a table."""

from __future__ import annotations

import random
import time
from pathlib import Path
from typing import Any

import msgspec
import pytest
from many_runs import made_run

from engine import registry
from engine.errors import UsageError
from engine.runs.listing.filtering import parse
from engine.runs.listing.ordering import KEYS, ordered
from engine.runs.listing.rows import Row, row
from engine.runs.listing.summary import Summary, summarise
from engine.runs.record import read_record

BOOK = msgspec.to_builtins(registry.preset("vanilla", "book"))


def run(run_id: str, **fields: Any) -> Row:
    given: dict[str, Any] = {
        "variant": "vanilla", "preset": "book", "dataset": "mnist", "config": BOOK, "group": "", "created": 1e9,
        "pid": 1, "host": "here", "name": "", "status": "completed", "planned": 50, "epochs": 50, "seconds": 100.0,
        "loss": 0.02, "metrics": {}, "curve": (), **fields,
    }  # fmt: skip
    return row(Summary(id=run_id, **given))


ROWS = [
    run("a", metrics={"test_mse": 0.009, "pca_mse": 0.010}, tags=("good", "paper"), created=time.time() - 3600),
    run("b", metrics={"test_mse": 0.012, "pca_mse": 0.010}, name="Blue one", config={**BOOK, "learning_rate": 0.02}),
    run("c", metrics={"cosine_mean": 0.9}, variant="sentence", dataset="reuters", status="running", epochs=3),
    run("d", status="failed", note="see the log, free words", config={**BOOK, "schedule": "cosine"}),
]


def fit(text: str) -> str:
    return "".join(each.run.id for each in parse(text, [each.run for each in ROWS]).of(ROWS))


@pytest.mark.parametrize(
    ("text", "ids"),
    [
        ("", "abcd"),
        ("  ", "abcd"),
        ("BLUE", "b"),
        ('"free words"', "d"),
        ("free", "d"),
        ('"free wo', "d"),
        ("test_mse<0.01", "a"),
        ("test_mse < 0.01", "a"),
        ("test_mse>=0.012", "b"),
        ("test_mse<1.1%", "a"),
        ("data=mnist", "abd"),
        ("dataset=mnist", "abd"),
        ("data!=mnist", "c"),
        ("data=re*", "c"),
        ("state=training", "c"),
        ("state=running model=sentence", "c"),
        ("tag=good", "a"),
        ("tag!=good", "bcd"),
        ('tag=""', "bcd"),
        ('name="blue one"', "b"),
        ("learning_rate=0.02", "b"),
        ("schedule=cosine", "d"),
        ("schedule!=cosine", "abc"),
        ("cosine", "d"),
        ("epochs<10", "c"),
        ("age<2h", "a"),
        ("duration>1min vanilla", "abd"),
        ("learning_rate vanilla", "b"),
    ],
)
def test_words_and_conditions_have_to_hold_together(text: str, ids: str) -> None:
    assert fit(text) == ids


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("tset_mse<1", "no run has a field 'tset_mse'; perhaps test_mse"),
        ("zzzzzz=1", "there are state, model"),
        ("test_mse<", "expected a value after test_mse<"),
        ("test_mse<abc", "expected a number after test_mse<, got 'abc'"),
        ("data<mnist", "data is a text: expected data= or data!=, got data<"),
        ("age<soon", "expected a time such as 90s, 10min, 2h"),
        ("epochs<many", "expected a number after epochs<"),
        ("<0.01", "expected a field before <0.01"),
    ],
)
def test_what_cannot_be_meant_is_said(text: str, said: str) -> None:
    with pytest.raises(UsageError) as error:
        fit(text)
    assert said in error.value.message


def order(key: str, **options: Any) -> str:
    return "".join(each.run.id for each in ordered(ROWS, key, **options))


def test_the_best_comes_first_and_what_was_not_measured_last_either_way() -> None:
    assert order("metric") == "abcd"
    assert order("metric", reverse=True)[-1] == "d"
    assert order("test_mse")[:2] == "ab"
    assert order("test_mse", reverse=True)[:2] == "ba"
    assert order("baseline")[:2] == "ba"
    assert order("age")[0] == "a"
    assert order("tags")[0] == "a"
    assert order("learning_rate")[-1] == "b"
    assert all(len(order(key)) == 4 for key in KEYS)
    with pytest.raises(UsageError, match="no run has a field"):
        order("nonsense")


def test_only_settings_that_the_preset_has_otherwise_count_as_changed(tmp_path: Path) -> None:
    assert ROWS[0].changed == {}
    assert ROWS[1].changed == {"learning_rate": 0.02}
    made_run(tmp_path / "r", "sparse", random.Random(3), 1e9, 2)
    record = read_record(tmp_path / "r")
    assert not isinstance(record, int)
    assert list(row(summarise(record)).changed)[-2:] == ["epochs", "seed"]


def test_a_run_is_told_by_its_first_measure_and_the_strongest_rival() -> None:
    first = run(
        "m", metrics={"test_mse": 0.02, "pca_mse": 0.01, "mean_mse": 0.06, "knn": 0.9, "raw_knn": 0.99}
    ).headline
    assert first is not None
    assert (first.measure.short, first.ours, first.theirs, first.beats) == ("MSE", 0.02, 0.01, False)
    text = run("t", metrics={"precision_at_10": 0.5, "tfidf_precision_at_10": 0.4, "cosine_mean": 0.9}).headline
    assert text is not None
    assert (text.measure.short, text.baseline and text.baseline.short, text.beats) == ("prec@10", "", True)
    assert ROWS[3].headline is None
