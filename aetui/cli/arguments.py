"""Arguments that several commands share."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import typer

from aetui.cli import completers

Run = Annotated[
    str, typer.Argument(help="An id, the beginning of one, a name, or `last`.", autocompletion=completers.runs)
]
RunOrGroup = Annotated[
    str,
    typer.Argument(
        metavar="RUN",
        help="An id, the beginning of one, a name, or `last`; or the runs of a group.",
        autocompletion=completers.runs_and_groups,
    ),
]
Markdown = Annotated[
    bool, typer.Option("--markdown", help="Print a Markdown table of what the store has; nothing is trained.")
]
Keep = Annotated[
    Path | None, typer.Option(help="Put the results into this JSON file as well, beside what it holds of others.")
]
Input = Annotated[
    str | None,
    typer.Argument(
        metavar="[INPUT]",
        autocompletion=completers.inputs,
        help="A data set key, an image file, a folder of images, an .npy or .npz file, a .csv or .tsv file with an "
        "image a row; for a model of text a text file, one sentence a line; for one of a table or of "
        "windows a file with its columns; - for standard input (default: the run's data set). Transparent images are "
        "laid on white.",
    ),
]
Weights = Annotated[
    Literal["best", "last"] | None,
    typer.Option(
        help="Those of the best epoch by validation data, or the last (default: best where data were held out)."
    ),
]
Epoch = Annotated[
    int | None,
    typer.Option(
        min=1, help="Those of this epoch, or of the nearest whose weights the run keeps (instead of --weights)."
    ),
]
Jobs = Annotated[
    int | None,
    typer.Option(
        "--jobs", "-j", min=1, max=64, help="So many runs at once, each in a process of its own (default: one)."
    ),
]
Tensorboard = Annotated[
    Path | None,
    typer.Option(
        "--tensorboard",
        metavar="DIR",
        help="Write event files for TensorBoard while it trains, below this folder (the same as AETUI_TENSORBOARD).",
        show_default=False,
    ),
]
Isolate = Annotated[
    bool, typer.Option("--isolate", help="Train in processes of their own: what ends one costs its run alone.")
]
Dataset = Annotated[
    str | None,
    typer.Option(
        help="A data set, as `aetui data` lists them (default: the best one that is here).",
        autocompletion=completers.datasets,
    ),
]
Preset = Annotated[
    str | None,
    typer.Option(
        help="The configuration to start from (default: see `aetui variants`).", autocompletion=completers.presets
    ),
]
Epochs = Annotated[int | None, typer.Option(help="Passes over the training part.")]
ItemsFile = Annotated[
    Path | None,
    typer.Option(
        "--output",
        "-o",
        help="A .png sheet, .npy (images) or .npz (with codes); of tables and windows .csv, .tsv or .npz.",
    ),
]
