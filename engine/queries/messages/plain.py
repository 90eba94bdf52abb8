"""A model as NumPy runs it: for screens that ask it something at every key."""

from __future__ import annotations

from engine.plain.network import Network
from engine.queries.messages.message import RunAnswer, RunQuery


class Networks(RunQuery, frozen=True, kw_only=True):
    """What are the run's networks now, with their weights?"""


class PlainNetworks(RunAnswer, frozen=True, kw_only=True, eq=False):
    """The answer: halves that give what `Encode` and `Decode` are answered with, in float32."""

    encoder: Network | None
    decoder: Network | None
    why: str
    """In a sentence, where one of them is None: it has layers that NumPy does not run."""
    code_size: int
    shape: tuple[int, ...]
    """Of an item as the encoder sees it."""
    noise: str
    """Names what the encoder's items are corrupted with in training; empty where it sees clean ones."""
    version: str
    """Names the weights among all that the run ever has."""
