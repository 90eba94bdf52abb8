"""In which order the items of a part come: a function of seed, stage and epoch, and of nothing else."""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Numbers = NDArray[np.int32]


class Epoch(NamedTuple):
    """What the order is keyed by. What is not shuffled comes in the same order whatever the epoch."""

    seed: int = 0
    stage: int = 0
    number: int = 0


class Block(NamedTuple):
    """Items that lie on the device together."""

    runs: tuple[range, ...]
    """Where in the part they lie, ascending: one after the other, they are the rows of the block."""
    places: Numbers
    """(n,) rows of the block in the order in which they come."""
    numbers: Numbers
    """(n,) which items of the part those are."""


def shuffled(items: int, epoch: Epoch) -> Numbers:
    """All at once: (items,), every one once."""
    return np.random.default_rng(list(epoch)).permutation(items).astype(np.int32)


class BlockOrder:
    """Items in blocks of whole batches, for a part that cannot be in memory.

    The part is cut into runs of neighbours, which are read in one go. An epoch takes the runs in a permuted order,
    makes a block of as many items as come next, and permutes those. So a block has items from all over the part, every
    item comes once, and the last block alone is short.
    """

    def __init__(self, items: int, rows: int, run: int, *, shuffle: bool) -> None:
        """`rows`: in a block, a multiple of those in a batch; `run`: items that are read in one go."""
        self.items = items
        self.rows = rows
        self._run = run
        self._shuffle = shuffle
        # Asked for by each block of an epoch, one after the other.
        self._runs = lru_cache(1)(self._permuted)

    def __len__(self) -> int:
        """How many blocks there are."""
        return -(-self.items // self.rows)

    def block(self, epoch: Epoch, number: int) -> Block:
        """The block that comes `number`-th (from 0) in that epoch."""
        first, last = number * self.rows, min((number + 1) * self.rows, self.items)
        runs, ends = self._runs(epoch)
        found = []
        for place in range(int(np.searchsorted(ends, first, "right")), len(runs)):
            run, end = runs[place], int(ends[place])
            begin = end - len(run)
            if begin >= last:
                break
            found.append(run[max(0, first - begin) : last - begin])
        found.sort(key=lambda run: run.start)
        lying = np.concatenate([np.arange(run.start, run.stop, dtype=np.int32) for run in found])
        places = np.arange(len(lying), dtype=np.int32)
        if self._shuffle:
            places = np.random.default_rng([*epoch, number]).permutation(places)
        return Block(tuple(found), places, lying[places])

    def whole(self, epoch: Epoch) -> Numbers:
        """The items of all blocks of an epoch, (items,)."""
        return np.concatenate([self.block(epoch, number).numbers for number in range(len(self))])

    def _permuted(self, epoch: Epoch) -> tuple[list[range], NDArray[np.int64]]:
        """The runs in the order of an epoch, and how many items there are up to the end of each."""
        runs = [range(start, min(start + self._run, self.items)) for start in range(0, self.items, self._run)]
        if self._shuffle:
            order = np.random.default_rng(list(epoch)).permutation(len(runs))
            runs = [runs[place] for place in order]
        return runs, np.cumsum([len(run) for run in runs])
