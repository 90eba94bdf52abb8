"""Nearest neighbours among the codes of a corpus, by cosine."""

from __future__ import annotations

from collections.abc import Callable, Generator
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from safetensors import safe_open
from safetensors.numpy import save

from engine.analysis.sentences import unit
from engine.backend import Model
from engine.datasets.data import Data, in_blocks
from engine.storage.atomic import replacing
from engine.storage.rows import Array

FILE = "neighbours.safetensors"
BLOCK = 4_096


class Index:
    """Codes scaled to length 1, (n, k) float32; `version` names the weights and the data they were made with."""

    def __init__(self, codes: NDArray[Any], version: str) -> None:
        self.codes = np.empty(codes.shape, np.float32)
        for block in in_blocks(codes, BLOCK):  # `unit` takes eight bytes a number
            self.codes[block] = unit(codes[block])
        self.version = version

    def nearest(self, code: NDArray[np.floating], count: int) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
        """Places and cosines of the `count` nearest to `code` (k,), nearest first."""
        cosines = self.codes @ unit(code[None])[0].astype(np.float32)
        count = min(count, len(cosines))
        places = np.argpartition(-cosines, max(count - 1, 0))[:count]
        places = places[np.argsort(-cosines[places], kind="stable")]
        return places.astype(np.int64), np.clip(cosines[places], -1, 1)

    def write(self, folder: Path) -> None:
        """Keep it in the run folder; half the digits are enough to find neighbours."""
        content = save({"codes": self.codes.astype(np.float16)}, {"version": self.version})
        with replacing(folder / FILE, flush=False) as file:
            file.write(content)

    @classmethod
    def read(cls, folder: Path, version: str, shape: tuple[int, int]) -> Index | None:
        """What `folder` keeps; None where there is nothing, something of another version or shape, or damaged."""
        try:
            with safe_open(folder / FILE, "np") as file:
                same = (file.metadata() or {}).get("version") == version
                codes = file.get_tensor("codes") if same else None
        except Exception:
            # safetensors and NumPy raise half a dozen types between them for headers that lie. It is made anew.
            return None
        if codes is None or codes.shape != shape or codes.dtype != np.float16:
            return None
        return cls(codes, version)


def version_with(data: Data, weights: str) -> str:
    """What an index was made with: the weights' version, and the data."""
    return f"{weights}, {data.fingerprint}"


def encoded(model: Model, data: Data, items: Array) -> Generator[tuple[int, int], None, NDArray[np.float32]]:
    """Codes of compact `items`; yields how many are done of how many, every few tenths of a second."""
    return (yield from by_block(lambda block: model.encode(data.as_floats(block)), items, model.block))


def by_block(
    function: Callable[[NDArray[Any]], NDArray[np.float32]], items: Array, size: int
) -> Generator[tuple[int, int], None, NDArray[np.float32]]:
    """`function`, which answers each item with as many numbers, of `size` compact items at a time; yields likewise."""
    codes: NDArray[np.float32] | None = None
    for block in in_blocks(items, size):
        found = function(items[block])
        if codes is None:
            codes = np.empty((len(items), *found.shape[1:]), np.float32)
        codes[block] = found
        yield block.stop, len(items)
    return np.asarray(function(items[:0]), np.float32) if codes is None else codes
