"""What is trained on where speed is all that matters: a data set, or made items of the same shape."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from engine import datasets
from engine.datasets.cache import DatasetCache
from engine.errors import UsageError, counted

if TYPE_CHECKING:
    from engine.datasets.data import Data, Part
    from engine.kinds.reading import Reading
    from engine.params import TrainingConfig
    from engine.variants.variant import Variant

MADE = "made"
"""In the place of a data set's key: made ones of the shape of the first that the variant prefers."""
JUDGED = 10
"""Items that validate: what is timed are steps."""
IMAGES, SENTENCES = 60_000, 6_000
WORDS = (8, 50)
"""Of a made sentence: at least, and below."""


class Material(NamedTuple):
    """Data, and what they are in words."""

    data: Data
    told: str


class _Substitute(NamedTuple):
    """What is made in the place of a data set."""

    make: Callable[[Reading], Data]
    rather: bool
    """Even where the data set is here: making it ready would take minutes."""


def source(variant: Variant[Any], data_dir: Path | None) -> str:
    """What a variant is timed on when nobody says otherwise: the first data set that it prefers and that is here, or
    `MADE`.

    Raises:
        UsageError: `data_dir` is not a folder.
    """
    first = variant.prefers[0]
    substitute = SUBSTITUTES.get(first)
    if substitute is None:
        return datasets.default(variant.prefers, data_dir)
    here = not substitute.rather and datasets.locate(first, data_dir) is not None
    return first if here else MADE


def check(variant: Variant[Any], config: TrainingConfig, key: str) -> None:
    """Whether `variant` can be timed on data set `key`, or on `MADE`.

    Raises:
        UsageError: there is no such data set, its kind is another one, or none can be made; or settings do not fit it.
    """
    if key == MADE:
        if variant.prefers[0] not in SUBSTITUTES:
            told = f"there are no made items like {variant.prefers[0]}; name a data set with --dataset"
            raise UsageError("Nothing to make", told)
        return
    entry = datasets.dataset(key, variant.accepts)
    if entry.kind not in variant.accepts:
        told = f"{variant.key} learns from {', '.join(variant.accepts)}; {key} is {entry.kind}"
        raise UsageError("Wrong kind of data", told)
    variant.check_data(config, entry)


def material(variant: Variant[Any], config: TrainingConfig, key: str, data_dir: Path | None) -> Material:
    """Data set `key`, or `MADE`, as `variant` reads it. Raises as `check`, and DataUnavailable where it is not here:
    nothing is fetched."""
    check(variant, config, key)
    reading = variant.reading(config)
    if key == MADE:
        like = variant.prefers[0]
        return Material(SUBSTITUTES[like].make(reading), f"random numbers of the shape of {like}")
    data = DatasetCache(data_dir).load(key, reading, download=False)
    return Material(data, f"{key}, {counted(len(data.train.labels), 'item')}")


def sized(data: Data, items: int) -> None:
    """Have `data` with exactly so many items to train on, some of them again and again where there are fewer, and few
    to validate."""
    import numpy as np

    places = np.resize(np.arange(len(data.train.labels)), items)
    data.train = _at(data.train, places)
    few = np.arange(min(JUDGED, len(data.validation.labels)))
    data.validation = data.test = _at(data.validation, few)


def _at(part: Part, places: Any) -> Part:
    from engine.datasets.data import Part

    return Part(part.items[:][places], part.labels[places])


def _images(reading: Reading) -> Data:
    import numpy as np

    from engine.datasets.data import Part
    from engine.datasets.image_data import ImageData

    del reading
    pixels = np.random.default_rng(0).integers(0, 256, (IMAGES, 28, 28, 1), np.uint8)
    labels = np.zeros(IMAGES, np.int64)
    return ImageData("random", Part(pixels, labels), Part(pixels[:JUDGED], labels[:JUDGED]), ("none",), None)


def _sentences(reading: Any) -> Data:
    """Of words at random, each with a random vector."""
    import numpy as np

    from engine.text.corpus import Corpus
    from engine.text.cut import TEST_SHARE
    from engine.text.lexicon import MARKS, Lexicon
    from engine.text.text_data import TextData

    random, words = np.random.default_rng(0), reading.vocabulary - len(MARKS)
    digits = len(str(words))
    count = round(SENTENCES / (1 - TEST_SHARE))
    lengths = random.integers(WORDS[0], min(WORDS[1], max(reading.length, WORDS[0] + 1)), count)
    tokens = random.integers(0, words, lengths.sum()).astype(np.int32)
    names = tuple(f"w{place:0{digits}}" for place in range(words))
    starts = np.concatenate([[0], np.cumsum(lengths)])
    corpus = Corpus(
        key="random",
        path=None,
        words=names,
        counts=np.bincount(tokens, minlength=words),
        tokens=tokens,
        starts=starts,
        text=np.frombuffer(" ".join(names[place] for place in tokens).encode(), np.uint8),
        text_starts=starts * (digits + 2),
        document=np.zeros(count, np.int32),
        documents=("random",),
        topics=(),
        document_topics=((),),
        splitter="none",
    )
    vectors = random.normal(0, 0.6, (words, reading.dimensions)).astype(np.float32)
    lexicon = Lexicon.assembled(names, vectors, "drawn at random", 0)
    return TextData(corpus, lexicon, reading.length, reading.weighting, {}, loss_over=reading.loss_over)


SUBSTITUTES = {
    "mnist": _Substitute(_images, rather=False),
    "fashion-mnist": _Substitute(_images, rather=False),
    "reuters": _Substitute(_sentences, rather=True),
}
