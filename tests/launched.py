"""Workers that do what a test says, under a supervisor."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from pathlib import Path

import stand_in_worker

from engine.events import Event
from engine.launching.hosts import Place, places
from engine.launching.supervisor import Ended, Supervisor
from engine.launching.worker import Plan


class Launched:
    """Workers that do what a test says, under a supervisor."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.said: list[str] = []
        self.passed: list[str] = []
        self.events: list[Event] = []

    def supervisor(
        self, lives: list[list[list[str]]], where: Callable[[], list[Place]], restarts: int = 0, ssh: str = "ssh"
    ) -> Supervisor:
        (self.folder / "plan.json").write_text(json.dumps(lives))
        command = [sys.executable, stand_in_worker.__file__, str(self.folder)]
        plan = Plan(where(), command, ssh=ssh, version="1")
        return Supervisor(
            plan,
            where,
            restarts=restarts,
            heard=self.events.append,
            say=self.said.append,
            passed=self.passed.append,
        )

    def run(self, lives: list[list[list[str]]], restarts: int = 0) -> Ended:
        """Two workers of this host."""
        return self.supervisor(lives, lambda: places("localhost", 2), restarts).run()

    def pids(self, index: int) -> list[int]:
        """Of worker `index`, life by life."""
        path = self.folder / f"lives-{index}"
        return [int(line) for line in path.read_text().split()] if path.exists() else []

    def alive(self) -> list[int]:
        """Workers that are left."""
        return [pid for index in (0, 1) for pid in self.pids(index) if Path(f"/proc/{pid}").exists()]
