"""`aetui import`: a run that was made elsewhere, or a network of Keras, into the store."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from aetui.cli import completers
from aetui.render.text import plain

if TYPE_CHECKING:
    from aetui.cli.options import Options
    from engine.exports.importers import Importer
    from engine.exports.importing import Imported
    from engine.runs.store import RunRecord


def import_file(
    context: typer.Context,
    words: Annotated[
        list[str],
        typer.Argument(
            metavar="[bundle|keras] FILE",
            help="What `aetui export RUN --format bundle` has made, or a .keras file; it is told by what is in it.",
        ),
    ],
    replace: Annotated[
        bool,
        typer.Option("--replace", help="Of a bundle: put it in the place of the run with its id, which is deleted."),
    ] = False,
    copy: Annotated[bool, typer.Option("--copy", help="Of a bundle: give it an id of its own.")] = False,
    dataset: Annotated[
        str | None,
        typer.Option(help="Of a .keras file: what it is seen and measured with.", autocompletion=completers.datasets),
    ] = None,
    code: Annotated[
        str | None, typer.Option(metavar="LAYER", help="Of a .keras file: the layer that gives the code.")
    ] = None,
    name: Annotated[str, typer.Option(help="Of a .keras file: what the run is called.")] = "",
) -> None:
    """Bring a run into the store, with its curves, pictures, weights and labels, or an autoencoder of Keras's own
    layers as a run that can be asked and looked at; prints its id. Files that are damaged, or hold anything else, are
    refused, and nothing of them stays. Data do not come along."""
    from engine.errors import UsageError

    row, file = _meant(words)
    of_bundle = [flag for flag, given in (("--replace", replace), ("--copy", copy)) if given]
    of_network = [f"--{key}" for key, given in (("dataset", dataset), ("code", code), ("name", name)) if given]
    strange = of_network if row.key == "bundle" else of_bundle
    if strange or len(of_bundle) > 1:
        told = f"{', '.join(strange or of_bundle)} cannot be meant"
        raise UsageError("Not meant", f"{told}: {file} is {row.label}, and of --replace and --copy one is enough")
    options = context.obj
    if row.key == "bundle":
        came = row.load()(file, options.store, "replace" if replace else "copy" if copy else "refuse")
        record, lines = came.record, _told(came, options)
    else:
        record, lines = _network(row, file, options, dataset, code, name)
    typer.echo(plain(record.id))
    if not options.quiet:
        for line in lines:
            typer.echo(plain(line), err=True)


def _meant(words: list[str]) -> tuple[Importer, Path]:
    """Raises UsageError for other words than the name of an importer and a file that it takes."""
    from engine.errors import UsageError
    from engine.exports.importers import IMPORTERS, of_file

    *before, file = words
    if len(before) > 1 or any(word not in IMPORTERS for word in before):
        raise UsageError("One file", f"expected a file, or one of {', '.join(IMPORTERS)} and a file: {' '.join(words)}")
    row = of_file(Path(file))
    if before and row.key != before[0]:
        raise UsageError("Another format", f"expected {IMPORTERS[before[0]].label}, but {file} is {row.label}")
    return row, Path(file)


def _network(
    row: Importer, file: Path, options: Options, dataset: str | None, code: str | None, name: str
) -> tuple[RunRecord, list[str]]:
    from aetui.cli.narration import Narrator
    from aetui.render.metrics import achieved
    from engine.runs.listing.labels import checked_name

    narrator = Narrator(options.quiet)
    narrator.say("reading the network and measuring it")
    try:
        record, told = row.load()(
            file,
            options.store,
            dataset=dataset,
            data_dir=options.data_folder,
            code=code,
            name=checked_name(name),
            device=options.device,
        )
    finally:
        narrator.close()
    end = record.end
    return record, [*told, *(f"{label}  {value}" for label, value in achieved(end.metrics if end else {}))]


def _told(came: Imported, options: Options) -> list[str]:
    record, lines = came.record, []
    if record.id != came.id_there:
        lines.append(f"it was {came.id_there} where it comes from")
    if came.dropped_name:
        lines.append(
            f"it has no name now: {came.dropped_name!r} means something else here; `aetui runs rename` gives it one"
        )
    if came.left_out:
        lines.append(f"left out, as no run here can have it: {', '.join(came.left_out)}")
    return [*lines, *_labels(record), *_unknown(record), *_data(record, options)]


def _labels(record: RunRecord) -> list[str]:
    """What it is called and said to be, where it is."""
    name, tags, note = record.name, record.labels.tags, record.labels.note
    parts = (
        [f"called {name!r}"] * bool(name) + [f"tagged {', '.join(tags)}"] * bool(tags) + [f"note: {note}"] * bool(note)
    )
    return ["; ".join(parts)] if parts else []


def _unknown(record: RunRecord) -> list[str]:
    from engine import registry

    if registry.known(record.variant):
        return []
    return [f"this version does not know the model {record.variant}: its curves can be looked at, its weights not used"]


def _data(record: RunRecord, options: Options) -> list[str]:
    """What to do where its data are not on this machine."""
    from engine import datasets
    from engine.errors import EngineError

    entry = datasets.known(record.dataset)
    needed = f"{record.dataset}, with fingerprint {record.info.fingerprint[:16]}…, is not on this machine"
    without = "what needs no data (curves, pictures, codes of files) can be had all the same"
    if entry is None:
        return [f"{needed}; `aetui data add {record.dataset} PATH` with the same files brings it; {without}"]
    try:
        found = datasets.locate(record.dataset, options.data_folder)
    except EngineError as error:
        return [error.message]
    return [] if found else [f"{needed}. {entry.remedy} Until then {without}"]
