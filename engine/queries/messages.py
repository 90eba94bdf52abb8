"""Queries to a trained model, answered on the engine thread, between two chunks of a training if one runs."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, ClassVar, Literal

import msgspec
import numpy as np
from numpy.typing import NDArray

from engine.storage.rows import Array

PartName = Literal["train", "validation", "test"]

Weights = Literal["best", "last"]
"""Of the epoch with the lowest validation loss, or as they are at the end of the training."""


class _Query(msgspec.Struct, frozen=True, kw_only=True):
    about: ClassVar[str] = ""
    """The kind of data that a run must have learned from to answer (a key of `engine.kinds.KINDS`); empty for any."""

    run_id: str
    weights: Weights | None = None
    """Which of the run's weights answer. None: the best ones where validation data were held out to tell them by, else
    the last. A run that trains right now answers with those that it has."""


class _Answer(msgspec.Struct, frozen=True, kw_only=True):
    epoch: int
    """Complete epochs of training behind the answer."""
    weights: Weights = "last"
    """Whose answer it is."""
    held_out: bool = False
    """Whether validation data told the best epoch; else the test part did."""


class Reconstruct(_Query, frozen=True, kw_only=True):
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
    into: Callable[[Reconstruction], None] | None = None
    """Gets the answer piece by piece, on the engine's thread; the answer itself then has no items. For very many."""


class Reconstruction(_Answer, frozen=True, kw_only=True):
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

    run_id: str = ""
    """Of the run that they are of, if there is one."""
    variant: str
    preset: str
    config: Mapping[str, Any]
    """What differs from the preset; what a form holds is enough."""
    items: NDArray[Any]
    """The first ones of the validation part, (count, height, width, channels), uint8 or float32 in [0, 1]."""


class Corrupted(_Answer, frozen=True, kw_only=True):
    """The answer, of epoch 0: the items with the noise of validation, float32 of the same shape."""

    items: NDArray[np.float32]


class Encode(_Query, frozen=True, kw_only=True):
    """The codes of these images; without `inputs`, of the first `count` items of the run's `part` (0: all of them)."""

    inputs: Array | None = None
    texts: tuple[str, ...] = ()
    """Sentences, in the place of `inputs`, for a model of text."""
    part: PartName = "test"
    count: int = 0
    into: Callable[[Codes], None] | None = None
    """As of `Reconstruct`."""


class Codes(_Answer, frozen=True, kw_only=True):
    """The answer: codes of shape (count, code size) float32, and the items' labels (count,) and names where they are
    known."""

    codes: NDArray[np.float32]
    labels: NDArray[Any] | None
    """int64; of a table of the user also text."""
    names: tuple[str, ...] | None = None


class Decode(_Query, frozen=True, kw_only=True):
    """The images that belong to `codes`, shape (count, code size), float."""

    codes: NDArray[Any]


class Sample(_Query, frozen=True, kw_only=True):
    """New images: codes drawn from the prior N(0, temperature²), decoded. The same `seed` gives the same ones."""

    count: int = 10
    temperature: float = 1.0
    seed: int = 0


class Images(_Answer, frozen=True, kw_only=True):
    """The answer: images (count, height, width, channels) float32 and the codes (count, code size) they came from."""

    images: NDArray[np.float32]
    codes: NDArray[np.float32]


class Probe(_Query, frozen=True, kw_only=True):
    """How well do the codes of the run tell the classes apart, beside PCA's of the same size and raw pixels?

    Classifiers are fitted on the codes of the first `items` of the training part (0: all) and tried on the whole test
    part.
    """

    neighbours: int = 15
    items: int = 0


class Accuracies(_Answer, frozen=True, kw_only=True):
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


class Words(msgspec.Struct, frozen=True, kw_only=True):
    """A typed sentence as the model reads it."""

    text: str
    words: tuple[str, ...]
    """As the run cuts it into words."""
    known: tuple[bool, ...]
    """Whether each word is in the run's vocabulary; the others all look the same to the model."""
    used: int
    """How many words the model reads; longer sentences are cut."""
    first: int = 0
    """The place of the first word that it reads."""


class Similarity(_Query, frozen=True, kw_only=True):
    """How like are two sentences?"""

    about: ClassVar[str] = "text"

    first: str
    second: str


class Cosine(_Answer, frozen=True, kw_only=True):
    """The answer: cosine of the two codes, and, as `average`, of the sentences' averaged word vectors (0 where one
    has no word with a vector)."""

    cosine: float
    average: float
    first: Words
    second: Words


class Read(_Query, frozen=True, kw_only=True):
    """What comes back of a sentence when the decoder has only its code?"""

    about: ClassVar[str] = "text"

    text: str


class Reading(_Answer, frozen=True, kw_only=True):
    """The answer: at each place the word whose vector lies nearest to the reconstruction."""

    sentence: Words
    reading: str
    cosine: float
    """Of the sentence's code and the reconstruction's code."""


class Neighbours(_Query, frozen=True, kw_only=True):
    """Which sentences of the run's corpus lie nearest to `text`? The first such query of a checkpoint has the whole
    corpus encoded, with progress; a training that runs meanwhile goes on."""

    about: ClassVar[str] = "text"

    text: str
    count: int = 10


class Neighbour(msgspec.Struct, frozen=True, kw_only=True):
    """A sentence of the corpus."""

    sentence: str
    cosine: float
    document: str
    topics: tuple[str, ...] = ()


class Nearest(_Answer, frozen=True, kw_only=True):
    """The answer, nearest first: `neighbours` by cosine of codes, `average` by cosine of averaged word vectors."""

    sentence: Words
    neighbours: tuple[Neighbour, ...]
    average: tuple[Neighbour, ...]
    searched: int
    """Sentences in the corpus."""


class Recommend(_Query, frozen=True, kw_only=True):
    """What may a user like that they have not rated?"""

    about: ClassVar[str] = "ratings"

    user: str
    """As the data name them."""
    count: int = 10


class Suggestion(msgspec.Struct, frozen=True, kw_only=True):
    """An item that a user has not rated, and the rating that the model expects."""

    item: str
    predicted: float


class Rated(msgspec.Struct, frozen=True, kw_only=True):
    """A rating that a user gave, and what the model says to it."""

    item: str
    rating: float
    predicted: float
    held_out: bool
    """Whether the model did not learn from it."""


class Recommendations(_Answer, frozen=True, kw_only=True):
    """The answer: `suggestions`, the best first, and all that the user rated, the best first."""

    user: str
    suggestions: tuple[Suggestion, ...]
    rated: tuple[Rated, ...]
    unrated: int
    """Items that the user has not rated."""
    range: tuple[float, float]
    """The lowest and the highest rating that the model learned from; no prediction lies outside."""


Query = Reconstruct | Corrupt | Encode | Decode | Sample | Probe | Similarity | Read | Neighbours | Recommend
Answer = Reconstruction | Corrupted | Codes | Images | Accuracies | Cosine | Reading | Nearest | Recommendations
