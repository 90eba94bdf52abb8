"""Sentences in cells: what a model reads of them, what it answers, side by side or one below the other."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import zip_longest
from typing import NamedTuple

from rich.cells import cell_len, set_cell_size
from textual.content import Content

from aetui.panels.sentence_queries import COUNT, WAYS, Answers
from aetui.render.bars import MUTED
from aetui.render.metrics import AVERAGE
from aetui.render.sentence_ways import body
from aetui.render.text import plain
from engine.queries.messages import Neighbour, Words

SIDE_BY_SIDE = 100
"""Columns from which two answers stand beside each other."""
MOST_LINES = 3
"""Of a sentence among the nearest."""
TOPICS = 2
"""Topics named of a sentence; more are counted."""
READING_LINES = 3

_BETWEEN = Content.styled(" │ ", MUTED)


class Page(NamedTuple):
    """What is to be drawn: our run's answers, another's beside them, and what to say to each that waits."""

    ours: Answers
    other: Answers | None = None
    waiting: str = ""
    other_waiting: str = ""


class _Column(NamedTuple):
    head: list[Content]
    neighbours: Sequence[Neighbour]


def digits(cosines: Sequence[float]) -> int:
    """Decimals to show: word order moves the fourth to sixth only, so values close to 1 get six of them."""
    return 6 if any(0.999 < abs(cosine) < 1 for cosine in cosines) else 4


def marked(sentence: Words) -> Content:
    """The words as the model reads them: unknown ones underlined with a question mark, those it has no room for behind
    or before a bar. Empty where there is nothing to mark."""
    unknown, cut = sentence.known.count(False), len(sentence.words) - sentence.used
    if not unknown and cut <= 0:
        return Content("")
    parts: list[Content] = []
    end = sentence.first + sentence.used
    for place, (word, known) in enumerate(zip(sentence.words, sentence.known, strict=True)):
        if place == end:
            parts.append(Content.styled("┆ cut:", "bold $warning"))
        style = "$foreground" if sentence.first <= place < end else MUTED
        shown = plain(word)
        parts.append(Content.styled(shown, style) if known else Content.styled(f"{shown}?", "underline $warning"))
        if place == sentence.first - 1:
            parts.append(Content.styled(":cut ┆", "bold $warning"))
    what = [f"{unknown:,} not in the vocabulary"] * bool(unknown) + [f"{cut:,} past its length"] * (cut > 0)
    return Content(" ").join([*parts, Content.styled(f"({', '.join(what)})", MUTED)])


def ways_line(way: str, *, broad: bool) -> Content:
    """The ways of asking, with the present one marked; where there is no room, that one alone."""
    shown = WAYS if broad else (way,)
    parts = [Content.styled(f"‹{each}›", "bold $accent") if each == way else Content(f" {each} ") for each in shown]
    return Content("").join(parts)


def page(shown: Page, size: tuple[int, int]) -> list[Content]:
    """The answers in `size` (columns, rows) cells; more rows than that where it takes them."""
    width, height = size
    if shown.ours.question.way != "nearest":
        return [*_column(shown.ours, shown.waiting, width).head, *body(shown.ours, width)]
    beside = width >= SIDE_BY_SIDE
    column = (width - _BETWEEN.cell_length) // 2 if beside else width
    left = _column(shown.ours, shown.waiting, column)
    right = _column(shown.other, shown.other_waiting, column) if shown.other else _average(shown.ours, column)
    if not beside:
        below = [*_drawn(left, column, 1), Content(""), *_drawn(right, column, 1)]
        return [line.truncate(column, ellipsis=True) for line in below]
    heads = max(len(left.head), len(right.head))
    lines = max(1, min(MOST_LINES, (height - heads) // COUNT))
    columns = (_drawn(_padded(each, heads), column, lines) for each in (left, right))
    empty = Content(" " * column)
    return [_BETWEEN.join([a.truncate(column, pad=True), b]) for a, b in zip_longest(*columns, fillvalue=empty)]


def _padded(column: _Column, heads: int) -> _Column:
    """With the neighbours as far down as the other column's."""
    return _Column([*column.head, *[Content("")] * (heads - len(column.head))], column.neighbours)


