"""Kills workers of one launched run with SIGKILL at random moments; its curve must be that of one undisturbed process.

    python tests/faults/kill_worker.py --kills 20 [--workers 2] [--epochs 300] [--seed 0] [--variant vanilla]

Prints a line for each kill: whom it hit and when, and the seconds from it to the next step, beside those from the start
of `aetui launch` to its first step, which are the start of TensorFlow for the most part. The exit status is 1 if the
curves differ by more than 1e-5 of the loss.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import signal
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from queue import Empty, SimpleQueue
from random import Random
from typing import Any, NamedTuple

import psutil

from engine.events import complete_epochs
from engine.runs.store import RunStore

PATIENCE = 600.0
TOLERANCE = 1e-5
AETUI = (sys.executable, "-m", "aetui")
ROW = "{:>4}  {:>6}  {:>5}  {:>12}  {:>12}"


class Kill(NamedTuple):
    worker: int
    epoch: int
    """The newest that was complete."""
    resumed: float
    """Seconds until the run said that it goes on."""
    step: float
    """Seconds until the next step was told of."""


class Launched:
    """`aetui launch … --json`, and what it says."""

    def __init__(self, runs: Path, workers: int, settings: list[str]) -> None:
        hosts = ["--hosts", "localhost", "--workers", str(workers), "--restarts", "3"]
        command = [*AETUI, "--runs-dir", str(runs), "launch", *hosts, "train", *settings, "--id", "cut", "--json"]
        self.began = time.time()
        self.epoch = 0
        self._lines: SimpleQueue[dict[str, Any] | None] = SimpleQueue()
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE)
        threading.Thread(target=self._listen, daemon=True).start()

    def _listen(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self._lines.put(json.loads(line))
        self._lines.put(None)

    def events(self, seconds: float = PATIENCE) -> Iterator[dict[str, Any]]:
        """Those that come within so long; the end of the program ends them, too."""
        until = time.monotonic() + seconds
        while (left := until - time.monotonic()) > 0:
            try:
                event = self._lines.get(timeout=left)
            except Empty:
                return
            if event is None:
                self._lines.put(None)
                return
            if event["type"] == "epoch_ended":
                self.epoch = event["epoch"]
            yield event

    def first(self, *kinds: str) -> float:
        """When the first event of these kinds came. Raises RuntimeError if none does."""
        for event in self.events():
            if event["type"] in kinds:
                return time.time()
        raise RuntimeError(f"no {' or '.join(kinds)} within {PATIENCE:.0f} s")

    def workers(self) -> dict[int, int]:
        """Process numbers by place."""
        found = {}
        for process in psutil.Process(self.process.pid).children(recursive=True):
            try:
                words, config = process.cmdline(), process.environ().get("TF_CONFIG")
            except psutil.Error:
                continue
            if config and "aetui" in words:
                found[json.loads(config)["task"]["index"]] = process.pid
        return found


def kill_one(launched: Launched, draw: Random, within: float) -> Kill | None:
    """After a random time of training; None where the run was complete before."""
    for _ in launched.events(draw.uniform(0, within)):
        pass
    workers = launched.workers()
    if launched.process.poll() is not None or not workers:
        return None
    worker = draw.choice(sorted(workers))
    epoch, killed = launched.epoch, time.time()
    os.kill(workers[worker], signal.SIGKILL)
    try:
        resumed = launched.first("run_resumed") - killed
    except RuntimeError:
        return None
    return Kill(worker, epoch, resumed, launched.first("progress", "epoch_ended") - killed)


def curve(store: RunStore, run_id: str) -> list[tuple[float, float]]:
    epochs = complete_epochs(store.find(run_id).events()[0])
    return [(ended.train["loss"], ended.validation["loss"]) for ended in epochs]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--kills", type=int, default=20)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--epochs", type=int, default=300)
    parser.add_argument("--variant", default="vanilla")
    parser.add_argument("--within", type=float, default=5.0, help="seconds of training before each kill, at most")
    parser.add_argument("--seed", type=int, default=0, help="start of all that is random")
    given = parser.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="kill-worker-"))
    settings = [given.variant, "--dataset", "digits", "--epochs", str(given.epochs), "--seed", "1"]
    alone = [*AETUI, "--runs-dir", str(folder), "--quiet", "train", *settings, "--id", "one"]
    subprocess.run(alone, check=True, stdout=subprocess.DEVNULL)
    launched, draw, kills = Launched(folder, given.workers, settings), Random(given.seed), []
    start = launched.first("progress", "epoch_ended") - launched.began
    print(f"start to first step {start:.1f} s")
    print(ROW.format("KILL", "WORKER", "EPOCH", "RESUMED IN S", "NEXT STEP IN S"), flush=True)
    while len(kills) < given.kills and (kill := kill_one(launched, draw, given.within)):
        kills.append(kill)
        told = (len(kills), kill.worker, kill.epoch, f"{kill.resumed:.1f}", f"{kill.step:.1f}")
        print(ROW.format(*told), flush=True)
    for _ in launched.events():
        pass
    status = launched.process.wait()
    store = RunStore(folder)
    one, cut = curve(store, "one"), curve(store, "cut")
    apart = max(abs(a - b) / abs(a) for pair in zip(one, cut, strict=False) for a, b in zip(*pair, strict=True))
    well = status == 0 and len(one) == len(cut) == given.epochs and apart <= TOLERANCE and len(kills) == given.kills
    beside = [kill.step - start for kill in kills]
    print(f"kills {len(kills)}, status {status}, epochs {len(cut)}, largest relative difference of a loss {apart:.1e}")
    if beside:
        print(f"beside a start: median {statistics.median(beside):+.1f} s, worst {max(beside):+.1f} s")
    if well:
        shutil.rmtree(folder)
    else:
        print(f"kept in {folder}")
    return 0 if well else 1


if __name__ == "__main__":
    sys.exit(main())
