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
    texts: tuple[str, ...] = ()
    """Sentences, in the place of `inputs`, for a model of text."""
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
    """How well do the codes of the run tell the classes apart, beside PCA's of the same size and raw pixels?

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
    baseline: str = "PCA"
    """What `pca_knn` and `pca_softmax` are of: for text, averaged word vectors."""
    raw_knn: float | None = None
    raw_softmax: float | None = None
    """On pixels instead of codes; None for text, and for data so large that it would take minutes."""
    code_size: int
    train_items: int
    test_items: int
    epoch: int


class Words(msgspec.Struct, frozen=True, kw_only=True):
    """A typed sentence as the model reads it."""

    text: str
    words: tuple[str, ...]
    """What the tokeniser makes of it."""
    known: tuple[bool, ...]
    """Whether each word is in the run's vocabulary; the others all look the same to the model."""
    used: int
    """How many words, from the first on, the model reads; longer sentences are cut."""


class Similarity(msgspec.Struct, frozen=True, kw_only=True):
    """How like are two sentences?"""

    run_id: str
    first: str
    second: str


class Cosine(msgspec.Struct, frozen=True, kw_only=True):
    """The answer: cosine of the two codes, and, as `average`, of the sentences' averaged word vectors (0 where one
    has no word with a vector)."""

    cosine: float
    average: float
    first: Words
    second: Words
    epoch: int


class Read(msgspec.Struct, frozen=True, kw_only=True):
    """What comes back of a sentence when the decoder has only its code?"""

    run_id: str
    text: str


class Reading(msgspec.Struct, frozen=True, kw_only=True):
    """The answer: at each place the word whose vector lies nearest to the reconstruction."""

    sentence: Words
    reading: str
    cosine: float
    """Of the sentence's code and the reconstruction's code."""
    epoch: int


class Neighbours(msgspec.Struct, frozen=True, kw_only=True):
    """Which sentences of the run's corpus lie nearest to `text`? The first such question of a checkpoint has the whole
    corpus encoded, with progress; a training that runs meanwhile goes on."""

    run_id: str
    text: str
    count: int = 10


class Neighbour(msgspec.Struct, frozen=True, kw_only=True):
    """A sentence of the corpus."""

    sentence: str
    cosine: float
    document: str
    topics: tuple[str, ...] = ()


class Nearest(msgspec.Struct, frozen=True, kw_only=True):
    """The answer, nearest first: `neighbours` by cosine of codes, `average` by cosine of averaged word vectors."""

    sentence: Words
    neighbours: tuple[Neighbour, ...]
    average: tuple[Neighbour, ...]
    searched: int
    """Sentences in the corpus."""
    epoch: int


Query = Reconstruct | Encode | Decode | Sample | Probe | Similarity | Read | Neighbours
Answer = Reconstruction | Codes | Images | Accuracies | Cosine | Reading | Nearest
