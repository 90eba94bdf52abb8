"""The table of what `aetui import` takes: what a file is told by, and what makes a run of it."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import Any, NamedTuple
from zipfile import ZipFile

from engine.errors import UsageError
from engine.exports import manifest
from engine.storage.bounded import ZIP_FAULTS, named


class Importer(NamedTuple):
    """A row."""

    key: str
    label: str
    member: str
    """What is in each such archive."""
    reader: str
    """"module:function"."""

    def load(self) -> Callable[..., Any]:
        """The reader, imported."""
        module, _, name = self.reader.partition(":")
        found: Callable[..., Any] = getattr(import_module(module), name)
        return found


IMPORTERS: dict[str, Importer] = {
    row.key: row
    for row in (
        Importer("bundle", "a run of aetui", manifest.NAME, "engine.exports.importing:import_bundle"),
        Importer("keras", "an autoencoder of Keras", "config.json", "engine.nn.importing.loading:import_keras"),
    )
}


def of_file(path: Path) -> Importer:
    """What the file at `path` is told for. Raises UsageError where there is none, or nothing that can be imported."""
    if not path.is_file():
        raise UsageError("No such file", f"expected a bundle or a .keras file, but {path} is not a file")
    try:
        with ZipFile(path) as archive:
            there = archive.namelist()
    except ZIP_FAULTS:
        there = []
    for row in IMPORTERS.values():
        if row.member in there:
            return row
    wanted = " or ".join(f"{row.label} ({row.key}, with {row.member} in it)" for row in IMPORTERS.values())
    raise UsageError("Nothing to import", f"expected an archive of {wanted}; {path} has {named(sorted(there))}")
