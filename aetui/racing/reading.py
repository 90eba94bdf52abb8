"""A race is read and followed beside the screen's loop: what was written since, and what it comes to."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from threading import Lock
from typing import TYPE_CHECKING

from textual.message import Message

from aetui.racing import cars, figures, probe
from aetui.racing.cars import Car
from aetui.racing.figures import Spreads
from aetui.racing.pictures import Shot
from aetui.racing.probe import Probe, Shelf

if TYPE_CHECKING:
    from collections.abc import Callable

    from engine.runs.store import RunStore


class RaceRead(Message):
    """The runs as they stand now."""

    def __init__(self, runs: Sequence[Car], probes: Mapping[int, Probe], spreads: Spreads) -> None:
        super().__init__()
        self.cars = runs
        self.probes = probes
        self.spreads = spreads


class ShotsRead(Message):
    """What is kept of the runs at the epochs that were asked for, by place."""

    def __init__(self, epochs: Mapping[int, int], shots: Sequence[Shot]) -> None:
        super().__init__()
        self.epochs = epochs
        self.shots = shots


class Reader:
    """Reads what changed. `read` is for one thread at a time, `shots` for any."""

    def __init__(self, store: RunStore, places: Mapping[str, int]) -> None:
        self._store = store
        self._places = places
        self._cars: list[Car] = []
        self._probes: dict[int, Probe] = {}
        self._spreads: Spreads = {}
        self._shelf, self._lock = Shelf(), Lock()

    def read(self, post: Callable[[RaceRead], object], wanted: Callable[[], bool]) -> None:
        """Post the race where anything about it is new; at first in steps, the curves before all else."""
        first = not self._cars
        before = self._cars
        self._cars = cars.followed(self._store, before) if before else cars.loaded(self._store, self._places)
        known = set(map(id, before))
        fresh = [car for car in self._cars if id(car) not in known]
        if first:
            post(self._message())
        for car in fresh:
            if not wanted():
                return
            last, earlier = car.run.last_epoch, self._probes.get(car.place)
            found = probe.measured(car.folder, earlier, last) if last else None
            if found is not None:
                self._probes[car.place] = found
        if first or any(not car.run.going for car in fresh):  # another one may be over now
            self._spreads = figures.seeds(self._store, self._cars)
        if fresh:
            post(self._message())

    def _message(self) -> RaceRead:
        return RaceRead(list(self._cars), dict(self._probes), self._spreads)

    def shots(self, runs: Sequence[Car], epochs: Mapping[int, int], wanted: Callable[[], bool]) -> ShotsRead | None:
        """Snapshots of these runs, nearest to these epochs; None where they are not wanted any more."""
        found = []
        with self._lock:
            for car in runs:
                if not wanted():
                    return None
                epoch = epochs.get(car.place, 0)
                kept = self._shelf.nearest(car, epoch) if epoch else None
                if kept is not None:
                    found.append(Shot(car.place, *kept))
        return ShotsRead(epochs, found)
