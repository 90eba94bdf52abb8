"""The user's own arrays: a file of NumPy, whose arrays are told apart by name."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

from msgspec import Meta

from engine.datasets.own.cutting import Cutting
from engine.datasets.own.readers.reader import Reader, Reading
from engine.errors import UsageError

if TYPE_CHECKING:
    from engine.datasets.data import Report
    from engine.datasets.own.arrays.opening import Opened
    from engine.datasets.own.readers.looking import Preview
    from engine.datasets.own.records import OwnSet
    from engine.kinds.kind import Described
    from engine.storage.rows import Array

SUFFIXES = (".npy", ".npz")
CHANNELS = (1, 3)


class ArrayOptions(Cutting, frozen=True, kw_only=True):
    """Which arrays are meant, and what their numbers are."""

    array: Annotated[str, Meta(description="the array of items in an .npz (else what is called x, images …)")] = ""
    label_array: Annotated[
        str, Meta(description="the array of labels in an .npz (else what is called y, labels), or an .npy file of them")
    ] = ""
    scale: Annotated[
        Literal["auto", "unit", "byte", "minmax"],
        Meta(
            description="what the numbers are: from 0 to 1 (unit), from 0 to 255 (byte), any, stretched from lowest "
            "to highest of the training part (minmax); auto: bytes, or floats from 0 to 1; of rows any, each column "
            "standardised"
        ),
    ] = "auto"
    channels: Annotated[
        Literal["last", "first"], Meta(description="whether channels come behind height and width, or before them")
    ] = "last"


class ArrayReader(Reader):
    """A row of the table."""

    key = "arrays"
    label = "arrays of NumPy"
    Options = ArrayOptions
    places = ("label_array",)
    suits_few = "small"

    def preset(self, known: Described) -> str:
        """That of tables for rows."""
        return "table" if len(known.shape) == 1 else super().preset(known)

    def further(self, options: Mapping[str, Any]) -> dict[str, Path]:
        """Labels that are a file of their own."""
        return {name: path for name, path in super().further(options).items() if path.suffix == ".npy"}

    def recognises(self, path: Path) -> str:
        """By the name's end."""
        return f"a file of NumPy ({path.suffix})" if path.is_file() and path.suffix in SUFFIXES else ""

    def preview(self, path: Path, options: Any) -> Preview:
        """Names and shapes, and the first items where they can be images."""
        from engine.datasets.own.arrays.first_look import look

        named = "" if self.further({"label_array": options.label_array}) else options.label_array
        return look(path, options.array, named, channels_first=options.channels == "first")

    def read(self, own: OwnSet, data_dir: Path | None, report: Report) -> Reading:
        """Images, of arrays (count, height, width) or (count, height, width, channels); or rows, of (count, numbers).

        Raises:
            UsageError: it is not plain which arrays are meant, or what their numbers are; other shapes.
            BadData: the file is broken.
            Stopped: from `report`.
        """
        del data_dir
        from engine.datasets.own.arrays.opening import opened

        report(f"reading {own.path}", 0, 0)
        options: ArrayOptions = self.options(own)
        label_file = self.further(own.options).get("label_array")
        found = opened(Path(own.path), options.array, options.label_array if not label_file else "", label_file)
        dimensions = {array.ndim for array in found.items.values()}
        make = MADE.get(dimensions.pop()) if len(dimensions) == 1 else None
        if make is None:
            expected = "expected rows (count, numbers), or images (count, height, width) or (…, width, channels)"
            remedy = "reshape them; a series (steps, channels) is read as the kind windows"
            raise UsageError("Other shapes", f"{expected}, found {found.told['arrays']} in {own.path}; {remedy}")
        return make(self, own, options, found, report)


def _images(reader: Reader, own: OwnSet, options: ArrayOptions, found: Opened, report: Report) -> Reading:
    from engine.datasets.array_data import UNLABELLED
    from engine.datasets.image_data import ImageData
    from engine.datasets.own.arrays.parts import in_parts, scaled

    first = options.channels == "first"
    for array in found.items.values():
        _check_channels(own, found, array.shape, first=first)
    as_images = {part: _as_images(array, first=first) for part, array in found.items.items()}
    cut = in_parts(as_images, found.labels, options)
    parts, told = scaled(own.name, cut, options.scale, None if found.in_memory else lambda: reader.state(own), report)
    classes = found.classes or (UNLABELLED,)
    data = ImageData(own.name, parts["train"], parts["test"], classes, Path(own.path), parts.get("validation"))
    return Reading(data, {**found.told, "parts": cut.told, **told})


def _rows(reader: Reader, own: OwnSet, options: ArrayOptions, found: Opened, report: Report) -> Reading:
    from engine.datasets.own.arrays.rows import rows

    del reader, report
    if options.channels == "first":
        raise UsageError("Option does not fit", f"--channels is nothing for rows, as in {own.path}; leave it out")
    data, told = rows(own.name, Path(own.path), found, options, options.scale)
    return Reading(data, {**found.told, **told})


MADE: dict[int, Callable[[Reader, OwnSet, ArrayOptions, Opened, Report], Reading]] = {2: _rows, 3: _images, 4: _images}
"""What arrays of so many dimensions become."""


def _as_images(array: Array, *, first: bool) -> Array:
    """(count, height, width, channels)."""
    from engine.datasets.own.arrays.scaling import ChannelsLast
    from engine.storage.rows import shaped

    if array.ndim == 3:
        return shaped(array, (*array.shape[1:], 1))
    return ChannelsLast(array) if first else array


def _check_channels(own: OwnSet, found: Opened, shape: tuple[int, ...], *, first: bool) -> None:
    """Raises UsageError unless there are 1 or 3 where they are said to be, and pixels at all."""
    if min(shape[1:]) < 1:
        raise UsageError("No pixels", f"expected images of at least one pixel, found {found.told['arrays']}")
    if len(shape) == 3:
        return
    there, other = (shape[1], shape[3]) if first else (shape[3], shape[1])
    if there in CHANNELS:
        return
    where = "before height and width" if first else "behind height and width"
    told = f"expected 1 or 3 channels {where}, found {there} in {found.told['arrays']} in {own.path}"
    elsewhere = "last" if first else "first"
    remedy = "give an array of 1 or 3 channels; of four, the last is mostly transparency"
    raise UsageError("Channels", f"{told}; {f'say --channels {elsewhere}' if other in CHANNELS else remedy}")
