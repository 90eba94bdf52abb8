"""Runs whose every text tries to command the terminal, and what tells whether one got through."""

from __future__ import annotations

import unicodedata
from pathlib import Path

import msgspec
import numpy as np
from fake_answers import SENTENCES
from fakes import LAYERS, STEPS, FakeRun, readings

from engine import events
from engine.datasets import DATASETS
from engine.events import EpochEnded, Layer, Logged, RunFinished, RunResumed, Stage
from engine.runs.jobs import TrainJob
from engine.runs.snapshot_writer import SnapshotWriter
from engine.runs.store import RunInfo, RunStore

MARK = "Xq"
"""In every hostile text, to see that it was shown at all."""
HOSTILE = (
    f"{MARK}\x1b[31m\x1b]52;c;aGk=\x07\x1bP1$q\x1b\\\x9b2J\x9d0;title\x9c"  # colour, clipboard, DCS, and C1's of them
    "\u202egnp.exe\u2066\u200b\u2028\x7f\x00\x08\r\n\x85[red]m[/][@click=app.quit]c[/]\U000e0041\ue000"
)
COMMANDS = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}


def escaped(text: str, allowed: str = "\n") -> set[str]:
    """The characters of `text` that a terminal would obey or cannot show."""
    return {char for char in text if unicodedata.category(char) in COMMANDS and char not in allowed}


def hostile_run(store: RunStore, number: int, job: TrainJob, *, variant: str = "", outcome: str = "failed") -> str:
    """A stored run of the kind of `job` with three epochs, hostile wherever a text can be; returns its id.

    `variant` stands for the model's name, where that is to be hostile as well.
    """
    run = FakeRun(store, f"2026010{number}T000000Z-run-{number:04x}", job)
    info = msgspec.json.decode((run.folder / "run.json").read_bytes(), type=RunInfo)
    config = {**info.config, "activation": HOSTILE, HOSTILE: HOSTILE}
    texts = dict.fromkeys(("preset", "dataset", "name", "device", "host", "fingerprint"), HOSTILE)
    told = msgspec.structs.replace(
        info, **texts, variant=variant or info.variant, config=config, versions={HOSTILE: HOSTILE}
    )
    (run.folder / "run.json").write_bytes(msgspec.json.encode(told))
    for event in _story(run, told, outcome):
        run.stamp(event)
    return run.run_id


def _story(run: FakeRun, info: RunInfo, outcome: str) -> list[events.Event]:
    started = msgspec.structs.replace(
        run.started(),
        **dict.fromkeys(("preset", "dataset", "name", "device"), HOSTILE),
        variant=info.variant,
        config=info.config,
        stages=(Stage(HOSTILE, 2), Stage(HOSTILE + "2", 3)),
        layers=(*LAYERS, Layer(HOSTILE, HOSTILE, HOSTILE, (None, 784), 7)),
        metadata={HOSTILE: HOSTILE},
    )
    terms = {"loss": 0.1, "other": 0.2, HOSTILE: 0.3}
    ended = RunFinished(
        outcome=outcome,
        epochs=3,
        train=terms,
        validation=terms,
        metrics={"test_mse": 0.01, HOSTILE: 1.0},
        message=HOSTILE,
    )
    logged = [Logged(level=level, text=f"{HOSTILE}\n{HOSTILE}") for level in ("info", "warning", "error")]
    epochs = [_epoch(run, number, terms) for number in (1, 2, 3)]
    return [started, *logged, *epochs, RunResumed(epoch=4, step=0, epochs=5, device=HOSTILE), ended]


def _epoch(run: FakeRun, number: int, terms: events.Terms) -> EpochEnded:
    ended = run.epoch(number)
    if run.text:
        count = len(SENTENCES)
        said = {name: np.array([HOSTILE] * count) for name in ("sentences", "readings")}
        kept = msgspec.structs.replace(readings(number), classes=np.array([f"{HOSTILE}{n}" for n in range(10)]))
        SnapshotWriter(run.folder).write(number, kept.with_views(**said))
    return msgspec.structs.replace(ended, stage=HOSTILE, train=terms, validation=terms, steps=STEPS)


def hostile_store(root: Path) -> RunStore:
    """One run of images, one of text, one of a model that does not exist."""
    store = RunStore(root)
    hostile_run(store, 1, TrainJob(variant="vanilla", dataset="digits", preset="book"), outcome="diverged")
    text = next(key for key, row in DATASETS.items() if row.kind == "text")
    hostile_run(store, 2, TrainJob(variant="sentence", dataset=text, preset="tuned"))
    hostile_run(store, 3, TrainJob(variant="vanilla", dataset="digits", preset="book"), variant=HOSTILE)
    return store
