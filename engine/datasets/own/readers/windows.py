"""The user's own series: each window of so many steps is an item."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

from msgspec import Meta

from engine.datasets.own.cutting import CALLED, Cutting
from engine.datasets.own.readers.reader import Reader, Reading
from engine.errors import BadData, UsageError, counted

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from engine.datasets.data import Part, Report
    from engine.datasets.numbers.series import Series
    from engine.datasets.own.records import OwnSet

Bounds = list[tuple[int, int]]


class WindowOptions(Cutting, frozen=True, kw_only=True):
    """What a series is, and how it is cut."""

    columns: Annotated[str, Meta(description="the channels, joined by commas; empty: all columns with numbers")] = ""
    time: Annotated[str, Meta(description="the column that orders the rows")] = ""
    label: Annotated[
        str, Meta(description="the column that says the class of a step; a window has the rarest one among its steps")
    ] = ""
    window: Annotated[int, Meta(ge=2, le=65_536, description="steps of a window")] = 128
    stride: Annotated[int, Meta(ge=1, le=65_536, description="steps from one window to the next")] = 16
    normalise: Annotated[
        Literal["standard", "minmax", "none"],
        Meta(description="numbers less their mean, by their standard deviation; from 0 to 1; or as they are"),
    ] = "standard"
    split_by: Annotated[
        Literal["random", "order"],
        Meta(description="of windows: by time; or whole files, drawn"),
    ] = "order"


class WindowsReader(Reader):
    """A row of the table."""

    key = "windows"
    label = "series: columns of a table, WAV, NumPy"
    endings = (".csv", ".tsv", ".tab", ".parquet", ".pq", ".npy", ".wav")
    Options = WindowOptions
    suits = "series"

    def recognises(self, path: Path) -> str:
        """By the names of WAV files; tables are taken for rows unless the user says otherwise."""
        if path.is_file():
            return "a WAV file" if path.suffix.lower() in (".wav", ".wave") else ""
        found = next((file for file in path.rglob("*") if file.suffix.lower() in (".wav", ".wave")), None)
        return f"a folder with WAV files ({found.name})" if found else ""

    def read(self, own: OwnSet, data_dir: Path | None, report: Report) -> Reading:
        """The windows of the series at `own.path`, their channels fitted to the steps to train on."""
        import msgspec
        import numpy as np

        from engine.datasets.array_data import UNLABELLED
        from engine.datasets.numbers import series
        from engine.datasets.numbers.columns import fit, named, told
        from engine.datasets.numbers.number_data import WindowData

        del data_dir
        options: WindowOptions = self.options(own)
        report(f"reading {Path(own.path).name}", 0, 0)
        found = series.read(Path(own.path), named(options.columns), options.time)
        said = series.labels(Path(own.path), options.label, options.time) if options.label else None
        if options.label and said is None:
            raise BadData(own.path, f"expected a column {options.label!r} in each table, to tell classes by")
        channels = {name: raw for name, raw in found.table.columns.items() if name != options.label}
        found = found._replace(table=found.table._replace(columns=channels))
        stretches = _stretches(found, options)
        train = np.concatenate([np.arange(*bounds) for bounds in stretches[0]])
        fitted = fit(found.table, train, options.normalise, ())
        fitted = msgspec.structs.replace(fitted, window=options.window, stride=options.stride, time=options.time)
        encoded = fitted.encode(found.table)
        words = said and said.words
        classes = sorted(set(words)) if words else [UNLABELLED]
        parts = [_part(found, encoded, bounds, options, words, classes) for bounds in stretches]
        _check(found, parts, options)
        validation = parts[1] if len(parts[1].labels) else None
        data = WindowData(own.name, parts[0], parts[2], tuple(classes), found.table.path, validation, columns=fitted)
        how = told(fitted, found.table.rows)
        how["read"] = f"{counted(len(found.names), 'file')}, {found.table.rows:,} steps, " + how["read"].split(", ")[1]
        how["windows"] = f"of {options.window:,} steps, one every {options.stride:,}; none reaches into another part"
        return Reading(data, how)


def _stretches(found: Series, options: WindowOptions) -> tuple[Bounds, Bounds, Bounds]:
    """Where the steps of each part lie: each series cut by time, or, where files are drawn or lie in folders that are
    called so, whole ones."""
    import numpy as np

    from engine.datasets.own.cutting import cut, shares

    folders = [name.partition("/")[0].lower() for name in found.names]
    if all(folder in CALLED for folder in folders):
        places = cut(len(folders), None, options, parts=folders)
    elif options.split_by == "random":
        if len(found.names) < 3:
            told = f"expected several files to draw from, found {len(found.names)}; of windows of one series most of"
            raise UsageError("Too few files", f"{told} each is in others, so leave --split-by order")
        places = cut(len(folders), None, options)
    else:
        wanted = shares(options.split)
        wanted = wanted if len(wanted) == 3 else (wanted[0], 0.0, wanted[1])
        edges = [0.0, *np.cumsum(wanted).tolist()]
        of_part: tuple[Bounds, Bounds, Bounds] = ([], [], [])
        for first, last in found.bounds:
            steps = [first + round(edge * (last - first)) for edge in edges]
            for part, bounds in zip(of_part, pairwise(steps), strict=True):
                part.append(bounds)
        return of_part
    chosen = (places.train, places.validation if places.validation is not None else np.zeros(0, int), places.test)
    train, validation, test = ([found.bounds[place] for place in part.tolist()] for part in chosen)
    return train, validation, test


def _part(
    found: Series,
    encoded: NDArray[np.float32],
    bounds: Bounds,
    options: WindowOptions,
    words: Sequence[str] | None,
    classes: Sequence[str],
) -> Part:
    import numpy as np

    from engine.datasets.data import Part
    from engine.datasets.numbers import series

    begin = np.concatenate([np.zeros(0, np.int64), *series.starts(bounds, options.window, options.stride)])
    items = series.windows(encoded, begin, options.window, options.stride)
    labels = np.zeros(len(begin), np.int64)
    if words:
        place = {name: at for at, name in enumerate(classes)}
        labels[:] = [place[word] for word in series.of_windows(words, begin, options.window)]
    return Part(items, labels, series.named(found, begin))


def _check(found: Series, parts: list[Part], options: WindowOptions) -> None:
    wanted = {"to train on": 0, "to test": 2} | ({"to choose by": 1} if options.split.count("/") == 2 else {})
    empty = [name for name, place in wanted.items() if not len(parts[place].labels)]
    if empty:
        told = f"expected stretches of at least {options.window:,} steps, but of {found.table.rows:,} steps in"
        remedy = "set a smaller --window, give more data, or other shares with --split"
        files = counted(len(found.names), "file")
        raise UsageError("Too short", f"{told} {files} no window is left {empty[0]}; {remedy}")
