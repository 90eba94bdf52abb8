"""`aetui noise`: how well a model takes noise off, over its level and over kinds that it was not trained on."""

from __future__ import annotations

import csv
import io
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from aetui.cli import engines, files
from aetui.cli.arguments import Run, Weights
from aetui.cli.tables import aligned
from aetui.render.text import plain, plain_json

if TYPE_CHECKING:
    from engine.queries.messages import Restoration, Restored

MOST = 1_000


def noise(
    context: typer.Context,
    run: Run,
    kinds: Annotated[
        list[str] | None,
        typer.Option(
            "--kind",
            help="This kind alone: trained, gaussian, salt_and_pepper, masking, occlusion, blur, contrast; may be "
            "given often (default: all).",
        ),
    ] = None,
    levels: Annotated[
        list[float] | None, typer.Option("--level", help="Of one kind, these levels; may be given often.")
    ] = None,
    part: Annotated[Literal["train", "validation", "test"], typer.Option(help="Which part of the data.")] = "test",
    count: Annotated[int, typer.Option("--count", "-n", min=1, help="The first so many images of it.")] = MOST,
    draws: Annotated[int, typer.Option(min=1, max=100, help="Of the noise, each another; mean ± sd is told.")] = 3,
    seed: Annotated[int, typer.Option(min=0, max=2**31, help="Of the draws.")] = 0,
    json: Annotated[bool, typer.Option("--json", help="Print one JSON line with every figure.")] = False,
    table: Annotated[
        Path | None, typer.Option("--csv", help="Write every figure to this file as CSV, too; - for standard output.")
    ] = None,
    weights: Weights = None,
) -> None:
    """PSNR and SSIM of images that a model restored, beside the best linear map, a median filter and the noisy images.

    Images are compared with the clean ones in [0, 1]; the linear map is fitted, and the size of the median filter
    chosen, on training images with the noise that the run was trained on.
    """
    from engine import params, registry
    from engine.queries.messages import Restore
    from engine.restoring.corruptions import chosen

    record = context.obj.store.find(run)
    files.check_kind(record, "image")
    config = params.stored(registry.preset(record.variant, record.preset), record.config)
    check(record, config)
    for key in kinds or []:
        chosen(key, config)
    query = Restore(
        run_id=record.id,
        weights=weights,
        part=part,
        count=count,
        kinds=tuple(dict.fromkeys(kinds or [])),
        levels=tuple(levels or []),
        draws=draws,
        seed=seed,
    )
    answer: Restored = engines.answer(context.obj, query, "restoring images")
    if table is not None:
        _write(table, answer)
        if str(table) == "-":
            return
    if json:
        typer.echo(plain_json(_document(record.id, answer)))
        return
    typer.echo("\n\n".join([*(_table(each, answer) for each in answer.found), _summary(answer)]))


def check(record: Any, config: Any) -> None:
    """Raises UsageError for a run that learned without noise, before anything is loaded."""
    from engine import registry
    from engine.queries.restoring import check as check_noise

    check_noise(registry.variant(record.variant).noise(config), record.id)


def _table(found: Restoration, answer: Restored) -> str:
    """PSNR, then SSIM, a line for each level, the best method of each marked."""
    labels = [plain(label) for _, label in answer.methods]
    tables = []
    for what, values, digits in (("PSNR, dB", found.psnr, 2), ("SSIM", found.ssim, 3)):
        rows = [(what, *labels)]
        for number, level in enumerate(found.levels):
            means = values[:, number].mean(axis=1)
            cells = [f"{level:g}" + " (trained)" * (level == found.trained)]
            for method, mean in enumerate(means.tolist()):
                spread = f" ± {values[method, number].std(ddof=1):.{digits}f}" if answer.draws > 1 else ""
                cells.append(f"{mean:.{digits}f}{spread}{'*' if method == means.argmax() else ' '}")
            rows.append(tuple(cells))
        tables.append(aligned(rows))
    return "\n\n".join([f"{plain(found.label)}; level: {plain(found.unit)}\n{tables[0]}", tables[1]])


def _summary(answer: Restored) -> str:
    spread = f", mean ± sd of {answer.draws} draws of the noise" if answer.draws > 1 else ", one draw of the noise"
    return (
        f"PSNR in dB and SSIM, means over the first {answer.items:,} of {answer.there:,} {answer.part} images{spread}, "
        f"seed {answer.seed}; * the best;\n{engines.behind(answer)}"
    )


def figures(answer: Restored) -> Iterator[dict[str, Any]]:
    """A row for each kind, level, method and draw."""
    for found in answer.found:
        for number, level in enumerate(found.levels):
            for method, (key, label) in enumerate(answer.methods):
                for draw in range(answer.draws):
                    yield {
                        "kind": found.kind,
                        "label": found.label,
                        "level": level,
                        "trained": level == found.trained,
                        "method": key,
                        "method_label": label,
                        "draw": draw,
                        "psnr": float(found.psnr[method, number, draw]),
                        "ssim": float(found.ssim[method, number, draw]),
                    }


def _write(path: Path, answer: Restored) -> None:
    """Raises EngineError where it cannot be written."""
    text = io.StringIO()
    rows = list(figures(answer))
    table = csv.DictWriter(text, list(rows[0]), lineterminator="\n")
    table.writeheader()
    table.writerows({name: _cell(value) for name, value in row.items()} for row in rows)
    if str(path) == "-":
        sys.stdout.write(text.getvalue())
        return
    with files.written(path) as file:
        file.write(text.getvalue().encode())


def _cell(value: object) -> object:
    if isinstance(value, bool):
        return int(value)
    if isinstance(value, float):
        return f"{value:.7g}"
    return plain(value) if isinstance(value, str) else value


def _document(run_id: str, answer: Restored) -> str:
    import msgspec

    whose = {"run": run_id, "epoch": answer.epoch, "weights": answer.weights, "part": answer.part}
    asked = {"items": answer.items, "there": answer.there, "draws": answer.draws, "seed": answer.seed}
    return msgspec.json.encode({**whose, **asked, "figures": list(figures(answer))}).decode()
