"""Several devices and processes: the curve of one, whatever their number, and each reads what is its own."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from engine.nn.dealing import Dealing

TOLERANCE = 1e-5
"""Of a mean loss: sums of floating-point numbers in another order."""


@pytest.fixture
def tensorflow() -> None:
    from engine.nn import runtime

    runtime.load("cpu")


@pytest.mark.parametrize("near", [0, 2**15])
def test_of_a_block_each_process_brings_what_its_devices_take_and_nothing_else(
    small_data: Any, monkeypatch: pytest.MonkeyPatch, tensorflow: None, near: int
) -> None:
    from engine.nn import feed as feeds
    from engine.nn.inputs import Pixels
    from engine.nn.order import Epoch

    monkeypatch.setattr(feeds, "NEAR", near)
    data, epoch, batch = small_data(items=43), Epoch(1, 0, 2), 10
    sizes = feeds.Sizes(whole=0, block=20 * 16)
    alone, one, other = (
        feeds.feed(data.train.items, Pixels(data), batch, sizes, shuffle=True, dealing=dealing)
        for dealing in (Dealing(), Dealing(3, 0, 1), Dealing(3, 1, 2))
    )
    for block in (0, 20, 40):
        whole, *parts = (brought(feed, epoch, block) for feed in (alone, one, other))
        rows = np.asarray(whole.data)[np.asarray(whole.places)]
        for dealing, part in zip((Dealing(3, 0, 1), Dealing(3, 1, 2)), parts, strict=True):
            mine = dealing.mine(block, whole.stop, batch, 43)
            own = np.asarray(part.data)[np.asarray(part.places)]
            count = whole.stop - block
            assert np.array_equal(own[:count][mine], rows[:count][mine])
            assert np.array_equal(part.numbers, whole.numbers)
            assert len(part.data) < len(whole.data)


def brought(feed: Any, epoch: Any, place: int) -> Any:
    while (held := feed.held(epoch, place)) is None:
        pass
    return held


def test_orders_arrive_as_they_were_given(tensorflow: None) -> None:
    from engine.nn import orders
    from engine.nn.chunks import StepRange
    from engine.nn.order import Epoch

    for epochs in (2.0, float("inf")):
        steps = StepRange(first=3, steps=2, start=30, rows=10, epochs=epochs, per_step=0.1)
        order = orders.Steps.of("train", Epoch(1, 0, 2), steps, (5, 6), learn=True)
        heard = orders.decode(orders.encode(order))
        assert heard == order
        assert heard.range() == steps
    assert orders.decode(orders.encode(orders.Leave(status=75))) == orders.Leave(status=75)


LOGICAL = """
import json, sys
from engine import params, registry
from engine.backend import EpochReport
from engine.nn import distribution, runtime
runtime.load("cpu:2")
from engine.nn.graph_cache import Graphs
from engine.nn.trainer import Trainer
from importlib import util
spec = util.spec_from_file_location("made", sys.argv[1])
made = util.module_from_spec(spec)
spec.loader.exec_module(made)

def curve(variant, config, data, devices):
    training = Trainer(variant, config, data, graphs=Graphs(variant, config, data, distribution=devices))
    ended = [report.event for report in training.run() if isinstance(report, EpochReport)]
    return [[*event.train.values(), *event.validation.values()] for event in ended]

devices = distribution.here()
assert devices.replicas == 2
for key, preset, settings in json.loads(sys.argv[2]):
    variant = registry.variant(key)
    config = params.configure(registry.preset(key, preset), {"precision": "float32", "epochs": 3, **settings})
    data = made.make_text(31) if "text" in variant.accepts else made.make_data(items=31, shape=(8, 8, 1))
    both = [curve(variant, config, data, one) for one in (None, devices)]
    worst = max(abs(a - b) / max(1, abs(a)) for one, two in zip(*both) for a, b in zip(one, two))
    print(json.dumps([key, worst, len(both[1])]))
