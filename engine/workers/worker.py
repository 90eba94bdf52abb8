"""What is told of one of several processes that train a run together."""

from __future__ import annotations

from typing import Annotated

import msgspec


class Worker(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """One of several processes that train a run together."""

    index: Annotated[int, msgspec.Meta(ge=0, le=2**53)]
    """0: the chief, which keeps the run."""
    host: str
    device: str
    """For people ("GPU NVIDIA H100")."""
    items_per_second: float
    """Of its share of the items."""
    at: float
    """When it was heard of, by the chief's clock."""
