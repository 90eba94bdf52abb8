"""Answers to queries, about the run that trains right now or about any stored one."""

from __future__ import annotations

from collections.abc import Callable, Generator
from pathlib import Path
from typing import Any, NamedTuple

import msgspec

from engine import params, registry
from engine.backend import Backend, Checkpoint, Model, version_of
from engine.datasets.cache import DatasetCache
from engine.datasets.data import Data, Report
from engine.errors import RunError, UsageError
from engine.kinds import KINDS
from engine.kinds.reading import Reading
from engine.params import TrainingConfig
from engine.queries import exploring, features, fidelity, models, plain, restoring, units
from engine.queries.cases import Cases
from engine.queries.context import QueryContext, Steps
from engine.queries.detections import Detections
from engine.queries.exporting import export
from engine.queries.messages import (
    Answer,
    Classify,
    Cluster,
    Corrupt,
    Decode,
    Detect,
    Encode,
    Explore,
    Export,
    Fidelity,
    FineTune,
    Judge,
    Look,
    Measure,
    Neighbours,
    Networks,
    Probe,
    Query,
    Read,
    Recommend,
    Reconstruct,
    Restore,
    Sample,
    Similarity,
    Units,
    Walk,
    Weights,
)
from engine.queries.messages.message import RunQuery
from engine.queries.pairs import judged
from engine.queries.recommendations import recommend
from engine.queries.sentences import Search, reading, similarity
from engine.queries.walking import Walking
from engine.runs import weight_files
from engine.runs.checkpoint import read_checkpoint, read_position
from engine.runs.execution import Execution
from engine.runs.store import RunRecord, RunStore
from engine.variants.variant import Variant

FILES: dict[Weights, str] = {"best": "best.safetensors", "last": "checkpoint.safetensors"}


class _Kept(NamedTuple):
    """The model that was asked last, as its checkpoint file was at `changed` (ns)."""

    path: Path
    changed: int
    model: Model
    version: str


class QueryService:
    """Keeps what was asked last: model, lexicon, index. Used on the engine's thread only."""

    def __init__(self, backend: Backend, store: RunStore, datasets: DatasetCache) -> None:
        self._backend = backend
        self._store = store
        self._datasets = datasets
        self._kept: _Kept | None = None
        self._kept_of_data: tuple[Path, Any] | None = None
        cases = Cases()
        search = Search()
        self.handlers: dict[type, Callable[[QueryContext, Any], Answer | Steps]] = {
            Reconstruct: models.reconstruct,
            Encode: models.encode,
            Decode: models.decode,
            Sample: models.sample,
            Probe: features.probed,
            Cluster: features.clustered,
            Classify: features.classify,
            FineTune: features.finetuned,
            Detect: Detections().detect,
            Similarity: similarity,
            Read: reading,
            Neighbours: search.neighbours,
            Walk: Walking(search).walk,
            Judge: judged,
            Recommend: recommend,
            Export: export,
            Networks: plain.networks,
            Units: units.read,
            Explore: exploring.explored,
            Measure: cases.measured,
            Look: cases.looked_at,
            Restore: restoring.restored,
            Fidelity: fidelity.measured,
        }

    def answer(self, query: Query, execution: Execution | None, report: Report) -> Answer | Steps:
        """Ask the model of `query.run_id`; `execution` is the run between whose chunks we are.

        What takes long comes as a generator that is to be run to its end; `report` hears of the reading of data, and
        may raise.

        Raises:
            EngineError: no such run, no weights yet, or the query does not fit the model.
        """
        if isinstance(query, Corrupt):
            return models.corrupted(self._backend, query)
        _check_kind(query, self._store.find(query.run_id))
        context = self._context(query, execution, report)
        found = self.handlers[type(query)](context, query)
        return _finished(found, context) if isinstance(found, Generator) else _said(found, context)

    def _context(self, query: RunQuery, execution: Execution | None, report: Report) -> QueryContext:
        run_id, wanted = query.run_id, query.weights
        record = self._store.find(run_id)
        variant, config = registry.variant(record.variant).opened(record.folder), _config(record)
        training = execution.training if execution is not None and execution.run_id == run_id else None
        live = training if training and not query.epoch and wanted in (None, training.weights) else None
        weights = wanted or (live.weights if live else _chosen(record, config))
        path = record.folder / FILES[weights]
        if query.epoch:
            path, weights = _of_epoch(record, query)
        if live is not None:
            model, checkpoint = live.model, live.checkpoint
            version = f"{model.epoch} epochs, {weights}, training"

            def still() -> Model:
                return self._backend.model(variant, config, record.info.shape, checkpoint())
        else:
            kept = self._stored(record, variant, config, path)
            model, version = kept.model, kept.version

            def checkpoint() -> Checkpoint:
                return _read(record, path)

            def still() -> Model:
                return model

        def exact() -> Model:
            if config.precision == "float32":
                return still()
            plain = msgspec.structs.replace(config, precision="float32")
            return self._backend.model(variant, plain, record.info.shape, checkpoint())

        reading = variant.reading(config)
        return QueryContext(
            model=model,
            variant=variant,
            preset=record.preset,
            folder=record.folder,
            version=version,
            live=live is not None,
            weights=weights,
            held_out=bool(config.validation),
            still=still,
            backend=self._backend,
            config=config,
            checkpoint=checkpoint,
            record=record,
            exact=exact,
            data=lambda: self._data(record, reading, report),
            kept=lambda: self._of_data(record, reading),
            report=report,
            asked=query.epoch,
        )

    def _data(self, record: RunRecord, reading: Reading, report: Report) -> Data:
        # A query fetches nothing: a training may be waiting.
        data = self._datasets.load(record.dataset, reading, record.folder, report, download=False)
        if data.fingerprint != record.info.fingerprint:
            raise RunError(
                "The data changed",
                f"{record.id} learned from {record.dataset} with fingerprint {record.info.fingerprint[:16]}…, but the "
                f"data found now ({data.path or 'from a package'}) have {data.fingerprint[:16]}…; bring the former "
                "data back, or train anew",
            )
        return data

    def _stored(self, record: RunRecord, variant: Variant[Any], config: TrainingConfig, path: Path) -> _Kept:
        changed = path.stat().st_mtime_ns if path.exists() else 0
        if self._kept is None or self._kept[:2] != (path, changed):
            checkpoint = _read(record, path)
            self._kept = _Kept(
                path,
                changed,
                self._backend.model(variant, config, record.info.shape, checkpoint),
                version_of(checkpoint.position),
            )
        return self._kept

    def _of_data(self, record: RunRecord, reading: Reading) -> Any:
        if self._kept_of_data is None or self._kept_of_data[0] != record.folder:
            kind = registry.kind(record.variant, record.dataset, record.kind)
            self._kept_of_data = record.folder, kind.kept(record.folder, reading)
        return self._kept_of_data[1]


