"""Many image files as one array: looked at, brought to one size, unpacked once into shards below the cache."""

from __future__ import annotations

import hashlib
import math
import shutil
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

import msgspec
import numpy as np

from engine.datasets.data import Report
from engine.datasets.decoding import decoded
from engine.datasets.own.pictures.survey import Survey, Wanted, agreed, described, survey
from engine.datasets.own.pictures.unpacking import Setup, shape_of
from engine.datasets.own.records import shards_of
from engine.datasets.pictures import Fit, Measured
from engine.errors import BadData, EngineError, counted
from engine.storage.atomic import make_folder, replacing
from engine.storage.rows import Array

VERSION = 1
"""Of the way from files to rows: part of the name under which they are kept."""
SEED = 11
"""Of the order of the rows: training reads stretches of neighbours, which must not be of one class."""
WHOLE = 2**28
"""Bytes of rows that are read into memory at once; more stay in their files."""
NAMED = 20
"""Broken files that a message names."""
PLAN = "plan.json"


class Asked(msgspec.Struct, frozen=True, kw_only=True):
    """What is to become of the files."""

    folder: str
    files: tuple[str, ...]
    targets: str = ""
    """The folder of what is to be answered; empty where items are no pairs."""
    answers: tuple[str, ...] = ()
    """A file in it for each of `files`."""
    wanted: Wanted
    grey: bool
    ground: str
    skip_broken: bool


class Gathered(NamedTuple):
    """What became of them."""

    rows: Array
    """(count, height, width, channels) uint8, of pairs (count, 2, …)."""
    files: tuple[str, ...]
    """Of each row."""
    told: dict[str, str]
    """How, for people."""


class Plan(msgspec.Struct, frozen=True, kw_only=True):
    """What was decided of files when they were looked at first; kept beside their rows."""

    fit: Fit
    faults: dict[str, str]
    """What is wrong with those whose heads cannot be read."""
    told: dict[str, str]


def gathered(name: str, asked: Asked, report: Report, *, alone: bool) -> Gathered:
    """The rows of the set called `name`, in an order that is the same every time and mixes all folders.

    `alone`: what was unpacked for it from other files, or with other options, goes.

    Raises:
        UsageError: the pictures have several sizes, and nobody said what to do.
        BadData: files are broken, and nobody said to leave them out; or all are.
        EngineError: the cache cannot be written.
        Stopped: from `report`.
    """
    folder = shards_of(name) / _digest(asked)
    plan = _kept(folder / PLAN) or _planned(asked, folder, report)
    setup = Setup(folder=asked.folder, fit=plan.fit, targets=asked.targets)
    answers = asked.answers or asked.files
    order = np.random.default_rng(SEED).permutation(len(asked.files)).tolist()
    items = [[asked.files[at], answers[at]] for at in order if asked.files[at] not in plan.faults]
    if not items:
        raise _broken(Path(asked.folder), plan.faults, len(asked.files), skip=True)
    shape = shape_of(setup)
    array = decoded(
        folder,
        "engine.datasets.own.pictures.unpacking:decoder",
        msgspec.to_builtins(setup),
        items,
        math.prod(shape),
        "unpacking images",
        report,
    )
    faults = dict(plan.faults)
    for note in array.notes:
        faults |= note
    if faults and not (asked.skip_broken and len(array)):
        raise _broken(Path(asked.folder), faults, len(asked.files), skip=asked.skip_broken)
    told = {**plan.told, **({"skipped": _skipped(faults)} if faults else {})}
    told["unpacked"] = f"{_bytes(array.nbytes)} in {folder}"
    files = tuple(file for file, _ in items if file not in faults)
    if alone:
        for other in folder.parent.iterdir():
            if other != folder:
                shutil.rmtree(other, ignore_errors=True)
    return Gathered(array[:] if array.nbytes <= WHOLE else array, files, told)


