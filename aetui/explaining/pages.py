"""Which pages there are, by name: one for each autoencoder, and answers to questions."""

from __future__ import annotations

import difflib
from functools import cache
from pathlib import Path
from typing import NamedTuple

from assets import PAGES
from engine.errors import UsageError
from engine.registry import VARIANTS


class Page(NamedTuple):
    """A page, still to be read."""

    name: str
    title: str
    """Its first heading."""
    path: Path
    about: str
    """"models" or "answers"."""

    @property
    def text(self) -> str:
        """Markdown."""
        return self.path.read_text("utf-8")


@cache
def pages() -> dict[str, Page]:
    """All of them by name: those of models in the order of their table, then the answers."""
    models = [PAGES / "models" / f"{key}.md" for key in VARIANTS]
    found = [_page(path, "models") for path in models if path.exists()]
    answers = [_page(path, "answers") for path in sorted((PAGES / "answers").glob("*.md"))]
    return {page.name: page for page in (*found, *answers)}


def page(name: str) -> Page:
    """The page called `name`.

    Raises:
        UsageError: there is none of that name.
    """
    known = pages()
    if name in known:
        return known[name]
    near = difflib.get_close_matches(name, known, 1)
    meant = f", perhaps {near[0]} is meant" if near else ""
    raise UsageError("No page", f"there is no page {name!r}{meant}; there are: {', '.join(known)}")


def _page(path: Path, about: str) -> Page:
    with path.open(encoding="utf-8") as lines:
        return Page(path.stem, lines.readline().lstrip("# ").strip(), path, about)
