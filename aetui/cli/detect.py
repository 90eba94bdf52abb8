"""`aetui detect`: which items do not fit what a model learned."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from aetui.cli import detected_items, detection_file, engines, explanations, files
from aetui.cli.arguments import Input, Run, Weights
from aetui.cli.detected_items import Request
from aetui.cli.tables import aligned
from aetui.render.text import plain
from engine.errors import counted

if TYPE_CHECKING:
    from aetui.cli.detected_items import Found
    from engine.runs.store import RunRecord

TOP = 10


def detect(
    context: typer.Context,
    run: Run,
    source: Input = None,
    output: Annotated[
        Path | None,
        typer.Option(
            "--output",
            "-o",
            help="A .csv, .tsv, .json or .npz file with every item; - for standard output (default: only a table of "
            "the strangest).",
        ),
    ] = None,
    wanted: Annotated[
        Literal["csv", "tsv", "json", "npz"] | None,
        typer.Option("--format", help="What to write (default: as the file's name says; csv to standard output)."),
    ] = None,
    quantile: Annotated[
        float | None,
        typer.Option(
            help="The threshold: this share of the validation items scores below it (default: 0.99).",
            show_default=False,
        ),
    ] = None,
    share: Annotated[
        float | None,
        typer.Option(help="In place of --quantile: the share of anomalies that you expect among the items."),
    ] = None,
    score: Annotated[
        str,
        typer.Option(
            help="What is measured (default: error; of sentences cosine; or the preset's); a wrong one lists them all."
        ),
    ] = "",
    normal: Annotated[
        str,
        typer.Option(help="The class that is normal, its name or number (default: the one learned alone)."),
    ] = "",
    baselines: Annotated[
        bool,
        typer.Option(
            "--baselines",
            help="Beside it PCA error, isolation forest and nearest neighbours, fitted to the same training items.",
        ),
    ] = False,
    detector: Annotated[
        list[str] | None,
        typer.Option(help="Beside it this detector; may be given often; a wrong one lists them all."),
    ] = None,
    part: Annotated[Literal["train", "validation", "test"], typer.Option(help="Which part of a data set.")] = "test",
    count: Annotated[int, typer.Option("--count", "-n", min=0, help="At most so many items; 0: all.")] = 0,
    top: Annotated[int, typer.Option(min=0, max=1_000, help="So many of the strangest items are printed.")] = TOP,
    explain: Annotated[
        bool, typer.Option("--explain", help="Also which columns, steps or pixels of them made the score.")
    ] = False,
    noise: Annotated[
        bool, typer.Option("--noise", help="Show a run that learned from noisy items these with noise, too.")
    ] = False,
    weights: Weights = None,
) -> None:
    """Find the items that do not fit what a model learned: a score for each, a threshold, a verdict, how probable it is
    and how stable."""
    import msgspec

    from engine.anomalies import detectors, thresholds
    from engine.anomalies.scores import score_of
    from engine.errors import UsageError
    from engine.queries.messages import Detect

    suffix = None if output is None else detection_file.format_of(output, wanted)
    if quantile is not None and share is not None:
        raise UsageError("Two thresholds", "expected --quantile or --share, got both; leave one out")
    chosen = thresholds.QUANTILE if quantile is None else quantile
    thresholds.check_quantile(chosen)
    if share is not None:
        thresholds.check_share(share)
    beside = (*(detectors.BASELINES if baselines else ()), *(detector or ()))
    detectors.check(beside)
    record = context.obj.store.find(run)
    kind = files.kind_of(record)
    if not kind.scores:
        raise UsageError("No scores", f"{kind.unscored}; ask a run on other data than {kind.items}")
    score_of(score, kind.scores)
    if noise:
        detected_items.check_noise(record)
    explainer = explanations.of(record) if explain else None
    found = detected_items.read(Request(context.obj, record, source, part, count, normal))
    query = Detect(
        run_id=record.id,
        weights=weights,
        score=score,
        noise=noise,
        quantile=chosen,
        share=share,
        baselines=tuple(dict.fromkeys(beside)),
        strangest=top if explain else 0,
        normal=normal if found.own else "",
        strange=found.strange,
    )
    query = msgspec.structs.replace(query, **found.fields)
    answer = engines.answer(context.obj, query, "looking for what does not fit")
    found = found.told(answer)
    quiet = output is not None and str(output) == detection_file.STDOUT
    if output is not None and suffix is not None:
        detection_file.write(output, suffix, found, record)
    if not quiet:
        typer.echo(_table(found, top, explainer))
    told = _summary(found, record, query.quantile)
    if not quiet:
        typer.echo(f"\n{told}" if top else told)
    elif not context.obj.quiet:
        typer.echo(told, err=True)


def _table(found: Found, top: int, explainer: explanations.Explainer | None) -> str:
    """The strangest items, the strangest first; with an explainer what made each of them so."""
    import numpy as np

    answer = found.answer
    order = np.argsort(-answer.scores, kind="stable")[:top].tolist()
    if not order:
        return ""
    rows = [("ITEM", *(("NAME",) if found.names else ()), *(("CLASS",) if found.labels else ()), "SCORE", "", *_HEADS)]
    for place in order:
        name = (plain(found.names[place], 60),) if found.names else ()
        label = (plain(found.labels[place], 40),) if found.labels else ()
        mark = "anomaly" if answer.anomalous[place] else "normal"
        rows.append(
            (
                str(place + 1),
                *name,
                *label,
                f"{answer.scores[place]:.4g}",
                mark,
                f"{answer.probability[place]:.3f}",
                f"{answer.confidence[place]:.3f}",
            )
        )
    lines = aligned(rows).splitlines()
    if explainer is None:
        return "\n".join(lines)
    told = [lines[0]]
    for number, line in enumerate(lines[1:]):
        told += [line, *(f"    {plain(text)}" for text in explainer(answer, number))]
    return "\n".join(told)


_HEADS = ("PROBABILITY", "CONFIDENCE")


def _summary(found: Found, record: RunRecord, quantile: float) -> str:
    """How many are anomalies, by which threshold; how right that is where it is known, beside other detectors."""
    from engine.anomalies.scores import SCORES

    answer = found.answer
    items = len(answer.scores)
    above, kind = int(answer.anomalous.sum()), files.kind_of(record)
    few = (1 - quantile) * len(answer.validation_scores)  # of them are to lie above
    part = f"{counted(len(answer.validation_scores), answer.reference + ' item')}"
    if answer.share is not None:
        by = f"{answer.share:g} of them were expected to be anomalies"
    elif answer.reference == "validation":
        by = f"below which {quantile:g} of {part} score" if few >= 1 else f"the highest of {part}, which are few"
    else:
        by = f"below which {quantile:g} of {part} score: none were held out, so it is too low"
    label = SCORES[answer.score].label
    told = f"{above:,} of {counted(items, kind.items.removesuffix('s'))} above the threshold {answer.threshold:.4g}"
    lines = [f"{told}, {by}; score: {label}, {engines.behind(answer)}"]
    if answer.strange is not None and answer.auroc is not None:
        strange = int(answer.strange.sum())
        what = f"are known not to be {plain(found.normal)!r}" if found.normal else "are known anomalies"
        lines.append(
            f"AUROC {answer.auroc:.4f}, average precision {answer.average_precision:.4f} (by chance 0.5 and "
            f"{strange / items:.4g}): {strange:,} of {items:,} {what}"
        )
    if answer.baselines:
        rows = [("DETECTOR", "AUROC", "AVERAGE PRECISION", "ABOVE THRESHOLD", "FITTED TO")]
        rows.append((f"{record.variant}, {label}", *_areas(answer.auroc, answer.average_precision), f"{above:,}", ""))
        for each in answer.baselines:
            count = int((each.scores > each.threshold).sum())
            areas = _areas(each.auroc, each.average_precision)
            rows.append((each.label, *areas, f"{count:,}", f"{each.fitted_to:,}"))
        known = answer.auroc is not None
        lines += ["", aligned(rows if known else [(label, *rest) for label, _, _, *rest in rows])]
    return "\n".join(lines)


def _areas(auroc: float | None, precision: float | None) -> tuple[str, str]:
    return ("", "") if auroc is None or precision is None else (f"{auroc:.4f}", f"{precision:.4f}")
