"""`aetui similarity` and `aetui neighbours`: sentences put to a model of text, and what all such commands share."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated, Any

import typer

from aetui.cli import completers, engines
from aetui.cli.arguments import Epoch, Run, Weights
from aetui.render.text import plain, plain_json
from engine.errors import counted

if TYPE_CHECKING:
    from engine.queries.messages import Cosine, Nearest, Neighbour, Query, Reading, Words
    from engine.runs.store import RunRecord

Beside = Annotated[
    str | None, typer.Option(metavar="RUN", help="Ask this run the same.", autocompletion=completers.runs)
]
Json = Annotated[bool, typer.Option("--json", help="Print the answer as one JSON line.")]
Text = Annotated[str, typer.Argument(metavar="TEXT", help="A sentence.")]


def similarity(
    context: typer.Context,
    run: Run,
    first: Text,
    second: Text,
    beside: Beside = None,
    weights: Weights = None,
    epoch: Epoch = None,
    json: Json = False,
) -> None:
    """How like two sentences are: cosine of their codes, beside that of their averaged word vectors."""
    from engine.queries.messages import Similarity

    records = records_of_text(context, run, beside)
    queries: list[Query] = [
        Similarity(run_id=each.id, weights=weights, epoch=epoch or 0, first=first, second=second) for each in records
    ]
    answers: list[Cosine] = engines.answers(context.obj, queries, "comparing")
    if json:
        typer.echo(json_line(records, [values(answer) for answer in answers]))
    else:
        typer.echo(_compared(records, answers))


def neighbours(
    context: typer.Context,
    run: Run,
    text: Text,
    count: Annotated[int, typer.Option("--count", "-k", min=1, max=1_000, help="So many sentences.")] = 10,
    beside: Beside = None,
    weights: Weights = None,
    epoch: Epoch = None,
    json: Json = False,
) -> None:
    """The sentences of the run's corpus that lie nearest to TEXT, by codes and by averaged word vectors."""
    from aetui.render.metrics import AVERAGE
    from engine.queries.messages import Neighbours, Read

    records = records_of_text(context, run, beside)
    queries: list[Query] = [
        query
        for each in records
        for query in (
            Read(run_id=each.id, weights=weights, epoch=epoch or 0, text=text),
            Neighbours(run_id=each.id, weights=weights, epoch=epoch or 0, text=text, count=count),
        )
    ]
    answers = engines.answers(context.obj, queries, "looking for the nearest sentences")
    pairs = list(zip(answers[::2], answers[1::2], strict=True))
    if json:
        typer.echo(json_line(records, [{"reading": values(back), "nearest": values(found)} for back, found in pairs]))
        return
    pages = [_found(record, back, found) for record, (back, found) in zip(records, pairs, strict=True)]
    baseline = pairs[0][1].average
    typer.echo("\n\n".join([*pages, f"by {AVERAGE} of {called(records[0])}\n\n{_table(baseline)}"]))


def records_of_text(context: typer.Context, *runs: str | None) -> list[RunRecord]:
    """The runs of these names, all models of text."""
    from aetui.cli import files

    records = [context.obj.store.find(run) for run in runs if run is not None]
    for record in records:
        files.check_kind(record, "text")
    return records


def values(answer: Any) -> Any:
    """`answer` as plain dictionaries, lists and numbers."""
    import msgspec

    return msgspec.to_builtins(answer)


def json_line(records: list[RunRecord], answers: list[dict[str, Any]]) -> str:
    """One line: the first run's answer, and the second one's as `beside`."""
    import msgspec

    line, *others = ({"run": record.id, **answer} for record, answer in zip(records, answers, strict=True))
    if others:
        line["beside"] = others[0]
    return plain_json(msgspec.json.encode(line).decode())


def called(record: RunRecord) -> str:
    """The run by its name, or its id."""
    return plain(record.name or record.id)


def _compared(records: list[RunRecord], answers: list[Cosine]) -> str:
    from aetui.cli.tables import aligned
    from aetui.render.metrics import AVERAGE

    rows = [("BY", "COSINE", "EPOCH", "WEIGHTS")]
    for record, answer in zip(records, answers, strict=True):
        weights = "kept" if answer.asked and answer.weights == "last" else answer.weights
        rows.append((called(record), f"{answer.cosine:.6f}", f"{answer.epoch:,}", weights))
    rows.append((AVERAGE, f"{answers[0].average:.6f}", "–", "–"))
    told = [
        line
        for record, answer in zip(records, answers, strict=True)
        for line in remarks((answer.first, answer.second), called(record) if len(records) > 1 else "")
    ]
    return "\n".join([aligned(rows), *([""] if told else []), *told])


def _found(record: RunRecord, back: Reading, found: Nearest) -> str:
    lines = [
        f"{called(record)}, {engines.behind(found)}",
        f"reads back: {plain(back.reading)}  (cosine {back.cosine:.6f})",
        *remarks((found.sentence,)),
        "",
        f"nearest of {counted(found.searched, 'sentence')}",
        "",
        _table(found.neighbours),
    ]
    return "\n".join(lines)


def _table(neighbours: tuple[Neighbour, ...]) -> str:
    """The sentence last, so that long ones push nothing aside; no column of topics where nothing has any."""
    from aetui.cli.tables import aligned

    topical = any(each.topics for each in neighbours)
    head = ("COSINE", "DOCUMENT", *(["TOPICS"] if topical else []), "SENTENCE")
    rows = [
        (
            f"{each.cosine:.6f}",
            plain(each.document, 40),
            *([plain(", ".join(each.topics), 30)] if topical else []),
            re.sub(r"\s+", " ", plain(each.sentence)),
        )
        for each in neighbours
    ]
    return aligned([head, *rows])


def remarks(sentences: Sequence[Words], whose: str = "") -> list[str]:
    """What the model did not read of the sentences: words it does not know, words past its length."""
    prefix = f"{whose}: " if whose else ""
    pairs = [pair for sentence in sentences for pair in zip(sentence.words, sentence.known, strict=True)]
    unknown = dict.fromkeys(plain(word) for word, known in pairs if not known)
    lines = [f"{prefix}not in the vocabulary: {', '.join(unknown)}"] * bool(unknown)
    for sentence in sentences:
        before, after = sentence.words[: sentence.first], sentence.words[sentence.first + sentence.used :]
        for where, cut in (("before the last", before), ("past the first", after)):
            said = " ".join(map(plain, cut))
            lines += [f"{prefix}{where} {counted(sentence.used, 'word')}, not read: {said}"] * bool(cut)
    return lines
