"""Kills a sweep with SIGKILL again and again at random moments; it must end with the table of one that nobody killed.

    python tests/faults/kill_sweeps.py [--kills 10] [--trials 40] [--seed 0] [--scripted] [--keep FOLDER]

The moments are spread over the whole sweep: a kill comes so long after a random one of its trials is judged, or right
after the start of the process. With `--scripted` nothing is trained, and the processes need no TensorFlow. The exit
status is 1 where the tables differ.
"""

from __future__ import annotations

import argparse
import os
import shutil
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path
from random import Random
from typing import NamedTuple

from run_process import Home, Process, came_true

from engine.runs.store import RunStore
from engine.sweeps import sweep, table, trials

LONG = 7_200.0
NAME = "killed"
COMMAND = (
    *("sweep", "vanilla", "--dataset", "digits", "--preset", "small", "--epochs", "3", "--set", "batch_size=128"),
    *("--over", "learning_rate=log:1e-4..1e-1", "--over", "hidden_dim=4,8,16", "--prune", "median", "--name", NAME),
)


class Place:
    """Folders of one sweep, and the command that begins it or goes on with it."""

    def __init__(self, folder: Path, count: int, scripted: bool) -> None:
        self._home = Home(folder)
        self._count = count
        self._scripted = scripted
        self._lives = 0
        self.store = self._home.store

    def start(self) -> Process:
        if not self._scripted:
            return self._home.start(*COMMAND, "--trials", str(self._count))
        self._lives += 1
        script = Path(__file__).parent / "scripted_sweep.py"
        command = [sys.executable, str(script), str(self.store.root), NAME, str(self._count)]
        return Process(command, self._home.environment | _paths(), self._home.folder / f"life-{self._lives}.txt")

    @property
    def judged(self) -> int:
        known = sweep.kept(self.store)
        found = trials.read(sweep.folder(self.store, known[0].id)) if known else {}
        return sum(trial.state != "running" for trial in found.values())

    def rows(self) -> list[str]:
        return rows(self.store)


def _paths() -> dict[str, str]:
    root = Path(__file__).parents[2]
    there = os.environ.get("PYTHONPATH", "")
    return {"PYTHONPATH": os.pathsep.join(filter(None, [str(root / "tests"), str(root), there]))}


def rows(store: RunStore) -> list[str]:
    """The table of the one sweep, as CSV, without what names it."""
    (known,) = sweep.kept(store)
    return table.as_csv(known, trials.read(sweep.folder(store, known.id))).replace(known.id, "SWEEP").splitlines()


class Kill(NamedTuple):
    judged: int
    """Trials at the kill."""
    seconds: float
    """That the process lived."""


def killed(place: Place, moments: list[int], draw: Random, trial_seconds: float) -> tuple[list[Kill], Process]:
    """Kill a life after each of these numbers of judged trials; returns the last life, which goes on."""
    kills = []
    for moment in moments:
        life = place.start()
        came_true(lambda moment=moment, life=life: place.judged >= moment or not life.running, LONG, every=0.02)
        time.sleep(draw.uniform(0, 1.5) * trial_seconds)
        if not life.running:
            if life.wait() != 0:
                raise RuntimeError(life.said[-2_000:])
            return kills, life
        life.kill()
        if orphans := life.orphans():
            raise RuntimeError(f"orphan processes {orphans}")
        kills.append(Kill(place.judged, time.time() - life.began))
    return kills, place.start()


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--kills", type=int, default=10)
    parser.add_argument("--trials", type=int, default=40)
    parser.add_argument("--seed", type=int, default=0, help="start of all that is random")
    parser.add_argument("--scripted", action="store_true", help="on an engine that trains nothing")
    parser.add_argument("--keep", type=Path, help="a new folder for everything")
    given = parser.parse_args()
    folder, draw = given.keep or Path(tempfile.mkdtemp(prefix="kill-sweeps-")), Random(given.seed)
    whole = Place(folder / "whole", given.trials, given.scripted)
    life = whole.start()
    if life.wait(LONG) != 0:
        raise RuntimeError(life.said[-2_000:])
    seconds = (time.time() - life.began) / given.trials
    wanted = whole.rows()
    states = Counter(line.split(",")[1] for line in wanted[1:])
    print(f"undisturbed: {dict(states)}, {seconds * given.trials:.0f} s", flush=True)
    place = Place(folder / "killed", given.trials, given.scripted)
    moments = sorted(draw.randrange(given.trials) for _ in range(given.kills))
    kills, last = killed(place, moments, draw, min(seconds, 5.0))
    for number, kill in enumerate(kills, 1):
        print(f"kill {number}: {kill.judged} trials judged, {kill.seconds:.1f} s after the start", flush=True)
    if last.wait(LONG) != 0:
        raise RuntimeError(last.said[-2_000:])
    found = place.rows()
    wrong = [f"{mine}\n  instead of {theirs}" for mine, theirs in zip(found, wanted, strict=False) if mine != theirs]
    print(f"{len(kills)} kills; {len(found) - 1} rows, {len(wrong)} differ")
    print("\n".join(wrong))
    if found == wanted:
        shutil.rmtree(folder)
        return 0
    print(f"both sweeps are in {folder}")
    return 1


if __name__ == "__main__":
    sys.exit(main())
