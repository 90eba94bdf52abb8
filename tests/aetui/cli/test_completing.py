"""What may follow what is typed, as shells are told (real ones: tests/terminal/test_completion.py)."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import msgspec
import pytest
from fakes import FakeRun

from aetui.cli import completers, completing
from engine.registry import VARIANTS
from engine.runs.jobs import TrainJob
from engine.runs.store import RunStore

IN_BASH = " \t\n\"'><=;|&(:"
JOB = TrainJob(variant="vanilla", dataset="digits")


@pytest.fixture(autouse=True)
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> RunStore:
    monkeypatch.setenv("AETUI_RUNS", str(tmp_path / "runs"))
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    store = RunStore(tmp_path / "runs")
    for run_id, name, group in (("a1", "best of all", ""), ("a2", "", ""), ("b-11", "five-11", "b")):
        FakeRun(store, run_id, msgspec.structs.replace(JOB, name=name, group=group))
    return store


def words(line: str) -> list[str]:
    """What may follow a line that ends at the cursor."""
    typed, incomplete = completing.split(line)
    return [word for word, _ in completing.offers(typed[1:], incomplete)]


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("aetui enc", ["encode"]),
        ("aetui --device cpu -q enc", ["encode"]),
        ("aetui runs sh", ["show"]),
        ("aetui runs --quiet sh", ["show"]),
        ("aetui nonsense ", []),
        ("aetui train vanil", ["vanilla"]),
        ("aetui train vanilla ", []),
        ("aetui train --epochs ", []),
        ("aetui train vanilla --epo", ["--epochs"]),
        ("aetui train vanilla --runs", ["--runs-dir"]),
        ("aetui train vanilla --set hidden_d", ["hidden_dim="]),
        ("aetui train vanilla --set schedule=", ["schedule=constant", "schedule=cosine"]),
        ("aetui train vanilla --preset=sm", ["--preset=small"]),
        ("aetui train sentence --dataset re", ["reuters"]),
        ("aetui train vanilla --dataset re", []),
        ("aetui train vanilla --device gp", ["gpu", "gpu:"]),
        ("aetui encode a1 --part t", ["train", "test"]),
        ("aetui runs --so", ["--sort"]),
        ("aetui open be", ["best of all"]),
        ("aetui open 'best o", ["best of all"]),
        ("aetui open best\\ o", ["best of all"]),
        ("aetui runs show fi", ["five-11", "five"]),
        ("aetui runs delete last a", ["a2", "a1"]),
        ("aetui neighbours last -- --", []),
        ("aetui completion ", ["bash", "zsh", "fish"]),
        ("aetui data fetch mnist fash", ["fashion-mnist"]),
    ],
)
def test_what_may_follow(line: str, expected: list[str]) -> None:
    assert words(line) == expected


def test_a_run_is_looked_for_where_the_line_says_that_runs_are(tmp_path: Path) -> None:
    assert words("aetui stop l") == ["last"]
    assert words("aetui --runs-dir /nowhere stop l") == []
    assert words(f"aetui --runs-dir /nowhere stop --runs-dir {tmp_path}/runs l") == ["last"]


def test_every_variant_is_offered_with_what_it_is() -> None:
    assert dict(completing.offers(["variants"], "")) == {key: entry.summary for key, entry in VARIANTS.items()}


@pytest.mark.parametrize(
    "line", ["aetui encode a1 -o x", "aetui decode a1 x", "aetui --data-dir x", "aetui encode a1 x"]
)
def test_where_a_file_may_stand_the_shell_is_asked_for_its_files(line: str) -> None:
    typed, incomplete = completing.split(line)
    assert (incomplete, completers.FILES) in completing.offers(typed[1:], incomplete)


def test_what_the_shell_keeps_of_the_word_is_not_told_again(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv(completing.BREAKS, IN_BASH)
    for line, expected in (("--preset=sm", "small"), ("--device=gpu:", ""), ("'--preset=sm", "--preset=small")):
        monkeypatch.setenv(completing.LINE, f"aetui train vanilla {line}")
        completing.answer()
        assert [told.partition("\t")[0] for told in capsys.readouterr().out.splitlines()] == [expected]


def test_a_key_loads_nothing_that_takes_long() -> None:
    code = (
        "import os, sys; os.environ['_AETUI_COMPLETE'], os.environ['_AETUI_LINE'] = 'bash', 'aetui encode last '\n"
        "from aetui.__main__ import main; sys.argv = ['aetui']; main()\n"
        "print([name for name in ('tensorflow', 'numpy', 'textual', 'rich', 'pydantic') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=200, check=True)
    *offered, loaded = done.stdout.splitlines()
    assert offered[0].startswith("digits\t")
    assert loaded == "[]"
