"""The panels of a run, one at a time; their names stand in the border."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Self

from textual.content import Content
from textual.geometry import Region
from textual.widget import Widget
from textual.widgets import ContentSwitcher

from aetui import keymap
from aetui.panels.table import PanelKind
from aetui.render import numbers
from aetui.widgets.epoch_progress import ALARM

SHORT = 3
"""Letters of a name where there is little room."""


class PanelTabs(ContentSwitcher):
    """Panels are made when `fill` is called, not before: some of them import much."""

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.kinds: list[PanelKind] = []
        self.open_key = ""
        self._filling = asyncio.Lock()
        self._at = (0, 0, True)
        self._nearest = 0
        self._alarmed = False
        self._title = Content("")
        self._naming = False

    @property
    def panel(self) -> Widget | None:
        """The widget of the open panel, once it is there with all its parts."""
        found = self.query_children(f"#panel-{self.open_key}") if self.open_key else None
        return found.first() if found and found.first().is_mounted else None

    def set_kinds(self, kinds: Sequence[PanelKind]) -> None:
        """Offer these panels and no others; the open one stays open if it is among them."""
        self.kinds = list(kinds)
        keys = [kind.key for kind in kinds]
        self.open(self.open_key if self.open_key in keys else keys[0])

    async def fill(self) -> None:
        """Make the panels that are not there yet; whoever calls meanwhile waits."""
        async with self._filling:
            there = {child.id for child in self.children}
            for kind in self.kinds:
                if f"panel-{kind.key}" not in there:
                    widget = kind.make()
                    widget.id = f"panel-{kind.key}"
                    await self.add_content(widget)
            self.open(self.open_key)

    def open(self, key: str) -> None:
        """Show the panel `key`, if it is offered."""
        if key not in [kind.key for kind in self.kinds]:
            return
        self.open_key = key
        self.current = f"panel-{key}" if self.panel is not None else None
        self._take_focus()
        self._name_tabs()

    def _take_focus(self) -> None:
        """A panel that scrolls has the focus itself, any other one in these tabs: what is copied is what has it."""
        panel = self.panel
        scrolls = panel is not None and panel.can_focus
        held = self.is_mounted and self.screen.focused in (self, *self.children)
        self.can_focus = not scrolls
        if held:
            self.screen.set_focus(panel if scrolls else self)

    def step(self, by: int) -> None:
        """Show the neighbour `by` places to the right."""
        keys = [kind.key for kind in self.kinds]
        self.open(keys[(keys.index(self.open_key) + by) % len(keys)])

    def set_epoch(self, epoch: int, epochs: int, *, live: bool, alarmed: bool = False, nearest: int = 0) -> None:
        """Say which epoch the panels show, `live` when it is simply the newest; with `alarmed`, that it has alarms.

        `nearest`: the epoch that is shown where nothing was kept of that one; else 0.
        """
        self._at = (epoch, epochs, live)
        self._nearest = nearest
        self._alarmed = alarmed
        self._name_tabs()

    def on_resize(self) -> None:
        """How far names are cut depends on the width."""
        self._name_tabs()

    def _name_tabs(self) -> None:
        """Names and epoch as long as there is room for."""
        # Textual leaves two columns of the line free, and two for each corner.
        room = self.outer_size.width - 2 - 2 * self.styles.border.spacing.width
        whole, some = max((len(kind.label) for kind in self.kinds), default=0), SHORT
        looks = ((whole, " │ ", True), (whole, " │ ", False), (some, " │ ", False), (some, "│", False))
        titles = (self._titled(letters, gap, in_words) for letters, gap, in_words in looks)
        title = next((title for title in titles if title.cell_length <= room), self._titled(*looks[-1]))
        if not title.is_same(self._title):
            self._title = title
            self._naming = True
            self.border_title = title
            self._naming = False

    def _titled(self, letters: int, gap: str, in_words: bool) -> Content:
        """The names, closed panels' cut to so many letters, and the epoch behind the open one's."""
        tabs = (self._tab(kind, letters, in_words) for kind in self.kinds)
        return Content.styled(gap, "$text-muted").join(tabs)

    def _epoch(self, in_words: bool, of_samples: bool) -> str:
        epoch, epochs, live = self._at
        at, of = numbers.count(epoch), numbers.count(epochs)
        text = (f" · epoch {at} of {of}" if in_words else f" · {at}/{of}") if epoch else ""
        if self._nearest and of_samples:
            text += f", shows {'epoch ' * in_words}{numbers.count(self._nearest)}"
        return text + ("" if live else " ◂▸")

    def refresh(self, *regions: Region, **how: bool) -> Self:
        """A new title would have the panel below drawn again, 10 kB of pictures: its own line is enough."""
        if self._naming:
            regions = (Region(0, -1, self.size.width, 1),)
        return super().refresh(*regions, **how)

    def _tab(self, kind: PanelKind, letters: int, in_words: bool) -> Content:
        is_open = kind.key == self.open_key
        look = "bold $accent" if is_open else "$text-muted"
        key = keymap.first_key(keymap.BY_ID[f"panel_{kind.key}"], getattr(self.app, "key_overrides", {}))
        before, letter, after = lettered(kind.label if is_open else kind.label[:letters], key)
        style = f"{look} @click=screen.panel('{kind.key}')"
        alarm = (f" {ALARM}", "bold $warning") if kind.tells_alarms and self._alarmed else ""
        epoch = (self._epoch(in_words, kind.of_samples), "$foreground") if is_open and kind.by_epoch else ""
        return Content.assemble((before, style), (letter, f"underline {style}"), (after, style), alarm, epoch)


def lettered(label: str, key: str) -> tuple[str, str, str]:
    """The label around the letter that is to be pressed for it, which is as it has to be typed: "code", "B", "ook".

    A key that is no letter of the label stands before it.
    """
    low = label.lower()
    at = low.find(key.lower()) if len(key) == 1 else -1
    return (low[:at], key, low[at + 1 :]) if at >= 0 else ("", key, f" {low}")
