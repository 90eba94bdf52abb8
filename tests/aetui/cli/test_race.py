"""`aetui race`, in this process."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable

import pytest
from click.testing import Result
from racers import begun, over

from engine.errors import UsageError
from engine.runs.store import RunStore

Aetui = Callable[..., Result]


@pytest.fixture
def aetui(store: RunStore, instantly: Aetui) -> Aetui:
    over(begun(store, 0, name="one"), test_mse=0.01, pca_mse=0.012)
    over(begun(store, 1, name="other", config={"hidden_dim": 32}), test_mse=0.02, pca_mse=0.012)
    begun(store, 2, name="unbegun", epochs=0)
    return instantly


def test_tables_and_curves_are_printed(aetui: Aetui) -> None:
    text = aetui("race", "one", "other").stdout
    for words in ("VALIDATION CROSS-ENTROPY", "☆ 0.01000", "✕ PCA-128", "hidden_dim", "epochs along the bottom", "└"):
        assert words in text
    assert "seconds along" in aetui("race", "one", "--time", "seconds").stdout
    assert "no curve yet" in aetui("race", "unbegun").stdout


def test_json_and_csv_have_every_epoch(aetui: Aetui) -> None:
    told = json.loads(aetui("race", "one", "other", "--json", "--epoch", "2").stdout)
    assert [(run["name"], run["epoch"], len(run["curve"]["epoch"])) for run in told["runs"]] == [
        ("one", 2, 4),
        ("other", 2, 4),
    ]
    assert told["metrics"][0]["ahead"]["beyond_spread"] is None
    assert list(told["settings"]) == ["hidden_dim"]
    rows = list(csv.reader(io.StringIO(aetui("race", "one", "other", "--csv", "--measure", "loss").stdout)))
    assert rows[0][-1] == "validation loss"
    assert len(rows) == 9


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("nowhere",), "no run is called 'nowhere'"),
        (("one", "--measure", "beauty"), "expected one of"),
        (("one", "--epoch", "9"), "from 1 to 4, got 9"),
        (("one", "--json", "--csv"), "give one of them"),
    ],
)
def test_wrong_input_is_refused(aetui: Aetui, arguments: tuple[str, ...], words: str) -> None:
    error = aetui("race", *arguments).exception
    assert isinstance(error, UsageError)
    assert words in str(error)
