"""The command line: everything the screen can do, without the screen. Nothing heavy is imported before it is needed."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from aetui import __version__
from aetui.cli import (
    book,
    classify,
    cluster,
    completers,
    completion,
    data,
    decode,
    detect,
    doctor,
    encode,
    explain,
    export,
    finetune,
    importing,
    manual,
    opening,
    probe,
    recommend,
    reconstruct,
    runs,
    sample,
    sentences,
    serve,
    stop,
    sweep,
    tour,
    train,
    variants,
)
from aetui.cli.commands import Commands
from aetui.cli.options import Options

app = Commands(
    name="aetui",
    help="An autoencoder workbench in the terminal. Without a command: the workbench.",
    add_completion=False,  # `aetui completion` has scripts of its own
    rich_markup_mode=None,  # plain help, 0.15 s sooner
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
app.add_typer(data.app, name="data")
app.add_typer(runs.app, name="runs")
app.command("train")(train.train)
app.command("resume")(train.resume)
app.command("stop")(stop.stop)
app.add_typer(sweep.app, name="sweep")
app.command("open")(opening.open_run)
app.command("reconstruct")(reconstruct.reconstruct)
app.command("encode")(encode.encode)
app.command("decode")(decode.decode)
app.command("export")(export.export)
app.command("import")(importing.import_file)
app.command("sample")(sample.sample)
app.command("similarity")(sentences.similarity)
app.command("neighbours")(sentences.neighbours)
app.command("detect")(detect.detect)
app.command("recommend")(recommend.recommend)
app.command("probe")(probe.probe)
app.command("cluster")(cluster.cluster)
app.command("finetune")(finetune.finetune)
app.command("classify")(classify.classify)
app.command("book")(book.book)
app.command("variants")(variants.variants)
app.command("explain")(explain.explain)
app.command("tour")(tour.tour)
app.command("doctor")(doctor.doctor)
app.command("serve")(serve.serve)
app.command("completion")(completion.completion)
app.command("man")(manual.man)


def _version(context: typer.Context, wanted: bool) -> None:
    if wanted and not context.resilient_parsing:
        typer.echo(f"aetui {__version__}")
        raise typer.Exit


@app.callback(invoke_without_command=True)
def main(
    context: typer.Context,
    runs_dir: Annotated[
        Path | None, typer.Option(envvar="AETUI_RUNS", help="Where runs are kept (default: the user's data folder).")
    ] = None,
    data_dir: Annotated[
        Path | None, typer.Option(envvar="AETUI_DATA", help="A folder with data sets, looked at first.")
    ] = None,
    device: Annotated[str, typer.Option(help="auto, cpu, gpu or gpu:N.", autocompletion=completers.devices)] = "auto",
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="No narration on standard error.")] = False,
    low_bandwidth: Annotated[
        bool, typer.Option("--low-bandwidth", help="The workbench sends at most 4 kB/s to the terminal.")
    ] = False,
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    """An autoencoder workbench in the terminal. Without a command: the workbench."""
    del version
    context.obj = Options(runs_dir, data_dir, device, quiet, low_bandwidth)
    if context.invoked_subcommand is None:
        from aetui import launch

        launch.run(context.obj)
