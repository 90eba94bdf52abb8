"""The probe set: a few fixed test items whose reconstructions are kept for every epoch (the time machine)."""

from __future__ import annotations

import zipfile
import zlib
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray

from engine.errors import RunError

PROBE_ITEMS = 10


class Samples(msgspec.Struct, frozen=True, kw_only=True):
    """The probe set at one epoch. Images: (count, height, width, channels) float32; codes: (count, code size)."""

    inputs: NDArray[np.float32]
    """What the encoder saw."""
    targets: NDArray[np.float32]
    """What the decoder should have answered: the clean images."""
    outputs: NDArray[np.float32]
    codes: NDArray[np.float32]
    labels: NDArray[np.int64]


def write_samples(folder: Path, epoch: int, samples: Samples) -> str:
    """Keep `samples` in the run folder; returns the path inside it. Half precision is enough for a picture."""
    directory = folder / "samples"
    directory.mkdir(exist_ok=True)
    probe = directory / "probe.npz"
    if not probe.exists():
        fixed = {"inputs": samples.inputs, "targets": samples.targets}
        _save(probe, {**_halved(fixed), "labels": samples.labels})
    name = f"epoch-{epoch:04d}.npz"
    _save(directory / name, _halved({"outputs": samples.outputs, "codes": samples.codes}))
    return f"samples/{name}"


def read_samples(folder: Path, epoch: int) -> Samples:
    """The probe set as it stood after `epoch`.

    Raises:
        RunError: there are no samples of that epoch, or the file is damaged.
    """
    directory = folder / "samples"
    try:
        with (
            np.load(directory / "probe.npz", allow_pickle=False) as probe,
            np.load(directory / f"epoch-{epoch:04d}.npz", allow_pickle=False) as now,
        ):
            return Samples(
                inputs=probe["inputs"].astype(np.float32),
                targets=probe["targets"].astype(np.float32),
                outputs=now["outputs"].astype(np.float32),
                codes=now["codes"].astype(np.float32),
                labels=probe["labels"],
            )
    except (OSError, KeyError, ValueError, zipfile.BadZipFile, zlib.error) as error:
        raise RunError(
            "No pictures",
            f"expected the samples of epoch {epoch} in {directory}, but {error}; other epochs may have them",
        ) from error


def _halved(arrays: dict[str, NDArray[np.float32]]) -> dict[str, NDArray[Any]]:
    return {name: array.astype(np.float16) for name, array in arrays.items()}


def _save(path: Path, arrays: dict[str, NDArray[Any]]) -> None:
    """Write beside and rename: a reader sees the old file, the new one or none."""
    beside = path.with_suffix(".tmp")
    try:
        with beside.open("wb") as file:
            np.savez_compressed(file, allow_pickle=False, **arrays)
        beside.replace(path)
    finally:
        beside.unlink(missing_ok=True)
