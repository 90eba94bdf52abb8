"""What is kept of an epoch lies with the run that trained it; a file that lies about that leads nowhere."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

from engine.runs.inherited import Span, everything, folder_of, spans


def run(root: Path, name: str, parent: str = "", forked_at: int = 0) -> Path:
    (root / name).mkdir()
    (root / name / "run.json").write_bytes(msgspec.json.encode({"parent": parent, "forked_at": forked_at}))
    return root / name


def test_epochs_before_a_fork_lie_with_the_runs_that_it_comes_from(tmp_path: Path) -> None:
    a, b, c = run(tmp_path, "a"), run(tmp_path, "b", "a", 5), run(tmp_path, "c", "b", 3)
    assert [folder_of(b, epoch) for epoch in (1, 5, 6)] == [a, a, b]
    assert [folder_of(c, epoch) for epoch in (1, 3, 4)] == [a, a, c]  # b began later than c left it
    assert next(iter(spans(c))) == Span(c, 3, 100_000)
    assert everything(b, lambda folder: {4, 5, 6}) == {6: b, 4: a, 5: a}


@pytest.mark.parametrize("parent", ["gone", "../outside/a", ".", ".hidden", "", "b", "/etc", "a" * 300, "ä" * 200])
def test_a_parent_that_is_no_folder_beside_it_is_none(tmp_path: Path, parent: str) -> None:
    (tmp_path / "outside").mkdir()
    run(tmp_path / "outside", "a")
    (tmp_path / "runs" / ".hidden").mkdir(parents=True)
    b = run(tmp_path / "runs", "b", parent, 5)
    assert {span.folder for span in spans(b)} == {b}


def test_runs_that_say_they_come_from_each_other_come_to_an_end(tmp_path: Path) -> None:
    a, b = run(tmp_path, "a", "b", 5), run(tmp_path, "b", "a", 5)
    assert [span.folder for span in spans(a)] == [a, b]