def _column(answers: Answers, waiting: str, width: int) -> _Column:
    epoch = f" · epoch {answers.epoch}" if answers.epoch else ""
    searched = f" · nearest of {answers.nearest.searched:,}" if answers.nearest else ""
    title = Content.assemble((plain(answers.name), "bold $foreground"), (epoch + searched, MUTED))
    head = [title.truncate(width, ellipsis=True)]
    for failure in answers.failures:
        head += Content.styled(f"✕ {failure}", "$error").wrap(width)
    for sentence in answers.sentences:
        line = marked(sentence)
        head += line.wrap(width) if line.plain else []
    if answers.cosine:
        head.append(_figure("cosine of the two", answers.cosine.cosine))
    if answers.reading:
        head += _reading(answers, width)
    if answers.waiting and waiting:
        head += Content.styled(waiting, "$warning").wrap(width)
    return _Column(head, answers.nearest.neighbours if answers.nearest else ())


def _reading(answers: Answers, width: int) -> list[Content]:
    assert answers.reading is not None
    back = answers.reading
    said = _fitted(plain(back.reading), width * READING_LINES - 26, READING_LINES)
    line = Content.assemble(("reads back ", MUTED), (said, "italic $primary"), (f" cosine {back.cosine:.4f}", MUTED))
    return line.wrap(width)


def _average(answers: Answers, width: int) -> _Column:
    head = [Content.styled(AVERAGE, "bold $foreground").truncate(width, ellipsis=True)]
    if answers.cosine:
        head.append(_figure("cosine of the two", answers.cosine.average))
    return _Column(head, answers.nearest.average if answers.nearest else ())


def _figure(label: str, cosine: float) -> Content:
    return Content.assemble((f"{label} ", MUTED), (f"{cosine:.6f}", "bold $accent"))


def _drawn(column: _Column, width: int, lines: int) -> list[Content]:
    decimals = digits([each.cosine for each in column.neighbours])
    rows = [row for each in column.neighbours for row in _neighbour(each, width, lines, decimals)]
    return [*column.head, *rows]


def _neighbour(found: Neighbour, width: int, lines: int, decimals: int) -> list[Content]:
    """Cosine, sentence and topics on as many lines."""
    figure = f"{found.cosine:.{decimals}f}  "
    room = max(1, width - len(figure))
    topics = _topics(found.topics)
    topics = topics if 2 * cell_len(topics) <= room * lines else ""
    text = _fitted(plain(found.sentence), max(1, room * lines - cell_len(topics) - lines), lines)
    wrapped = Content.assemble((text, "$foreground"), (topics, MUTED)).wrap(room)[:lines]
    return [
        Content.assemble((figure if not place else " " * len(figure), "$primary"), line)
        for place, line in enumerate(wrapped)
    ]


def _fitted(text: str, cells: int, lines: int) -> str:
    """Cut to so many cells; breaking between words wastes some at the end of each line."""
    cells = max(1, cells - 6 * (lines - 1))
    return text if cell_len(text) <= cells else set_cell_size(text, cells - 1).rstrip() + "…"


def _topics(topics: Sequence[str]) -> str:
    if not topics:
        return ""
    more = f" +{len(topics) - TOPICS}" if len(topics) > TOPICS else ""
    return f" [{', '.join(plain(topic, 14) for topic in topics[:TOPICS])}{more}]"


def probes(sentences: Sequence[str], readings: Sequence[str], size: tuple[int, int]) -> list[Content]:
    """Validation sentences, each with what the decoder makes of its code below it, as many as fit."""
    width, height = size
    lines = [Content.styled("validation sentences, and what is read back from their codes", MUTED)]
    for sentence, reading in zip(sentences, readings, strict=False):
        lines.append(Content.styled(plain(str(sentence)), "$foreground"))
        lines.append(Content.assemble(("→ ", MUTED), (plain(str(reading)), "italic $primary")))
    whole = height - (height - 1) % 2  # no sentence without its reading
    return [line.truncate(max(1, width), ellipsis=True) for line in lines[:whole]]
