"""The probe set: a few fixed validation items whose reconstructions are kept for every epoch (the time machine)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

import msgspec
import numpy as np
from numpy.typing import NDArray

from engine.errors import RunError
from engine.storage.atomic import FOLDER, replacing
from engine.storage.npz import Malformed, read_npz

PROBE_ITEMS = 10


class Samples(msgspec.Struct, frozen=True, kw_only=True):
    """What is kept of one epoch: the probe set, and views of the model by name, those that this one has.

    Images: (count, height, width, channels) float32; sentences: (count, words, numbers in a vector) float32; codes:
    (count, code size) float32; labels: (count,) int64.
    """

    inputs: NDArray[np.float32]
    """What the encoder saw."""
    targets: NDArray[np.float32]
    """What the decoder should have answered: the clean items."""
    outputs: NDArray[np.float32]
    codes: NDArray[np.float32]
    labels: NDArray[np.int64]
    classes: NDArray[np.str_] | None = None
    """Names of the labels; None in older runs."""
    views: dict[str, NDArray[Any]] = {}
    """What panels draw, by name: those of `FORMS`, and those of the variant's own panels (see `Variant.views`)."""

    def with_views(self, /, **views: NDArray[Any] | None) -> Samples:
        """The same with these `views` in place of those of their names, and without those that are None."""
        kept = {name: view for name, view in {**self.views, **views}.items() if view is not None}
        return msgspec.structs.replace(self, views=kept)


VIEW = "view "
"""Begins the names of views in a file."""

NUMBERS, ROWS, PLANE = ((0,),), ((0, 0),), ((0, 2),)
ITEMS = (0, 0), (0, 0, 0), (0, 0, 0, 1), (0, 0, 0, 3)
"""Rows of tables, sentences as vectors or windows, and images."""


class Form(NamedTuple):
    """What an array may be, and how it is kept. The defaults are those of a view that has no row in `FORMS`."""

    shapes: tuple[tuple[int, ...], ...] = ((0,), (0, 0), (0, 0, 0), (0, 0, 0, 0))
    """0 stands for any size."""
    dtypes: str = "f"
    """NumPy's letters for the kinds of its numbers; "U" for text."""
    halved: bool = False
    """Whether half precision is enough, as for a picture."""
    fixed: bool = False
    """Whether it is the same at every epoch and kept once."""
    rows_of: str = ""
    """All arrays with rows of the same are equally long."""


FORMS = {
    "inputs": Form(ITEMS, halved=True, fixed=True, rows_of="the probe set"),
    "targets": Form(ITEMS, halved=True, fixed=True, rows_of="the probe set"),
    "outputs": Form(ITEMS, halved=True, rows_of="the probe set"),
    "codes": Form(ROWS, halved=True, rows_of="the probe set"),
    "labels": Form(NUMBERS, "iu", fixed=True, rows_of="the probe set"),
    "classes": Form(NUMBERS, "U", fixed=True),
    # What the strongest baseline of the run's task makes of `inputs`, and which one that is; PCA if it is not said.
    "view baseline": Form(ITEMS, halved=True, fixed=True, rows_of="the probe set"),
    "view baseline_name": Form(NUMBERS, "U", fixed=True),
    # Where some validation items of each class lie in the plane, where the baseline puts them, and their classes.
    "view points": Form(PLANE, halved=True, rows_of="the plane"),
    "view baseline_points": Form(PLANE, halved=True, fixed=True, rows_of="the plane"),
    "view point_labels": Form(NUMBERS, "iu", fixed=True, rows_of="the plane"),
    # Of rows of tables and windows: names of the numbers, a mean and a scale for each that make it a value in the units
    # of the user, and which numbers of `targets` are known.
    "view columns": Form(NUMBERS, "U", fixed=True, rows_of="the columns"),
    "view scales": Form(PLANE, fixed=True, rows_of="the columns"),
    "view known": Form(ITEMS, "b", fixed=True, rows_of="the probe set"),
    # Weights of the first units of a dense first layer, as items.
    "view weights": Form(ITEMS, halved=True),
    # Of each code unit over validation items: mean activation, and mean KL divergence from the prior in nats.
    "view activations": Form(NUMBERS, halved=True),
    "view kl": Form(NUMBERS, halved=True),
    # What the decoder makes of fixed draws from the prior.
    "view generated": Form(ITEMS, halved=True),
    # The probe set in words, the nearest words to what the decoder makes of it, and the cosine of encoder(x) and
    # encoder(decoder(encoder(x))) for validation sentences.
    "view sentences": Form(NUMBERS, "U", fixed=True, rows_of="the probe set"),
    "view readings": Form(NUMBERS, "U", rows_of="the probe set"),
    "view cosines": Form(NUMBERS),
}
"""By the name in a file."""

