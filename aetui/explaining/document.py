"""The Markdown that pages are written in, as blocks: headings, paragraphs, lists, equations, tables, pictures."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Literal, NamedTuple

Kind = Literal["heading", "text", "item", "code", "table", "picture", "live"]
Role = Literal["", "head", "code", "formula", "strong", "muted"]

LIVE = ("layers", "errata", "alarms")
"""Blocks between `<!-- NAME -->` and `<!-- end -->` that the program fills in anew wherever it shows a page."""
_MARK = re.compile(r"<!-- (?P<name>[a-z]+)(: (?P<key>[\w-]+))? -->")
_PICTURE = re.compile(r"!\[(?P<caption>[^]]*)\]\((?P<path>[^)]+)\)")
_INLINE = re.compile(r"`(?P<code>[^`]+)`|\*\*(?P<strong>.+?)\*\*|\[(?P<link>[^]]+)\]\([^)]+\)")
_RULE = re.compile(r"\|[\s|:-]+\|")


class Block(NamedTuple):
    """A block. `text` is that of a paragraph, a heading, a list's item, a picture's caption, a live block's name."""

    kind: Kind
    text: str = ""
    lines: tuple[str, ...] = ()
    """Of code; a picture's path; a table's rows as they were written."""


def blocks(markdown: str) -> list[Block]:
    """Those of a page, in order. Raises ValueError where a live block has no end."""
    return list(_blocks(markdown.splitlines()))


def _blocks(lines: Sequence[str]) -> Iterator[Block]:
    at = 0
    while at < len(lines):
        line = lines[at]
        mark = _MARK.fullmatch(line.strip())
        if mark and mark["name"] in LIVE:
            yield Block("live", mark["name"])
            at = lines.index("<!-- end -->", at) + 1
        elif line.startswith("```"):
            end = next((n for n in range(at + 1, len(lines)) if lines[n].startswith("```")), len(lines))
            yield Block("code", "", tuple(lines[at + 1 : end]))
            at = end + 1
        elif not line.strip() or mark:
            at += 1
        elif line.startswith("#"):
            yield Block("heading", line.lstrip("# "))
            at += 1
        elif picture := _PICTURE.fullmatch(line.strip()):
            yield Block("picture", picture["caption"], (picture["path"],))
            at += 1
        elif line.startswith("|"):
            end = next((n for n in range(at, len(lines)) if not lines[n].startswith("|")), len(lines))
            yield Block("table", "", tuple(row for row in lines[at:end] if not _RULE.fullmatch(row.strip())))
            at = end
        else:
            end = at + 1
            while end < len(lines) and _goes_on(lines[end]):
                end += 1
            text = " ".join(each.strip() for each in lines[at:end])
            yield Block("item", text[2:]) if text.startswith("- ") else Block("text", text)
            at = end


def _goes_on(line: str) -> bool:
    return bool(line.strip()) and not line.startswith(("- ", "#", "|", "```", "![", "<!--"))


def pieces(text: str) -> list[tuple[str, Role]]:
    """A line's text with the roles that its marks give: `code`, **strong**; of a link what it is called."""
    found: list[tuple[str, Role]] = []
    at = 0
    for mark in _INLINE.finditer(text):
        found.append((text[at : mark.start()], ""))
        if mark["code"]:
            found.append((mark["code"], "code"))
        elif mark["strong"]:
            found += [(piece, role or "strong") for piece, role in pieces(mark["strong"])]
        else:
            found += pieces(mark["link"])
        at = mark.end()
    found.append((text[at:], ""))
    return [(piece, role) for piece, role in found if piece]


def cells(row: str) -> list[str]:
    """Of a table's row."""
    return [cell.strip() for cell in row.strip().strip("|").split("|")]


def filled(markdown: str, contents: dict[tuple[str, str], str]) -> str:
    """`markdown` with what belongs between its marks, by name and key; where `contents` lacks that, it stays."""

    def block(found: re.Match[str]) -> str:
        key = found["name"], found["key"] or ""
        if key not in contents:
            return found[0]
        return f"{found['mark']}\n\n{contents[key].strip()}\n\n<!-- end -->"

    pattern = r"(?P<mark><!-- (?P<name>[a-z]+)(?:: (?P<key>[\w-]+))? -->)\n.*?<!-- end -->"
    return re.sub(pattern, block, markdown, flags=re.DOTALL)
