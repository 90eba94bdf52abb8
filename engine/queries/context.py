"""Who is asked."""

from __future__ import annotations

from collections.abc import Callable, Generator
from pathlib import Path
from typing import Any, NamedTuple

from engine.backend import Backend, Checkpoint, Model
from engine.datasets.data import Data
from engine.params import TrainingConfig
from engine.queries.messages import Answer, Weights
from engine.runs.store import RunRecord
from engine.variants.variant import Variant

Steps = Generator[tuple[int, int], None, Answer]
"""A long answer, worked at between two chunks of a training; yields how much is done of how much."""


class QueryContext(NamedTuple):
    """A model, what it is, and what belongs to it (read when it is called for)."""

    model: Model
    variant: Variant[Any]
    preset: str
    """What the settings of the run were made from."""
    folder: Path
    """Of the run."""
    version: str
    """Names the weights among all that the run ever has."""
    live: bool
    """Whether the run trains at this moment: its weights are other ones after the next chunk."""
    weights: Weights
    """Which of them the model has."""
    held_out: bool
    """Whether the run had validation data beside its test part."""
    still: Callable[[], Model]
    """The model with weights that stay as they are."""
    backend: Backend
    config: TrainingConfig
    """Of the run."""
    checkpoint: Callable[[], Checkpoint]
    """The weights of the model as arrays, with their position."""
    data: Callable[[], Data]
    """What it learned from."""
    record: RunRecord
    exact: Callable[[], Model]
    """As `still`, computing in float32 whatever it was trained in."""
    kept: Callable[[], Any]
    """What the run keeps of its data (see `engine.kinds.kind.Kind.kept`)."""
    asked: int = 0
    """The epoch that was asked for; 0: none was, and the weights are those that answer as a rule."""
