"""A run whose pictures can be made larger, paged, drawn in other cells; before its first epoch, its data."""

from __future__ import annotations

import asyncio
from concurrent.futures import Future
from typing import Any

from textual import on, work
from textual.message import Message

from aetui import bridge
from aetui.panels.preview import Preview, Subject, read
from aetui.panels.table import Pictures, View
from aetui.render import ladder
from aetui.screens.run_view import RunView
from engine.registry import VARIANTS

PANEL = "digits"
"""The panel that shows data before there is anything else."""
ERRING = (PANEL, "draw")
"""Panels that show an error."""
PREVIEW_SECONDS = 0.3
"""Settings at rest, before anything is read for them."""


class PictureView(RunView):
    """Sees to the panels that show pictures."""

    class Read(Message):
        """Items of the data set that the subject names; None where there are none on this machine."""

        def __init__(self, subject: Subject, preview: Preview | None) -> None:
            super().__init__()
            self.subject = subject
            self.preview = preview

    def __init__(self) -> None:
        super().__init__()
        self._signed = False
        self._wanted: Subject | None = None
        """What is read, or was."""
        self._preview: Preview | None = None
        self._corrupted: Future[Any] | None = None

    def say(self, text: str) -> None:
        """Say something for a moment, where the screen has a place for it."""

    @property
    def draft(self) -> Subject | None:
        """What would be trained next, where the screen has a form for it."""
        return None

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Sizes, pages and cells are for panels that show pictures; a signed error for those that have errors."""
        match action:
            case "picture_size" | "page" | "cells":
                return self._pictures is not None
            case "signed_error":
                return self._tabs.open_key in ERRING
        return super().check_action(action, parameters)

    @property
    def _pictures(self) -> Pictures | None:
        panel = self._tabs.panel
        return panel if isinstance(panel, Pictures) else None

    def action_picture_size(self, by: int) -> None:
        """Pictures one size larger (`by` = 1) or smaller (-1)."""
        if self._pictures is not None:
            self.say(self._pictures.step_size(by))

    def action_page(self, by: int) -> None:
        """The next page of pictures (`by` = 1), or the one before."""
        if self._pictures is not None:
            self.say(self._pictures.turn_page(by))

    def action_cells(self) -> None:
        """The next rung of the ladder of cells, for all pictures."""
        self.workbench.cells = ladder.following(self.workbench.cells)
        self.say(f"cells: {ladder.words(self.workbench.cells)}")
        self._show_panels()

    def action_signed_error(self) -> None:
        """The error in two colours, by its sign, or back to its size."""
        self._signed = not self._signed
        self.say("error by its sign: orange is too bright, blue too dark" if self._signed else "error by its size")
        self._show_panels()

    # What the panels are shown.

    def _view(self) -> View:
        preview = self._preview if self._preview and self._preview.subject == self._subject else None
        terminal = self.workbench.abilities
        cells = ladder.possible(self.workbench.cells, terminal.characters, colours=terminal.colours)
        zoomed, view = self.has_class("-zoom"), super()._view()
        return view._replace(cells=cells, zoomed=zoomed, signed=self._signed, preview=preview)

    def _show_panels(self) -> None:
        super()._show_panels()
        self._look_for_preview()

    @property
    def _subject(self) -> Subject | None:
        """Whose data are shown: nobody's once there are pictures of an epoch."""
        run = self.run_shown
        if run is None:
            return self.draft
        if run.epochs or run.variant not in VARIANTS or not run.dataset:
            return None
        return Subject.of(run.variant, run.preset, run.dataset, run.config)

    def _look_for_preview(self) -> None:
        subject = self._subject
        if subject == self._wanted or subject is None or self._tabs.open_key != PANEL or self._tabs.panel is None:
            return
        self._wanted = subject
        if self._corrupted is not None:
            self._corrupted.cancel()
        self._read_preview(subject)

    @work(exclusive=True, group="preview")
    async def _read_preview(self, subject: Subject) -> None:
        await asyncio.sleep(PREVIEW_SECONDS)
        self.post_message(self.Read(subject, await asyncio.to_thread(read, subject, self.workbench.data_dir)))

    @on(Read)
    def _preview_read(self, message: Read) -> None:
        if message.subject != self._wanted:
            return
        self._preview = message.preview
        if message.preview is None:
            self._wanted = None  # the data may be on their way: look again when something has changed
            return
        engine = self.workbench.engine
        if message.preview.noise and engine is not None:
            from engine.queries.messages import Corrupt

            variant, preset, _, config, _ = message.subject
            query = Corrupt(
                run_id=self.run_id, variant=variant, preset=preset, config=config, items=message.preview.items
            )
            self._corrupted = bridge.query(engine, query, 0, self)
        super()._show_panels()

    @on(bridge.Answered)
    def _preview_corrupted(self, message: bridge.Answered) -> None:
        """Without an answer the items stay as they are: the engine says itself what is wrong with it."""
        from engine.queries.messages import Corrupt, Corrupted

        if not isinstance(message.query, Corrupt) or self._preview is None:
            return
        if message.query.items is self._preview.items and isinstance(message.answer, Corrupted):
            self._preview = self._preview._replace(seen=message.answer.items)
            super()._show_panels()
