"""Answers of models of text that are no list of nearest sentences: walks, clusters and judged pairs, in cells."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise

from textual.content import Content

from aetui.panels.sentence_queries import Answers
from aetui.render.bars import MUTED
from aetui.render.metrics import AVERAGE
from aetui.render.text import plain
from engine.errors import counted
from engine.features.outcomes import Clustered, Told
from engine.queries.messages import Agreed, Clusters, Judged, Neighbour, Pair, Stop, Walked

SIDE_BY_SIDE = 100
"""Columns from which a walk by codes and one by averages stand beside each other."""
SAME = '"'
"""Stands for the sentence above."""
SHOWN = 100
"""Pairs that are shown, those first about which cosine and people differ most."""
_BETWEEN = Content.styled(" │ ", MUTED)


def body(answers: Answers, width: int) -> list[Content]:
    """What came of a question in one of the other ways; nothing before it has come."""
    if answers.walked:
        return list(_walk(answers.walked, width))
    if answers.clusters:
        return list(_clusters(answers.clusters, width))
    if answers.judged:
        return list(_pairs(answers.judged, answers.question.pairs, answers.question.file, width))
    return []


# A walk.


def _walk(walked: Walked, width: int) -> Iterator[Content]:
    searched = f"cosine of the two {walked.cosine:.4f} · nearest of {walked.searched:,} at each step"
    yield Content.styled(searched, MUTED).truncate(width, ellipsis=True)
    beside = width >= SIDE_BY_SIDE
    column = (width - 6 - _BETWEEN.cell_length) // 2
    if beside:
        heads = [Content.styled(name, "bold $foreground") for name in ("by codes", f"by {AVERAGE}")]
        yield Content.assemble("      ", _BETWEEN.join([heads[0].truncate(column, pad=True), heads[1]]))
    before: Stop | None = None
    for stop in walked.stops:
        share = f"{stop.share:4.0%}  "
        code = _passed(stop.neighbour, before.neighbour if before else None, "" if beside else "nearest ")
        average = _passed(stop.average, before.average if before else None, "" if beside else "average ")
        if beside:
            sides = [code.truncate(column, ellipsis=True, pad=True), average.truncate(column, ellipsis=True)]
            yield Content.assemble((share, "$accent"), _BETWEEN.join(sides))
        else:
            yield Content.assemble((share, "$accent"), code).truncate(width, ellipsis=True)
            yield Content.assemble("      ", average).truncate(width, ellipsis=True)
        said = Content.assemble(
            "      ",
            ("says " if beside else "says    ", MUTED),
            (f"{stop.back:.4f}  ", "$primary"),
            (plain(stop.reading), "italic $primary"),
        )
        yield said.truncate(width, ellipsis=True)
        before = stop


def _passed(found: Neighbour, before: Neighbour | None, label: str) -> Content:
    same = before is not None and before.sentence == found.sentence
    text = (SAME, MUTED) if same else (plain(found.sentence), "$foreground")
    return Content.assemble((label, MUTED), (f"{found.cosine:.4f}  ", "$primary"), text)


# Clusters.


def _clusters(found: Clusters, width: int) -> Iterator[Content]:
    ours, *others = found.rows
    agreement = [(_named(row), _figure(row)) for row in found.rows]
    what = "NMI with topics" if ours.agreement else "silhouette"
    told = " · ".join(f"{name} {figure}" for name, figure in agreement)
    yield from Content.assemble((f"{what} ", MUTED), (told, "$foreground")).wrap(width)
    beaten = [row for row in others if row.agreement and row.agreement[0].nmi > ours.agreement[0].nmi]
    if beaten:
        best = max(beaten, key=lambda row: row.agreement[0].nmi)
        yield from Content.styled(f"clusters of {_named(best)} are nearer to the topics", "$warning").wrap(width)
    for each in found.told:
        yield Content("")
        yield from _cluster(each, width)


def _named(row: Clustered) -> str:
    return "codes" if row.features == "codes" else row.features


def _figure(row: Clustered) -> str:
    return f"{row.agreement[0].nmi if row.agreement else row.silhouette[0]:.3f}"


def _cluster(told: Told, width: int) -> Iterator[Content]:
    topic = f" · {told.share:.0%} {plain(told.label, 20)}" if told.label else ""
    words = " ".join(plain(each.word, 24) for each in told.words)
    head = Content.assemble(
        (f"{told.size:6,}", "bold $accent"), (f" {'sentence' if told.size == 1 else 'sentences'}{topic}", MUTED)
    )
    yield head.truncate(width, ellipsis=True)
    yield from (Content.assemble("  ", line) for line in Content.styled(words, "$foreground").wrap(max(1, width - 2)))
    for text in told.nearest:
        yield Content.assemble(("  · ", MUTED), (plain(text), MUTED)).truncate(width, ellipsis=True)


# Pairs.


def _pairs(judged: Judged, pairs: Sequence[Pair], file: str, width: int) -> Iterator[Content]:
    read = f"{counted(len(pairs), 'pair')} of {plain(file)} · {judged.unknown:,} of {judged.words:,} words not known"
    yield Content.styled(read, MUTED).truncate(width, ellipsis=True)
    if judged.unread:
        zero = f"{counted(len(judged.unread), 'pair')} without a known word: cosine 0"
        yield Content.styled(zero, "$warning").truncate(width, ellipsis=True)
    if judged.missing:
        yield from Content.styled(f"smooth inverse frequency is left out: {plain(judged.missing)}", "$warning").wrap(
            width
        )
    yield Content("")
    names = [_label(row) for row in judged.rows]
    wide = max(map(len, names))
    for name, row in zip(names, judged.rows, strict=True):
        line = Content.assemble(
            (name.ljust(wide), "$foreground"),
            ("  ρ ", MUTED),
            (f"{row.spearman:7.4f}", "bold $accent"),
            (_stretch(row.spearman_interval), MUTED),
            ("  r ", MUTED),
            (f"{row.pearson:7.4f}", "$accent"),
        )
        yield line.truncate(width, ellipsis=True)
    best = max(judged.rows, key=lambda row: row.spearman)
    if best.spearman > judged.rows[0].spearman:
        yield Content.styled(f"these pairs are ordered better by {best.features}", "$warning").truncate(
            width, ellipsis=True
        )
    yield Content("")
    head = "score and cosine of the codes, those first whose places among all pairs differ most"
    yield Content.styled(head, MUTED).truncate(width, ellipsis=True)
    cosines = judged.rows[0].cosines
    for place in _astray(cosines, [pair.score for pair in pairs])[:SHOWN]:
        pair = pairs[place]
        figures = f"{pair.score:6g} {cosines[place]:7.4f}  "
        text = f"{plain(pair.first)} │ {plain(pair.second)}"
        line = Content.assemble((figures, "$primary"), (text, "$foreground"))
        yield line.truncate(width, ellipsis=True)


def _label(row: Agreed) -> str:
    return "codes" if row.features == "codes" else row.features


def _stretch(interval: tuple[float, float] | None) -> str:
    return f" [{interval[0]:.3f}, {interval[1]:.3f}]" if interval else ""


def _astray(cosines: Sequence[float], scores: Sequence[float]) -> list[int]:
    """Places of the pairs, those first whose ranks by both differ most."""
    first, second = _ranks(cosines), _ranks(scores)
    return sorted(range(len(scores)), key=lambda place: -abs(first[place] - second[place]))


def _ranks(values: Sequence[float]) -> list[float]:
    """From 0; equal values share the mean of theirs."""
    order = sorted(range(len(values)), key=values.__getitem__)
    starts = [0, *(at for at, (a, b) in enumerate(pairwise(order), 1) if values[a] != values[b]), len(order)]
    ranks = [0.0] * len(values)
    for start, stop in pairwise(starts):
        for place in order[start:stop]:
            ranks[place] = (start + stop - 1) / 2
    return ranks
