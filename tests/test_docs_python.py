"""The examples of docs/python.md, run from the page."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from engine.estimator import shared
from engine.runs.store import RunStore

PAGE = Path(__file__).parent.parent / "docs" / "python.md"


@pytest.mark.slow
@pytest.mark.usefixtures("eagerly")
def test_the_page_runs_from_its_beginning_to_its_end(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    for name in ("AETUI_RUNS", "XDG_CACHE_HOME", "XDG_STATE_HOME"):
        monkeypatch.setenv(name, str(tmp_path / name))
    monkeypatch.setattr(shared, "_PASSING", [tmp_path / "passing"])
    blocks = re.findall(r"```python\n(.*?)```", PAGE.read_text("utf-8"), re.DOTALL)
    there: dict[str, Any] = {}
    exec(compile("\n".join(blocks), str(PAGE), "exec", dont_inherit=True), there)
    assert there["pictures"].shape == there["back"].shape == (1797, 8, 8)
    assert there["new"].shape == (20, 8, 8)
    assert {run.name for run in RunStore(tmp_path / "AETUI_RUNS").summaries()} == {"", "benign"}
    shown = capfd.readouterr()
    assert "variational: 100%" in shown.err
    assert not re.search(r"tensorflow|cuda|XLA|absl", shown.err, re.IGNORECASE)
