"""Runs as rows of a table: what filters and orders look at again and again is made once."""

from __future__ import annotations

from typing import Any, NamedTuple

from engine.analysis.headline import Headline, headline
from engine.runs.listing.changes import changed, told
from engine.runs.listing.summary import Summary


class Row(NamedTuple):
    """A run, and what follows from it."""

    run: Summary
    changed: dict[str, Any]
    """Settings that are not those of its preset."""
    headline: Headline | None
    text: str
    """All that it is called, in lower case: where words are looked for."""


def row(run: Summary) -> Row:
    """`run` as a row."""
    settings = changed(run)
    called = (run.name, run.id, run.variant, run.preset, run.dataset, run.status, run.group, run.note, *run.tags)
    text = "\n".join([*called, *(f"{name} {told(value)}" for name, value in settings.items())])
    return Row(run, settings, headline(run.metrics), text.lower())
