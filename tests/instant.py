"""An engine for command lines whose runs are done as soon as it starts."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, ClassVar

from fakes import FakeEngine, FakeRun

from engine.events import Event, RunCancelled


class Instant(FakeEngine):
    """Trains everything that was submitted as soon as it starts; `ends` are the outcomes, in order."""

    ends: ClassVar[tuple[str, ...]] = ("completed",) * 99
    made: ClassVar[list[Instant]] = []

    def __init__(self, *arguments: Any) -> None:
        super().__init__(*arguments)
        self.made.append(self)

    def start(self) -> None:
        super().start()
        for run, outcome in zip(list(self.runs.values()), self.ends, strict=False):
            for event in self._life(run, outcome):
                self.emit(run.stamp(event))

    def _life(self, run: FakeRun, outcome: Any) -> Iterator[Event]:
        if outcome == "cancelled":
            yield RunCancelled()
            return
        epochs = run.epochs if outcome == "completed" else run.done + 1
        yield run.resumed() if run.seq else run.started()
        yield from (run.epoch(number) for number in range(run.done + 1, epochs + 1))
        yield run.finished(outcome, epochs, "" if outcome == "completed" else f"it {outcome}")
