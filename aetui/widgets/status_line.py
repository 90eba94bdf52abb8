"""The top line: where you are, and how the engine and the machine are doing."""

from __future__ import annotations

from typing import NamedTuple

from rich.cells import cell_len
from textual import events
from textual.content import Content
from textual.widget import Widget

from aetui import keymap
from aetui.render.text import plain

MODES = ("workbench", "runs", "data")
"""The screens, each with the action of its name."""
HOME = " aetui "
ROOMY = 60
"""Columns from which all modes are named."""
STATE_STYLES = {
    "running": ("●", "training", "$success"),
    "paused": ("‖", "paused", "$warning"),
    "held": ("‖", "cannot be kept", "$error"),
    "queued": ("○", "queued", "$warning"),
    "waiting": ("○", "waiting", "$warning"),
    "abandoned": ("○", "abandoned", "$error"),
    "loading": ("○", "loading TensorFlow", "$warning"),
    "failed": ("✕", "failed", "$error"),
    "diverged": ("✕", "diverged", "$error"),
    "interrupted": ("○", "interrupted", "$warning"),
    "stopped": ("■", "stopped", "$text-muted"),
    "completed": ("✓", "completed", "$success"),
    "ready": ("○", "ready", "$text-muted"),
    "starting": ("○", "starting", "$text-muted"),
}


class Status(NamedTuple):
    """What the line says. Empty texts are left out; so is what there is no room for, machine first, state last."""

    state: str = "starting"
    detail: str = ""
    """Instead of the state's own word ("stopping", "downloading 41 %")."""
    device: str = ""
    machine: str = ""
    data: str = ""


class StatusLine(Widget):
    """One line; click on a mode goes there."""

    def __init__(self, mode: str) -> None:
        super().__init__()
        self.mode = mode
        self.status = Status()

    def show(self, status: Status) -> None:
        """Say this instead; nothing is drawn where it is the same."""
        if status != self.status:
            self.status = status
            self.refresh()

    def render(self) -> Content:
        """App and modes on the left; on the right the state, before it what there is room for."""
        width = self.size.width
        mark, word, colour = STATE_STYLES[self.status.state]
        state = Content.styled(f"{mark} {plain(self.status.detail) or word} ", colour)
        left = self._left(short=width < ROOMY)
        right = state
        for text in map(plain, (self.status.data, self.status.device, self.status.machine)):
            longer = Content.assemble((f"{text} · ", "$text-muted"), right) if text else right
            if left.cell_length + longer.cell_length < width:
                right = longer
        gap = max(1, width - left.cell_length - right.cell_length)
        return Content.assemble(left, " " * gap, right)

    def _left(self, *, short: bool) -> Content:
        parts = [Content.styled(HOME, "bold $accent")]
        for mode in MODES:
            if mode == self.mode:
                name = mode.capitalize() if short else self._titled(mode)
                parts.append(Content.styled(f"  {name}", "bold $foreground"))
            elif not short:
                parts.append(Content.styled(f"  {self._titled(mode)}", "$text-muted"))
        return Content("").join(parts)

    def _titled(self, mode: str) -> str:
        """The mode and its key: "1 Workbench"."""
        key = keymap.first_key(keymap.BY_ID[mode], getattr(self.app, "key_overrides", {}))
        return f"{key} {mode.capitalize()}"

    async def on_click(self, event: events.Click) -> None:
        """Change to the mode that was hit; nothing where there is room for the present one only."""
        x = len(HOME)
        for mode in MODES:
            width = 2 + cell_len(self._titled(mode))
            if self.size.width >= ROOMY and x <= event.x < x + width:
                await self.run_action(f"app.mode('{mode}')")
            x += width