"""
TOGETHER = [
    # Terms that are made of means over the batch, or of what is known of it; the last batch has one item.
    ("sparse", "kl", {"hidden_dim": 9, "batch_size": 10}),
    ("sparse", "topk", {"hidden_dim": 12, "k": 3, "batch_size": 10}),
    ("vq", "small", {"filters": 4, "entries": 8, "dimensions": 4, "batch_size": 10}),
    ("sentence", "small", {"units": 5, "bag_of_words": 0.5, "vocabulary": 13, "batch_size": 10}),
]


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_two_devices_have_the_curve_of_one() -> None:
    conftest = Path(__file__).parents[1] / "conftest.py"
    done = subprocess.run(
        [sys.executable, "-c", LOGICAL, conftest, json.dumps(TOGETHER)], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    found = [json.loads(line) for line in done.stdout.splitlines()]
    assert [key for key, _, _ in found] == [key for key, _, _ in TOGETHER]
    for key, worst, epochs in found:
        assert (worst < TOLERANCE, epochs) == (True, 3), key


TRAIN = ("train", "vanilla", "--dataset", "digits", "--preset", "small", "--epochs", "12")


def started(folder: Path, *arguments: str, workers: int = 1) -> list[subprocess.Popen[str]]:
    """`aetui` with those arguments in as many processes; only the first one's run folder is there afterwards."""
    sockets = [socket.socket() for _ in range(workers)]
    for one in sockets:
        one.bind(("127.0.0.1", 0))
    addresses = [f"127.0.0.1:{one.getsockname()[1]}" for one in sockets]
    for one in sockets:
        one.close()
    found = []
    for index in range(workers):
        config = {"cluster": {"worker": addresses}, "task": {"type": "worker", "index": index}}
        environment = {**os.environ, "TF_CONFIG": json.dumps(config), "AETUI_RUNS": str(folder / f"runs-{index}")}
        command = [sys.executable, "-m", "aetui", *arguments]
        pipe = subprocess.PIPE
        found.append(subprocess.Popen(command, env=environment, stdout=pipe, stderr=pipe, text=True))
    return found


def ended(processes: list[subprocess.Popen[str]]) -> list[tuple[int, str, str]]:
    """Status, output and errors of each."""
    said = [process.communicate(timeout=800) for process in processes]
    return [(process.returncode, *texts) for process, texts in zip(processes, said, strict=True)]


def events(folder: Path, kind: str) -> list[dict[str, Any]]:
    lines = [line for path in folder.glob("runs-0/*/events.jsonl") for line in path.read_text().splitlines()]
    return [event for event in map(json.loads, lines) if event["type"] == kind]


def curve(folder: Path) -> dict[int, tuple[float, float]]:
    """By epoch the losses that count in the end."""
    return {
        event["epoch"]: (event["train"]["loss"], event["validation"]["loss"]) for event in events(folder, "epoch_ended")
    }


@pytest.mark.long
@pytest.mark.timeout(2400)
def test_two_processes_of_which_one_is_killed_have_the_curve_of_one_when_all_are_started_anew(tmp_path: Path) -> None:
    for name in ("alone", "together"):
        (tmp_path / name).mkdir()
    assert ended(started(tmp_path / "alone", *TRAIN))[0][0] == 0

    folder = tmp_path / "together"
    chief, other = started(folder, *TRAIN, workers=2)
    while len(events(folder, "epoch_ended")) < 2 and chief.poll() is None:
        time.sleep(0.02)
    other.send_signal(signal.SIGKILL)
    killed = time.monotonic()
    (status, _, told), _ = ended([chief, other])
    assert status == 75, told
    assert "A worker is gone" in told
    assert time.monotonic() - killed < 60

    (run,) = folder.glob("runs-0/*/events.jsonl")
    (status, _, told), (other_status, output, errors) = ended(started(folder, "resume", run.parent.name, workers=2))
    assert (status, other_status) == (0, 0), told + errors
    assert output == ""
    assert not list(folder.glob("runs-1/*/events.jsonl"))
    one, two = curve(tmp_path / "alone"), curve(folder)
    assert list(one) == list(range(1, 13))
    assert one.keys() == two.keys()
    assert max(abs(a - b) for epoch in one for a, b in zip(one[epoch], two[epoch], strict=True)) < TOLERANCE
    assert [len(event["workers"]) for event in events(folder, "workers_reported")][:1] == [2]
