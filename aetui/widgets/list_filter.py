"""Typing into a list to find a row of it: what every list that can be filtered shares."""

from __future__ import annotations

from collections.abc import Sequence

from textual.content import Content

LONGEST = 40
"""Characters of a filter."""
LEAVING = ("enter", "escape")


class Filter:
    """What is being typed, and which names it leaves. Without a text all are there."""

    def __init__(self) -> None:
        self.text = ""
        self.typing = False
        self._cut = False

    def begin(self) -> None:
        """Take characters from now on."""
        self.text, self.typing, self._cut = "", True, False

    def end(self) -> None:
        """Take none any more; all names are there again."""
        self.text, self.typing = "", False

    def takes(self, key: str, character: str | None) -> bool:
        """Whether this key is for the filter."""
        if not self.typing:
            return False
        return key in ("backspace", "ctrl+u", *LEAVING) or (character is not None and character.isprintable())

    def press(self, key: str, character: str | None) -> None:
        """Take a key that is for the filter, except those of `LEAVING`; the text has `LONGEST` characters at most."""
        self._cut = False
        if key == "backspace":
            self.text = self.text[:-1]
        elif key == "ctrl+u":
            self.text = ""
        elif character:
            self.put_in(character)

    def put_in(self, text: str) -> None:
        """Put in what is pasted or typed, as far as there is room."""
        whole = self.text + "".join(c for c in text if c.isprintable())
        self.text, self._cut = whole[:LONGEST], len(whole) > LONGEST

    def matching(self, names: Sequence[str]) -> list[int]:
        """The places of the names that have the text in them, whatever its case."""
        wanted = self.text.casefold()
        return [place for place, name in enumerate(names) if wanted in name.casefold()]

    def told(self, found: int) -> Content:
        """What stands in the list's border meanwhile; empty when nothing is typed."""
        if not self.typing:
            return Content("")
        style = "$accent" if found else "$error"
        told = f" {LONGEST} characters at most" if self._cut else "" if found else " none"
        return Content.assemble(("/", "$text-muted"), (self.text, style), ("▏", style), told)
