"""The published recipes as they were trained here: each published figure beside ours over the seeds."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import msgspec

from aetui.cli.repeats import Repeats, RunLine, line
from engine.analysis.spread import Spread, spread
from engine.storage.atomic import SHARED, replacing

if TYPE_CHECKING:
    from engine.analysis.published import History, PlannedRun
    from engine.variants.variant import Curve


_FORMER = re.compile(rb'"figures":\s*{')
"""What a run reached, as earlier versions wrote it; published figures are a list."""


class Figure(msgspec.Struct, frozen=True, kw_only=True):
    """A published figure and ours of the same epoch."""

    part: Literal["train", "validation", "test"]
    term: str
    summed: bool
    epoch: int
    published: tuple[float, float]
    """The lowest and the highest; mostly the same."""
    ours: Spread | None
    inside: bool | None
    """Whether the published figure, or any of its range, lies between our lowest and highest; None where there is but
    one figure on either side, between which nothing can lie."""


class Recipe(msgspec.Struct, frozen=True, kw_only=True):
    """A published recipe and our runs of it."""

    variant: str
    dataset: str
    source: str
    note: str
    errata: tuple[str, ...]
    command: str
    runs: tuple[RunLine, ...]
    figures: tuple[Figure, ...]


class Kept(msgspec.Struct, frozen=True, kw_only=True):
    """Results apart from the runs that they come from: by variant, and by the name of a group."""

    recipes: dict[str, Recipe] = {}
    groups: dict[str, Repeats] = {}


def recipe(runs: Sequence[PlannedRun], command: str) -> Recipe:
    """What the runs of one variant's `runs` reached so far."""
    from engine.analysis import published

    known = published.figures(runs[0].variant)
    trained = [(run.epochs, published.history(run.record)) for run in runs if run.record is not None]
    longest = max(run.epochs for run in runs)
    return Recipe(
        variant=runs[0].variant,
        dataset=known.dataset,
        source=known.source,
        note=known.note,
        errata=known.errata,
        command=command,
        runs=tuple(line(run.record) for run in runs if run.record is not None),
        figures=tuple(
            _figure(curve, at, [run for length, run in trained if length >= at])
            for curve in known.curves
            for at in curve.values
            if at <= longest
        ),
    )


def _figure(curve: Curve, at: int, trained: Sequence[History]) -> Figure:
    from engine.analysis import published

    values = (published.value(curve, run, at) for run in trained)
    ours = spread(value for value in values if value is not None)
    low, high = curve.range(at)
    telling = ours is not None and (ours.n > 1 or low < high)
    return Figure(
        part=curve.part,
        term=curve.term,
        summed=curve.summed,
        epoch=at,
        published=(low, high),
        ours=ours,
        inside=ours.low <= high and low <= ours.high if ours and telling else None,
    )


def read(path: Path) -> Kept:
    """The results in `path`; none where there is no file yet.

    Raises:
        BadData: it holds something else.
    """
    from engine.errors import BadData
    from engine.events import UNREADABLE

    try:
        return msgspec.json.decode(_FORMER.sub(b'"metrics": {', path.read_bytes()), type=Kept)
    except FileNotFoundError:
        return Kept()
    except (OSError, *UNREADABLE) as error:
        raise BadData(path, f"expected results as --keep writes them ({error})") from error


def check(path: Path) -> None:
    """Make sure that `keep` can write to `path`, before what is to be kept takes hours.

    Raises:
        BadData: it holds something else.
        EngineError: it cannot be written.
    """
    there = path.exists()
    keep(path, Kept())
    if not there:
        path.resolve().unlink()


def keep(path: Path, found: Kept) -> list[str]:
    """Put `found` beside, or in the place of, what `path` holds; a recipe of which that holds more stays.

    Returns the variants of those.

    Raises:
        BadData: it holds something else.
        EngineError: it cannot be written.
    """
    before = read(path)
    fuller = [key for key, each in found.recipes.items() if _amount(before.recipes.get(key)) > _amount(each)]
    trained = {
        key: _made_by(each, before.recipes.get(key))
        for key, each in found.recipes.items()
        if each.runs and key not in fuller
    }
    recipes, groups = {**before.recipes, **trained}, {**before.groups, **found.groups}
    together = Kept(recipes=dict(sorted(recipes.items())), groups=dict(sorted(groups.items())))
    with _writing(path), replacing(path.resolve(), mode=SHARED) as file:
        file.write(text(together) + b"\n")
    return fuller


def _amount(of: Recipe | None) -> int:
    """How many figures of how many runs there are."""
    return sum(figure.ours.n for figure in of.figures if figure.ours) if of else 0


def _made_by(found: Recipe, before: Recipe | None) -> Recipe:
    """With the command that made it: what only reads the same again did not."""
    same = before is not None and before.runs == found.runs and _amount(before) == _amount(found)
    return msgspec.structs.replace(found, command=before.command) if before and same else found


@contextmanager
def _writing(path: Path) -> Iterator[None]:
    from engine.errors import EngineError

    try:
        yield
    except OSError as error:
        told = f"expected to write {path}, but {error.strerror or error}; choose another file for --keep"
        raise EngineError("Cannot write", told) from error


def text(found: Kept) -> bytes:
    """As JSON that a person can read."""
    return msgspec.json.format(msgspec.json.encode(found), indent=2)
