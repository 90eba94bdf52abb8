from __future__ import annotations

from collections.abc import Iterator

import pytest

from engine.errors import UsageError
from engine.text import segmenters
from engine.text.segmenters import CHARACTERS, MARKS, Segmenter, segmentation

JAPANESE, CHINESE, THAI = "吾輩は猫である。" * 30, "我们在北京看到了猫。" * 30, "ฉันชอบแมว " * 30


@pytest.fixture(autouse=True)
def no_packages(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(segmenters, "installed", dict)
    segmenters.cuts.cache_clear()
    yield
    segmenters.cuts.cache_clear()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("The cat sat on the mat.", ""),
        ("Ёжик в тумане. 한국어 문장.", ""),
        ("मैं घर जाता हूँ।", MARKS),
        (JAPANESE, CHARACTERS),
        ("The cat is 猫. " + "It sat on the mat. " * 200, ""),
    ],
    ids=["English", "Russian and Korean", "Hindi", "Japanese", "a character quoted"],
)
def test_what_a_text_needs_is_seen_in_its_scripts(text: str, expected: str) -> None:
    assert segmentation([text]) == expected


def test_a_segmenter_that_is_installed_cuts_its_own_language(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(segmenters, "installed", lambda: {"janome": "1", "pythainlp": "1"})
    assert segmentation([JAPANESE]) == "janome"
    assert segmentation([CHINESE]) == CHARACTERS
    assert segmentation([THAI, JAPANESE]) == "janome+pythainlp"


def test_each_run_goes_to_the_segmenter_of_its_script(monkeypatch: pytest.MonkeyPatch) -> None:
    row = Segmenter("Japanese", "east", lambda: lambda run: [run[:2], run[2:]])
    monkeypatch.setattr(segmenters, "SEGMENTERS", {"janome": row})
    cuts = segmenters.cuts("janome")
    assert list(cuts["east"]("吾輩は")) == ["吾輩", "は"]
    assert list(cuts["thai"]("น้ำ")) == ["น้ำ"]


def test_a_segmenter_that_is_unknown_or_missing_is_named() -> None:
    with pytest.raises(UsageError, match="'mecab' cuts no words here; choose from characters, janome"):
        segmenters.check("mecab")
    missing = next(iter(segmenters.missing("janome+jieba+pythainlp")), "")
    if not missing:
        pytest.skip("all segmenters are installed")
    with pytest.raises(UsageError, match=f"pip install {missing}"):
        segmenters.check(missing)
