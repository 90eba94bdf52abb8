"""A `.keras` file of unknown origin: its description checked, its weights read from HDF5 that points nowhere else."""

from __future__ import annotations

import tempfile
import zipfile
from pathlib import Path
from typing import Any

import h5py  # type: ignore[import-untyped]
import keras
import msgspec

from engine.errors import BadData, EngineError, UsageError
from engine.nn.importing import description
from engine.nn.importing.halves import model_of
from engine.storage.bounded import ZIP_FAULTS, named, open_zip, read_bounded

CONFIG, WEIGHTS = "config.json", "model.weights.h5"
LARGEST_CONFIG, LARGEST_WEIGHTS = 2**24, 2**33
"""Bytes of both."""
PIECE = 2**20


def read(path: Path) -> keras.Model:
    """The model in the file at `path`, not compiled.

    Raises:
        BadData: it is no whole `.keras` file.
        UsageError: it has other layers than those of Keras, or is no network of such.
    """
    try:
        with open_zip(path) as archive, tempfile.TemporaryDirectory() as folder:
            described = _config(path, archive)
            description.check(described)
            try:
                model = model_of(described)
            except EngineError as error:
                raise UsageError("Not imported", error.message) from error
            _load(path, model, _unpacked(path, archive, Path(folder)))
            return model
    except ZIP_FAULTS as error:
        raise BadData(path, f"expected a whole .keras file, but: {error}") from error


def _config(path: Path, archive: zipfile.ZipFile) -> dict[str, Any]:
    there = archive.namelist()
    if there.count(CONFIG) != 1 or there.count(WEIGHTS) != 1:
        raise BadData(path, f"expected a .keras file, with {CONFIG} and {WEIGHTS} in it; found {named(sorted(there))}")
    with archive.open(CONFIG) as member:
        text = bytes(read_bounded(member, LARGEST_CONFIG))
    try:
        found = msgspec.json.decode(text)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise BadData(path, f"its {CONFIG} is no JSON: {error}") from error
    if not isinstance(found, dict):
        raise BadData(path, f"its {CONFIG} describes no network")
    return {name: found.get(name) for name in ("module", "class_name", "config", "registered_name")}


def _unpacked(path: Path, archive: zipfile.ZipFile, folder: Path) -> Path:
    """The weights as a file of their own. Raises BadData for more than there can be."""
    target, left = folder / WEIGHTS, min(archive.getinfo(WEIGHTS).file_size, LARGEST_WEIGHTS)
    with archive.open(WEIGHTS) as member, target.open("wb") as file:
        while piece := member.read(min(PIECE, left + 1)):
            left -= len(piece)
            if left < 0:
                raise BadData(path, f"its {WEIGHTS} is longer than it says, or than {LARGEST_WEIGHTS:,} bytes")
            file.write(piece)
    return target


def _load(path: Path, model: keras.Model, weights: Path) -> None:
    try:
        with h5py.File(weights) as file:
            _check(file)
        model.load_weights(weights)
    except Exception as error:  # HDF5 and Keras raise whatever they came upon
        told = str(error).strip().splitlines()[0][:300] if str(error).strip() else type(error).__name__
        raise BadData(path, f"its weights are not those of its layers: {told}") from error


def _check(group: h5py.Group, depth: int = 0) -> None:
    """Raises ValueError for links and data that lie elsewhere: opening them would read other files."""
    if depth > description.DEEPEST:
        raise ValueError("groups without end in each other")
    for name in group:
        if not isinstance(group.get(name, getlink=True), h5py.HardLink):
            raise ValueError(f"{name} is a link, expected numbers")
        each = group[name]
        if isinstance(each, h5py.Dataset):
            if each.external or each.is_virtual or each.dtype.kind not in "fiub":
                raise ValueError(f"{name} lies in another file, or holds no numbers")
        else:
            _check(each, depth + 1)
