from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from click.testing import Result
from fake_answers import exported
from fakes import FakeRun
from typer.testing import CliRunner

from aetui.cli import app, engines
from engine.exports.table import FORMATS
from engine.queries.messages import Export, Exported
from engine.runs.jobs import TrainJob
from engine.runs.store import RunStore


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[Export]:
    """What the engine is asked for: it says that all is well."""
    found: list[Export] = []

    def answer(options: Any, query: Export, doing: str) -> Exported:
        found.append(query)
        return exported(query, 4)

    monkeypatch.setattr(engines, "answer", answer)
    return found


@pytest.fixture
def export(tmp_path: Path, asked: list[Export]) -> Any:
    FakeRun(RunStore(tmp_path / "runs"), "run", TrainJob(variant="vanilla", dataset="digits"))
    env = {"AETUI_RUNS": str(tmp_path / "runs")}

    def call(*arguments: str) -> Result:
        return CliRunner().invoke(app, ["export", "run", *arguments], env=env)

    return call


def test_without_a_format_those_that_there_are_are_listed(export: Any) -> None:
    result = export()
    assert result.exit_code == 0
    assert all(key in result.stdout for key in FORMATS)


def test_how_far_outputs_are_off_is_told_and_what_is_far_is_warned_of(
    export: Any, asked: list[Export], tmp_path: Path
) -> None:
    to = tmp_path / "out"
    result = export(
        "--format", "keras", "--to", str(to), "--part", "encoder", "--with-preprocessing", "--weights", "last"
    )
    assert result.exit_code == 0, result.output
    assert "max |Δ| 0.002 (encode 0.002)" in result.stdout
    assert "warning: 3 items of 1,000" in result.stdout
    assert "a note" in result.stdout
    [query] = asked
    assert (query.path, query.part, query.inside, query.weights, query.force) == (
        str(to),
        "encoder",
        True,
        "last",
        False,
    )


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("--format", "pickle", "--to", "out"), "expected one of"),
        (("--format", "keras"), "Where to?"),
        (("--format", "keras", "--to", "."), "there already"),
        (("--format", "keras", "--to", "nowhere/out"), "a folder that is there"),
    ],
)
def test_what_cannot_be_is_refused_before_an_engine_is_started(
    arguments: tuple[str, ...],
    told: str,
    export: Any,
    asked: list[Export],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "out").mkdir()
    arguments = tuple("out" if each == "." else each for each in arguments)
    result = export(*arguments)
    assert told in f"{result.output}{result.exception}"
    assert not asked
