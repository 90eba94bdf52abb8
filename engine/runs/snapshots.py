"""The probe set: a few fixed validation items whose reconstructions are kept for every epoch (the time machine)."""

from __future__ import annotations

import io
import re
from collections import defaultdict
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any, NamedTuple

import msgspec
import numpy as np
from numpy.typing import NDArray

from engine.errors import RunError
from engine.runs import inherited
from engine.runs.snapshot_file import FIXED, NAME, index_of, read
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
"""Rows of numbers, sentences as vectors or windows, and images."""


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
"""Bytes of arrays of one epoch."""
FORMER_FOLDER = "samples"
"""Where earlier versions kept a file for each epoch. What is not in the file of today is looked for there."""
READINGS = 3
"""Of a file that its writer replaces now and then, in the middle of a reading as well."""
_FORMER_FILE = re.compile(r"epoch-(\d{4,6})\.npz")


def packed(samples: Samples, *, fixed: bool) -> bytes:
    """What is the same at every epoch, or what is not, as an .npz archive; the same for the same arrays."""
    arrays = msgspec.structs.asdict(samples)
    arrays |= {f"{VIEW}{name}": view for name, view in arrays.pop("views").items()}
    kept = {
        name: np.clip(array, -HALF_MOST, HALF_MOST).astype(np.float16) if _form(name).halved else array
        for name, array in arrays.items()
        if array is not None and _form(name).fixed == fixed
    }
    file = io.BytesIO()
    np.savez_compressed(file, allow_pickle=False, **kept)
    return file.getvalue()


def kept_epochs(folder: Path) -> set[int]:
    """The epochs of the run in `folder` whose samples are kept; of a long run these are some (see
    `engine.runs.thinning`), of a fork those of the runs that it comes from as well."""
    return set(inherited.everything(folder, _own))


def _own(folder: Path) -> set[int]:
    found = set(index_of(folder / NAME).places) - {FIXED}
    with suppress(OSError):
        names = (_FORMER_FILE.fullmatch(entry.name) for entry in (folder / FORMER_FOLDER).iterdir())
        found |= {int(name[1]) for name in names if name}
    return found


def nearest_kept(folder: Path, epoch: int) -> int:
    """The epoch nearest to `epoch`, of two the earlier one, whose samples are kept; `epoch` itself if none are."""
    return min(kept_epochs(folder), key=lambda kept: (abs(kept - epoch), kept), default=epoch)


def read_nearest(folder: Path, epoch: int) -> tuple[int, Samples]:
    """The nearest epoch whose samples are kept, and these. Raises RunError as `read_samples` does."""
    while True:
        kept = nearest_kept(folder, epoch)
        try:
            return kept, read_samples(folder, kept)
        except RunError:
            if nearest_kept(folder, epoch) == kept:
                raise
            # Its writer has thinned it out this very moment.


def read_samples(folder: Path, epoch: int) -> Samples:
    """The probe set as it stood after `epoch`.

    Raises:
        RunError: there are no samples of that epoch, or what there is is damaged.
    """
    try:
        arrays = _found(inherited.folder_of(folder, epoch), epoch)
        if mismatch := _mismatch(arrays):
            raise Malformed(folder, mismatch)
        views = {name.removeprefix(VIEW): arrays.pop(name) for name in list(arrays) if name.startswith(VIEW)}
        return Samples(**arrays, views=views)
    except (Malformed, TypeError) as error:  # TypeError: an array is missing
        fault = error.fault if isinstance(error, Malformed) else str(error)
        raise RunError(
            "No pictures",
            f"expected the samples of epoch {epoch} in {folder}, but {fault}; other epochs may have them",
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


def _found(folder: Path, epoch: int) -> dict[str, NDArray[Any]]:
    path, former = folder / NAME, folder / FORMER_FOLDER
    for _ in range(READINGS):
        places = index_of(path).places
        if epoch not in places or epoch == FIXED:
            break
        try:
            records = list(read(path, {at: places[at] for at in (FIXED, epoch) if at in places}))
        except OSError as error:
            raise Malformed(path, f"{NAME} cannot be read ({error.strerror or error})") from error
        if all(record.whole for record in records):
            return {
                name: array
                for record in records
                for name, array in _read(path, fixed=record.epoch == FIXED, content=record.content).items()
            }
    else:
        raise Malformed(path, f"{NAME} is damaged there")
    if not former.exists():
        raise Malformed(path, f"{NAME} has none of it")
    return _read(former / "probe.npz", fixed=True) | _read(former / f"epoch-{epoch:04d}.npz", fixed=False)


def _read(path: Path, *, fixed: bool, content: bytes | None = None) -> dict[str, NDArray[Any]]:
    """What the archive at `path`, or the one in it that is its `content`, has of a snapshot, by the names of today."""

    def belongs(called: str) -> bool:
        name = FORMER.get(called, called)
        return (name in FORMS or name.startswith(VIEW)) and _form(name).fixed == fixed

    found = read_npz(path, lambda there: filter(belongs, there), LARGEST, content)
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
