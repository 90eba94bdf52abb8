"""Which part of a run's data a query is about."""

from __future__ import annotations

from engine.datasets.data import Data, Part
from engine.errors import UsageError
from engine.queries.messages import PartName


def named(data: Data, name: PartName) -> Part:
    """Raises UsageError for the validation part of data that have none of their own."""
    if name == "validation" and not data.held_out:
        told = (
            "the run held no items out of training (its validation is 0) and was judged on the test part; ask about "
            "that"
        )
        raise UsageError("No validation part", told)
    part: Part = getattr(data, name)
    return part
