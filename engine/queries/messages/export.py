"""A model that is to be opened by other programs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar, Literal

from engine.queries.messages.message import RunAnswer, RunQuery


class Export(RunQuery, frozen=True, kw_only=True):
    """Write the networks of a run as a format of `engine.exports.table.FORMATS` that needs its weights.

    What was written is opened in a fresh process, and its outputs for up to 1,000 test items are held against the
    run's own, before it comes to lie at `path`.
    """

    doing: ClassVar[str] = "exporting"

    format: str
    path: str
    """Where to; something that is there already is refused."""
    force: bool = False
    """Whether an earlier export there may be replaced."""
    part: Literal["encoder", "decoder", "whole"] | None = None
    """What of the model; None: all three."""
    inside: bool = False
    """Whether the networks are to do the preprocessing themselves, as far as their format can."""


class Exported(RunAnswer, frozen=True, kw_only=True):
    """The answer."""

    path: str
    files: tuple[str, ...]
    """Their names in the folder `path`; of a file its own."""
    bytes: int
    difference: float
    """Max |Δ| of all outputs from the run's own, in float32."""
    differences: Mapping[str, float]
    """The same of encode, decode and reconstruct, of those that were exported."""
    beyond: int = 0
    """Items with an output that is off by more than `engine.exports.comparing.CLOSE`."""
    items: int
    """That were compared."""
    of: str
    """Which these were, in words."""
    notes: tuple[str, ...] = ()
    """What there is to know of the export, a sentence each."""
