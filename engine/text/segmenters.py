"""Words of scripts without spaces: by a segmenter where one is installed, else character by character.

A segmentation is named by a string that corpora and runs keep, so that what is typed later is cut in the same way:
empty where spaces and Latin marks part all words, "marks" where marks of other scripts do, too, "characters" where
scripts without spaces are among them, or the packages that cut these ("janome", "jieba+pythainlp").
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cache
from importlib import metadata
from importlib.util import find_spec
from typing import NamedTuple

from engine.errors import UsageError
from engine.text.scripts import Run, amounts, characters

MARKS, CHARACTERS = "marks", "characters"

Cut = Callable[[str], Iterable[str]]
"""From a run of characters to its words, none left out."""

_JAPANESE = 0.05
"""Share of kana among kana and Han characters from which a text is Japanese; Chinese quotes a name now and then."""
_SOME = 0.001
"""Share of characters from which on a script is one of the text's; a name quoted in it stays one word."""
_ENOUGH = 100
"""Characters of a script that are worth a segmenter."""


class Segmenter(NamedTuple):
    """A package that finds words."""

    language: str
    run: Run
    """What it cuts."""
    cut: Callable[[], Cut]
    """Loads the package."""


def _janome() -> Cut:
    from janome.tokenizer import Tokenizer

    tokenizer = Tokenizer(wakati=True)
    return lambda run: (str(word) for word in tokenizer.tokenize(run))


def _jieba() -> Cut:
    import logging

    import jieba

    jieba.setLogLevel(logging.ERROR)  # it tells the terminal how long its dictionary took
    return lambda run: jieba.cut(run)


def _pythainlp() -> Cut:
    from pythainlp.tokenize import word_tokenize

    return lambda run: word_tokenize(run)


SEGMENTERS = {
    "janome": Segmenter("Japanese", "east", _janome),
    "jieba": Segmenter("Chinese", "east", _jieba),
    "pythainlp": Segmenter("Thai", "thai", _pythainlp),
}
"""By the package's name, which is that of its module, too."""


def installed() -> dict[str, str]:
    """The segmenters that are here, with their versions; nothing is imported."""
    found = {}
    for package in SEGMENTERS:
        if find_spec(package):
            try:
                found[package] = metadata.version(package)
            except metadata.PackageNotFoundError:
                found[package] = "unknown"
    return found


def segmentation(texts: Sequence[str]) -> str:
    """That for a corpus of these `texts`, with what is installed here."""
    everything, marks, found = amounts(texts)
    if found.total() < _SOME * everything:
        return MARKS if marks >= _SOME * max(1, everything) else ""
    east = found["han"] + found["kana"]
    languages = {
        "Japanese": east if found["kana"] >= _JAPANESE * east else 0,
        "Chinese": east if found["kana"] < _JAPANESE * east else 0,
        "Thai": found["thai"],
    }
    here = installed()
    chosen = [package for package, row in SEGMENTERS.items() if package in here and languages[row.language] >= _ENOUGH]
    return "+".join(chosen) or CHARACTERS


def check(name: str) -> None:
    """Raises UsageError where `name` is no segmentation that can be had here; empty stands for the best there is."""
    unknown = [package for package in _packages(name) if package not in SEGMENTERS]
    if unknown:
        known = ", ".join((CHARACTERS, *SEGMENTERS))
        raise UsageError("Unknown segmentation", f"{name!r} cuts no words here; choose from {known}, or several with +")
    cuts(name)


def described(name: str) -> str:
    """A segmentation in words."""
    others = "scripts without spaces character by character"
    rows = [f"{SEGMENTERS[package].language} by {package}" for package in _packages(name)]
    return ", ".join([*rows, f"other {others}"]) if rows else others if name == CHARACTERS else ""


def missing(name: str) -> list[str]:
    """What would have to be installed for a segmentation, and is not."""
    return [package for package in _packages(name) if package not in SEGMENTERS or not find_spec(package)]


@cache
def cuts(name: str) -> Mapping[Run, Cut]:
    """What cuts each sort of run.

    Raises:
        UsageError: a package that is needed is not installed, or cannot be loaded.
    """
    found: dict[Run, Cut] = {"east": list, "thai": characters, "stacked": characters}
    for package in _packages(name):
        cut = _loaded(package)
        found[SEGMENTERS[package].run] = cut
    return found


def _packages(name: str) -> list[str]:
    return [part for part in name.split("+") if part not in ("", MARKS, CHARACTERS)]


def _loaded(package: str) -> Cut:
    try:
        return SEGMENTERS[package].cut()
    except (ImportError, KeyError) as error:
        raise UsageError(
            "A segmenter is missing", f"words were cut by {package}, which cannot be loaded here; pip install {package}"
        ) from error
