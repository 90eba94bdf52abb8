"""Event files, read in a process of their own by what TensorFlow reads them with, and by TensorBoard where it is."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from many_runs import many_runs

from engine.exports.table import FORMATS
from engine.runs.snapshot_writer import SnapshotWriter
from engine.runs.snapshots import Samples
from engine.runs.store import RunRecord, RunStore

READER = """
import json, sys
from pathlib import Path
import tensorflow as tf

found = {}
for path in sorted(Path(sys.argv[1]).rglob("*tfevents*")):
    told = found.setdefault(str(path.parent.relative_to(sys.argv[1])), {})
    for event in tf.compat.v1.train.summary_iterator(str(path)):
        for value in event.summary.value:
            array = tf.make_ndarray(value.tensor)
            plugin = value.metadata.plugin_data.plugin_name
            seen = float(array) if plugin == "scalars" else plugin
            if plugin == "images":
                seen = [tf.io.decode_png(png).numpy().shape for png in array[2:]]
            told.setdefault(value.tag, []).append([event.step, event.wall_time, seen])
print(json.dumps(found))
"""
BOARD = """
import json, sys
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator
from tensorboard.plugins.hparams.plugin_data_pb2 import HParamsPluginData

events = EventAccumulator(sys.argv[1]).Reload()
content = events.summary_metadata["_hparams_/session_start_info"].plugin_data.content
start = HParamsPluginData.FromString(content).session_start_info
number = start.hparams["batch_size"].number_value
print(json.dumps([events.Tags()["tensors"], number, start.hparams["variant"].string_value, start.start_time_secs]))
"""


@pytest.fixture
def record(tmp_path: Path) -> RunRecord:
    """A run of twelve epochs with pictures of two of them."""
    many_runs(tmp_path / "runs", 1)
    [found] = RunStore(tmp_path / "runs").runs()
    images = np.random.default_rng(0).random((3, 8, 6, 1), np.float32)
    samples = Samples(
        inputs=images, targets=images, outputs=images, codes=np.ones((3, 2), np.float32), labels=np.arange(3)
    )
    for epoch in (2, 12):
        SnapshotWriter(found.folder).write(epoch, samples, best=12)
    return found


def read(program: str, folder: Path) -> Any:
    done = subprocess.run([sys.executable, "-c", program, folder], check=True, capture_output=True, text=True)
    return json.loads(done.stdout.splitlines()[-1])


@pytest.mark.slow
def test_event_files_have_curves_metrics_settings_and_pictures_at_the_times_of_the_run(
    record: RunRecord, tmp_path: Path
) -> None:
    write = (
        "from pathlib import Path; from engine.runs.store import RunStore; from engine.exports.table import FORMATS;"
    )
    write += f"record = RunStore(Path({str(record.folder.parent)!r})).get({record.id!r});"
    for name in ("events", "again"):
        (tmp_path / name).mkdir()
        write += f"notes = FORMATS['tensorboard'].load()(record, Path({str(tmp_path / name)!r}));"
    done = subprocess.run([sys.executable, "-c", write + "print(notes)"], check=True, capture_output=True, text=True)
    assert "12 epochs" in done.stdout
    assert "pictures of 2 epochs" in done.stdout
    assert FORMATS["tensorboard"].needs == "record"

    found = read(READER, tmp_path / "events")
    history = [event for event in record.events()[0] if hasattr(event, "train") and hasattr(event, "epoch")]
    for part in ("train", "validation"):
        expected = [[event.epoch, event.at, np.float32(getattr(event, part)["loss"])] for event in history]
        assert found[part]["epoch/loss"] == expected
    assert record.end is not None
    assert found["."]["final/test_mse"][0][2] == np.float32(record.end.metrics["test_mse"])
    assert [[step, shapes] for step, _, shapes in found["."]["probe/reconstructions"]] == [
        [2, [[8, 6, 1]] * 3],
        [12, [[8, 6, 1]] * 3],
    ]
    assert found["."]["settings"][0][2] == "text"
    same = [path.read_bytes() for path in sorted((tmp_path / "events").rglob("*tfevents*"))]
    assert same == [path.read_bytes() for path in sorted((tmp_path / "again").rglob("*tfevents*"))]

    if find_spec("tensorboard"):
        tags, batch_size, variant, began = read(BOARD, tmp_path / "events")
        assert {"final/test_mse", "probe/inputs"} <= set(tags)
        assert (batch_size, variant, began) == (record.config["batch_size"], record.variant, record.created)


LIVE = """
import sys, threading
from pathlib import Path
from engine.events import RunFinished
from engine.runs.jobs import ResumeJob, TrainJob
from engine.runs.store import RunStore
from engine.session import Engine

root, *jobs = sys.argv[1:]
over = threading.Event()
engine = Engine(lambda event: over.set() if isinstance(event, RunFinished) else None, RunStore(Path(root)))
engine.start()
for job in jobs:
    over.clear()
    known = [run.id for run in RunStore(Path(root)).runs()]
    config = {"epochs": int(job), "seed": 1}
    new = TrainJob(variant="vanilla", dataset="digits", preset="small", config=config)
    engine.submit(ResumeJob(run_id=known[0], epochs=int(job)) if known else new)
    assert over.wait(400)
engine.close()
"""


@pytest.mark.long
def test_event_files_are_written_while_it_trains_and_a_resumed_run_goes_on_in_them(tmp_path: Path) -> None:
    environment = {**os.environ, "AETUI_TENSORBOARD": str(tmp_path / "tb"), "XDG_CACHE_HOME": str(tmp_path / "cache")}
    program = [sys.executable, "-c", LIVE, str(tmp_path / "runs")]
    subprocess.run([*program, "2", "3"], check=True, capture_output=True, env=environment)
    [run] = RunStore(tmp_path / "runs").runs()
    found = read(READER, tmp_path / "tb")
    history = [event for event in run.events()[0] if hasattr(event, "train") and hasattr(event, "epoch")]
    for part in ("train", "validation"):
        expected = [[event.epoch, event.at, np.float32(getattr(event, part)["loss"])] for event in history]
        assert found[f"{run.id}/{part}"]["epoch/loss"] == expected
    top = found[run.id]
    assert [[step, shapes] for step, _, shapes in top["probe/reconstructions"]] == [
        [epoch, [[28, 28, 1]] * 10] for epoch in (1, 2, 3)
    ]
    assert {plugin for _, _, plugin in top["codes"]} == {"histograms"}
    assert {"weights/encoder/code/kernel", "_hparams_/session_start_info", "_hparams_/session_end_info"} <= set(top)
    assert "final/test_mse" in top
    steps = [step for step, _, _ in found[f"{run.id}/steps"]["steps/loss"]]
    assert steps == sorted(set(steps))
    assert steps[-1] == sum(event.steps for event in history)
    assert len(list((tmp_path / "tb" / run.id / "train").iterdir())) == 2
