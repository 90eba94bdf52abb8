from __future__ import annotations

import textwrap
from random import Random

import pytest

from engine.text import layout


def guessed(lines: list[str]) -> str:
    return layout.guessed(lines).layout


WORDS = ("the", "of", "a", "network", "deep", "image", "analysis", "study", "cells", "protein", "early", "children")


def said(draw: Random, fewest: int, most: int) -> str:
    return " ".join(draw.choices(WORDS, k=draw.randint(fewest, most))).capitalize()


def titles(seed: int = 0) -> list[str]:
    """As a library lists them: hardly a full stop, but abbreviations, numbers, names, and a question now and then."""
    draw = Random(seed)
    forms = ("{}", "{}", "{}", "{}", "{}, v. 12", "{} (vol. 3, no. 4)", "{}?", "J. A. Smith v. Jones: {}", "{}. Part 2")
    return [draw.choice(forms).format(said(draw, 3, 14)) for _ in range(1_999)]


def paragraphs(count: int = 40, seed: int = 0) -> list[str]:
    draw = Random(seed)
    return [". ".join(said(draw, 4, 28) for _ in range(draw.randint(1, 7))) + "." for _ in range(count)]


@pytest.mark.parametrize("change", [str, str.lower, "– {}".format])
def test_titles_with_abbreviations_and_numbers_in_them_are_lines(change) -> None:
    assert guessed([change(title) for title in titles()]) == "lines"


@pytest.mark.parametrize("width", [40, 60, 72, 100])
@pytest.mark.parametrize("between", [[""], []], ids=["blank lines", "none"])
def test_prose_wrapped_at_a_width_is_joined(width: int, between: list[str]) -> None:
    assert guessed([line for text in paragraphs() for line in (*textwrap.wrap(text, width), *between)]) == "whole"


def test_paragraphs_a_line_stay_apart_with_headings_and_blank_lines_too() -> None:
    assert guessed(paragraphs()) == "paragraphs"
    assert guessed([line for text in paragraphs() for line in ("A heading of the next", "", f"{text} {text}", "")]) == (
        "paragraphs"
    )


def test_wrapped_dialogue_is_joined_though_most_lines_end_a_sentence() -> None:
    draw = Random(0)
    spoken = [f'"{said(draw, 3, 12)}," he said. "{said(draw, 1, 5)}."' for _ in range(60)]
    assert guessed([line for text in spoken for line in (*textwrap.wrap(text, 80), "")]) == "whole"


MAIL = f"""From: A. Person <a@example.org>
Subject: Hello there

Hi all,

{textwrap.fill(paragraphs(1, 3)[0], 72)}

{textwrap.indent(textwrap.fill(paragraphs(1, 4)[0], 70), "> ")}

Best regards,
A."""
POEM = """Shall I compare thee to a summer's day?
Thou art more lovely and more temperate:
Rough winds do shake the darling buds of May,
And summer's lease hath all too short a date;
Sometime too hot the eye of heaven shines,
And often is his gold complexion dimm'd;"""


@pytest.mark.parametrize("text", [MAIL, POEM], ids=["mail", "poem"])
def test_sentences_that_run_through_lines_are_joined(text: str) -> None:
    assert guessed(text.splitlines()) == "whole"


@pytest.mark.parametrize(
    "text",
    [
        "Shopping:\napples\npears\nplums\nflour",
        "- Buy milk\n- Call Dr. No. 5\n- Sleep",
        "lol ok. see you then\nhey what is up\nnot much. you?\nsame here\nbrb\n" * 10,
        "Mr. Smith said that Dr. Jones came to St. Louis.\n" * 30,
    ],
    ids=["words", "bullets", "chat", "abbreviations"],
)
def test_lists_and_single_sentences_are_lines(text: str) -> None:
    assert guessed(text.splitlines()) == "lines"


@pytest.mark.parametrize("width", [60, 90])
def test_titles_that_were_cut_off_at_a_width_are_no_broken_prose(width: int) -> None:
    draw = Random(0)
    cut_off = [f"{said(draw, 20, 30)}. Part two"[:width] for _ in range(300)]
    some = [f"{title}?" if number % 9 == 0 else title for number, title in enumerate(cut_off)]
    assert guessed(some) == "lines"


def test_marks_that_are_too_far_apart_cut_no_prose() -> None:
    draw = Random(0)
    lower = [said(draw, 12, 14).lower() + ("?" if number % 10 == 0 else "") for number in range(400)]
    assert guessed(lower) == "lines"
    assert "characters apart" in layout.guessed(lower).because


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        (["吾輩は猫である。名前はまだ無い。", "どこで生れたか。見当がつかぬ。"] * 9, "paragraphs"),
        (["吾輩は猫である", "坊っちゃん", "草枕と三四郎の話"] * 9, "lines"),
        (["名前はまだ無い。", "どこで生れたか？", "知らぬ。"] * 9, "lines"),
        (["मैं घर जाता हूँ। वह आता है।"] * 9, "paragraphs"),
    ],
    ids=["prose", "titles", "sentences", "Hindi"],
)
def test_marks_of_other_scripts_are_seen(lines: list[str], expected: str) -> None:
    assert guessed(lines) == expected


def test_japanese_that_was_broken_at_a_width_is_joined() -> None:
    text = "".join(
        f"むかしむかし{number}人の子供が山の上の家に住んでいて、毎日川で遊んでいた。" for number in range(40)
    )
    assert guessed(textwrap.wrap(text, 40)) == "whole"


def test_of_a_long_text_no_more_lines_are_judged_than_of_a_shorter_one(monkeypatch: pytest.MonkeyPatch) -> None:
    judged: list[str] = []
    monkeypatch.setattr(layout, "ends", lambda line: judged.append(line) or False)
    counts = []
    for times in (5, 50):
        assert guessed(titles() * times) == "lines"
        counts.append(len(judged))
        judged.clear()
    assert counts[0] == counts[1]
