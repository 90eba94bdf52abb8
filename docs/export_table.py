"""Measures the tables of `export.md`: every autoencoder, trained for a moment, in every format, held against the run.

    python docs/export_table.py FOLDER [--only VARIANT,…] [--formats keras,…] [--speeds]

Runs, data and exports come to lie in FOLDER; what is there already is not trained or exported again. Prints Markdown.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from queue import SimpleQueue
from typing import Any

import numpy as np

LEARN, TRY = 2_000, 1_000
MORE: tuple[tuple[str, str, dict[str, Any], str], ...] = (
    ("sparse", "topk", {"hidden_dim": 64, "k": 8}, "sparse (topk)"),
    ("vanilla", "small", {"precision": "mixed_bfloat16"}, "vanilla (bfloat16)"),
    ("sentence", "book", {"units": 16, "precision": "float32"}, "sentence (book)"),
)
"""Beside the smallest preset of each: variant, preset, settings, and what the row is called."""
SMALL: dict[str, dict[str, Any]] = {"text": {"units": 32, "dimensions": 16, "length": 12, "vectors": "corpus"}}
"""Settings by kind of data, of those that a variant has."""


def main() -> None:
    """Print one of the tables."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--only", default="")
    parser.add_argument("--formats", default="")
    parser.add_argument("--speeds", action="store_true", help="the second table, of what was exported before")
    asked = parser.parse_args()
    folder = asked.folder.absolute()
    if asked.speeds:
        _speeds(folder)
        return
    folder.mkdir(parents=True, exist_ok=True)
    os.environ |= {"XDG_DATA_HOME": str(folder / "data"), "XDG_CACHE_HOME": str(folder / "cache")}

    from engine.exports.table import FORMATS
    from engine.registry import VARIANTS
    from engine.runs.store import RunStore
    from engine.session import Engine
    from engine.storage import native_output

    native_output.divert()
    formats = [row.key for row in FORMATS.values() if row.needs == "weights"]
    formats = [key for key in formats if key in asked.formats.split(",")] or formats
    rows = [
        (key, "small" if "small" in each.presets else each.default_preset, {}, key) for key, each in VARIANTS.items()
    ]
    rows = [row for row in [*rows, *MORE] if not asked.only or row[0] in asked.only.split(",")]
    events: SimpleQueue[Any] = SimpleQueue()
    engine = Engine(events.put, RunStore(folder / "runs"), device="cpu", data_dir=None)
    engine.start()
    print("| | " + " | ".join(formats) + " |\n|---|" + "---|" * len(formats), flush=True)
    try:
        for row in rows:
            run = _trained(engine, events, folder, row)
            print(f"| {row[3]} | " + " | ".join(_cell(engine, run, key, folder) for key in formats) + " |", flush=True)
    finally:
        engine.close()


def _trained(engine: Any, events: Any, folder: Path, row: tuple[str, str, dict[str, Any], str]) -> str:
    """The run of a row, trained for one epoch if it is not there."""
    from engine import registry
    from engine.events import EngineFailed, RunFinished
    from engine.params import describe
    from engine.runs.jobs import TrainJob
    from engine.runs.store import RunStore

    variant, preset, settings, title = row
    name = title.replace(" ", "-").replace("(", "").replace(")", "")
    for record in RunStore(folder / "runs").runs():
        if record.name == name and record.status == "completed":
            return record.id
    dataset, kind = _data(folder, registry.variant(variant).accepts)
    able = {param.name for param in describe(registry.preset(variant, preset))}
    small = {key: value for key, value in SMALL.get(kind, {}).items() if key in able and key not in settings}
    config = {**small, **settings, "epochs": 1}
    engine.submit(TrainJob(variant=variant, dataset=dataset, preset=preset, config=config, name=name))
    while not isinstance(event := events.get(), RunFinished | EngineFailed):
        pass
    if isinstance(event, EngineFailed) or event.outcome != "completed":
        raise SystemExit(f"{title} could not be trained: {event}")
    return event.run_id


def _cell(engine: Any, run: str, key: str, folder: Path) -> str:
    """Max |Δ|, and how many items are off by more than 1e-5; or why there is no such export."""
    from engine.errors import EngineError
    from engine.queries.messages import Export

    cells = folder / "cells.json"
    known = json.loads(cells.read_text()) if cells.exists() else {}
    if f"{run} {key}" not in known:
        query = Export(run_id=run, format=key, path=str(folder / f"{run}-{key}"), force=True)
        try:
            answer = engine.query(query).result()
            more = f" ({answer.beyond} of {answer.items:,} beyond)" if answer.beyond else ""
            known[f"{run} {key}"] = f"{answer.difference:.1e}{more}", f"{dict(answer.differences)} of {answer.items}"
        except EngineError as error:
            known[f"{run} {key}"] = "–", str(error)
        cells.write_text(json.dumps(known, indent=1))
    return str(known[f"{run} {key}"][0])


