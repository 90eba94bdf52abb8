"""What a detection says, in lines: figures, how the scores are spread, and how well they tell anomalies."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from textual.content import Content

from aetui.render import ranking_plots
from aetui.render.bars import MUTED
from aetui.render.score_strips import axis_of, label_width, strips
from aetui.render.text import plain
from engine.errors import counted

if TYPE_CHECKING:
    from aetui.panels.scored import Scored

PLOT = 24
"""Columns of a plot."""
WIDE = 2 * PLOT + 50
"""Columns from which the plots stand beside the strips."""
GAP = 2


def strip_columns(scored: Scored, width: int) -> int:
    """How many columns the strips have where so many are there: what a step of the threshold is measured by."""
    return _columns(_narrow(width) if scored.curve is not None and width >= WIDE else width)


def _narrow(width: int) -> int:
    """What the plots leave."""
    return width - 2 * (PLOT + GAP)


def _columns(width: int) -> int:
    return max(1, width - label_width(width))


def lines(scored: Scored, told: Sequence[str], size: tuple[int, int], *, blocks: bool = True) -> list[Content]:
    """At most `size` (columns, rows): figures with `told` below the first, the strips, and in a wide place the ROC
    curve and precision over recall."""
    width, height = size
    head = [_fitted(line, width) for line in _figures(scored, told, width)]
    least = 1 + min(3, len(scored.groups))
    head = head[: max(1, height - least)]
    room = height - len(head)
    curve = scored.curve
    beside = curve is not None and width >= WIDE and room >= ranking_plots.LEAST[1]
    narrow = _narrow(width) if beside else width
    groups = scored.groups if len(scored.groups) < room else scored.fewer
    axis = axis_of(groups, scored.detection.threshold, _columns(narrow))
    drawn = strips(groups, axis, scored.threshold, (narrow, room), blocks=blocks)
    if not beside or curve is None:
        return [*head, *drawn]
    plots = [
        plot(curve, scored.threshold, (PLOT, len(drawn)), blocks=blocks)
        for plot in (ranking_plots.roc, ranking_plots.precision_recall)
    ]
    gap = Content(" " * GAP)
    return [*head, *(gap.join(row) for row in zip(drawn, *plots, strict=True))]


def _figures(scored: Scored, told: Sequence[str], width: int) -> list[Content]:
    detection, total = scored.detection, len(scored.ordered)
    best = ", the best" if detection.weights == "best" else ""
    normal = f" · normal: {plain(detection.normal)}" if detection.normal else ""
    first = (
        f"score {detection.score} · {counted(total, 'test item')}{normal} · weights of epoch {detection.epoch:,}{best}"
    )
    share = scored.above / total
    cut = f"threshold {scored.threshold:.4g}: {scored.quantile:.1%} of {detection.reference} below"
    found = [Content.styled(first, MUTED), *(Content.styled(each, "$warning") for each in told)]
    found.append(Content(f"{cut} · {counted(scored.above, 'test item')} above ({share:.1%})"))
    if scored.curve is not None:
        false, recall, precision = scored.curve.at(scored.threshold)
        found.append(Content(f"found {recall:.1%} of anomalies · {false:.1%} false alarms · precision {precision:.1%}"))
        found += _judged(scored, width)
    elif detection.baselines:
        remedy = "; N takes a class as normal" if detection.classes else ""
        found.append(Content.styled(f"baselines: no item is known to be an anomaly{remedy}", MUTED))
    return found


def _judged(scored: Scored, width: int) -> list[Content]:
    """AUROC and average precision, the best first, in as many lines as they take; the model comes second at the latest,
    for there may be room for one line only."""
    detection = scored.detection
    ours = ("the model", detection.auroc, detection.average_precision)
    rows = [(plain(each.label), each.auroc, each.average_precision) for each in detection.baselines]
    rows.sort(key=lambda row: -(row[1] or 0))
    rows.insert(1 if rows and (rows[0][1] or 0) > (ours[1] or 0) else 0, ours)
    words = [f"{name} {auroc or 0:.4f}/{precision or 0:.4f}" for name, auroc, precision in rows]
    words[0] = f"AUROC/AP: {words[0]}"
    words += [] if detection.baselines else ["b: the baselines"]
    lines = [words[0]]
    for each in words[1:]:
        if len(lines[-1]) + len(each) + 3 <= width:
            lines[-1] += f" · {each}"
        else:
            lines.append(each)
    return [Content(line) for line in lines]


def _fitted(line: Content, width: int) -> Content:
    return line.truncate(width, ellipsis=True)
