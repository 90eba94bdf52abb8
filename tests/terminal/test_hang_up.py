"""A training whose terminal goes."""

from __future__ import annotations

import signal
import subprocess
import time
from pathlib import Path

from detached_runs import PROGRAM, detached, only_run
from pseudo_terminal import Terminal

from engine.events import EpochEnded, RunFinished, RunHandedOver, RunResumed
from engine.runs.store import RunRecord, RunStore

# Epochs of several chunks: the terminal goes in the midst of one.
TRAINING = ["train", "vanilla", "--dataset", "digits", "--preset", "book", "--epochs", "4", "--set", "batch_size=1"]


def wait_until_ended(record: RunRecord, timeout: float = 60) -> None:
    until = time.monotonic() + timeout
    while record.status == "running" and time.monotonic() < until:
        time.sleep(0.1)


def metrics(record: RunRecord) -> list[object]:
    events = record.events()[0]
    epochs = [(event.epoch, event.train, event.validation) for event in events if isinstance(event, EpochEnded)]
    return [*epochs, *(event.metrics for event in events if isinstance(event, RunFinished))]


def test_a_training_whose_terminal_goes_in_mid_epoch_completes_with_the_metrics_of_an_undisturbed_one(
    environment: dict[str, str], home: Path
) -> None:
    terminal = Terminal([PROGRAM, *TRAINING], environment, controlling=True)
    terminal.until("epoch 2/4 ")
    began = time.monotonic()
    terminal.process.send_signal(signal.SIGHUP)
    terminal.hang_up()  # some shells send the signal, and the system sends it again
    assert terminal.process.wait(10) == 128 + signal.SIGHUP
    assert time.monotonic() - began < 2
    record = only_run(home)
    assert len(detached(home)) == 1
    undisturbed = {**environment, "AETUI_RUNS": str(home / "undisturbed")}
    subprocess.run([PROGRAM, "--quiet", *TRAINING], env=undisturbed, capture_output=True, check=True)
    wait_until_ended(record)
    events = record.events()[0]
    [left] = [event for event in events if isinstance(event, RunHandedOver)]
    [resumed] = [event for event in events if isinstance(event, RunResumed)]
    assert (resumed.epoch, resumed.step) == (left.epoch, left.step)
    assert left.step > 0
    assert [event.seq for event in events] == list(range(1, len(events) + 1))
    assert metrics(record) == metrics(RunStore(home / "undisturbed").find("last"))
    assert not [path.name for path in record.folder.rglob("*") if path.name in ("pulse", "request", "events.tmp")]
