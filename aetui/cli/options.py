"""The global options of the command line, and what they stand for."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from engine.backend import Backend
    from engine.runs.store import RunStore


@dataclass(frozen=True)
class Options:
    """Every command finds them at `context.obj`."""

    runs_dir: Path | None = None
    data_dir: Path | None = None
    device: str = "auto"
    quiet: bool = False
    low_bandwidth: bool = False
    """Send less to the terminal than a good line could take."""
    jobs: int | None = None
    """Runs that are trained at once; None: one, or as many as the user's settings say."""
    isolate: bool = False
    """Train in processes of their own."""
    backend: Callable[[str], Backend] | None = None
    """Makes what trains, where that is not the usual (see `aetui.cli.clustered`)."""

    @classmethod
    def of_environment(cls) -> Options:
        """What holds when `aetui` is started without arguments."""
        runs_dir = os.environ.get("AETUI_RUNS")
        return cls(runs_dir=Path(runs_dir) if runs_dir else None)

    @property
    def store(self) -> RunStore:
        """The runs in `--runs-dir`, else in the folder that `AETUI_RUNS` names, else in the user's data folder."""
        from engine.runs.store import RunStore, default_root

        return RunStore(self.runs_dir or default_root())

    @property
    def data_folder(self) -> Path | None:
        """The user's data folder (`--data-dir`, else `AETUI_DATA`).

        Raises:
            UsageError: it is not a folder.
        """
        from engine.datasets import data_dir_from

        return data_dir_from(self.data_dir)
