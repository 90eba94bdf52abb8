"""The probe set: a few fixed validation items whose reconstructions are kept for every epoch (the time machine)."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray

from engine.errors import RunError
from engine.storage.atomic import FOLDER, replacing
from engine.storage.npz import Malformed, read_npz

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
    """What the strongest baseline of the run's task makes of `inputs`."""
    baseline_name: NDArray[np.str_] | None = None
    """Which one that is, (1,); None in older runs, where it is PCA."""
    points: NDArray[np.float32] | None = None
    """Codes of up to 500 validation items of each class in the plane, (n, 2): themselves if they have two numbers, else
    their first two principal components."""
    baseline_points: NDArray[np.float32] | None = None
    """Where the baseline puts the same items, (n, 2): the first two principal components of images, or of the averaged
    vectors of sentences."""
    point_labels: NDArray[np.int64] | None = None
    """Classes of these items, (n,)."""
    weights: NDArray[np.float32] | None = None
    """Weights of the first units of a dense first layer, as images, (units, height, width, channels)."""
    activations: NDArray[np.float32] | None = None
    """Mean activation of each code unit over validation items, (code size,)."""
    kl: NDArray[np.float32] | None = None
    """Mean KL divergence of each code dimension from the prior over validation items, nats, (code size,)."""
    generated: NDArray[np.float32] | None = None
    """What the decoder makes of fixed draws from the prior."""
    classes: NDArray[np.str_] | None = None
    """Names of the labels."""
    sentences: NDArray[np.str_] | None = None
    """For text: the probe set in words, (count,)."""
    readings: NDArray[np.str_] | None = None
    """For text: the nearest words to what the decoder makes of them, (count,)."""
    cosines: NDArray[np.float32] | None = None
    """For text: cosine of encoder(x) and encoder(decoder(encoder(x))) for the first 500 validation sentences, (n,)."""
    views: dict[str, NDArray[np.float32]] = {}
    """What the variant's own panels show (see `Variant.views`), by name."""


FIXED = ("inputs", "targets", "baseline", "baseline_points")
AS_THEY_ARE = ("labels", "point_labels", "classes", "sentences", "baseline_name")
"""Both the same at every epoch; of the numbers half the digits are kept."""
CHANGING = ("outputs", "codes", "points", "weights", "activations", "kl", "generated")
EXACT = ("readings", "cosines")
"""Both new at every epoch."""

FORMER = {"baseline_points": "image_points"}
"""What arrays are called in older files."""

_NUMBERS, _ROWS, _LABELS, _TEXTS = ("f", 1), ("f", 2), ("iu", 1), ("U", 1)
FORMS = {
    "labels": _LABELS,
    "codes": _ROWS,
    "points": _ROWS,
    "baseline_points": _ROWS,
    "point_labels": _LABELS,
    "activations": _NUMBERS,
    "kl": _NUMBERS,
    "classes": _TEXTS,
    "sentences": _TEXTS,
    "readings": _TEXTS,
    "cosines": _NUMBERS,
    "baseline_name": _TEXTS,
}
"""NumPy's kind and the number of dimensions of what is not an image or a sentence in vectors."""

VIEW = "view "
"""Begins the names of views in a file."""
DIMENSIONS = (1, 2, 3, 4)

LARGEST = 2**28
"""Bytes of arrays in one file."""


def write_samples(folder: Path, epoch: int, samples: Samples) -> str:
    """Keep `samples` in the run folder; returns the path inside it. Half precision is enough for a picture."""
    directory = folder / "samples"
    directory.mkdir(FOLDER, exist_ok=True)
    probe = directory / "probe.npz"
    if not (probe.exists() and probe.stat().st_size):  # without it no epoch can be shown
        _save(probe, _halved(samples, FIXED) | _there(samples, AS_THEY_ARE), flush=True)
    name = f"epoch-{epoch:04d}.npz"
    views = {f"{VIEW}{view}": array for view, array in samples.views.items()}
    # Not flushed: short epochs are many.
    _save(directory / name, _halved(samples, CHANGING) | _there(samples, EXACT) | views, flush=False)
    return f"samples/{name}"


