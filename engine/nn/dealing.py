"""Which items of a batch each device gets: by their place in the batch, so that every process knows it unasked."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray


class Share(NamedTuple):
    """What one device has of a batch: `rows` items from the `first` on."""

    first: int
    rows: int
    weight: float
    """By which what this device finds counts among what all find; over all devices that is 1."""
    copies: int
    """How many devices have each item."""


def dealt(rows: int, replicas: int) -> list[Share]:
    """A batch of `rows` items dealt out to `replicas` devices: neighbours stay together, and no device has more than
    one item more than another. Of fewer items than there are devices each gets all: none may have nothing to compute
    with, and a mean over nothing is no number."""
    if rows < replicas:
        return [Share(0, rows, 1 / replicas, replicas)] * replicas
    ends = [rows * (replica + 1) // replicas for replica in range(replicas)]
    starts = [0, *ends[:-1]]
    return [Share(start, end - start, (end - start) / rows, 1) for start, end in zip(starts, ends, strict=True)]


class Dealing(NamedTuple):
    """Which of the devices of all workers are this worker's."""

    replicas: int = 1
    """Of all workers together."""
    first: int = 0
    own: int = 1

    def mine(self, start: int, stop: int, batch: int, items: int) -> NDArray[np.bool_]:
        """Which of the items that come `start`-th to `stop`-th (this one not) in a sequence of `items`, which is cut
        into batches from its beginning, come to a device of this worker: (stop - start,)."""
        places = np.arange(start, stop)
        found = np.zeros(len(places), np.bool_)
        full = items // batch * batch
        for rows, here in ((batch, places < full), (items - full, places >= full)):
            if rows:
                shares = dealt(rows, self.replicas)[self.first : self.first + self.own]
                within = (places - (0 if rows == batch else full)) % batch
                last = shares[-1]
                found |= here & (within >= shares[0].first) & (within < last.first + last.rows)
        return found
