"""The palette: every action of the keymap that can be done where and when it is opened."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

from textual.command import DiscoveryHit, Hit, Hits, Provider

from aetui import keymap
from aetui.screens.commands import possible


class Actions(Provider):
    """Searches labels and explanations; movement inside lists and fields is left to the keys."""

    async def discover(self) -> Hits:
        """All that can be done now, in the keymap's order; shown before anything is typed."""
        for action in self._possible():
            yield DiscoveryHit(self._title(action), self._run(action), help=action.help)

    async def search(self, query: str) -> Hits:
        """What has `query` in its title or, for a tenth less of a score, in its explanation."""
        matcher = self.matcher(query)
        for action in self._possible():
            title = self._title(action)
            score = max(matcher.match(title), 0.9 * matcher.match(action.help))
            if score > 0:
                yield Hit(score, matcher.highlight(title), self._run(action), help=action.help)

    def _possible(self) -> Iterator[keymap.Action]:
        return (action for action in possible(self.app, self.screen) if action.id != "palette")

    def _title(self, action: keymap.Action) -> str:
        keys = keymap.keys(action, getattr(self.app, "key_overrides", {}))
        return f"{action.title}  ({keys})"

    def _run(self, action: keymap.Action) -> Callable[[], Any]:
        return partial(self.screen.run_action, action.act)
