"""The prose of a docstring: paragraphs without code, tables, headings, parameter types and markup."""

from __future__ import annotations

import re
from collections.abc import Iterator

_FENCED = re.compile(r"^ *(```+|~~~+).*?^ *\1 *$", re.MULTILINE | re.DOTALL)
_UNDERLINE = re.compile(r"([-=~^\"'`#*+.:_])\1{2,}")
_ROW = re.compile(r"[|+].*|.*\S {3,}\S.*|#.*|@.*|\[\d+\].*")
"""A table's row, aligned columns, a comment or decorator of code that is not marked as code, a reference."""

_TYPED = re.compile(r"[*\w][\w*., \[\]'\"]* : .*|[\w.*]+ *= .*")
"""numpydoc's `name : type` and `name : what see also`; an assignment."""

_NOTE = r"\.\. (?:note|warning|important|tip|hint|caution|attention|danger|seealso):: *"
"""Directives whose content is prose; that of all others (code, mathematics, plots, versions) is not."""

_ITEM = re.compile(_NOTE + r"|(?:[-*•+]|\(?\w{1,2}[.)]|#\.) +|:\w+(?: [^:]*)?: *|[*`]*[\w.]+[`]*(?: ?\([^)]*\))?: +")
"""What an entry begins with that goes on in deeper lines: a note, a bullet, a number, `:param x:`, `name (type): `."""

_MARKUP = (
    (re.compile(r":[\w:.+-]+:`[~!]?([^`<]*?)(?: *<[^>]*>)?`"), r"\1"),  # roles
    (re.compile(r"`([^`<]+?) *<[^>]+>`_+"), r"\1"),  # links
    (re.compile(r"\[([^\]]+)\]\([^)\s]*\)"), r"\1"),  # Markdown's links
    (re.compile(r"(`+)([^`]+)\1_*"), r"\2"),
    (re.compile(r"(?<![\w*])(\*\*?)([^*\s](?:[^*]*[^*\s])?)\1(?![\w*])"), r"\2"),
    (re.compile(r" ?\[[\w#]+\]_"), ""),  # footnotes
    (re.compile(r"\|(\w+)\|_*"), r"\1"),
)

_SHORTEST, _LONGEST = 5, 80
"""Words of a sentence."""
_FAIR_SHARE = 0.7
_OFTEN = (
    "a an the this that these those it its is are was be been has have can will may must should not no of to in on at "
    "by for from with as if when where which or and but than then you your we they there all any each only"
)
_FUNCTION_WORDS = frozenset(_OFTEN.split(" "))
_FOREIGN = re.compile(r"://|>>>|::|\\|[{}=<>_|@#]")
_END = re.compile(r"[a-z0-9)\]'\"][.!?][)'\"]?$")


def paragraphs(docstring: str) -> Iterator[str]:
    """The paragraphs of prose in a docstring (numpydoc, Google's style, reStructuredText or Markdown), each one line.

    `docstring`: as `inspect.cleandoc` leaves it.
    """
    reader = _Reader()
    for line in _FENCED.sub("", docstring).split("\n"):
        yield from reader.read(line)
    yield from reader.read("")


def has_sentence(paragraph: str) -> bool:
    """Whether `paragraph` is long enough to hold a sentence that `is_english`, and ends one: a quick look."""
    return paragraph.count(" ") >= _SHORTEST - 1 and any(end in paragraph for end in ".!?")


def is_english(sentence: str) -> bool:
    """Whether this looks like an English sentence, and not like a title, code, a formula or a list."""
    words = sentence.split()
    if not _SHORTEST <= len(words) <= _LONGEST or not sentence[0].isupper():
        return False
    if not _END.search(sentence) or _FOREIGN.search(sentence):
        return False
    plain = sum(word.strip("(),.;:!?'\"").replace("-", "").isalpha() for word in words)
    return plain >= _FAIR_SHARE * len(words) and any(word.lower() in _FUNCTION_WORDS for word in words)


class _Reader:
    """Reads a docstring line by line and collects the paragraph it is in."""

    def __init__(self) -> None:
        self._lines: list[str] = []
        self._indent = 0
        self._hanging = False  # a list's entry goes on in deeper lines
        self._literal: int | None = None  # lines deeper than this are code or the like
        self._doctest = False

    def read(self, line: str) -> Iterator[str]:
        """Paragraphs that this line ends."""
        text = line.strip()
        indent = len(line) - len(line.lstrip())
        if not text:
            self._doctest = False
            yield from self._finished()
        elif self._skips(text, indent):
            yield from self._finished()
        elif _UNDERLINE.fullmatch(text):
            self._lines = self._lines[:-1]  # which was the heading
            yield from self._finished()
        else:
            yield from self._continued(text, indent)

    def _skips(self, text: str, indent: int) -> bool:
        if self._literal is not None and indent > self._literal:
            return True
        self._literal = None
        self._doctest = self._doctest or text.startswith(">>>")
        markup = text.startswith("..") and not _ITEM.match(text)
        if markup:
            self._literal = indent
        return self._doctest or markup or bool(_ROW.fullmatch(text) or _TYPED.fullmatch(text))

    def _continued(self, text: str, indent: int) -> Iterator[str]:
        item = _ITEM.match(text)
        deeper = indent > self._indent
        if item or indent < self._indent or (deeper and not self._hanging) or (self._hanging and not deeper):
            yield from self._finished()
        if not self._lines:
            self._indent, self._hanging = indent, item is not None
        rest = text[item.end() :] if item else text
        if rest:
            self._lines.append(rest)

    def _finished(self) -> Iterator[str]:
        if not self._lines:
            return
        paragraph = " ".join(" ".join(self._lines).split())
        self._lines = []
        if paragraph.endswith("::"):
            self._literal = self._indent
        for pattern, plain in _MARKUP:
            paragraph = pattern.sub(plain, paragraph)
        if paragraph:
            yield paragraph
