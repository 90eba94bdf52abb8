"""What is computed for the screen of units beside its loop, and how it comes there."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from textual.message import Message

from engine.queries.messages import UnitsRead
from engine.units.ablation import Ablation, Without

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from aetui.render.steering import Material, Steering
    from aetui.screens.export import Gathered
    from aetui.state.run_state import RunState
    from aetui.taking.taken import Taken
    from aetui.widgets.unit_dossier import UnitDossier

TOLD_SECONDS = 0.5


class _Of(Message):
    """About what was read; what was read before does not count any more."""

    def __init__(self, answer: UnitsRead) -> None:
        super().__init__()
        self.answer = answer


class Found(_Of):
    """What was found out of a unit, or what went wrong."""

    def __init__(self, answer: UnitsRead, found: Material | None, wrong: str = "") -> None:
        super().__init__(answer)
        self.found = found
        self.wrong = wrong


class Lost(_Of):
    """What the output loses without a unit."""

    def __init__(self, answer: UnitsRead, unit: int, without: Without) -> None:
        super().__init__(answer)
        self.unit = unit
        self.without = without


class Ready(_Of):
    """Outputs without a unit can be asked for."""

    def __init__(self, answer: UnitsRead, ablation: Ablation) -> None:
        super().__init__(answer)
        self.ablation = ablation


class Added(_Of):
    """What each unit adds; None: of so many it is known."""

    def __init__(self, answer: UnitsRead, done: int, seconds: float, added: NDArray[np.float64] | None = None) -> None:
        super().__init__(answer)
        self.done = done
        self.seconds = seconds
        self.added = added


def add(answer: UnitsRead, post: Callable[[Message], Any], cancelled: Callable[[], bool]) -> None:
    """In a thread: make an ablation, and decode without each unit in turn, until `cancelled`."""
    if answer.onward is None:
        return
    ablation = Ablation(answer.activations, answer.table.mean, answer.onward, answer.compared)
    post(Ready(answer, ablation))
    began = told = time.monotonic()
    steps = ablation.added()
    while not cancelled():
        try:
            done, _ = next(steps)
        except StopIteration as end:
            post(Added(answer, answer.activations.units, time.monotonic() - began, end.value))
            return
        if time.monotonic() - told > TOLD_SECONDS:
            told = time.monotonic()
            post(Added(answer, done, told - began))


class Decoder:
    """Outputs that only the engine can compute: one at a time, the last wish counts."""

    def __init__(self) -> None:
        self._asked: Steering | None = None
        self._asked_value = 0.0
        self._wish: Steering | None = None
        self._ask: Callable[[Steering], None] | None = None

    def other(self, run_id: str, answer: UnitsRead) -> None:
        """Other weights: what was asked of the former ones counts no more."""
        del run_id, answer
        self._asked = self._wish = None

    def wish(self, steering: Steering, ask: Callable[[Steering], None]) -> None:
        """Have the outputs for `steering` as it stands, soon."""
        self._ask = ask
        if self._asked is not None:
            self._wish = steering
            return
        self._asked, self._asked_value = steering, steering.value
        ask(steering)

    def answered(self, images: NDArray[np.float32] | None, one: UnitDossier) -> None:
        """Show what came, and ask for what has been wished for since."""
        asked, self._asked = self._asked, None
        if asked is not None and images is not None and asked is one.steering:
            asked.pair = images
            one.draw_steered()
        again = self._wish or (asked if asked is not None and asked.value != self._asked_value else None)
        self._wish = None
        if again is not None and self._ask is not None:
            self.wish(again, self._ask)


def gathered(taken: Sequence[Taken], run: RunState, data_dir: Path | None) -> Gathered:
    """What could be written, and whose it is."""
    from aetui.taking.command import repeat
    from aetui.taking.taken import About

    command = repeat(run, data_dir).line
    return taken, About(run.run_id, run.name, run.variant, run.preset, run.dataset, run.config, command)
