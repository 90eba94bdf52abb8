"""Arguments that several commands share."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import typer

Run = Annotated[str, typer.Argument(help="An id, the beginning of one, a name, or `last`.")]
Input = Annotated[
    str | None,
    typer.Argument(
        metavar="[INPUT]",
        help="A data set key, an image file, a folder of images, an .npy or .npz file; for a model of text a text file,"
        " one sentence a line (default: the run's data set). Transparent images are laid on white.",
    ),
]
Weights = Annotated[
    Literal["best", "last"] | None,
    typer.Option(
        help="Those of the best epoch by validation data, or the last (default: best where data were held out)."
    ),
]
Epochs = Annotated[int | None, typer.Option(help="Passes over the training part.")]
ImagesFile = Annotated[Path, typer.Option("--output", "-o", help="A .png sheet, .npy (images) or .npz (with codes).")]
