"""Tab in real shells, with the scripts that `aetui completion` prints."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from fakes import FakeRun
from pseudo_terminal import Terminal

from engine.runs.jobs import TrainJob
from engine.runs.store import RunStore

SHELLS = {
    "bash": ["bash", "--norc", "--noprofile", "-i"],
    "zsh": ["zsh", "-f", "-i"],
    "fish": ["fish", "--no-config", "-i"],
}
LOADED = {
    "bash": 'eval "$(aetui completion bash)"; PS1="$ "',
    "zsh": 'eval "$(aetui completion zsh)"; PS1="$ "',
    "fish": "aetui completion fish | source; function fish_prompt; echo '$ '; end",
}

Open = Callable[[str], Terminal]


@pytest.fixture
def shell(environment: dict[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Open]:
    """Opens a shell that completes, in a folder with a file, where a run is kept."""
    store = RunStore(tmp_path / ".local/share/aetui/runs")
    FakeRun(store, "20260101T000000Z-vanilla-aaaa", TrainJob(variant="vanilla", dataset="digits", name="best of all"))
    (tmp_path / "numbers.npy").touch()
    monkeypatch.chdir(tmp_path)
    path = f"{Path(sys.executable).parent}:{environment['PATH']}"
    opened: list[Terminal] = []

    def begin(name: str) -> Terminal:
        if shutil.which(name) is None:
            pytest.skip(f"{name} is not installed: its completion is NOT tested")
        terminal = Terminal(SHELLS[name], {**environment, "PATH": path, "LC_ALL": "C.UTF-8"}, controlling=True)
        opened.append(terminal)
        terminal.send(f"{LOADED[name]}; echo re''ady\r")
        terminal.until("\nready")
        return terminal

    yield begin
    for terminal in opened:
        terminal.close()


@pytest.mark.slow
@pytest.mark.parametrize("name", SHELLS)
def test_tab_completes_commands_settings_runs_and_files(shell: Open, name: str) -> None:
    terminal = shell(name)
    terminal.send("aetui recons\t")
    terminal.until("$ aetui reconstruct ")
    terminal.send("best\t")
    terminal.until(r"$ aetui reconstruct best\ of\ all ")
    terminal.send("num\t")
    terminal.until(r"all numbers.npy ")
    terminal.send("\x15")  # the line is gone
    terminal.send("aetui train vanilla --set hidden\t")
    terminal.until("--set hidden_dim=")
    terminal.send("4 --preset=sma\t")
    terminal.until("--set hidden_dim=4 --preset=small ")
