"""What a fitted estimator takes along when it is pickled or copied: its run's description and weights, as files.

Where it is opened, the run itself is asked if it is there and has these weights; else one is made of the files, in a
folder that goes with the process.
"""

from __future__ import annotations

import hashlib
from pathlib import Path

from engine.errors import RunError
from engine.estimator import shared
from engine.storage.atomic import make_folder

Files = dict[str, bytes]

WEIGHTS = {"best": "best.safetensors", "last": "checkpoint.safetensors"}
LEFT = frozenset({"events.jsonl", "snapshots.bin", "steps.npz", *WEIGHTS.values()})
"""Of a run folder: its history, and weights that are not those in use."""


def files(folder: Path, weights: str) -> Files:
    """What is needed of the run in `folder` to ask its `weights`. Raises RunError where they are gone."""
    try:
        found = {
            path.name: path.read_bytes()
            for path in sorted(folder.iterdir())
            if path.is_file() and path.name not in LEFT and path.suffix in (".json", ".npz", ".npy", ".safetensors")
        }
        found[WEIGHTS[weights]] = (folder / WEIGHTS[weights]).read_bytes()
    except OSError as error:
        told = f"the run in {folder} cannot be read: {error.strerror or error}; fit anew"
        raise RunError("The run is gone", told) from error
    return found


def place_of(run_id: str, root: Path, carried: Files, weights: str) -> tuple[Path, str]:
    """Where the run of an estimator that was carried here is, and by which id: in `root` if it is the same, else made
    in passing. Raises RunError for what is none."""
    name = WEIGHTS[weights]
    if _same(root / run_id / name, carried[name]):
        return root, run_id
    passing = shared.passing_root()
    made = f"{run_id}-{hashlib.sha256(carried[name]).hexdigest()[:8]}"
    if not _same(passing / made / name, carried[name]):
        write(passing / made, carried)
    return passing, made


def write(folder: Path, carried: Files) -> None:
    """Make a run folder of the files. Raises RunError for what are none."""
    make_folder(folder)
    for name, content in carried.items():
        if name != Path(name).name or name.startswith("."):
            raise RunError("Unreadable estimator", f"expected names of files of a run, got {name!r}")
        (folder / name).write_bytes(content)


def _same(path: Path, content: bytes) -> bool:
    try:
        return path.stat().st_size == len(content) and path.read_bytes() == content
    except OSError:
        return False
