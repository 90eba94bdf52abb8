from __future__ import annotations

import pytest

from engine.text.tokeniser import without_controls, words


def test_words_are_lower_case_and_punctuation_stands_alone() -> None:
    assert words("The dog, it's said, bit a man.") == [
        "the",
        "dog",
        ",",
        "it",
        "'s",
        "said",
        ",",
        "bit",
        "a",
        "man",
        ".",
    ]


@pytest.mark.parametrize("number", ["7", "3.5", "155,221", "1986/87", "1980-81", "5."])
def test_every_number_becomes_the_same_word(number: str) -> None:
    assert words(f"about {number} tonnes") == ["about", "9", "tonnes"]


@pytest.mark.parametrize("word", ["1st", "b2", "-"])
def test_what_only_holds_digits_or_their_signs_is_no_number(word: str) -> None:
    assert words(word) == [word]


@pytest.mark.parametrize("blank", ["", "  \t\n "])
def test_nothing_has_no_words(blank: str) -> None:
    assert words(blank) == []


def test_control_characters_part_words_and_get_into_none() -> None:
    assert words("red\x1balert\u202e now") == ["red", "alert", "now"]


def test_without_controls_every_other_character_stays_in_its_place() -> None:
    assert without_controls("a\x1b\x9b\u2028b") == "a   b"
