"""The bottom line: the keys that do something now, read from the keymap and what the screen allows."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import groupby
from typing import NamedTuple

from textual import events
from textual.content import Content
from textual.keys import key_to_character
from textual.widget import Widget

from aetui import keymap

_KEPT = {"help", "quit", "workbench"}
"""Actions that stay in the bar as long as there is room for them."""


class Item(NamedTuple):
    """Keys with the label they share, and the action that a click on them runs."""

    text: Content
    id: str = ""
    act: str = ""


class KeyBar(Widget):
    """As many keys as fit; those that work everywhere stand on the right. Each can be clicked.

    What stands last goes first, except that the way out and the help stay as long as they fit.
    """

    def on_mount(self) -> None:
        """Be drawn anew whenever the screen says that other keys do something."""
        self.screen.bindings_updated_signal.subscribe(self, lambda _: self.refresh())

    def render(self) -> Content:
        """The screen's keys on the left, those that work everywhere on the right."""
        return Content("").join([item.text for item in self._items()])

    async def on_click(self, event: events.Click) -> None:
        """Do what the label that was hit says; nothing in the gap."""
        x = 0
        for item in self._items():
            if x <= event.x < x + item.text.cell_length and item.act:
                bound = (active for active in self.screen.active_bindings.values() if active.binding.id == item.id)
                node = next((active.node for active in bound), self.screen)
                await self.app.run_action(item.act, node)
                return
            x += item.text.cell_length

    def _items(self) -> list[Item]:
        """What is shown from left to right, with a gap before what works everywhere."""
        groups = groupby(self._possible(), key=lambda action: action.bar)
        items = [self._item(list(group)) for _, group in groups]
        right = [item for item in items if keymap.BY_ID[item.id].scope == "everywhere"]
        left = [item for item in items if item not in right]
        width = self.size.width
        while _width(right) > width // 3 and _drop(right):
            pass
        while left and _width(left) + _width(right) > width:
            left.pop()
        while right and _width(right) > width:
            right.pop()
        gap = Item(Content(" " * max(0, width - _width(left) - _width(right))))
        return [*left, gap, *right]

    def _possible(self) -> list[keymap.Action]:
        """The actions of the bar that can be done now, in its order."""
        ids = {active.binding.id for active in self.screen.active_bindings.values() if active.enabled}
        return sorted(
            (action for action in keymap.ACTIONS if action.bar and action.id in ids),
            key=lambda action: action.bar,
        )

    def _item(self, group: list[keymap.Action]) -> Item:
        labels: dict[str, str] = getattr(self.screen, "labels", {})
        overrides = getattr(self.app, "key_overrides", {})
        keys = "".join(self._key(action, overrides) for action in group)
        label = labels.get(group[0].id, group[0].label)
        text = Content.assemble((f" {keys}", "bold $accent"), (f" {label} ", "$text-muted"))
        return Item(text, group[0].id, group[0].act)

    def _key(self, action: keymap.Action, overrides: Mapping[str, str]) -> str:
        """Its first key that means the action now: a field being typed into takes the characters."""
        typed = self.screen.focused.check_consume_key if self.screen.focused else lambda key, character: False
        names = keymap.split(action, overrides)
        free = [name for name in names if not typed(name, keymap.CHARACTERS.get(name) or key_to_character(name))]
        return keymap.display((free or names)[0])


def _width(items: list[Item]) -> int:
    return sum(item.text.cell_length for item in items)


def _drop(items: list[Item]) -> bool:
    """Take the last one out that may go; False if there is none."""
    for item in reversed(items):
        if item.id not in _KEPT:
            items.remove(item)
            return True
    return False
