"""How long reading text takes: as ratios of ten times as many lines, and of our short way to NLTK's rules.

Run with `pytest -m benchmark -s tests/benchmarks/test_text_speed.py`.
"""

from __future__ import annotations

import resource
import time
from collections.abc import Callable
from functools import partial
from itertools import accumulate
from pathlib import Path
from random import Random

import pytest
import sklearn

from engine.datasets.data import silence
from engine.text import corpora, corpus_cache, treebank
from engine.text.pydocs import prose

pytestmark = [pytest.mark.benchmark, pytest.mark.timeout(1800)]

LINES = 50_000
"""And ten times as many."""
WORDS = 20_000
SLOWER = 1.3
"""What a line of many may take against one of few."""


def lines(count: int) -> list[str]:
    """Of 3 to 12 words out of 20,000, as frequent as Zipf's law has it."""
    draw = Random(0)
    letters = "etaoinshrdlucmfwypvbgkjqxz"
    words = ["".join(draw.choices(letters, range(26, 0, -1), k=draw.randint(2, 10))) for _ in range(WORDS)]
    weights = list(accumulate(1 / (rank + 10) for rank in range(WORDS)))
    drawn = (draw.choices(words, cum_weights=weights, k=draw.randint(3, 12)) for _ in range(count))
    return [" ".join(words).capitalize() for words in drawn]


def timed(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


@pytest.fixture(autouse=True)
def no_cache(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setattr(corpus_cache, "find", lambda *key: None)


@pytest.mark.parametrize("text_format", ["lines", "prose"])
def test_ten_times_as_many_lines_take_ten_times_as_long(tmp_path: Path, text_format: str) -> None:
    said = lines(10 * LINES)
    seconds = []
    for count in (LINES, 10 * LINES):
        file = tmp_path / f"{count}.txt"
        file.write_text("\n".join(said[:count]))
        taken = timed(partial(corpora.read_corpus, "text", file, None, silence, text_format))
        memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        print(f"{text_format}: {count:,} lines in {taken:.1f} s, {count / taken:,.0f} a second; {memory:,.0f} MiB")
        seconds.append(taken)
    assert seconds[1] <= SLOWER * 10 * seconds[0]


@pytest.mark.parametrize(("kind", "least"), [("lines", 8), ("prose", 2)])
def test_the_short_way_is_several_times_as_fast_as_all_rules(kind: str, least: float) -> None:
    if kind == "lines":
        said = [line.lower() for line in lines(5_000)]
    else:
        files = sorted((Path(sklearn.__file__).parent / "cluster").glob("*.py"))
        paragraphs = (paragraph for file in files for paragraph in prose(file))
        said = [f"{sentence.lower()}." for paragraph in paragraphs for sentence in paragraph.rstrip(".").split(". ")]
    treebank.by_nltk("warm")
    ratios = []
    for _ in range(3):
        short = timed(lambda: [treebank.treebank(sentence) for sentence in said])
        ratios.append(timed(lambda: [treebank.by_nltk(sentence) for sentence in said]) / short)
    print(f"{kind}: {len(said):,} sentences", " ".join(f"{ratio:.1f}" for ratio in ratios), "times as fast as NLTK")
    assert sorted(ratios)[1] >= least