def read_samples(folder: Path, epoch: int) -> Samples:
    """The probe set as it stood after `epoch`.

    Raises:
        RunError: there are no samples of that epoch, or the file is damaged.
    """
    directory = folder / "samples"
    now = directory / f"epoch-{epoch:04d}.npz"
    try:
        arrays = _read(directory / "probe.npz", (*FIXED, *AS_THEY_ARE)) | _read(now, (*CHANGING, *EXACT))
        samples = Samples(**arrays, views=_views(now))
        if mismatch := _mismatch(samples):
            raise Malformed(now, mismatch)
        return samples
    except (Malformed, TypeError) as error:  # TypeError: an array is missing
        fault = error.fault if isinstance(error, Malformed) else str(error)
        raise RunError(
            "No pictures",
            f"expected the samples of epoch {epoch} in {directory}, but {fault}; other epochs may have them",
        ) from error


def _read(path: Path, names: Sequence[str]) -> dict[str, NDArray[Any]]:
    """Those of `names` that the file has, as `Samples` takes them."""
    called = {FORMER.get(name, name): name for name in names} | {name: name for name in names}
    found = read_npz(path, lambda there: [name for name in called if name in there], LARGEST)
    arrays = {called[name]: array for name, array in found.items()}
    for name, array in arrays.items():
        if not (_fits(array, *FORMS[name]) if name in FORMS else _is_pictures(array)):
            raise Malformed(path, f"{path.name} has {name} of {array.shape} {array.dtype}, which cannot be")
    return {name: array.astype(np.float32) if array.dtype.kind == "f" else array for name, array in arrays.items()}


def _views(path: Path) -> dict[str, NDArray[np.float32]]:
    found = read_npz(path, lambda there: [name for name in there if name.startswith(VIEW)], LARGEST)
    for name, array in found.items():
        if array.dtype.kind != "f" or array.ndim not in DIMENSIONS or 0 in array.shape:
            raise Malformed(path, f"{path.name} has {name} of {array.shape} {array.dtype}, which cannot be")
    return {name.removeprefix(VIEW): array.astype(np.float32) for name, array in found.items()}


def _fits(array: NDArray[Any], kinds: str, dimensions: int) -> bool:
    return array.dtype.kind in kinds and array.ndim == dimensions and 0 not in array.shape[1:]


def _is_pictures(array: NDArray[Any]) -> bool:
    """Images, or sentences as vectors."""
    return array.dtype.kind == "f" and array.size > 0 and (array.ndim == 3 or array.shape[3:] in ((1,), (3,)))


def _mismatch(samples: Samples) -> str:
    """In words, which arrays do not go together; empty if all do."""
    probe = (samples.inputs, samples.baseline, samples.codes, samples.labels, samples.sentences, samples.readings)
    alike: dict[str, set[Any]] = {
        "inputs, targets and outputs are": {
            array.shape for array in (samples.inputs, samples.targets, samples.outputs)
        },
        "the arrays of the probe set are": _counts(*probe),
        "the arrays of points are": _counts(samples.points, samples.baseline_points, samples.point_labels),
    }
    return next((f"{name} of different sizes: {found}" for name, found in alike.items() if len(found) > 1), "")


def _counts(*arrays: NDArray[Any] | None) -> set[int]:
    return {len(array) for array in arrays if array is not None}


def _halved(samples: Samples, names: tuple[str, ...]) -> dict[str, NDArray[Any]]:
    return {name: array.astype(np.float16) for name, array in _there(samples, names).items()}


def _there(samples: Samples, names: tuple[str, ...]) -> dict[str, NDArray[Any]]:
    arrays = {name: getattr(samples, name) for name in names}
    return {name: array for name, array in arrays.items() if array is not None}


def _save(path: Path, arrays: dict[str, NDArray[Any]], *, flush: bool) -> None:
    with replacing(path, flush=flush) as file:
        np.savez_compressed(file, allow_pickle=False, **arrays)
