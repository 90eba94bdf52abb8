"""Stores with as many runs as one likes, and a count of the files that are opened."""

from __future__ import annotations

import builtins
import io
import os
import random
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from unittest.mock import patch

import msgspec

from engine import events, registry
from engine.events import EpochEnded, Outcome, RunFinished, RunStarted, Stage
from engine.runs.record import RunInfo

VARIANTS = ("vanilla", "sparse", "denoising", "variational")
DATASETS = ("digits", "mnist", "fashion_mnist")
AGED = 60.0
"""Seconds since the newest run was written."""


def many_runs(root: Path, count: int, *, epochs: int = 12, seed: int = 1) -> None:
    """`count` complete runs of several models on several data sets, an hour apart, one in fifty stopped."""
    draw = random.Random(seed)
    for number in range(count):
        at = time.time() - AGED - 3600 * (count - number)
        variant = draw.choice(VARIANTS)
        run_id = f"{time.strftime('%Y%m%dT%H%M%SZ', time.gmtime(at))}-{variant}-{number:04x}"
        made_run(root / run_id, variant, draw, at, epochs)


def made_run(folder: Path, variant: str, draw: random.Random, at: float, epochs: int) -> None:
    """One of them, its files as old as they say."""
    config = {**msgspec.to_builtins(registry.preset(variant, "book")), "epochs": epochs, "seed": draw.randrange(1000)}
    if draw.random() < 0.5:
        config["learning_rate"] = draw.choice((1e-4, 3e-4, 2e-3))
    info = RunInfo(
        id=folder.name,
        variant=variant,
        preset="book",
        config=config,
        dataset=draw.choice(DATASETS),
        fingerprint="0" * 64,
        shape=(28, 28, 1),
        name=draw.choice(("", f"trial-{draw.randrange(1000)}")),
        created=at,
        versions={"keras": "3", "tensorflow": "2", "numpy": "2", "aetui": "1"},
        device="CPU, 2 cores",
        host=os.uname().nodename,
        pid=1,
        process_started=1.0,
    )
    started = RunStarted(
        variant=variant, preset="book", config=config, dataset=info.dataset, device=info.device, epochs=epochs
    )
    started = msgspec.structs.replace(started, stages=(Stage("training", epochs),))
    floor = draw.uniform(0.005, 0.02)
    history: list[Any] = [started]
    for epoch in range(1, epochs + 1):
        terms = {"loss": floor + 0.1 / epoch, "reconstruction": floor + 0.1 / epoch}
        history.append(
            EpochEnded(
                stage="training",
                epoch=epoch,
                train=terms,
                validation=terms,
                steps=100,
                seconds=1.5,
                samples_per_second=1e5,
            )
        )
    outcome: Outcome = "stopped" if draw.random() < 0.02 else "completed"
    metrics = {"test_mse": floor + 0.001, "pca_mse": 0.012, "mean_mse": 0.06, "knn": 0.9, "pca_knn": 0.92}
    end = RunFinished(outcome=outcome, epochs=epochs, train=terms, validation=terms, seconds=1.5 * epochs)
    history.append(msgspec.structs.replace(end, metrics=metrics if outcome == "completed" else {}))
    stamped = (msgspec.structs.replace(event, run_id=folder.name, seq=n, at=at) for n, event in enumerate(history, 1))
    folder.mkdir(parents=True)
    (folder / "run.json").write_bytes(msgspec.json.encode(info))
    (folder / "events.jsonl").write_bytes(b"".join(events.encode(event) + b"\n" for event in stamped))
    for path in (folder / "run.json", folder / "events.jsonl", folder):
        os.utime(path, (at, at))


@contextmanager
def opened_files(below: Path, seconds: float = 0.0) -> Iterator[list[str]]:
    """The files below a folder that are opened meanwhile by Python, each `seconds` late."""
    paths: list[str] = []

    def noted(real: Callable[..., Any]) -> Callable[..., Any]:
        def opened(path: Any, *arguments: Any, **named: Any) -> Any:
            if not isinstance(path, int) and os.fspath(path).startswith(str(below)):
                paths.append(os.fspath(path))
                time.sleep(seconds)
            return real(path, *arguments, **named)

        return opened

    with (
        patch.object(builtins, "open", noted(builtins.open)),
        patch.object(io, "open", noted(io.open)),
        patch.object(os, "open", noted(os.open)),
    ):
        yield paths