def _of_epoch(record: RunRecord, query: RunQuery) -> tuple[Path, Weights]:
    """The weights of the epoch asked for, or of the nearest one (of two the earlier) of which there are some.

    Raises:
        UsageError: best or last weights are asked for as well.
        RunError: there are none at all.
    """
    if query.weights is not None:
        raise UsageError("Weights", f"expected an epoch or the {query.weights} weights, got both; leave one out")
    found, best = weight_files.kept(record.folder), 0
    for weights in FILES:
        path = record.folder / FILES[weights]
        position = read_position(path)
        if position is not None and position.step == 0 and position.epoch > 1:
            found.setdefault(position.epoch - 1, path)
            best = position.epoch - 1 if weights == "best" else best
    if not found:
        _read(record, record.folder / FILES["last"])
        raise RunError("No weights yet", f"no epoch of {record.id} is over; ask again when one is")
    epoch = min(found, key=lambda kept: (abs(kept - query.epoch), kept))
    return found[epoch], "best" if epoch == best else "last"


def _read(record: RunRecord, path: Path) -> Checkpoint:
    """Raises RunError where there is none."""
    checkpoint = read_checkpoint(path)
    if checkpoint is None:
        raise RunError("No weights yet", f"{record.id} has no {path.name}; `aetui resume {record.id}` trains it")
    return checkpoint


def _check_kind(query: Query, record: RunRecord) -> None:
    """Raises UsageError where a run cannot be meant, whatever its weights."""
    kind, about = registry.kind(record.variant, record.dataset, record.kind), query.about
    if about and about != kind.key:
        able = ", ".join(key for key, other in registry.VARIANTS.items() if about in other.accepts)
        told = f"{record.id} ({record.variant}) knows no {KINDS[about].items}, but {kind.items}; ask a run of {able}"
        raise UsageError(f"No {KINDS[about].items}", told)


def _chosen(record: RunRecord, config: TrainingConfig) -> Weights:
    """The best weights if what told them is not what they are judged on, else the last."""
    return "best" if config.validation and (record.folder / FILES["best"]).exists() else "last"


def _said(answer: Answer, context: QueryContext) -> Answer:
    return msgspec.structs.replace(answer, weights=context.weights, held_out=context.held_out, asked=context.asked)


def _finished(steps: Steps, context: QueryContext) -> Steps:
    return _said((yield from steps), context)


def _config(record: RunRecord) -> TrainingConfig:
    return params.stored(registry.preset(record.variant, record.preset), record.config)
