"""The panels of a run, one at a time; their names stand in the border."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Self

from textual.content import Content
from textual.geometry import Region
from textual.widget import Widget
from textual.widgets import ContentSwitcher

from aetui.panels import PanelKind
from aetui.render import numbers

ROOMY = 56
"""Columns that the names of the panels and the epoch in words need."""


class PanelTabs(ContentSwitcher):
    """Panels are made when `fill` is called, not before: some of them import much."""

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.kinds: list[PanelKind] = []
        self.open_key = ""
        self._epoch = ""
        self._at = (0, 0, True)
        self._naming = False

    @property
    def panel(self) -> Widget | None:
        """The widget of the open panel, once it is there."""
        found = self.query_children(f"#panel-{self.open_key}") if self.open_key else None
        return found.first() if found else None

    def set_kinds(self, kinds: Sequence[PanelKind]) -> None:
        """Offer these panels; the open one stays open if it is among them."""
        self.kinds = list(kinds)
        keys = [kind.key for kind in kinds]
        if self.open_key not in keys:
            self.open_key = keys[0]
        self._name_tabs()

    async def fill(self) -> None:
        """Make the panels that are not there yet."""
        there = {child.id for child in self.children}
        new = [kind for kind in self.kinds if f"panel-{kind.key}" not in there]
        for kind in new:
            widget = kind.make()
            widget.id = f"panel-{kind.key}"
            await self.add_content(widget)
        self.open(self.open_key)

    def open(self, key: str) -> None:
        """Show the panel `key`, if it is offered."""
        if key not in [kind.key for kind in self.kinds]:
            return
        self.open_key = key
        if self.panel is not None:
            self.current = f"panel-{key}"
        self._name_tabs()

    def step(self, by: int) -> None:
        """Show the neighbour `by` places to the right."""
        keys = [kind.key for kind in self.kinds]
        self.open(keys[(keys.index(self.open_key) + by) % len(keys)])

    def set_epoch(self, epoch: int, epochs: int, *, live: bool) -> None:
        """Say which epoch the panels show; `live` when it is simply the newest."""
        self._at = (epoch, epochs, live)
        self._name_epoch()

    def on_resize(self) -> None:
        self._name_epoch()

    def _name_epoch(self) -> None:
        epoch, epochs, live = self._at
        at, of = numbers.count(epoch), numbers.count(epochs)
        text = (f" · {at}/{of}" if self.size.width < ROOMY else f" · epoch {at} of {of}") if epoch else ""
        text += "" if live else " ◂▸"
        if text != self._epoch:
            self._epoch = text
            self._name_tabs()

    def _name_tabs(self) -> None:
        self._naming = True
        self.border_title = Content.styled(" │ ", "$text-muted").join(self._tab(kind) for kind in self.kinds)
        self._naming = False

    def refresh(self, *regions: Region, **how: bool) -> Self:
        """A new title would have the panel below drawn again, 10 kB of pictures: its own line is enough."""
        if self._naming:
            regions = (Region(0, -1, self.size.width, 1),)
        return super().refresh(*regions, **how)

    def _tab(self, kind: PanelKind) -> Content:
        click = f"@click=screen.panel('{kind.key}')"
        if kind.key != self.open_key:
            return Content.styled(kind.label, f"$text-muted {click}")
        epoch = (self._epoch, "$foreground") if kind.by_epoch else ""
        return Content.assemble((kind.label, f"bold $accent {click}"), epoch)
