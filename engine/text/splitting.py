"""Cutting text into sentences with Punkt: its English tables if they are on this machine, else a model of the corpus.

Reference: T. Kiss and J. Strunk, Unsupervised multilingual sentence boundary detection, Computational Linguistics
32 (2006) 485–525.
"""

from __future__ import annotations

import hashlib
import os
import sys
import zipfile
from collections.abc import Callable, Iterator, Sequence
from itertools import chain
from pathlib import Path

import msgspec

from engine.datasets.folders import cache_dir
from engine.errors import BadData
from engine.storage.bounded import ZIP_FAULTS, open_zip, read_bounded
from engine.text.scripts import parted
from engine.text.treebank import without_watch

_FILES = ("abbrev_types.txt", "sent_starters.txt", "collocations.tab", "ortho_context.tab")
_INSIDE = ("punkt_tab/english", "punkt_tab.zip")
_LARGEST = 2**26
"""Bytes of a table; the published ones have 2e6 at most."""
LONGEST = 200_000
"""Characters that Punkt gets at once."""
_PARTINGS = (". ", ".\n", "。", "\n", " ")
_ENOUGH = 4_000_000
"""Characters that a model is trained on: its time grows with them (a second per million), its figures hardly."""


class Punkt(msgspec.Struct, frozen=True):
    """What Punkt knows of a language."""

    abbreviations: frozenset[str]
    """Without their last period."""
    sentence_starters: frozenset[str]
    collocations: frozenset[tuple[str, str]]
    """Pairs of words that a period between them does not part."""
    orthography: dict[str, int]
    """For each word a bit set: whether it was met in upper and lower case at, in and after sentences."""


class Tables(msgspec.Struct, frozen=True):
    """Published Punkt tables found on this machine."""

    punkt: Punkt
    place: Path
    digest: str


def find_tables(data_dir: Path | None) -> Tables | None:
    """Punkt's English tables from `data_dir`, the cache or where NLTK keeps its data, in this order; None without.

    Raises:
        BadData: there are tables, but broken ones.
    """
    for folder in _folders(data_dir):
        for inside in _INSIDE:
            place = folder / inside
            if place.exists():
                return _read(place)
    return None


def spans(punkt: Punkt) -> Callable[[str], Iterator[tuple[int, int]]]:
    """A function from a text to the (start, end) of its sentences, spaces between them left out.

    The text is lower-cased for Punkt, as the reference figures ask for; line breaks have to be spaces already. Marks of
    other scripts than Latin end a sentence wherever they stand, and what has none of Punkt's marks is not given to it.
    """
    from nltk.tokenize.punkt import PunktParameters, PunktSentenceTokenizer

    parameters = PunktParameters()
    parameters.abbrev_types = set(punkt.abbreviations)
    parameters.sent_starters = set(punkt.sentence_starters)
    parameters.collocations = set(punkt.collocations)
    parameters.ortho_context.update(punkt.orthography)
    tokenizer = PunktSentenceTokenizer()
    tokenizer._params = parameters  # its constructor takes text to train on, or nothing

    without_watch()

    def cut(text: str) -> Iterator[tuple[int, int]]:
        for begin, end in parted(text):
            # What stands before the first sentence belongs to it, as Punkt has it: fingerprints of corpora cover it.
            start = end - len(text[begin:end].lstrip()) if begin else 0
            piece = text[start:end].rstrip()
            if _has_marks(piece):
                yield from ((start + first, start + last) for first, last in tokenizer.span_tokenize(lowered(piece)))
            elif piece:
                yield start, start + len(piece)

    return cut


def sample(texts: Sequence[str]) -> list[str]:
    """As many of `texts`, evenly spread, as are worth training on; of so much text long ones come in pieces."""
    total = sum(map(len, texts))
    if total <= _ENOUGH:
        return list(texts)
    pieces = list(chain.from_iterable(map(shortened, texts)))
    return pieces[:: 1 + total // _ENOUGH]


def shortened(text: str) -> Iterator[str]:
    """`text`, in several parts when it is very long: parted after a sentence, else at a space, if there is one."""
    start = 0
    while len(text) - start > LONGEST:
        found = (text.rfind(mark, start, start + LONGEST) for mark in _PARTINGS)
        end = next((place + 1 for place in found if place > start), start + LONGEST)
        yield text[start:end]
        start = end
    yield text[start:]


def train(texts: Sequence[str]) -> Punkt:
    """A model of these texts; of none that Punkt's marks stand in, one that knows nothing."""
    if not any(map(_has_marks, texts)):
        return Punkt(frozenset(), frozenset(), frozenset(), {})
    from nltk.tokenize.punkt import PunktTrainer

    without_watch()
    parameters = PunktTrainer("\n\n".join(texts)).get_params()
    return Punkt(
        frozenset(parameters.abbrev_types),
        frozenset(parameters.sent_starters),
        frozenset(parameters.collocations),
        dict(parameters.ortho_context),
    )


def _has_marks(text: str) -> bool:
    return any(mark in text for mark in ".?!")


def lowered(text: str) -> str:
    """`text` in lower case, each character in its old place ("İ".lower() would be two)."""
    lower = text.lower()
    if len(lower) == len(text):
        return lower
    return "".join(small if len(small := character.lower()) == 1 else character for character in text)


def _folders(data_dir: Path | None) -> Iterator[Path]:
    """Folders that may hold `punkt_tab`; NLTK's are named here, for importing it takes a second."""
    if data_dir is not None:
        yield from (data_dir / "nltk_data" / "tokenizers", data_dir / "tokenizers", data_dir)
    yield from (cache_dir() / "nltk_data" / "tokenizers", cache_dir() / "punkt_tab", cache_dir() / "reuters")
    roots = [Path(name) for name in os.environ.get("NLTK_DATA", "").split(os.pathsep) if name]
    roots.append(Path("~/nltk_data").expanduser())
    roots += [Path(sys.prefix, *inside, "nltk_data") for inside in ((), ("share",), ("lib",))]
    roots += [Path(root, "nltk_data") for root in ("/usr/share", "/usr/local/share", "/usr/lib", "/usr/local/lib")]
    yield from (root / "tokenizers" for root in roots)


def _read(place: Path) -> Tables:
    try:
        folder = zipfile.Path(open_zip(place), "punkt_tab/english/") if place.suffix == ".zip" else place
        texts = [_text(folder / name) for name in _FILES]
        return Tables(_parsed(texts), place, hashlib.sha256("\0".join(texts).encode()).hexdigest())
    except ZIP_FAULTS as error:
        raise BadData(place, f"expected Punkt's English tables ({', '.join(_FILES)}), found {error}") from error


def _text(file: Path | zipfile.Path) -> str:
    with file.open("rb") as opened:
        found = read_bounded(opened, _LARGEST)
    if len(found) > _LARGEST:
        raise ValueError(f"{file.name} with more than {_LARGEST:,} bytes")
    return str(found, "utf-8")


def _parsed(texts: list[str]) -> Punkt:
    abbreviations, starters, collocations, orthography = ([line for line in text.split("\n") if line] for text in texts)
    pairs = [(first, second) for first, second in (line.split("\t") for line in collocations)]
    contexts = {word: int(bits) for word, bits in (line.split("\t") for line in orthography)}
    return Punkt(frozenset(abbreviations), frozenset(starters), frozenset(pairs), contexts)
