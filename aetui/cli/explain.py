"""`aetui explain`: the pages about the autoencoders and the answers to questions, in the terminal or a pipe."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from aetui.cli import completers

if TYPE_CHECKING:
    from collections.abc import Sequence

    from aetui.cli.options import Options
    from aetui.explaining.lines import Line
    from aetui.explaining.live import Configuration
    from aetui.render.pixels import ColourMode

WIDEST = 100
"""Columns of a page, however wide the terminal is."""
PIPED = 80
STYLES = {"head": "1;36", "code": "1;33", "formula": "33", "strong": "1", "muted": "2"}
"""Of roles, as terminals take them (ECMA-48, SGR)."""


def explain(
    context: typer.Context,
    variant: Annotated[
        str | None,
        typer.Argument(
            metavar="[PAGE]",
            help="An autoencoder, or one of the other pages; without it they are listed.",
            autocompletion=completers.pages,
        ),
    ] = None,
    preset: Annotated[
        str | None, typer.Option(help="Draw the layers of this configuration.", autocompletion=completers.presets)
    ] = None,
    dataset: Annotated[
        str | None, typer.Option(help="Draw them for these data.", autocompletion=completers.datasets)
    ] = None,
    settings: Annotated[
        list[str] | None,
        typer.Option(
            "--set",
            metavar="FIELD=VALUE",
            autocompletion=completers.settings,
            help="Draw them with this setting; may be given often.",
        ),
    ] = None,
) -> None:
    """What an autoencoder does and why: equations, its layers with your settings, measured claims, faults, a short
    experiment. Other pages answer questions, such as why PCA beats a first run."""
    from aetui.cli.tables import aligned
    from aetui.explaining import pages
    from engine import registry
    from engine.errors import UsageError

    if variant is None:
        rows = [(page.name, page.title) for page in pages.pages().values()]
        typer.echo(aligned([("PAGE", "TITLE"), *rows]))
        return
    found = pages.page(variant)
    if variant in registry.VARIANTS:
        _show(found, _configuration(context.obj, variant, preset, dataset, settings or []))
    elif preset or dataset or settings:
        raise UsageError("No settings", f"the page {variant} is about no one autoencoder; leave the options out")
    else:
        _show(found, None)


def _configuration(
    options: Options, variant: str, preset: str | None, dataset: str | None, settings: Sequence[str]
) -> Configuration:
    from aetui.cli.assignments import assignments
    from aetui.explaining.live import Configuration
    from engine import datasets, registry
    from engine.datasets import catalogue
    from engine.errors import UsageError
    from engine.params import configure, describe

    chosen = registry.variant(variant)
    key = dataset or datasets.default(chosen.prefers, options.data_folder)
    start = preset or registry.default_preset(variant, key)
    base = registry.preset(variant, start)
    if catalogue.dataset(key, chosen.accepts).kind not in chosen.accepts:
        raise UsageError("Data do not fit", f"{variant} learns from {catalogue.keys(chosen.accepts)}, not from {key}")
    values = assignments(list(settings), describe(base))
    configure(base, values)  # refused as `aetui train` would
    return Configuration(variant, start, values, key)


def _show(page: object, configuration: Configuration | None) -> None:
    import os
    import shutil
    import sys
    from functools import partial

    from aetui.explaining import lines, live
    from aetui.explaining.drawing import drawer
    from aetui.explaining.pages import Page
    from aetui.render.ladder import AUTO
    from aetui.terminal import abilities
    from aetui.terminal.glyphs import translated

    assert isinstance(page, Page)
    told = abilities.found()
    tty = sys.stdout.isatty()
    width = min(WIDEST, shutil.get_terminal_size().columns - 1) if tty else PIPED
    coloured = tty and told.colours and not os.environ.get("NO_COLOR") and not abilities.is_dumb()
    characters = told.characters if (sys.stdout.encoding or "").lower().startswith("utf") else "ascii"
    mode: ColourMode = "256" if coloured else "none"
    drawn = drawer(page.path.parent, "ascii" if characters == "ascii" and not coloured else AUTO, mode)
    filling: lines.Live = partial(live.block, configuration) if configuration else live.nothing
    for line in lines.page(page.text, max(20, width), filling, drawn, characters):
        typer.echo(translated("".join(_sent(line, coloured)).rstrip(), characters))


def _sent(line: Line, coloured: bool) -> list[str]:
    if not coloured:
        return [piece.text for piece in line]
    sent = []
    for piece in line:
        if piece.paper != -1:
            sent.append(f"\x1b[38;5;{_grey(piece.ink)};48;5;{_grey(piece.paper)}m{piece.text}\x1b[0m")
        elif piece.role:
            sent.append(f"\x1b[{STYLES[piece.role]}m{piece.text}\x1b[0m")
        else:
            sent.append(piece.text)
    return sent


def _grey(colour: int) -> int:
    """Of the 24 greys of the palette of 256, or its black and white."""
    level = colour & 255
    return 16 if level < 4 else 231 if level > 246 else 232 + min(23, max(0, round((level - 8) / 10)))
