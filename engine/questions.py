"""Answers to queries, about the run that trains right now or about any stored one."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from numpy.typing import NDArray

from engine import params, registry
from engine.checkpoint import read_checkpoint
from engine.datasets.shelf import Shelf
from engine.errors import RunError
from engine.life import Life
from engine.queries import Answer, Query
from engine.store import RunRecord, RunStore
from engine.training import Backend, Model


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
        if life is not None and life.training is not None and life.run_id == query.run_id:
            return life.training.reconstruct(self._inputs(query, life.job.dataset))
        record = self._store.find(query.run_id)
        return self._model(record).reconstruct(self._inputs(query, record.dataset))

    def _inputs(self, query: Query, dataset: str) -> NDArray[Any]:
        if query.inputs is not None:
            return query.inputs
        return self._shelf.load(dataset).test.images[query.start : query.start + query.count]

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
