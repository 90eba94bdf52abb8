from __future__ import annotations

import pytest
from fake_answers import UNKNOWN, answer, words

from aetui.panels.sentence_queries import Answers, queries
from aetui.render.words import AVERAGE, Page, digits, marked, page, probes
from engine.queries.messages import Neighbour, Words


def answers(*texts: str, name: str = "this run") -> Answers:
    said = Answers("r", name, pair=len(texts) > 1)
    for query in queries("r", texts[0], texts[1] if len(texts) > 1 else ""):
        said = said.with_answer(query, answer(query))
    return said


def lines(shown: Page, width: int, height: int = 14) -> list[str]:
    return [line.plain for line in page(shown, (width, height))]


def test_unknown_words_and_those_past_the_length_are_marked_without_colour() -> None:
    assert marked(words("the old man")).plain == ""
    text = marked(words(f"the {UNKNOWN} a b c d e")).plain
    assert text == f"the {UNKNOWN}? a b c ┆ cut: d e (1 not in the vocabulary, 2 past its length)"


def test_close_cosines_have_the_digits_in_which_they_differ() -> None:
    assert digits([0.5, 0.99]) == 4
    assert digits([0.5, 0.9998]) == 6
    assert digits([1.0, -1.0]) == 4


def test_broad_pages_have_two_columns_and_narrow_ones_both_below_each_other() -> None:
    shown = Page(answers("the dog bit the man", "the man bit the dog"))
    broad = lines(shown, 120)
    assert "this run" in broad[0]
    assert AVERAGE in broad[0]
    assert any("0.999812" in line and "1.000000" in line for line in broad)
    assert sum("near " in line and "average " in line for line in broad) == 10
    narrow = lines(shown, 76)
    assert narrow.index(AVERAGE) > [line.find("near 10") for line in narrow].index(8)


def test_another_run_takes_the_place_of_the_averaged_vectors() -> None:
    text = lines(Page(answers("the dog"), answers("the dog", name="other")), 120)
    assert "other" in text[0]
    assert AVERAGE not in "".join(text)


def test_what_is_missing_is_said_in_its_column() -> None:
    failed = Answers("o", "other").with_failure("No weights yet").with_failure("No weights yet")
    text = lines(Page(Answers("r", "this run"), failed, waiting="encoding the corpus"), 120)
    assert text[1].split() == ["encoding", "the", "corpus", "│", "✕", "No", "weights", "yet"]
    assert "".join(text).count("No weights yet") == 1
    assert not failed.waiting


@pytest.mark.parametrize("width", [24, 38, 76, 99, 100, 118, 200])
@pytest.mark.parametrize("height", [2, 14, 60])
def test_no_line_is_too_wide(width: int, height: int) -> None:
    wide = Neighbour(sentence="漢字" * 200 + " \x1b[31m", cosine=0.5, document="d", topics=("x" * 50, "y", "z"))
    said = answers("the dog", f"the {UNKNOWN} " + "long " * 40)
    assert said.nearest is not None
    nearest = type(said.nearest)(
        sentence=said.nearest.sentence, neighbours=(wide,) * 3, average=(), searched=3, epoch=1
    )
    shown = Page(said.with_answer(queries("r", "a", "")[-1], nearest))
    drawn = page(shown, (width, height))
    assert all(line.cell_length <= width for line in drawn)
    assert "\x1b" not in "".join(line.plain for line in drawn)


def test_probe_sentences_stand_above_their_readings_in_pairs() -> None:
    shown = [line.plain for line in probes(["a b", "c d", "e"], ["a", "c", "x"], (30, 6))]
    assert shown[1:] == ["a b", "→ a", "c d", "→ c"]


def test_a_word_of_no_letters_does_no_harm() -> None:
    empty = Words(text="", words=(), known=(), used=0)
    assert marked(empty).plain == ""


def test_words_before_the_first_that_is_read_are_cut_off() -> None:
    said = Words(text="", words=("a", "b", "c"), known=(True,) * 3, used=1, first=2)
    assert marked(said).plain == "a b :cut ┆ c (2 past its length)"