def _data(folder: Path, accepts: tuple[str, ...]) -> tuple[str, str]:
    """Made data of the first of these kinds that there are some of: its key, and the kind."""
    made = {"image": _images, "text": _sentences, "ratings": lambda _: "made-ratings", "windows": _waves}
    kind = next(kind for kind in accepts if kind in made)
    return made[kind](folder), kind


def _images(folder: Path) -> str:
    """28 × 28: blobs of three classes, of which 1,000 are for the test."""
    random, path = np.random.default_rng(0), folder / "blobs.npz"
    y, x = np.mgrid[:28, :28]
    labels = random.integers(0, 3, LEARN + TRY)
    centres = random.uniform(8, 20, (LEARN + TRY, 2, 1, 1))
    wide = (2 + 2 * labels)[:, None, None]
    images = 255 * np.exp(-((y - centres[:, 0]) ** 2 + (x - centres[:, 1]) ** 2) / wide**2)
    images = images.round().astype(np.uint8)[..., None]
    parts = {"x_train": images[:LEARN], "y_train": labels[:LEARN], "x_test": images[LEARN:], "y_test": labels[LEARN:]}
    np.savez_compressed(path, allow_pickle=False, **parts)
    return _added("blobs", path)


def _waves(folder: Path) -> str:
    path = folder / "waves.csv"
    time_, random = np.arange(20_000), np.random.default_rng(0)
    columns = [np.sin(time_ / period) + random.normal(0, 0.1, len(time_)) for period in (7, 19)]
    np.savetxt(path, np.stack(columns, axis=1), delimiter=",", header="fast,slow", comments="", fmt="%.5f")
    return _added("waves", path, "--kind", "windows", "--window", "32", "--stride", "4")


def _sentences(folder: Path) -> str:
    path, random = folder / "sentences", np.random.default_rng(0)
    path.mkdir(exist_ok=True)
    nouns, verbs = ("dog", "cat", "ship", "price", "bank", "crop"), ("saw", "bit", "sold", "met")
    for place in range(40):
        said = [
            " ".join(["The", *random.choice(nouns, 1), *random.choice(verbs, 1), *random.choice(nouns, 1 + n % 6)])
            + "."
            for n in range(100)
        ]
        (path / f"{place:02}.txt").write_text("\n".join(said))
    return _added("said", path)


def _added(name: str, path: Path, *options: str) -> str:
    from engine.datasets.own import records

    if records.find(name) is None:
        command = [sys.executable, "-m", "aetui", "data", "add", name, str(path), *options]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    return name


def _speeds(folder: Path) -> None:
    """Items a second of the encoders that were exported, by ONNX Runtime and by TensorFlow, one thread each."""
    import keras
    import onnxruntime
    import tensorflow as tf

    tf.config.threading.set_intra_op_parallelism_threads(1)
    tf.config.threading.set_inter_op_parallelism_threads(1)
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    print("| encoder | items at a time | ONNX Runtime | TensorFlow |\n|---|---|---|---|")
    random = np.random.default_rng(0)
    for path in sorted(folder.glob("*-onnx")):
        other = path.with_name(path.name.removesuffix("-onnx") + "-keras")
        if not (other / "encoder.keras").exists():
            continue
        session = onnxruntime.InferenceSession(str(path / "encoder.onnx"), options)
        model = keras.saving.load_model(other / "encoder.keras", compile=False)
        compiled = tf.function(partial(model, training=False))
        for count in (1, 1_000):
            items = random.random((count, *model.input_shape[1:]), np.float32)
            ours = _rate(partial(session.run, None, {session.get_inputs()[0].name: items}), count)
            theirs = _rate(partial(compiled, tf.constant(items)), count)
            print(f"| {path.name.split('-')[1]} | {count:,} | {ours:,.0f} | {theirs:,.0f} |", flush=True)


def _rate(call: Callable[[], Any], count: int) -> float:
    """Items a second in the fastest of the calls of two seconds, 20 at least: others may use the machine, too."""
    best, calls, began = float("inf"), 0, time.perf_counter()
    while calls < 20 or time.perf_counter() - began < 2:
        start = time.perf_counter()
        call()
        best, calls = min(best, time.perf_counter() - start), calls + 1
    return count / best


if __name__ == "__main__":
    main()
