"""Answers to queries, about the run that trains right now or about any stored one."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from engine import params, registry
from engine.analysis import pca, probe
from engine.checkpoint import read_checkpoint
from engine.datasets import cache_dir
from engine.datasets.image_data import ImageData
from engine.datasets.shelf import Shelf
from engine.errors import RunError, UsageError
from engine.life import Life
from engine.queries import (
    Accuracies,
    Answer,
    Codes,
    Decode,
    Encode,
    Images,
    Probe,
    Query,
    Reconstruct,
    Reconstruction,
    Sample,
)
from engine.store import RunRecord, RunStore
from engine.training import Backend, Model, as_floats
from engine.variants.variant import Variant


class Subject(NamedTuple):
    """Who is asked: a model, what it is, and the data it learned from (read when they are called for)."""

    model: Model
    variant: Variant
    data: Callable[[], ImageData]


class Questions:
    """Keeps the model that was asked last. Used on the engine's thread only."""

    def __init__(self, backend: Backend, store: RunStore, shelf: Shelf) -> None:
        self._backend = backend
        self._store = store
        self._shelf = shelf
        self._kept: tuple[Path, int, Model] | None = None

    def answer(self, query: Query, life: Life | None) -> Answer:
        """Ask the model of `query.run_id`; `life` is the run between whose chunks we are.

        Raises:
            EngineError: no such run, no weights yet, or the question does not fit the model.
        """
        return _HANDLERS[type(query)](self._subject(query.run_id, life), query)

    def _subject(self, run_id: str, life: Life | None) -> Subject:
        if life is not None and life.training is not None and life.run_id == run_id:
            model, variant, dataset = life.training.model, life.job.variant, life.job.dataset
        else:
            record = self._store.find(run_id)
            model, variant, dataset = self._model(record), record.variant, record.dataset
        return Subject(model, registry.variant(variant), lambda: self._shelf.load(dataset))

    def _model(self, record: RunRecord) -> Model:
        path = record.folder / "checkpoint.safetensors"
        version = path.stat().st_mtime_ns if path.exists() else 0
        if self._kept is None or self._kept[:2] != (path, version):
            checkpoint = read_checkpoint(path)
            if checkpoint is None:
                raise RunError("No weights yet", f"{record.id} has no checkpoint; `aetui resume {record.id}` trains it")
            config = params.configure(registry.preset(record.variant, record.preset), record.config)
            model = self._backend.model(registry.variant(record.variant), config, record.info.shape, checkpoint)
            self._kept = path, version, model
        return self._kept[2]


def check_prior(variant: Variant) -> None:
    """Raises UsageError where there is no distribution to draw codes from."""
    if not variant.prior:
        able = ", ".join(key for key, other in registry.VARIANTS.items() if other.prior) or "none"
        raise UsageError(
            "No prior",
            f"codes of {variant.key} follow no known distribution, so none can be drawn; variants that can: {able}; "
            "for images of codes of your own there is `aetui decode`",
        )


def _reconstruct(subject: Subject, query: Reconstruct) -> Reconstruction:
    inputs = query.inputs
    if inputs is None:
        inputs = subject.data().test.images[query.start : query.start + query.count]
    codes = subject.model.encode(inputs)
    outputs, floats = subject.model.decode(codes), as_floats(inputs)
    return Reconstruction(
        inputs=floats,
        outputs=outputs,
        codes=codes,
        errors=np.mean(np.square(outputs - floats), axis=tuple(range(1, floats.ndim))),
        epoch=subject.model.epoch,
    )


def _encode(subject: Subject, query: Encode) -> Codes:
    model = subject.model
    if query.inputs is not None:
        return Codes(codes=model.encode(query.inputs), labels=None, epoch=model.epoch)
    data = subject.data()
    part, first = data.train if query.part == "train" else data.test, slice(query.count or None)
    return Codes(codes=model.encode(part.images[first]), labels=part.labels[first], epoch=model.epoch)


def _decode(subject: Subject, query: Decode) -> Images:
    codes = query.codes.astype(np.float32)
    return Images(images=subject.model.decode(codes), codes=codes, epoch=subject.model.epoch)


def _sample(subject: Subject, query: Sample) -> Images:
    check_prior(subject.variant)
    drawn = np.random.default_rng(query.seed).standard_normal((query.count, subject.model.code_size))
    codes = (query.temperature * drawn).astype(np.float32)
    return Images(images=subject.model.decode(codes), codes=codes, epoch=subject.model.epoch)


def _probe(subject: Subject, query: Probe) -> Accuracies:
    model, data = subject.model, subject.data()
    if query.neighbours < 1:
        raise UsageError("Neighbours", f"expected at least 1 neighbour, got {query.neighbours}")
    images, labels = data.train.images[: query.items or None], data.train.labels[: query.items or None]
    encoders = model.encode, pca.fit(data, model.code_size, cache_dir()).encode
    ours, linear = ((encode(images), labels, encode(data.test.images), data.test.labels) for encode in encoders)
    return Accuracies(
        knn=probe.knn(*ours, query.neighbours),
        softmax=probe.softmax(*ours),
        pca_knn=probe.knn(*linear, query.neighbours),
        pca_softmax=probe.softmax(*linear),
        code_size=model.code_size,
        train_items=len(labels),
        test_items=len(data.test.labels),
        epoch=model.epoch,
    )


_HANDLERS: dict[type, Callable[[Subject, Any], Answer]] = {
    Reconstruct: _reconstruct,
    Encode: _encode,
    Decode: _decode,
    Sample: _sample,
    Probe: _probe,
}
