"""What every model can be asked for: reconstructions, codes, samples."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, ClassVar

import msgspec
import numpy as np
from numpy.typing import NDArray

from engine.queries.messages.message import PartName, RunAnswer, RunQuery
from engine.storage.rows import Array


class Spoil(msgspec.Struct, frozen=True, kw_only=True):
    """What is done to images before a model sees them."""

    kind: str = ""
    """A key of `engine.restoring.corruptions.CORRUPTIONS`; empty: what the run was trained on."""
    level: float | None = None
    """None: that which it was trained at; of other kinds the middle one of those that are tried."""
    seed: int = 0


class Reconstruct(RunQuery, frozen=True, kw_only=True):
    """What does the model of `run_id` make of these images?

    The images are `inputs`, shape (count, height, width, channels), uint8 or float32 in [0, 1], or items of another
    kind as floats, NaN where a number is not known; without them, `count` items of the run's test part from `start` on.
    """

    inputs: Array | None = None
    start: int = 0
    """With `inputs`: which place the first of them has for the noise; a multiple of the model's block."""
    count: int = 10
    noise: bool | None = None
    """Whether a model that learned from corrupted images sees these with the noise of its validation, or as they are;
    None: test items with it, `inputs` as they are."""
    spoil: Spoil | None = None
    """Of images: seen with this noise in the place of the run's."""
    into: Callable[[Reconstruction], None] | None = None
    """Gets the answer piece by piece, on the engine's thread; the answer itself then has no items. For very many."""


class Reconstruction(RunAnswer, frozen=True, kw_only=True):
    """The answer: images of shape (count, height, width, channels), float32, and codes of shape (count, code size)."""

    inputs: NDArray[np.float32]
    """What the encoder saw; with noise it may lie outside [0, 1]."""
    outputs: NDArray[np.float32]
    targets: NDArray[np.float32]
    """The images without the noise; the same as `inputs` where there is none."""
    codes: NDArray[np.float32]
    errors: NDArray[np.float32]
    """Mean squared error of each output against its target, shape (count,), over what of it is known."""
    known: NDArray[np.bool_] | None = None
    """Which numbers of `targets` are known; None: all."""
    names: tuple[str, ...] | None = None
    """Of items of the run's own data, where they have any."""


class Corrupt(msgspec.Struct, frozen=True, kw_only=True):
    """What would a model with these settings see of these items? There need be no run yet: nothing of it is learned."""

    about: ClassVar[str] = ""
    doing: ClassVar[str] = RunQuery.doing

    run_id: str = ""
    """Of the run that they are of, if there is one."""
    variant: str
    preset: str
    config: Mapping[str, Any]
    """What differs from the preset; what a form holds is enough."""
    items: NDArray[Any]
    """The first ones of the validation part, (count, height, width, channels), uint8 or float32 in [0, 1]."""


class Corrupted(RunAnswer, frozen=True, kw_only=True):
    """The answer, of epoch 0: the items with the noise of validation, float32 of the same shape."""

    items: NDArray[np.float32]


class Encode(RunQuery, frozen=True, kw_only=True):
    """The codes of these images; without `inputs`, of the first `count` items of the run's `part` (0: all of them)."""

    inputs: Array | None = None
    texts: tuple[str, ...] = ()
    """Sentences, in the place of `inputs`, for a model of text."""
    part: PartName = "test"
    count: int = 0
    into: Callable[[Codes], None] | None = None
    """As of `Reconstruct`."""


class Codes(RunAnswer, frozen=True, kw_only=True):
    """The answer: codes of shape (count, code size) float32, and the items' labels (count,) and names where they are
    known."""

    codes: NDArray[np.float32]
    labels: NDArray[Any] | None
    """int64; of a table of the user also text."""
    names: tuple[str, ...] | None = None


class Decode(RunQuery, frozen=True, kw_only=True):
    """The images that belong to `codes`, shape (count, code size), float."""

    codes: NDArray[Any]


class Sample(RunQuery, frozen=True, kw_only=True):
    """New images: codes drawn from the prior N(0, temperature²), decoded. The same `seed` gives the same ones."""

    count: int = 10
    temperature: float = 1.0
    seed: int = 0


class Images(RunAnswer, frozen=True, kw_only=True):
    """The answer: images (count, height, width, channels) float32 and the codes (count, code size) they came from."""

    images: NDArray[np.float32]
    codes: NDArray[np.float32]