def _planned(asked: Asked, folder: Path, report: Report) -> Plan:
    seen = survey(Path(asked.folder), asked.files, "looking at images", report)
    heads, faults = dict(seen.measured), dict(seen.faults)
    if asked.targets:
        wanted = survey(Path(asked.targets), asked.answers, "looking at targets", report)
        faults = _faults_of_pairs(asked, seen, wanted)
        heads = {f"seen/{file}": head for file, head in heads.items()}
        heads |= {f"wanted/{file}": head for file, head in wanted.measured.items()}
    if not heads:
        raise _broken(Path(asked.folder), faults, len(asked.files), skip=True)
    sizes = Counter((head.height, head.width) for head in heads.values())
    all_grey = all(head.grey for head in heads.values())
    fit = agreed(sizes, asked.wanted, 1 if asked.grey or all_grey else 3, asked.ground)
    plan = Plan(fit=fit, faults=faults, told=_told(asked, heads, sizes, fit, all_grey=all_grey))
    try:
        make_folder(folder)
        with replacing(folder / PLAN) as file:
            file.write(msgspec.json.encode(plan))
    except OSError as error:
        told = f"expected to write {folder}, but {error.strerror or error}; make room, or set XDG_CACHE_HOME"
        raise EngineError("Cannot write", told) from error
    return plan


def _faults_of_pairs(asked: Asked, seen: Survey, wanted: Survey) -> dict[str, str]:
    faults = dict(seen.faults)
    for file, answer in zip(asked.files, asked.answers, strict=True):
        if answer in wanted.faults and file not in faults:
            faults[file] = f"its target {answer}: {wanted.faults[answer]}"
    return faults


def _told(
    asked: Asked, heads: Mapping[str, Measured], sizes: Counter[tuple[int, int]], fit: Fit, *, all_grey: bool
) -> dict[str, str]:
    ends = Counter(Path(file).suffix.lower() for file in asked.files)
    told = {"files": ", ".join(f"{count:,} {end}" for end, count in ends.most_common())}
    size = f"{fit.height}×{fit.width}"
    told["sizes"] = described(sizes)
    if set(sizes) != {(fit.height, fit.width)}:
        scaled = " and scaled" if fit.scale else ""
        made = {"exact": "scaled", "crop": f"the middle cut out{scaled}", "pad": f"padded with {fit.ground}{scaled}"}
        told["sizes"] += f"; {made[fit.way]} to {size}"
    if fit.channels == 1:
        told["channels"] = "1, grey, as all images are" if all_grey else "1, made grey as --grey says"
    else:
        told["channels"] = "3, colour"
    transparent = sum(head.transparent for head in heads.values())
    if transparent:
        told["transparent"] = f"{counted(transparent, 'image')}, laid on {fit.ground}"
    several = sum(head.frames for head in heads.values())
    if several:
        told["frames"] = f"{counted(several, 'file')} with several; the first is read"
    return told


def _kept(path: Path) -> Plan | None:
    try:
        return msgspec.json.decode(path.read_bytes(), type=Plan)
    except (OSError, msgspec.DecodeError):
        return None


def _digest(asked: Asked) -> str:
    """Changes when a file does, or what is to become of all; in 32 hexadecimal digits."""
    digest = hashlib.sha256(msgspec.msgpack.encode([VERSION, asked.wanted, asked.grey, asked.ground]))
    for folder, files in ((asked.folder, asked.files), (asked.targets, asked.answers)):
        digest.update(f"{folder}\0".encode(errors="surrogateescape"))
        for file in files:
            try:
                there = Path(folder, file).stat()
                state = f"{there.st_size}\0{there.st_mtime_ns}"
            except OSError:  # it will be found broken
                state = "gone"
            digest.update(f"{file}\0{state}\0".encode(errors="surrogateescape"))
    return digest.hexdigest()[:32]


def _broken(folder: Path, faults: Mapping[str, str], of: int, *, skip: bool) -> BadData:
    lines = [f"  {file}: {fault}" for file, fault in sorted(faults.items())[:NAMED]]
    if len(faults) > NAMED:
        lines.append(f"  and {len(faults) - NAMED:,} more")
    remedy = "there is nothing left to learn from" if skip else "mend them, or leave them out with --skip-broken"
    told = f"{counted(len(faults), 'file')} of {of:,} cannot be read; {remedy}:"
    return BadData(folder, "\n".join([told, *lines]))


def _skipped(faults: Mapping[str, str]) -> str:
    named = sorted(faults)[:NAMED]
    rest = len(faults) - len(named)
    return f"{counted(len(faults), 'broken file')}: {', '.join(named)}{f' and {rest:,} more' if rest else ''}"


def _bytes(count: int) -> str:
    """As people say it."""
    for unit, size in (("GB", 10**9), ("MB", 10**6), ("kB", 10**3)):
        if count >= size:
            return f"{count / size:.3g} {unit}"
    return f"{count} bytes"
