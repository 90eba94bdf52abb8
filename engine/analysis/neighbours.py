"""Nearest neighbours among the codes of a corpus, by cosine."""

from __future__ import annotations

from collections.abc import Generator
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


def encoded(model: Model, data: Data, items: NDArray[Any]) -> Generator[tuple[int, int], None, NDArray[np.float32]]:
    """Codes of compact `items`; yields how many are done of how many, every few tenths of a second."""
    codes = np.empty((len(items), model.code_size), np.float32)
    for block in in_blocks(items, model.block):
        codes[block] = model.encode(data.as_floats(items[block]))
        yield block.stop, len(items)
    return codes
