"""Checkpoints as safetensors files: named arrays, and the position as JSON in the header. No pickle."""

from __future__ import annotations

import os
from pathlib import Path

import msgspec
from safetensors import SafetensorError, safe_open
from safetensors.numpy import save

from engine.errors import RunError
from engine.training import Best, Checkpoint, Position


def write_checkpoint(path: Path, checkpoint: Checkpoint) -> None:
    """Write beside, flush to the disk, rename: after a crash at any moment `path` is the old file or the new one."""
    header = {"position": msgspec.json.encode(checkpoint.position).decode()}
    if checkpoint.best is not None:
        header["best"] = msgspec.json.encode(checkpoint.best).decode()
    beside = path.with_suffix(".tmp")
    try:
        with beside.open("wb") as file:
            file.write(save(checkpoint.arrays, header))
            file.flush()
            os.fsync(file.fileno())
        beside.replace(path)
    finally:
        beside.unlink(missing_ok=True)


def read_checkpoint(path: Path) -> Checkpoint | None:
    """The checkpoint at `path`; None where there is none yet.

    Raises:
        RunError: the file is not a checkpoint of ours, or damaged.
    """
    if not path.exists():
        return None
    try:
        with safe_open(path, framework="numpy") as file:
            header = file.metadata() or {}
            arrays = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118 (no iterator)
        position = msgspec.json.decode(header["position"], type=Position)
        best = msgspec.json.decode(header["best"], type=Best) if "best" in header else None
    except (SafetensorError, OSError, KeyError, msgspec.DecodeError, UnicodeDecodeError) as error:
        raise RunError(
            "Unreadable checkpoint", f"expected a checkpoint of this program in {path}, but: {error}"
        ) from error
    return Checkpoint(arrays=arrays, position=position, best=best)
