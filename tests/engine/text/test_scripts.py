from __future__ import annotations

import pytest

from engine.text import scripts


def pieces(text: str) -> list[str]:
    return [text[start:end] for start, end in scripts.parted(text)]


def test_runs_part_scripts_and_marks_and_keep_every_character() -> None:
    text = "第3章はABCです（笑）ฉันรัก 한국어 слово؟"
    found = list(scripts.runs(text))
    assert "".join(run for _, run in found) == text
    assert found[:4] == [("east", "第"), ("spaced", "3"), ("east", "章は"), ("spaced", "ABC")]
    assert ("thai", "ฉันรัก") in found
    assert ("spaced", " 한국어 слово") in found
    assert found[-1] == ("point", "؟")


@pytest.mark.parametrize(
    ("run", "characters"),
    [("น้ำมัน", ["น้ำ", "มั", "น"]), ("ខ្មែរ", ["ខ្មែ", "រ"]), ("ລາວ", ["ລ", "າ", "ວ"]), ("བོད", ["བོ", "ད"])],
)
def test_signs_stay_with_the_character_they_belong_to(run: str, characters: list[str]) -> None:
    assert scripts.characters(run) == characters


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("名前はまだ無い。どこで生れたか！？知らぬ", ["名前はまだ無い。", "どこで生れたか！？", "知らぬ"]),
        ("「行く。」と言った。「来る。」彼は笑った。", ["「行く。」と言った。", "「来る。」", "彼は笑った。"]),
        ("ฉันชอบแมว เพราะมันน่ารัก", ["ฉันชอบแมว ", "เพราะมันน่ารัก"]),
        ("मैं घर जाता हूँ। वह आता है।", ["मैं घर जाता हूँ।", " वह आता है।"]),
        ("هل رأيته؟ نعم.", ["هل رأيته؟", " نعم."]),
        ("One. Two. Καλημέρα.", ["One. Two. Καλημέρα."]),
        ("", []),
    ],
)
def test_marks_of_other_scripts_end_sentences(text: str, expected: list[str]) -> None:
    assert pieces(text) == expected


def test_broken_lines_are_joined_by_a_space_only_where_words_have_spaces() -> None:
    assert scripts.joined(["吾輩は", "猫である。", "The cat", "sat"]) == "吾輩は猫である。 The cat sat"
