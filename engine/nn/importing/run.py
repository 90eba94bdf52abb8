"""A `.keras` file becomes a run: cut in two, measured as a run at its end is, and kept."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Generator
from pathlib import Path
from typing import Any, TypeVar

import keras
import msgspec
import numpy as np

from engine import datasets
from engine.analysis.array_comparison import ArrayComparison
from engine.analysis.baselines import Fitting
from engine.backend import Checkpoint, Position
from engine.datasets.array_data import ArrayData
from engine.datasets.cache import DatasetCache
from engine.datasets.data import in_blocks, silence
from engine.datasets.folders import cache_dir
from engine.errors import UsageError, counted
from engine.events import EpochEnded, Logged, RunFinished, RunStarted, Stage, Terms
from engine.kinds import KINDS
from engine.kinds.reading import Reading
from engine.nn.autoencoder import Autoencoder
from engine.nn.importing import halves, keras_file
from engine.nn.inspection import Inspection, Seen
from engine.nn.layers import Blocks
from engine.nn.model import KerasModel, copied
from engine.runs.store import RunInfo, RunRecord, RunStore
from engine.runs.writer import RunWriter, new_run_id, this_process
from engine.storage.atomic import replacing
from engine.storage.rows import Array
from engine.variants.imported import FILE, Imported

STAGE = Stage("imported", 1)
TRAINING_ITEMS = 10_000
"""Of the training part the loss is measured on so many at most."""
T = TypeVar("T")


def write(
    path: Path, store: RunStore, *, dataset: str | None, data_dir: Path | None, code: str | None, name: str, device: str
) -> tuple[RunRecord, tuple[str, ...]]:
    """A run of the autoencoder in the file at `path`, and what there is to know of it, a sentence each; `device` is the
    one that computes, in words.

    `dataset`: what it is to be seen with; None: the only one here with items of its size. `code`: the layer that gives
    the code; None: the narrowest. Nothing is kept before all is measured.

    Raises:
        UsageError: it is none that can be imported, or the data set does not fit.
        BadData: the file is broken.
        EngineError: the data cannot be had, or the run not be kept.
    """
    model = keras_file.read(path)
    layers, given = halves.chain(model), _item(model)
    data = _data(_named(dataset, given), given, data_dir)
    place, shape = halves.cut(layers, given, code)
    networks = halves.joined(layers, place, given, shape, data.shape)
    text = halves.described(networks)
    variant = Imported(text)
    config = variant.presets["file"]
    whole = Autoencoder(halves.rebuilt(text, data.shape), config, Blocks(config.seed, config.precision))
    for ours, theirs in zip(_weights(whole), _weights(Autoencoder(networks, config, whole.blocks)), strict=True):
        ours.assign(theirs)
    seen = KerasModel(variant, whole)
    comparison = ArrayComparison(Fitting(data, seen, seen.code_size, cache_dir(), silence))
    began = time.monotonic()
    looked: Seen = _run(Inspection(data, config.seed, None, lambda *_: {}).look(seen, whole, False, 0.0))
    samples = looked.samples.with_views(**comparison.views(looked.samples, looked.codes))
    train = _losses(seen, data, data.train.items[:TRAINING_ITEMS])
    validation = _losses(seen, data, data.validation.items)
    metrics = _run(comparison.metrics(seen, store.root, "imported"))
    seconds = round(time.monotonic() - began, 3)
    info = RunInfo(
        id=new_run_id(variant.key),
        variant=variant.key,
        preset=variant.default_preset,
        config=msgspec.to_builtins(config),
        dataset=data.key,
        kind=data.kind,
        fingerprint=data.fingerprint,
        shape=data.shape,
        name=name,
        created=time.time(),
        device=device,
        **this_process(),
    )
    started = RunStarted(
        variant=info.variant,
        preset=info.preset,
        config=info.config,
        dataset=info.dataset,
        kind=info.kind,
        device=device,
        name=name,
        epochs=1,
        stages=(STAGE,),
        layers=whole.networks.layers,
        code_size=seen.code_size,
        train_items=len(data.train.labels),
        validation_items=len(data.validation.labels),
        metadata=data.metadata,
    )
    told = _told(layers, place, math.prod(shape), data)
    ended = EpochEnded(
        stage=STAGE.name,
        epoch=1,
        train=train,
        validation=validation,
        steps=0,
        seconds=seconds,
        samples_per_second=0.0,
        samples=True,
        health=looked.health,
    )
    finish = RunFinished(
        outcome="completed", epochs=1, train=train, validation=validation, weights_epoch=1, metrics=metrics
    )
    checkpoint = Checkpoint(arrays=copied(whole.networks.variables), position=Position(epoch=2))

    def fill(writer: RunWriter) -> None:
        with replacing(writer.folder / FILE) as file:
            file.write(text)
        KINDS[data.kind].keep(data, writer.folder)
        writer.record(started)
        for line in (f"imported from {path.name}", *told):
            writer.record(Logged(level="info", text=line))
        writer.samples(1, samples, 1)
        writer.record(ended)
        writer.checkpoint(checkpoint, None)
        writer.record(finish)

    return _kept(store, info, fill), told


def _kept(store: RunStore, info: RunInfo, fill: Callable[[RunWriter], None]) -> RunRecord:
    """The run, whole; where it cannot be kept, nothing is left of it."""
    writer = RunWriter.create(store, info)
    try:
        fill(writer)
    except BaseException:
        writer.remove()
        raise
    writer.__exit__()
    return store.find(info.id)


def _item(model: keras.Model) -> tuple[int, ...]:
    """The shape of an item. Raises UsageError for what is no autoencoder of items of one shape."""
    given, answered = model.input_shape, model.output_shape
    if not isinstance(given, tuple) or given != answered or None in given[1:] or len(given) < 2:
        told = f"expected a network whose output has the shape of its input, found {given} to {answered}"
        raise UsageError("No autoencoder", told)
    return tuple(given[1:])


def _named(dataset: str | None, given: tuple[int, ...]) -> str:
    """The data set that is meant. Raises UsageError where it has to be said."""
    if dataset is not None:
        return datasets.dataset(dataset, Imported.accepts).key
    rows = datasets.all_sets().values()
    fits = [row.key for row in rows if row.shape and row.kind in Imported.accepts and _fits(row.shape, given)]
    if len(fits) != 1:
        items = f"items of {' × '.join(map(str, given))} numbers"
        have = f"{', '.join(fits)} have such" if fits else "none here has such"
        raise UsageError("Which data?", f"expected --dataset: what the network is to be seen with, {items}; {have}")
    return fits[0]


def _fits(shape: tuple[int, ...], given: tuple[int, ...]) -> bool:
    """Whether items of `shape` can be given: as they are, with or without channels, or flat."""
    bare, wanted = (tuple(size for size in each if size != 1) for each in (shape, given))
    return bare == wanted or (len(given) == 1 and math.prod(shape) == given[0])


def _data(key: str, given: tuple[int, ...], data_dir: Path | None) -> ArrayData:
    found = DatasetCache(data_dir).load(key, Reading(), None)
    if not isinstance(found, ArrayData) or not _fits(found.shape, given):
        theirs, ours = (" × ".join(map(str, shape)) for shape in (found.shape, given))
        raise UsageError("Data do not fit", f"expected items of {ours} numbers, as the network has; {key} has {theirs}")
    return found


def _weights(autoencoder: Autoencoder[Any]) -> list[Any]:
    """By name, whatever order they were made in."""
    return [variable for _, variable in sorted(autoencoder.networks.variables.items())]


def _losses(model: KerasModel, data: ArrayData, items: Array) -> Terms:
    """The mean squared error of what is known of `items`."""
    total, count = 0.0, 0
    for block in in_blocks(items, model.block):
        compact = items[block]
        targets, known = data.targets(compact), data.known(compact)
        squares = np.square(model.decode(model.encode(data.as_floats(compact))) - targets, dtype=np.float64)
        total += float((squares if known is None else squares[known]).sum())
        count += squares.size if known is None else int(known.sum())
    error = total / max(count, 1)
    return {"loss": error, "reconstruction": error}


def _run(steps: Generator[Any, None, T]) -> T:
    """What a generator returns in the end."""
    while True:
        try:
            next(steps)
        except StopIteration as stop:
            found: T = stop.value
            return found


def _told(layers: list[keras.Layer], place: int, size: int, data: ArrayData) -> tuple[str, ...]:
    seen = "numbers from 0 to 1" if data.train.items.dtype.kind == "u" else "the numbers of the data"
    return (
        f"The code is the output of its layer {layers[place].name}, {counted(size, 'number')} of an item's "
        f"{math.prod(data.shape):,}; --code names another one.",
        f"It is given {seen}, as models of this program are: one that was trained on other numbers answers badly.",
    )
