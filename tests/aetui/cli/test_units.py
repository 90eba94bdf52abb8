"""`aetui units`: the table for people and for programs, of units whose answers are known."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result
from fakes import FakeRun
from typer.testing import CliRunner
from unit_readings import reading

from aetui.cli import app, engines
from engine.queries.messages import Units
from engine.runs.jobs import TrainJob
from engine.runs.store import RunStore


@pytest.fixture
def asked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[Units]:
    store = RunStore(tmp_path / "runs")
    FakeRun(store, "20260101T000000Z-sparse-0000", TrainJob(variant="sparse", preset="small", dataset="digits"))
    queries: list[Units] = []

    def answer(options: Any, query: Units, activity: str) -> Any:
        queries.append(query)
        return reading(layer=query.layer or "code")

    monkeypatch.setattr(engines, "answer", answer)
    monkeypatch.setenv("AETUI_RUNS", str(store.root))
    return queries


def units(*arguments: str) -> Result:
    return CliRunner().invoke(app, ["--quiet", "units", "last", *arguments])


def test_the_table_names_what_units_prefer_and_which_are_dead(asked: list[Units]) -> None:
    result = units("--part", "test", "--items", "50", "--above", "0.5")
    assert result.exit_code == 0
    head, *rows = [line.split() for line in result.stdout.splitlines()]
    assert head == ["UNIT", "DENSITY", "MEAN", "SELECTIVITY", "CLASS", "R", "ADDS"]
    assert rows[0][:8] == ["1", "33.3", "%", "0.667", "1.00", "a", "1.00", rows[0][7]]
    assert rows[2] == ["3", "0.0", "%", "0", "–", "–", "–", "–", "dead"]
    assert "explained variance 80.0 %, shrinkage 0.050, 1 dead, 0 ultra-rare" in result.stdout
    assert "units of the code on 90 items of the validation part" in result.stdout
    query = asked[0]
    assert (query.part, query.items, query.above) == ("test", 50, 0.5)


def test_units_are_found_and_ordered(asked: list[Units]) -> None:
    rows = list(csv.DictReader(units("class=b", "--csv", "-n", "2").stdout.splitlines()))
    assert rows[0]["unit"] == "2"
    assert rows[0]["r_with"] == "b"
    like = list(csv.DictReader(units("like=4", "--csv").stdout.splitlines()))
    assert (like[0]["unit"], like[0]["r"]) == ("5", "-1")
    lines = [json.loads(line) for line in units("alive", "--json", "--sort", "density").stdout.splitlines()]
    about, *each = lines
    assert (about["units"], about["dead"], about["explained_variance"]) == (12, 1, 0.8)
    assert len(each) == 11
    densities = [line["density"] for line in each]
    assert densities == sorted(densities, reverse=True)
    assert units("dead", "--csv").stdout.splitlines()[1].endswith(",dead")


def test_nothing_found_is_an_empty_table(asked: list[Units]) -> None:
    assert units("density>2", "--csv").stdout == "unit\n"
    assert "0 units of 12" in units("density>2").stdout


@pytest.mark.parametrize("arguments", [("--sort", "size"), ("--json", "--csv"), ("fast",), ("class=z",)])
def test_what_cannot_be_meant_ends_with_status_2(asked: list[Units], arguments: tuple[str, ...]) -> None:
    from engine.errors import UsageError

    result = units(*arguments)
    assert isinstance(result.exception, UsageError)
