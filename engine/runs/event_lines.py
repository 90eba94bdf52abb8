"""Many events at once: a long run has 100,000 lines of them."""

from __future__ import annotations

from collections.abc import Iterator
from functools import reduce
from operator import or_
from typing import Any, get_args

import msgspec

from engine.events import (
    UNREADABLE,
    EpochEnded,
    Event,
    FormerEpochEnded,
    RunFinished,
    RunStarted,
    decode,
)

BLOCK = 2**20
"""Bytes that are decoded together: a line that cannot be read spoils no more of the speed than that."""

_OTHERS: Any = reduce(or_, (kind for kind in get_args(Event) if kind is not EpochEnded))

_decode = msgspec.json.Decoder(Event).decode_lines
_decode_former = msgspec.json.Decoder(FormerEpochEnded | _OTHERS).decode_lines


def decode_lines(text: bytes) -> list[Event]:
    """What `engine.events.decode` makes of each line of `text`, without those that cannot be read."""
    found: list[Event] = []
    for block in _blocks(text):
        found += _at_once(block) or _one_by_one(block)
    return found


def _blocks(text: bytes) -> Iterator[bytes]:
    start = 0
    while start < len(text):
        end = text.find(b"\n", start + BLOCK) + 1 or len(text)
        yield text[start:end]
        start = end


def _at_once(block: bytes) -> list[Event]:
    """Nothing where a line cannot be read, or has fields with names of earlier versions."""
    try:
        found: list[Event] = _decode(block)
    except UNREADABLE:
        try:
            former = _decode_former(block)
        except UNREADABLE:
            return []
        found = [event.now() if isinstance(event, FormerEpochEnded) else event for event in former]
    return [] if any(map(_renamed, found)) else found


def _renamed(event: Event) -> bool:
    return (isinstance(event, RunStarted) and not event.metadata) or (
        isinstance(event, RunFinished) and not event.metrics
    )


def _one_by_one(block: bytes) -> list[Event]:
    found = []
    for line in block.splitlines():
        try:
            found.append(decode(line))
        except UNREADABLE:
            continue
    return found
