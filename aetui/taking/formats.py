"""What was taken, as text for the clipboard and as the bytes of a file."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any
from xml.sax.saxutils import escape, quoteattr

from aetui import __version__
from aetui.render.text import plain
from aetui.taking.taken import About, Pictures, Table, Taken

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray
    from PIL.Image import Image

    from aetui.taking.drawing import Shape, Sheet

FORMATS = {
    "csv": "table",
    "png": "picture",
    "svg": "drawing that can be enlarged",
    "npy": "array for NumPy",
    "npz": "arrays for NumPy",
}
"""The endings of files, and what is in them."""
FONT = "DejaVu Sans, Verdana, sans-serif"
SHARP, SMOOTH = 2, 2
"""Pixels of a PNG for one of the drawing, and the fineness at which it is drawn before it is averaged down."""
ACROSS = 16
"""The most images beside each other."""


def fitting(taken: Taken) -> list[str]:
    """The formats in which it can be written, the first one best."""
    drawn = taken.pictures or taken.plots
    arrays = ["npy" if len(taken.arrays) == 1 else "npz"] if taken.arrays else []
    return ["csv"] * bool(taken.table) + ["png"] * bool(drawn) + ["svg"] * bool(taken.plots) + arrays


def text(taken: Taken) -> str:
    """For the clipboard: what the panel says best, else the table with tabs; empty where there are pictures only."""
    if taken.text:
        return "\n".join(_line(line) for line in taken.text.splitlines())
    if taken.table is None:
        return ""
    return "\n".join("\t".join(_cell(value) for value in row) for row in (taken.table.columns, *taken.table.rows))


def _line(line: str) -> str:
    return "\t".join(plain(part) for part in line.split("\t"))


def _cell(value: object) -> str:
    """Every digit of a number; of text nothing that a terminal, or a shell into which it is pasted, would obey."""
    return "" if value is None else plain(str(value))


def content(taken: Taken, form: str, about: About) -> bytes:
    """The file."""
    match form:
        case "csv":
            return _csv(taken, about)
        case "svg":
            return _svg(taken, about)
        case "png":
            return _png(taken, about)
    return _arrays(taken, form, about)


def described(taken: Taken, about: About) -> dict[str, Any]:
    """Whose it is and what it is, as JSON has it."""
    return {
        "what": taken.title,
        **about._asdict(),
        "epoch": taken.epoch or None,
        "settings": dict(about.settings),
        "arrays": {name: list(array.shape) for name, array in taken.arrays.items()},
        "pictures": [f"{each.label} ({len(each.images)})" for each in taken.pictures],
        "made by": f"aetui {__version__}",
    }


def beside(taken: Taken, form: str, about: About) -> bytes | None:
    """What has to lie in a file of its own, because the format has no room for it."""
    return (_json(taken, about) + "\n").encode() if form == "npy" else None


def _json(taken: Taken, about: About) -> str:
    return json.dumps(described(taken, about), ensure_ascii=False, default=str)


def _csv(taken: Taken, about: About) -> bytes:
    """Comma-separated, with the run, its data and the epoch as columns: rows of several files can be put together."""
    assert taken.table is not None
    file = io.StringIO()
    writer = csv.writer(file, lineterminator="\n")
    for row in _rows(taken.table, taken, about):
        writer.writerow(row)
    return file.getvalue().encode("utf-8", "replace")


def _rows(table: Table, taken: Taken, about: About) -> Iterator[Sequence[str]]:
    said = {"run": about.run, "data": about.data, **({"epoch": str(taken.epoch)} if taken.epoch else {})}
    more = {name: value for name, value in said.items() if name not in table.columns}
    yield (*more, *table.columns)
    begin = [_cell(value) for value in more.values()]
    for row in table.rows:
        yield [*begin, *map(_cell, row)]


def _arrays(taken: Taken, form: str, about: About) -> bytes:
    import numpy as np

    file = io.BytesIO()
    if form == "npy":
        [array] = taken.arrays.values()
        np.save(file, array, allow_pickle=False)
    else:
        np.savez_compressed(file, allow_pickle=False, **taken.arrays, about=np.asarray(_json(taken, about)))
    return file.getvalue()


# Pictures.


def _png(taken: Taken, about: About) -> bytes:
    from PIL import Image, PngImagePlugin

    if taken.plots:
        image = _painted(_sheet(taken))
    else:
        pixels = mosaic(taken.pictures)
        image = Image.fromarray(pixels[..., 0] if pixels.shape[-1] == 1 else pixels)
    notes = PngImagePlugin.PngInfo()
    notes.add_itxt("Description", _json(taken, about))
    file = io.BytesIO()
    image.save(file, format="PNG", pnginfo=notes, optimize=True)
    return file.getvalue()


def mosaic(pictures: Sequence[Pictures]) -> NDArray[np.uint8]:
    """All of them on one sheet, enlarged by a whole factor, each kind beginning a row of its own; (height, width,
    channels) uint8."""
    from aetui.render import sheet

    rows = [each.images[at : at + ACROSS] for each in pictures for at in range(0, len(each.images), ACROSS)]
    return sheet.compose(rows)


def _sheet(taken: Taken) -> Sheet:
    from aetui.taking import drawing

    return drawing.sheet(taken.plots)


def _painted(sheet: Sheet) -> Image:
    from PIL import Image, ImageDraw, ImageFont

    from aetui.taking.drawing import Dots, Stroke

    fine = SHARP * SMOOTH
    image = Image.new("RGB", (sheet.width * fine, sheet.height * fine), "white")
    draw = ImageDraw.Draw(image)
    for shape in sheet.shapes:
        if isinstance(shape, Stroke):
            points = [(at.x * fine, at.y * fine) for at in shape.points]
            draw.line(points, fill=shape.colour, width=round(shape.width * fine), joint="curve")
        elif isinstance(shape, Dots):
            for at in shape.points:
                draw.circle((at.x * fine, at.y * fine), shape.radius * fine, fill=shape.colour)
        else:
            font = ImageFont.load_default(shape.size * fine)
            anchor = {"start": "ls", "middle": "ms", "end": "rs"}[shape.anchor]
            draw.text((shape.at.x * fine, shape.at.y * fine), shape.text, shape.colour, font, anchor)
    return image.reduce(SMOOTH)


def _svg(taken: Taken, about: About) -> bytes:
    sheet = _sheet(taken)
    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{sheet.width}" height="{sheet.height}" '
        f'viewBox="0 0 {sheet.width} {sheet.height}" font-family={quoteattr(FONT)}>',
        f"<title>{escape(plain(taken.title))}</title>",
        f"<desc>{escape(plain(_json(taken, about)))}</desc>",
        '<rect width="100%" height="100%" fill="white"/>',
        *map(_element, sheet.shapes),
        "</svg>",
    ]
    return ("\n".join(lines) + "\n").encode("utf-8", "replace")


def _element(shape: Shape) -> str:
    from aetui.taking.drawing import Dots, Stroke

    if isinstance(shape, Stroke):
        points = " ".join(f"{at.x:g},{at.y:g}" for at in shape.points)
        return (
            f'<polyline points="{points}" fill="none" stroke="{shape.colour}" stroke-width="{shape.width:g}" '
            'stroke-linejoin="round"/>'
        )
    if isinstance(shape, Dots):
        discs = (f'<circle cx="{at.x:g}" cy="{at.y:g}" r="{shape.radius:g}"/>' for at in shape.points)
        return f'<g fill="{shape.colour}">{"".join(discs)}</g>'
    return (
        f'<text x="{shape.at.x:g}" y="{shape.at.y:g}" text-anchor="{shape.anchor}" font-size="{shape.size}" '
        f'fill="{shape.colour}">{escape(shape.text)}</text>'
    )
