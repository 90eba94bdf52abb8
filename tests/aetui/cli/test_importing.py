"""A run leaves one store and comes into another."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result
from many_runs import many_runs
from typer.testing import CliRunner

from aetui.cli import app
from engine.datasets import folders
from engine.errors import UsageError
from engine.runs.store import RunStore

Aetui = Callable[..., Result]


@pytest.fixture
def aetui(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Aetui:
    """Runs a command line on the store `here`, with a run called `mine` in it, or on another."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("AETUI_DATA", raising=False)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setattr(folders, "SYSTEM_FOLDERS", ())
    many_runs(tmp_path / "here", 1, seed=3)
    [run] = RunStore(tmp_path / "here").runs()
    run.relabel(name="mine", tags=["fine"], note="made by day")
    return lambda *arguments, store="here": CliRunner().invoke(app, ["--runs-dir", store, *arguments])


def test_a_bundle_is_imported_with_its_name_and_says_which_data_are_not_here(aetui: Aetui, tmp_path: Path) -> None:
    made = aetui("export", "mine", "--format", "bundle", "--to", "mine.zip")
    assert "the data are not in it" in made.stdout
    came = aetui("import", "mine.zip", store="there")
    [run] = RunStore(tmp_path / "there").runs()
    assert (came.stdout.strip(), run.name) == (run.id, "mine")
    assert "called 'mine'; tagged fine; note: made by day" in came.stderr
    assert run.dataset in ("mnist", "fashion_mnist")
    assert f"{run.dataset}, with fingerprint 0000000000000000…, is not on this machine" in came.stderr
    assert aetui("runs", "show", "mine", store="there").exit_code == 0

    with pytest.raises(UsageError, match="--copy"):
        raise aetui("import", "mine.zip", store="there").exception or AssertionError
    copy = aetui("import", "mine.zip", "--copy", store="there")
    assert f"it was {run.id}" in copy.stderr
    assert "'mine' means something else here" in copy.stderr
    assert aetui("-q", "import", "mine.zip", "--replace", store="there").stderr == ""
    assert len(RunStore(tmp_path / "there").runs()) == 2


def test_what_is_no_bundle_is_refused_and_makes_no_store(aetui: Aetui, tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("x")
    assert isinstance(aetui("import", "notes.txt", store="there").exception, UsageError)
    assert isinstance(aetui("import", "mine", store="there").exception, UsageError)
    assert isinstance(aetui("import", "x", "--copy", "--replace", store="there").exception, UsageError)
    assert not (tmp_path / "there").exists()


def test_cards_and_curves_are_written_where_they_were_asked_for(aetui: Aetui, tmp_path: Path) -> None:
    assert aetui("export", "mine", "--format", "card", "--to", "card.md").exit_code == 0
    assert (tmp_path / "card.md").read_text().startswith("# mine\n")
    told = aetui("export", "mine", "--format", "csv", "--to", "curves")
    assert told.stdout.startswith("curves: 2 files\ncurves.csv: 12 epochs")
    assert len((tmp_path / "curves" / "curves.csv").read_text().splitlines()) == 13
