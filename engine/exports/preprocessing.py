"""What becomes of data before a network sees them, written beside it, with whose network it is."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from engine import registry
from engine.exports import placing, readme

if TYPE_CHECKING:
    from engine.datasets.data import Data
    from engine.exports.comparing import Difference
    from engine.exports.format import Format, Subject, Written
    from engine.kinds.kind import Kind
    from engine.kinds.reading import Reading
    from engine.runs.record import RunRecord

FILE = "preprocessing.json"


def of(record: RunRecord, kind: Kind, reading: Reading, data: Data | None) -> dict[str, Any]:
    """All that has to be known to use the networks of `record`; class names only where `data` are there.

    Raises:
        RunError: what the run keeps of its data is gone.
    """
    published = registry.variant(record.variant).published
    classes = tuple(data.classes) if data is not None and len(data.classes) > 1 else ()
    return {
        "run": record.id,
        "model": record.variant,
        "preset": record.preset,
        "settings": dict(record.config),
        "data": {"name": record.dataset, "kind": kind.key, "fingerprint": record.info.fingerprint},
        "item_shape": list(record.info.shape),
        "classes": list(classes),
        "input": kind.preprocessing(record.dataset, record.folder, record.info.shape, reading),
        "errata": list(published.errata) if published and record.preset == "book" else [],
        "versions": dict(record.info.versions),
    }


def write(subject: Subject, kind: Kind, place: Path) -> None:
    """`preprocessing.json` in the folder `place`, and beside it the files that it names. Raises OSError."""
    said = {**subject.preprocessing, "inside_the_networks": subject.inside}
    content = msgspec.json.format(msgspec.json.encode(said), indent=2)
    (place / FILE).write_bytes(content + b"\n")
    for name in kind.vocabulary:
        shutil.copyfile(subject.record.folder / name, place / name)


def explain(
    subject: Subject,
    row: Format,
    place: Path,
    written: Written,
    differences: Mapping[str, Difference],
    compared: str,
) -> None:
    """README.txt and the manifest: what the files are, and how far they were found to be from the run."""
    record = subject.record
    (place / "README.txt").write_text(readme.text(subject, row, written, differences, compared), "utf-8")
    placing.write_manifest(
        place,
        {
            "format": row.key,
            "run": record.id,
            "epoch": subject.model.epoch,
            "written_by": f"aetui {_version()}",
            "largest_difference": {name: each.largest for name, each in differences.items()},
            "compared_on": compared,
        },
    )


def _version() -> str:
    try:
        return version("aetui")
    except Exception:  # run from a checkout that was not installed
        return "of a checkout"
