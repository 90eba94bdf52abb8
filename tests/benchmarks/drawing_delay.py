"""The workbench as `aetui` starts it, with a clock from each key and each move of the mouse to what comes of them.

Usage: drawing_delay.py RESULT. It trains, opens the panel Draw, and once there is a pad it writes "ready"; then for
each change of the drawing a line is added to RESULT: milliseconds from the moment its key was read until the model's
output for it was drawn, and the seconds that the network took of that.
"""

from __future__ import annotations

import sys
from pathlib import Path
from time import monotonic, perf_counter

from textual import events

import aetui.app
from aetui import launch
from aetui.cli.options import Options
from aetui.panels.draw import Draw
from aetui.panels.drawing import model

RESULT = Path(sys.argv[1])


class Clocked(aetui.app.Workbench):
    pressed: float = 0.0

    async def on_event(self, event: events.Event) -> None:
        if isinstance(event, events.Key | events.MouseDown | events.MouseMove):
            type(self).pressed = event.time
        await super().on_event(event)


class Timed:
    """`Draw` with a note of each answer to the newest drawing, once it is on the screen."""

    changes = -1
    took = 0.0

    @staticmethod
    def drawn(draw: Draw) -> None:
        answer, pad = draw.answer, draw.pad
        if answer is None or pad is None or answer.changes != pad.changes or answer.changes == Timed.changes:
            return
        if Timed.changes < 0:
            RESULT.with_suffix(".ready").touch()
        elif draw.is_on_screen:
            draw.call_after_refresh(Timed.note, Clocked.pressed, Timed.took)
        Timed.changes = answer.changes

    @staticmethod
    def note(since: float, took: float) -> None:
        with RESULT.open("a") as file:
            file.write(f"{1000 * (monotonic() - since):.3f} {1000 * took:.3f}\n")


plain_draw, plain_ask = Draw._draw, model.ask


def drawing(draw: Draw) -> None:
    plain_draw(draw)
    Timed.drawn(draw)


def asking(*arguments: object) -> object:
    began = perf_counter()
    answer = plain_ask(*arguments)  # type: ignore[arg-type]
    Timed.took = perf_counter() - began
    return answer


Draw._draw = drawing  # type: ignore[method-assign]
model.ask = asking  # type: ignore[assignment]
aetui.app.Workbench = Clocked  # type: ignore[misc]
launch.run(Options.of_environment())
