"""A classifier as a safetensors file: its numbers as named arrays, all else as JSON in the header. No pickle.

Arrays: `head/mean`, `head/scale`, `head/weights`, `head/bias` (see `engine.features.softmax.Softmax`), and for one that
was trained with its encoder all of the encoder's under the names that they have in checkpoints ("encoder/…").
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, BinaryIO, Literal

import msgspec
import numpy as np
from numpy.typing import NDArray

from engine.errors import BadData, UsageError
from engine.features.softmax import Softmax

FORM = 1
SUFFIX = ".safetensors"
ENCODER = "encoder/"


class About(msgspec.Struct, frozen=True, kw_only=True):
    """What stands in the header, under the name `classifier`."""

    form: int = FORM
    made_by: Literal["probe", "finetune"]
    run_id: str
    """Whose codes it is for."""
    variant: str
    dataset: str
    version: str
    """Names the weights behind the codes, among all that the run ever has."""
    weights: Literal["best", "last"]
    shape: tuple[int, ...]
    """Of one item."""
    code_size: int
    classes: tuple[str, ...]
    labels: int
    """How many it was fitted to."""
    seed: int
    """By which they were drawn."""
    strength: float | None = None
    """Of the regularisation, C; chosen on labels held out."""
    rate: float | None = None
    """Of learning, of one that was trained with its encoder."""
    epochs: int | None = None
    test: dict[str, float] = {}
    """What it reached on the test part: accuracy, ece, brier, nll."""


class Classifier(msgspec.Struct, frozen=True, kw_only=True):
    """From codes to probabilities; with an `encoder` of its own, or for that of the run."""

    about: About
    head: Softmax
    encoder: dict[str, NDArray[Any]] = {}

    def write(self, file: BinaryIO) -> None:
        """All of it. Raises OSError."""
        from safetensors.numpy import save

        arrays = {f"head/{name}": np.ascontiguousarray(array) for name, array in self.head._asdict().items()}
        own = {name: np.ascontiguousarray(array) for name, array in self.encoder.items()}
        file.write(save({**arrays, **own}, {"classifier": msgspec.json.encode(self.about).decode()}))

    def check(self, run_id: str, version: str) -> None:
        """Raises UsageError for a run that it was not made for, or that has other weights by now."""
        about = self.about
        if about.run_id != run_id:
            told = f"expected a classifier of {run_id}, got one of {about.run_id} ({about.variant} on {about.dataset})"
            raise UsageError("Another run's classifier", f"{told}; name that run, or make a classifier of this one")
        if not self.encoder and about.version != version:
            told = f"it was fitted to codes of {about.version}, but the run's weights are of {version} now"
            raise UsageError("Other weights", f"{told}; make it anew by `aetui probe {run_id} -o FILE`")


def read(path: Path) -> Classifier:
    """What `Classifier.write` wrote.

    Raises:
        UsageError: there is no such file.
        BadData: it is something else, or damaged.
    """
    from safetensors import safe_open

    if not path.is_file():
        told = f"expected a classifier in {path}, which is not a file"
        raise UsageError("No such file", f"{told}; `aetui probe` and `aetui finetune` make one with -o")
    try:
        with safe_open(path, framework="numpy") as file:
            about = msgspec.json.decode((file.metadata() or {})["classifier"], type=About)
            arrays = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118 (no iterator)
        head = Softmax(*(arrays.pop(f"head/{name}") for name in Softmax._fields))
    except Exception as error:
        # safetensors, NumPy and msgspec raise half a dozen types between them for headers that lie.
        fault = f"there is no {error} in it" if isinstance(error, KeyError) else str(error)
        raise BadData(path, f"expected a classifier of this program, but: {fault}") from error
    _check(path, about, head, arrays)
    return Classifier(about=about, head=head, encoder=arrays)


def _check(path: Path, about: About, head: Softmax, arrays: dict[str, NDArray[Any]]) -> None:
    size, classes = about.code_size, len(about.classes)
    expected = [(size,), (size,), (size, classes), (classes,)]
    found = [array.shape for array in head]
    if about.form != FORM:
        raise BadData(path, f"expected a classifier of form {FORM}, found form {about.form}; a newer version reads it")
    if found != expected:
        raise BadData(path, f"expected arrays of shapes {expected}, found {found}")
    for name, array in {**head._asdict(), **arrays}.items():
        if array.dtype.kind not in "fiu" or not np.isfinite(array).all():
            raise BadData(path, f"expected finite numbers in {name}, found {array.dtype} with others")
    strange = [name for name in arrays if not name.startswith(ENCODER)]
    if strange:
        raise BadData(path, f"expected arrays of a head and an encoder, found {strange[0]}")