FORMER = {name.removeprefix(VIEW): name for name in FORMS} | {"image_points": "view baseline_points"}
"""What arrays are called in older files."""

HALF_MOST = float(np.finfo(np.float16).max)
LARGEST = 2**28
"""Bytes of arrays in one file."""


def write_samples(folder: Path, epoch: int, samples: Samples) -> str:
    """Keep `samples` in the run folder; returns the path inside it."""
    directory = folder / "samples"
    directory.mkdir(FOLDER, exist_ok=True)
    probe = directory / "probe.npz"
    if not (probe.exists() and probe.stat().st_size):  # without it no epoch can be shown
        _save(probe, samples, fixed=True)
    name = f"epoch-{epoch:04d}.npz"
    _save(directory / name, samples, fixed=False)
    return f"samples/{name}"


def read_samples(folder: Path, epoch: int) -> Samples:
    """The probe set as it stood after `epoch`.

    Raises:
        RunError: there are no samples of that epoch, or the file is damaged.
    """
    directory = folder / "samples"
    now = directory / f"epoch-{epoch:04d}.npz"
    try:
        arrays = _read(directory / "probe.npz", fixed=True) | _read(now, fixed=False)
        if mismatch := _mismatch(arrays):
            raise Malformed(now, mismatch)
        views = {name.removeprefix(VIEW): arrays.pop(name) for name in list(arrays) if name.startswith(VIEW)}
        return Samples(**arrays, views=views)
    except (Malformed, TypeError) as error:  # TypeError: an array is missing
        fault = error.fault if isinstance(error, Malformed) else str(error)
        raise RunError(
            "No pictures",
            f"expected the samples of epoch {epoch} in {directory}, but {fault}; other epochs may have them",
        ) from error


def checked(name: str, view: NDArray[Any]) -> NDArray[Any]:
    """`view` as it is, which a variant wants shown under `name`.

    Raises:
        RunError: it could be kept, but not be read again.
    """
    if not _fits(view, _form(f"{VIEW}{name}")):
        raise RunError(
            "View of a wrong form",
            f"expected one to four dimensions, or the form of that name in FORMS, and at least one number; "
            f"the variant's view {name!r} is {view.shape} {view.dtype}",
        )
    return view


def _form(name: str) -> Form:
    return FORMS.get(name, Form())


def _read(path: Path, *, fixed: bool) -> dict[str, NDArray[Any]]:
    """What the file has of a snapshot, by the names of today."""

    def belongs(called: str) -> bool:
        name = FORMER.get(called, called)
        return (name in FORMS or name.startswith(VIEW)) and _form(name).fixed == fixed

    found = read_npz(path, lambda there: filter(belongs, there), LARGEST)
    arrays = {FORMER.get(name, name): array for name, array in found.items()}
    for name, array in arrays.items():
        if not _fits(array, _form(name)):
            raise Malformed(path, f"{path.name} has {name} of {array.shape} {array.dtype}, which cannot be")
    return {name: array.astype(np.float32) if array.dtype.kind == "f" else array for name, array in arrays.items()}


def _fits(array: NDArray[Any], form: Form) -> bool:
    alike = any(
        len(shape) == array.ndim and all(size in (0, found) for size, found in zip(shape, array.shape, strict=True))
        for shape in form.shapes
    )
    return alike and array.size > 0 and array.dtype.kind in form.dtypes


def _mismatch(arrays: Mapping[str, NDArray[Any]]) -> str:
    """In words, which arrays do not go together; empty if all do."""
    sizes: defaultdict[str, set[Any]] = defaultdict(set)
    for name, array in arrays.items():
        form = _form(name)
        if form.shapes is ITEMS:
            sizes["items"].add(array.shape[1:])
        if form.rows_of:
            sizes[f"the arrays of {form.rows_of}"].add(len(array))
    return next((f"{what} are of different sizes: {found}" for what, found in sizes.items() if len(found) > 1), "")


def _save(path: Path, samples: Samples, *, fixed: bool) -> None:
    """Write what is the same at every epoch, or what is not, which is not flushed: short epochs are many."""
    arrays = msgspec.structs.asdict(samples)
    arrays |= {f"{VIEW}{name}": view for name, view in arrays.pop("views").items()}
    kept = {
        name: np.clip(array, -HALF_MOST, HALF_MOST).astype(np.float16) if _form(name).halved else array
        for name, array in arrays.items()
        if array is not None and _form(name).fixed == fixed
    }
    with replacing(path, flush=fixed) as file:
        np.savez_compressed(file, allow_pickle=False, **kept)
