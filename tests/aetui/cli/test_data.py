from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
import typer
from click.testing import Result
from typer.testing import CliRunner

from aetui.cli import data
from aetui.cli.narration import Narrator, narrated
from engine import datasets
from engine.datasets import DATASETS, Location, folders
from engine.errors import DataUnavailable, UsageError
from engine.events import DataProgress


@pytest.fixture(autouse=True)
def bare_machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("AETUI_DATA", raising=False)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setattr(folders, "SYSTEM_FOLDERS", ())


def run(*arguments: str, data_dir: Path | None = None, quiet: bool = False) -> Result:
    app = typer.Typer()

    @app.callback()
    def options(context: typer.Context) -> None:
        context.obj = SimpleNamespace(data_dir=data_dir, quiet=quiet)

    app.add_typer(data.app, name="data")
    return CliRunner().invoke(app, ["data", *arguments])


def test_the_table_has_a_line_for_each_data_set() -> None:
    result = run()
    assert result.exit_code == 0
    head, *lines = result.stdout.splitlines()
    assert head.split()[:4] == ["KEY", "TRAIN", "TEST", "SHAPE"]
    assert [line.split()[0] for line in lines] == list(DATASETS)
    assert lines[0].endswith("with scikit-learn")
    assert lines[1].split()[1:4] == ["60,000", "10,000", "28×28×1"]
    assert lines[1].endswith("no; aetui data fetch mnist")


def test_the_table_says_where_a_data_set_lies(tmp_path: Path) -> None:
    (tmp_path / "mnist.npz").touch()
    assert f"{tmp_path / 'mnist.npz'} (data folder)" in run(data_dir=tmp_path).stdout


def test_show_has_figures_source_and_licence() -> None:
    output = run("show", "digits").stdout
    for expected in ("1,442 training, 355 test", "28×28×1", "uci.edu", "CC BY 4.0", "with scikit-learn"):
        assert expected in output
    assert datasets.load("digits", None).fingerprint in output
    rows = [line.split() for line in output.splitlines()[-10:]]
    assert np.sum([int(row[1]) for row in rows]) == 1_442
    assert np.sum([int(row[2]) for row in rows]) == 355


def test_show_does_not_download() -> None:
    assert isinstance(run("show", "mnist").exception, DataUnavailable)


def test_an_unknown_key_is_refused_before_anything_is_fetched(monkeypatch) -> None:
    monkeypatch.setattr(datasets, "fetch", lambda *_: pytest.fail("fetched"))
    assert isinstance(run("fetch", "mnist", "minst").exception, UsageError)


def fake_fetch(key: str, report) -> Location:
    for done in (1, 500_000, 1_000_000):
        report("images.gz on its way", done, 1_000_000, "B")
    report(f"fetched {key}", 1_000_000, 1_000_000, "B")
    return Location(key, Path("/cache") / key, "cache")


def test_fetch_prints_where_each_went_and_narrates_a_line_per_file(monkeypatch) -> None:
    monkeypatch.setattr(datasets, "fetch", fake_fetch)
    result = run("fetch", "mnist", "fashion-mnist")
    assert result.stdout.splitlines() == ["mnist: /cache/mnist", "fashion-mnist: /cache/fashion-mnist"]
    assert result.stderr.splitlines()[:2] == ["images.gz on its way", "fetched mnist"]


def test_quiet_narrates_nothing(monkeypatch) -> None:
    monkeypatch.setattr(datasets, "fetch", fake_fetch)
    assert run("fetch", "mnist", quiet=True).stderr == ""


def test_on_a_terminal_one_line_is_drawn_over_and_closed(monkeypatch, capsys) -> None:
    monkeypatch.setenv("COLUMNS", "120")
    monkeypatch.setattr("sys.stderr.isatty", lambda: True)
    with narrated(quiet=False) as report:
        fake_fetch("mnist", report)
    drawn = capsys.readouterr().err
    assert drawn.count("\n") == 1
    assert drawn.endswith("\n")
    assert f"{'━' * 12}{'─' * 12} 0.5 of 1.0 MB" in drawn
    assert "0 s left · fetched mnist" in drawn


def test_what_is_counted_is_told_by_the_unit_and_not_by_the_words(monkeypatch, capsys) -> None:
    monkeypatch.setenv("COLUMNS", "120")
    monkeypatch.setattr("sys.stderr.isatty", lambda: True)
    narrator = Narrator(quiet=False)
    narrator.tell(DataProgress(dataset="d", activity="checking sentences", done=500_000, total=1_000_000))
    assert "500,000 of 1,000,000 ·" in capsys.readouterr().err
    narrator.tell(DataProgress(dataset="d", activity="reading vectors", done=500_000, total=1_000_000, unit="B"))
    assert "0.5 of 1.0 MB ·" in capsys.readouterr().err


def test_text_of_your_own_is_added_and_described(tmp_path: Path) -> None:
    path = tmp_path / "lines.txt"
    path.write_text("\n".join(f"Sentence number {number} is here." for number in range(25)), "utf-8")
    assert "no; aetui data add text PATH" in run().stdout
    added = run("add", "text", str(path))
    assert added.exit_code == 0, added.exception
    for expected in ("text", str(path), "25 in 1 document,"):
        assert expected in added.stdout
    assert run("show", "text").stdout == added.stdout
    assert "that of a run covers the word ids of its sentences, too" in added.stdout
    assert isinstance(run("add", "mnist", str(path)).exception, UsageError)


def test_what_is_said_of_the_lines_is_kept_until_the_text_is_added_anew(tmp_path: Path) -> None:
    path = tmp_path / "story.txt"
    path.write_text(
        "The ship sailed slowly\ninto the harbour. Nobody on the\nquay had noticed its lights.\n" * 25, "utf-8"
    )
    for option, sentences, reading in (
        ((), 50, "broken lines joined, as guessed"),
        (("--lines",), 75, "one sentence a line; as told"),
        (("--prose",), 50, "as told"),
        ((), 50, "broken lines joined, as guessed"),
    ):
        added = run("add", "text", str(path), "--replace", *option)
        assert added.exit_code == 0, added.exception
        assert f"{sentences} in 1 document," in added.stdout
        assert reading in added.stdout
        assert run("show", "text").stdout == added.stdout


def test_vectors_are_described_without_being_read() -> None:
    result = run("show", "glove")
    assert result.exit_code == 0
    assert "PDDL" in result.stdout
