"""What a page tells of the very configuration that is looked at, and of the tables of the program."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from math import log, prod
from typing import TYPE_CHECKING, Any, NamedTuple

from aetui.explaining.document import Role, pieces
from aetui.explaining.lines import Line, Piece, wrapped
from aetui.render.text import plain
from engine import registry
from engine.datasets.catalogue import DataSet, dataset
from engine.errors import EngineError
from engine.outlines import outline

if TYPE_CHECKING:
    from engine.outlines.outline import Outline
    from engine.variants.variant import Variant

WIDEST = 28
"""Cells of the widest bar of a diagram."""
LEAST = 6
"""With less room than that there are no bars."""


class Configuration(NamedTuple):
    """What is looked at: an autoencoder with settings, on data."""

    variant: str
    preset: str
    values: Mapping[str, Any]
    """Settings that differ from the preset, or all."""
    dataset: str

    @property
    def outline(self) -> Outline:
        """Its layers. Raises UsageError for names that there are not."""
        variant = registry.variant(self.variant)
        registry.preset(self.variant, self.preset)
        return outline.of_form(variant, self.preset, self.values, dataset(self.dataset, variant.accepts))

    @property
    def words(self) -> str:
        """ "preset small on digits, hidden_dim 4"."""
        preset = registry.preset(self.variant, self.preset)
        changed = [
            f"{name} {value}"
            for name, value in self.values.items()
            if hasattr(preset, name) and str(getattr(preset, name)) != str(value)
        ]
        return ", ".join([f"preset {self.preset} on {self.dataset}", *changed])


def default(variant: Variant[Any]) -> Configuration:
    """What the pages in the docs show: the first preset offered for the data set that needs no download."""
    known = [dataset(key) for key in variant.prefers]
    chosen: DataSet = next((entry for entry in known if entry.package), known[0])
    return Configuration(variant.key, registry.default_preset(variant.key, chosen.key), {}, chosen.key)


def block(configuration: Configuration, name: str, width: int) -> list[Line]:
    """A live block in lines of at most `width` cells."""
    variant = registry.variant(configuration.variant)
    if name == "layers":
        return diagram(configuration, width)
    texts = errata(variant) if name == "errata" else alarms(variant)
    return [line for text in texts for line in wrapped(pieces(text), width, "• ", "  ")]


def nothing(name: str, width: int) -> list[Line]:
    """The same on a page that is about no one autoencoder."""
    del name, width
    return []


def markdown(configuration: Configuration, name: str) -> str:
    """The same for the docs."""
    variant = registry.variant(configuration.variant)
    if name == "layers":
        lines = ["".join(piece.text for piece in line).rstrip() for line in diagram(configuration, 78)]
        return "\n".join(["```", *lines, "```"])
    return "\n".join(f"- {text}" for text in (errata(variant) if name == "errata" else alarms(variant)))


def errata(variant: Variant[Any]) -> Sequence[str]:
    """Where the published program is not what its figures say."""
    if variant.published is None:
        return ("Nothing is published for these data that a run could be held against.",)
    return variant.published.errata or ("Nothing was found.",)


def alarms(variant: Variant[Any]) -> list[str]:
    """What runs are watched for, each with what is advised; numbers stand as dots."""
    return [
        f"`{condition.key}` ▲ {condition.template.format_map(_Dots())}"
        + (f"; try to {_either([advice.text for advice in condition.advice])}" if condition.advice else "")
        for condition in variant.alarms
    ]


def _either(words: Sequence[str]) -> str:
    return ", or to ".join(words)


class _Dot:
    def __format__(self, spec: str) -> str:
        return "…"


class _Dots(dict[str, _Dot]):
    def __missing__(self, name: str) -> _Dot:
        return _Dot()


class Row(NamedTuple):
    """A line of the diagram."""

    name: str
    shape: str = ""
    size: int = 0
    """Numbers that come out; 0: no bar."""
    parameters: str = ""
    role: Role = ""


def diagram(configuration: Configuration, width: int) -> list[Line]:
    """Layers from top to bottom, each with what comes out of it, a bar as wide as that is large, and its parameters."""
    head = wrapped([(plain(configuration.words), "muted")], width)
    try:
        found = configuration.outline
    except EngineError as error:  # data sets come and go
        return [*head, *wrapped([(plain(str(error)), "")], width)]
    if not found.layers:
        return [*head, *wrapped([(plain(found.missing), "")], width)]
    rows = list(_rows(found))
    columns = zip(*((row.name, row.shape, row.parameters) for row in rows), strict=True)
    names, shapes, counts = (max(map(len, column)) for column in columns)
    room = width - names - shapes - counts - 6
    bars = min(WIDEST, room) if room >= LEAST else 0
    largest = max(row.size for row in rows)
    total = sum(layer.parameters for layer in found.layers)
    lines = [_line(row, (names, shapes, counts), bars, largest) for row in rows]
    return [*head, *lines, *wrapped([(f"{total:,} parameters", "strong")], width)]


def _rows(found: Outline) -> Iterable[Row]:
    yield Row("an item", _size(found.shape), prod(found.shape), role="muted")
    network = found.layers[0].network
    for layer in found.layers:
        if layer.network != network:
            network = layer.network
            yield Row(f"{network} ↓", role="muted")
        shape = tuple(size for size in layer.output_shape if size is not None)
        parameters = f"{layer.parameters:,}" if layer.parameters else ""
        yield Row(f" {layer.name}", _size(shape), prod(shape), parameters)


def _size(shape: Sequence[int]) -> str:
    return " × ".join(f"{size:,}" for size in shape)


def _line(row: Row, widths: tuple[int, int, int], bars: int, largest: int) -> Line:
    names, shapes, counts = widths
    cells = round(bars * log(row.size + 1) / log(largest + 1))
    cells += (bars - cells) % 2 if cells else 0  # so that it lies in the middle
    bar = ("█" * cells).center(bars)
    line = [Piece(f"{row.name:<{names}}  {row.shape:>{shapes}}  ", row.role), Piece(bar, "formula")]
    return [*line, Piece(f"  {row.parameters:>{counts}}" if row.parameters else "")]
