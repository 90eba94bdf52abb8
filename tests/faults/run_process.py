"""`aetui` in a process of its own, with folders of its own for everything that it writes."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from random import Random

import numpy as np
import psutil

from engine.runs.store import RunRecord, RunStore

DRIVER = """
import engine.runs.loop
engine.runs.loop.CHECKPOINT_SECONDS = {seconds}
from aetui.__main__ import main
main()
"""
"""The command line, with checkpoints so often that a kill hits one being written."""
GRACE_SECONDS = 3.0
"""How soon the children of a killed process have to be gone."""


class Home:
    """A user's folders: runs, cache, data, settings and temporary files."""

    def __init__(self, folder: Path, checkpoint_seconds: float = 0.2) -> None:
        self.folder = folder
        self.store = RunStore(folder / "runs")
        self.temporary = folder / "tmp"
        self.data = folder / "sets"
        self.driver = DRIVER.format(seconds=checkpoint_seconds)
        self._started = 0
        for made in (self.store.root, self.temporary, self.data):
            made.mkdir(parents=True)
        (self.data / "text.txt").write_text(_text(), "utf-8")

    @property
    def environment(self) -> dict[str, str]:
        places = {"AETUI_RUNS": self.store.root, "AETUI_DATA": self.data, "HOME": self.folder, "TMPDIR": self.temporary}
        places |= {f"XDG_{kind}_HOME": self.folder / kind.lower() for kind in ("CACHE", "DATA", "CONFIG", "STATE")}
        foreign = {name: value for name, value in os.environ.items() if not name.startswith(("AETUI_", "XDG_"))}
        return foreign | {name: str(path) for name, path in places.items()}

    def add_images(self, name: str, items: int) -> None:
        """Make an array of so many images of MNIST's size, the same ones every time, and have it known as `name`."""
        path = self.folder / f"{name}.npy"
        array = np.lib.format.open_memmap(path, "w+", np.uint8, (items, 28, 28))
        random = np.random.default_rng(0)
        tiles, noise = (
            random.integers(0, 200, (1_000, 28, 28), np.uint8),
            random.integers(0, 56, (997, 28, 28), np.uint8),
        )
        for start in range(0, items, 50_000):
            places = np.arange(start, min(start + 50_000, items))
            array[places] = tiles[places % len(tiles)] + noise[places % len(noise)]
        array.flush()
        process = self.start("data", "add", name, str(path), "--kind", "arrays")
        if process.wait() != 0:
            raise RuntimeError(process.said)

    def start(self, *arguments: str) -> Process:
        """`aetui` on the CPU, where figures repeat themselves to the bit."""
        self._started += 1
        said = self.folder / f"said-{self._started}.txt"
        return Process([sys.executable, "-c", self.driver, "--device", "cpu", *arguments], self.environment, said)

    @property
    def record(self) -> RunRecord | None:
        """The one run, if there is one yet."""
        found = self.store.runs()
        return found[0] if found else None


class Process:
    """Leads a session of its own, so that whatever it starts can be found when it is gone."""

    def __init__(self, command: Sequence[str], environment: dict[str, str], said: Path) -> None:
        self._said = said
        self.began = time.time()
        with said.open("wb") as output:
            self._popen = subprocess.Popen(
                command,
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                start_new_session=True,
            )
        self.pid = self._popen.pid

    @property
    def running(self) -> bool:
        return self._popen.poll() is None

    @property
    def said(self) -> str:
        """What came on both outputs so far."""
        return self._said.read_text("utf-8", errors="replace")

    def kill(self) -> None:
        """SIGKILL to this process alone, as the kernel does it when memory runs out."""
        self._popen.kill()
        self._popen.wait()

    def wait(self, seconds: float = 300) -> int:
        """The exit status. Raises TimeoutExpired, leaving nothing behind."""
        try:
            return self._popen.wait(seconds)
        except subprocess.TimeoutExpired:
            self.end()
            raise

    @property
    def members(self) -> list[int]:
        """The living processes of its session."""
        return [process.pid for process in psutil.process_iter() if _session_of(process) == self.pid]

    def orphans(self) -> list[int]:
        """What of its session still lives a while after its end."""
        came_true(lambda: not self.members, GRACE_SECONDS)
        return self.members

    def end(self) -> None:
        """Leave nothing behind."""
        if self.running:
            self.kill()
        for pid in self.members:
            psutil.Process(pid).kill()


def _text() -> str:
    """Sentences to learn from, the same ones every time."""
    draw = Random(0)
    words = ("cats", "dogs", "ships", "trains", "see", "chase", "and", "old", "meet", "under", "bridges")
    return "\n".join(f"The {' '.join(draw.choices(words, k=draw.randint(3, 6)))}." for _ in range(400))


def _session_of(process: psutil.Process) -> int:
    """0 for one that is gone."""
    try:
        return 0 if process.status() == psutil.STATUS_ZOMBIE else os.getsid(process.pid)
    except (ProcessLookupError, psutil.NoSuchProcess):
        return 0


def came_true(condition: Callable[[], bool], seconds: float, every: float = 0.01) -> bool:
    """Whether it did within `seconds`."""
    until = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > until:
            return False
        time.sleep(every)
    return True
