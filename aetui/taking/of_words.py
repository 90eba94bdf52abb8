"""Panels that show words and figures, as data."""

from __future__ import annotations

import time
from collections.abc import Iterable, Sequence
from typing import Any

from aetui.panels.sentence_queries import Answers
from aetui.panels.table import PANELS, View
from aetui.state.run_state import LogLine, RunState
from aetui.taking.taken import Table, Taken
from engine.events import EpochEnded
from engine.features.outcomes import Told
from engine.queries.messages import Neighbour, Stop

NO_RUN = "there is no run yet"
NOT_YET = "there is nothing of it before the first epoch"
HEALTH = (
    "active",
    "dead",
    "units",
    "dead_pixels",
    "pixels",
    "mean_activation",
    "target_rate",
    "gradient_norm",
)
"""Of `engine.events.Health`."""
WALKED = ("share", "says", "cosine of what it says", "nearest", "cosine", "nearest by averages", "its cosine")
CLUSTERED = ("cluster", "sentences", "topic", "share", "words", "nearest")
ASKED = ("asked", "of", "answer", "rank", "sentence", "cosine", "document", "topics")


def told(facts: Iterable[tuple[str, object]]) -> str:
    """A line each, name and value."""
    return "\n".join(f"{name}\t{value}" for name, value in facts)


def health(view: View, facts: Sequence[tuple[str, str]]) -> Taken:
    """What was measured of each epoch up to the one under the cursor, with its alarms; `facts` are what the panel says
    of that one."""
    run, label = view.run, PANELS["health"].label
    if run is None or run.epoch(view.epoch) is None:
        return Taken("health", label, missing=NOT_YET)
    rows = [_health_row(run, ended) for ended in run.epochs if ended.epoch <= view.epoch]
    columns = ("epoch", "seconds", "items per second", *(name.replace("_", " ") for name in HEALTH), "alarms")
    return Taken("health", label, view.epoch, up_to=True, table=Table(columns, rows), text=told(facts))


def _health_row(run: RunState, ended: EpochEnded) -> tuple[Any, ...]:
    measured = [getattr(ended.health, name) if ended.health else None for name in HEALTH]
    alarms = " ".join(alarm.text for alarm in run.alarms_after(ended.epoch))
    return ended.epoch, ended.seconds, ended.samples_per_second, *measured, alarms


def parameters(run: RunState | None, facts: Sequence[tuple[str, str]], text: str) -> Taken:
    """Layers, what is known of the run beside its settings (`facts`), and these; `text` is the page."""
    if run is None:
        return Taken("parameters", PANELS["parameters"].label, missing=NO_RUN)
    layers = [
        ("layer", f"{each.network}/{each.name}", each.kind, "x".join(map(_size, each.output_shape)), each.parameters)
        for each in run.layers
    ]
    rest = [("run", name, "", "", value) for name, value in facts]
    settings = [("setting", name, "", "", value) for name, value in run.config.items()]
    columns = ("part", "name", "kind", "output", "value")
    return Taken("parameters", PANELS["parameters"].label, table=Table(columns, [*layers, *rest, *settings]), text=text)


def _size(size: int | None) -> str:
    return "batch" if size is None else str(size)


def log(lines: Sequence[LogLine]) -> Taken:
    """What happened, a line each."""
    label = PANELS["log"].label
    if not lines:
        return Taken("log", label, missing=NO_RUN)
    rows = [(time.strftime("%Y-%m-%dT%H:%M:%S%z", time.localtime(line.at)), line.level, line.text) for line in lines]
    text = "\n".join(f"{at[11:19]}  {said}" for at, _, said in rows)
    return Taken("log", label, table=Table(("at", "level", "text"), rows), text=text)


def sentences(view: View, answers: Sequence[Answers]) -> Taken:
    """What was asked and answered; before anything was, the readings of the epoch. The cosines are the epoch's."""
    cosines = view.views.get("cosines")
    answered = [row for each in answers for row in _answer_rows(each)]
    other = next((_other_way(each) for each in answers if each.walked or each.clusters or each.judged), None)
    table = other or (Table(ASKED, answered) if answered else _readings(view))
    if table is None and cosines is None:
        return Taken("sentences", PANELS["sentences"].label, missing=view.instead(NOT_YET, "nothing was asked yet"))
    arrays = {} if cosines is None else {"cosines": cosines}
    return Taken("sentences", PANELS["sentences"].label, view.samples_epoch, table=table, arrays=arrays)


def _other_way(answers: Answers) -> Table | None:
    """A walk, clusters or judged pairs, a row each."""
    if answers.walked:
        return Table(WALKED, [_stop_row(stop) for stop in answers.walked.stops])
    if answers.clusters:
        return Table(CLUSTERED, [_cluster_row(each) for each in answers.clusters.told])
    if answers.judged:
        rows = zip(answers.question.pairs, *(row.cosines for row in answers.judged.rows), strict=True)
        judged = [(pair.line, pair.first, pair.second, pair.score, *row) for pair, *row in rows]
        return Table(("line", "first", "second", "score", *(row.features for row in answers.judged.rows)), judged)
    return None


def _stop_row(stop: Stop) -> tuple[object, ...]:
    passed, average = stop.neighbour, stop.average
    return stop.share, stop.reading, stop.back, passed.sentence, passed.cosine, average.sentence, average.cosine


def _cluster_row(told: Told) -> tuple[object, ...]:
    words = " ".join(each.word for each in told.words)
    return told.cluster, told.size, told.label, told.share, words, " | ".join(told.nearest)


def _readings(view: View) -> Table | None:
    said, read = view.views.get("sentences"), view.views.get("readings")
    if said is None or read is None:
        return None
    return Table(("sentence", "read back as"), list(zip(said.tolist(), read.tolist(), strict=True)))


def _answer_rows(answers: Answers) -> list[tuple[object, ...]]:
    asked = " | ".join(sentence.text for sentence in answers.sentences)
    whose = (asked, answers.name)
    rows: list[tuple[object, ...]] = []
    if answers.cosine:
        rows.append((*whose, "cosine of the codes", "", "", answers.cosine.cosine, "", ""))
        rows.append((*whose, "cosine of averaged word vectors", "", "", answers.cosine.average, "", ""))
    if answers.reading:
        rows.append((*whose, "read back", "", answers.reading.reading, answers.reading.cosine, "", ""))
    if answers.nearest:
        rows += _nearest(whose, "nearest by the codes", answers.nearest.neighbours)
        rows += _nearest(whose, "nearest by averaged word vectors", answers.nearest.average)
    return rows


def _nearest(whose: tuple[str, str], answer: str, found: Sequence[Neighbour]) -> list[tuple[object, ...]]:
    return [
        (*whose, answer, rank, each.sentence, each.cosine, each.document, " ".join(each.topics))
        for rank, each in enumerate(found, 1)
    ]
