"""The command line: everything the screen can do, without the screen. Nothing heavy is imported before it is needed."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from aetui import __version__
from aetui.cli import completers
from aetui.cli.arguments import Isolate, Jobs
from aetui.cli.commands import CommandGroup, Commands, Places
from aetui.cli.options import Options

COMMANDS: Places = {
    "train": ("aetui.cli.train", "train"),
    "resume": ("aetui.cli.train", "resume"),
    "fork": ("aetui.cli.fork", "fork"),
    "stop": ("aetui.cli.stop", "stop"),
    "set": ("aetui.cli.adjust", "set_settings"),
    "open": ("aetui.cli.opening", "open_run"),
    "reconstruct": ("aetui.cli.reconstruct", "reconstruct"),
    "encode": ("aetui.cli.encode", "encode"),
    "decode": ("aetui.cli.decode", "decode"),
    "export": ("aetui.cli.export", "export"),
    "import": ("aetui.cli.importing", "import_file"),
    "sample": ("aetui.cli.sample", "sample"),
    "similarity": ("aetui.cli.sentences", "similarity"),
    "neighbours": ("aetui.cli.sentences", "neighbours"),
    "walk": ("aetui.cli.walk", "walk"),
    "sts": ("aetui.cli.sts", "sts"),
    "detect": ("aetui.cli.detect", "detect"),
    "diagnose": ("aetui.cli.diagnose", "diagnose"),
    "worst": ("aetui.cli.worst", "worst"),
    "denoise": ("aetui.cli.denoise", "denoise"),
    "noise": ("aetui.cli.noise", "noise"),
    "recommend": ("aetui.cli.recommend", "recommend"),
    "probe": ("aetui.cli.probe", "probe"),
    "map": ("aetui.cli.map", "map_codes"),
    "film": ("aetui.cli.film", "film"),
    "cluster": ("aetui.cli.cluster", "cluster"),
    "units": ("aetui.cli.units", "units"),
    "finetune": ("aetui.cli.finetune", "finetune"),
    "classify": ("aetui.cli.classify", "classify"),
    "book": ("aetui.cli.book", "book"),
    "bench": ("aetui.cli.bench", "bench"),
    "variants": ("aetui.cli.variants", "variants"),
    "explain": ("aetui.cli.explain", "explain"),
    "tour": ("aetui.cli.tour", "tour"),
    "doctor": ("aetui.cli.doctor", "app"),
    "launch": ("aetui.cli.launching", "app"),
    "slurm": ("aetui.cli.slurm", "app"),
    "serve": ("aetui.cli.serve", "serve"),
    "completion": ("aetui.cli.completion", "completion"),
    "man": ("aetui.cli.manual", "man"),
    "data": ("aetui.cli.data", "app"),
    "runs": ("aetui.cli.runs", "app"),
    "race": ("aetui.cli.race", "race"),
    "sweep": ("aetui.cli.sweep", "app"),
}
"""By name, in the order of the help: the module that has it, loaded when it is asked for, and its name there."""


class _Root(CommandGroup):
    places = COMMANDS


app = Commands(
    cls=_Root,
    name="aetui",
    help="An autoencoder workbench in the terminal. Without a command: the workbench.",
    context_settings={"help_option_names": ["-h", "--help"]},
)


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
    device: Annotated[
        str,
        typer.Option(
            help="auto, cpu, gpu or gpu:N; gpu:0,1 or gpu:all train on several GPUs, cpu:2 on the processor as two.",
            autocompletion=completers.devices,
        ),
    ] = "auto",
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="No narration on standard error.")] = False,
    low_bandwidth: Annotated[
        bool, typer.Option("--low-bandwidth", help="The workbench sends at most 4 kB/s to the terminal.")
    ] = False,
    jobs: Jobs = None,
    isolate: Isolate = False,
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    """An autoencoder workbench in the terminal. Without a command: the workbench."""
    del version
    context.obj = Options(runs_dir, data_dir, device, quiet, low_bandwidth, jobs, isolate)
    if context.invoked_subcommand is None:
        from aetui import launch

        launch.run(context.obj)
