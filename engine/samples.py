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
    """What is kept of one epoch: the probe set, and views into the model; None where the variant has no such thing.

    Images: (count, height, width, channels) float32; codes: (count, code size).
    """

    inputs: NDArray[np.float32]
    """What the encoder saw."""
    targets: NDArray[np.float32]
    """What the decoder should have answered: the clean images."""
    outputs: NDArray[np.float32]
    codes: NDArray[np.float32]
    labels: NDArray[np.int64]
    baseline: NDArray[np.float32] | None = None
    """What PCA with as many components as the code has units makes of `inputs`."""
    points: NDArray[np.float32] | None = None
    """Codes of up to 500 test items of each class in the plane, (n, 2): themselves if they have two numbers, else their
    first two principal components."""
    image_points: NDArray[np.float32] | None = None
    """The first two principal components of the same items' images, (n, 2)."""
    point_labels: NDArray[np.int64] | None = None
    """Classes of these items, (n,)."""
    weights: NDArray[np.float32] | None = None
    """Weights of the first units of a dense first layer, as images, (units, height, width, channels)."""
    activations: NDArray[np.float32] | None = None
    """Mean activation of each code unit over test items, (code size,)."""
    kl: NDArray[np.float32] | None = None
    """Mean KL divergence of each code dimension from the prior over test items, nats, (code size,)."""
    generated: NDArray[np.float32] | None = None
    """What the decoder makes of fixed draws from the prior."""
    classes: NDArray[np.str_] | None = None
    """Names of the labels."""
    sentences: NDArray[np.str_] | None = None
    """For text: the probe set in words, (count,)."""
    readings: NDArray[np.str_] | None = None
    """For text: the nearest words to what the decoder makes of them, (count,)."""
    cosines: NDArray[np.float32] | None = None
    """For text: cosine of encoder(x) and encoder(decoder(encoder(x))) for the first 500 test sentences, (n,)."""


FIXED = ("inputs", "targets", "baseline", "image_points")
AS_THEY_ARE = ("labels", "point_labels", "classes", "sentences")
"""Both the same at every epoch; of the numbers half the digits are kept."""
CHANGING = ("outputs", "codes", "points", "weights", "activations", "kl", "generated")
EXACT = ("readings", "cosines")
"""Both new at every epoch."""


def write_samples(folder: Path, epoch: int, samples: Samples) -> str:
    """Keep `samples` in the run folder; returns the path inside it. Half precision is enough for a picture."""
    directory = folder / "samples"
    directory.mkdir(exist_ok=True)
    probe = directory / "probe.npz"
    if not probe.exists():
        _save(probe, _halved(samples, FIXED) | _there(samples, AS_THEY_ARE))
    name = f"epoch-{epoch:04d}.npz"
    _save(directory / name, _halved(samples, CHANGING) | _there(samples, EXACT))
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
            floats = {name: probe[name] for name in FIXED if name in probe}
            floats |= {name: now[name] for name in CHANGING if name in now}
            others = {name: probe[name] for name in AS_THEY_ARE if name in probe}
            others |= {name: now[name] for name in EXACT if name in now}
        return Samples(**{name: array.astype(np.float32) for name, array in floats.items()}, **others)
    except (OSError, KeyError, TypeError, ValueError, zipfile.BadZipFile, zlib.error) as error:
        raise RunError(
            "No pictures",
            f"expected the samples of epoch {epoch} in {directory}, but {error}; other epochs may have them",
        ) from error


def _halved(samples: Samples, names: tuple[str, ...]) -> dict[str, NDArray[Any]]:
    return {name: array.astype(np.float16) for name, array in _there(samples, names).items()}


def _there(samples: Samples, names: tuple[str, ...]) -> dict[str, NDArray[Any]]:
    arrays = {name: getattr(samples, name) for name in names}
    return {name: array for name, array in arrays.items() if array is not None}


def _save(path: Path, arrays: dict[str, NDArray[Any]]) -> None:
    """Write beside and rename: a reader sees the old file, the new one or none."""
    beside = path.with_suffix(".tmp")
    try:
        with beside.open("wb") as file:
            np.savez_compressed(file, allow_pickle=False, **arrays)
        beside.replace(path)
    finally:
        beside.unlink(missing_ok=True)
