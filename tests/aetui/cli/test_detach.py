"""Runs in processes of their own, and what other commands can do with them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from engine.events import RunStarted
from engine.runs.store import RunStore


@pytest.mark.slow
def test_a_detached_run_begins_is_seen_and_stopped_and_can_be_resumed_only_then(
    aetui: Any, home: dict[str, str]
) -> None:
    begun = aetui("train", "vanilla", "--dataset", "digits", "--epochs", "99999", "--detach", "--name", "far")
    assert begun.returncode == 0, begun.stderr
    record = RunStore(Path(home["HOME"], ".local/share/aetui/runs")).find("far")
    assert f"aetui stop {record.id}" in begun.stdout
    assert isinstance(record.events()[0][0], RunStarted)
    assert "running" in aetui("runs").stdout
    refused = aetui("resume", "far", "--detach")
    assert (refused.returncode, "is being trained" in refused.stderr) == (2, True)
    stopped = aetui("stop", "far")
    assert stopped.returncode == 0, stopped.stderr
    assert "stopped" in stopped.stdout
    assert record.status == "stopped"
    again = aetui("stop", "far")
    assert (again.returncode, "no process trains" in again.stderr) == (2, True)


@pytest.mark.slow
def test_what_is_wrong_with_a_detached_run_is_said_by_the_command(aetui: Any) -> None:
    impossible = aetui("train", "vanilla", "--epochs", "-1", "--detach")
    assert (impossible.returncode, "epochs" in impossible.stderr) == (2, True)
    missing = aetui("train", "sentence", "--dataset", "text", "--detach")
    assert (missing.returncode, "aetui data add text" in missing.stderr) == (3, True)
