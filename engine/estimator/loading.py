"""Runs that are there already, as fitted estimators."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

import numpy as np

from engine import params, registry
from engine.datasets.numbers.columns import Columns
from engine.errors import UsageError
from engine.estimator import forms, recipes, shared
from engine.estimator.autoencoder import Autoencoder
from engine.estimator.forms import Form, Images, Rows, Sentences, Tables
from engine.estimator.settings import names
from engine.runs.store import RunStore

if TYPE_CHECKING:
    from engine.runs.store import RunRecord


def load_run(
    run: str = "last",
    *,
    runs_dir: str | os.PathLike[str] | None = None,
    device: str = "auto",
    contamination: float = 0.01,
) -> Autoencoder:
    """A trained run as a fitted `Autoencoder`: its id, the beginning of one, its name, or "last".

    X has the columns of the run in their order, or the shape of its images or windows, in their own units; of a run on
    text it is a list of sentences, which have codes and nothing else. TensorFlow is loaded by the first question.

    Raises:
        ValueError: there is no such run, or it is of ratings (`aetui recommend` asks it).
        engine.errors.RunError: what it keeps of its data is gone.
    """
    with recipes.told():
        store = RunStore(shared.root_of(runs_dir))
        record = store.find(run)
        kind = registry.kind(record.variant, record.dataset, record.kind)
        if kind.key not in FORMS:
            raise UsageError("No items", f"{record.id} learned from {kind.items}; for it there are {kind.commands}")
        base = registry.preset(record.variant, record.preset)
        config = params.stored(base, record.config)
        settings = {
            name: getattr(config, name)
            for name in config.__struct_fields__
            if getattr(config, name) != getattr(base, name) and name in names()
        }
        made = Autoencoder(
            record.variant,
            preset=record.preset,
            random_state=config.seed,
            contamination=contamination,
            name=record.name,
            runs_dir=runs_dir,
            device=device,
            **settings,
        )
        made._trained(record)
        made._form = FORMS[kind.key](record)
        made.n_features_in_, columns = width(made._form, record)
        if columns:
            made.feature_names_in_ = np.array(columns, object)
    return made


def width(form: Form, record: RunRecord) -> tuple[int, list[str]]:
    """Numbers of an item of X, and the names of its columns where they are the user's."""
    columns = form.columns
    if columns is None or columns.window:
        return int(np.prod(record.info.shape)), []
    names = [column.name for column in columns.used]
    return len(names), [] if names == forms.numbered(len(names)) else names


def _images(record: RunRecord) -> Images:
    height, width, channels = record.info.shape
    return Images((height, width, channels), flat=channels == 1, bytes=False)


def _numbers(record: RunRecord) -> Rows | Tables:
    columns = Columns.kept(record.folder)
    if all(column.becomes in ("number", "flag") for column in columns.used):
        return Rows(columns, tuple(record.info.shape))
    if columns.window:
        raise UsageError("No numbers", f"{record.id} has channels of words or dates; `aetui encode` reads them")
    return Tables(columns)


FORMS: Mapping[str, Callable[[RunRecord], Form]] = {
    "image": _images,
    "vectors": _numbers,
    "windows": _numbers,
    "text": lambda record: Sentences(),
}
"""How X of a run is read, by the kind of data that it learned from."""
