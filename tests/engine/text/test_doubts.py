from __future__ import annotations

from pathlib import Path
from random import Random

import pytest

from engine.datasets.data import silence
from engine.text.corpora import read_corpus
from engine.text.corpus_statistics import of

DRAW = Random(0)
SAID = [" ".join(DRAW.choices(("cat", "dog", "sat", "ran", "mat", "far"), k=6)) for _ in range(40)]


@pytest.mark.parametrize(
    ("lines", "doubt"),
    [
        (["".join(words.split()) * 2 for words in SAID], "words have 36 characters on average"),
        ([f"cat{i} dog{i} sat{i}" for i in range(40)], "100% of the running words occur once"),
        ([words.split()[0] for words in SAID], "100% of the sentences are one word"),
        ([" ".join(SAID)] * 40, "half of the sentences have 240 words or more"),
        (SAID, ""),
    ],
)
def test_a_text_that_was_not_read_as_sentences_and_words_is_doubted(
    tmp_path: Path, lines: list[str], doubt: str
) -> None:
    file = tmp_path / "a.txt"
    file.write_text("\n".join(lines))
    metadata = of(read_corpus("text", file, None, silence, "lines")).metadata
    assert doubt in metadata["doubtful"] if doubt else "doubtful" not in metadata
