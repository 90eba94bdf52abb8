"""Questions to a trained model, answered on the engine thread, between two chunks of a training if one runs."""

from __future__ import annotations

from typing import Any, Literal

import msgspec
import numpy as np
from numpy.typing import NDArray


class Reconstruct(msgspec.Struct, frozen=True, kw_only=True):
    """What does the model of `run_id` make of these images?

    The images are `inputs`, shape (count, height, width, channels), uint8 or float32 in [0, 1]; without them, `count`
    items of the run's test part from `start` on.
    """

    run_id: str
    inputs: NDArray[Any] | None = None
    start: int = 0
    count: int = 10


class Reconstruction(msgspec.Struct, frozen=True, kw_only=True):
    """The answer: images of shape (count, height, width, channels), float32, and codes of shape (count, code size)."""

    inputs: NDArray[np.float32]
    outputs: NDArray[np.float32]
    codes: NDArray[np.float32]
    errors: NDArray[np.float32]
    """Mean squared error of each item, shape (count,)."""
    epoch: int
    """Complete epochs of training behind the answer."""


class Encode(msgspec.Struct, frozen=True, kw_only=True):
    """The codes of these images; without `inputs`, of the first `count` items of the run's `part` (0: all of them)."""

    run_id: str
    inputs: NDArray[Any] | None = None
    part: Literal["train", "test"] = "test"
    count: int = 0


class Codes(msgspec.Struct, frozen=True, kw_only=True):
    """The answer: codes of shape (count, code size) float32, and the items' labels (count,) where they are known."""

    codes: NDArray[np.float32]
    labels: NDArray[np.int64] | None
    epoch: int


class Decode(msgspec.Struct, frozen=True, kw_only=True):
    """The images that belong to `codes`, shape (count, code size), float."""

    run_id: str
    codes: NDArray[Any]


class Sample(msgspec.Struct, frozen=True, kw_only=True):
    """New images: codes drawn from the prior N(0, temperature²), decoded. The same `seed` gives the same ones."""

    run_id: str
    count: int = 10
    temperature: float = 1.0
    seed: int = 0


class Images(msgspec.Struct, frozen=True, kw_only=True):
    """The answer: images (count, height, width, channels) float32 and the codes (count, code size) they came from."""

    images: NDArray[np.float32]
    codes: NDArray[np.float32]
    epoch: int


class Probe(msgspec.Struct, frozen=True, kw_only=True):
    """How well do the codes of the run tell the classes apart, beside PCA's of the same size?

    Classifiers are fitted on the codes of the first `items` of the training part (0: all) and tried on the whole test
    part.
    """

    run_id: str
    neighbours: int = 15
    items: int = 0


class Accuracies(msgspec.Struct, frozen=True, kw_only=True):
    """The answer: shares of the test items that are classified rightly."""

    knn: float
    softmax: float
    pca_knn: float
    pca_softmax: float
    code_size: int
    train_items: int
    test_items: int
    epoch: int


Query = Reconstruct | Encode | Decode | Sample | Probe
Answer = Reconstruction | Codes | Images | Accuracies
