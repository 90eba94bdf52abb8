"""The recipes of docs/data.md, run from the page on data that are made for them."""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from pathlib import Path

import made
import pytest

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]

PAGE = Path(__file__).parent.parent.parent / "docs" / "data.md"
SECTIONS = [section for section in PAGE.read_text("utf-8").split("\n## ")[1:] if "```console" in section]


def data_of_the_page(at: Path) -> None:
    """Whatever the recipes name."""
    made.image_folder(at / "shapes")
    made.odd_folder(at / "holiday")
    made.blurred_pairs(at / "sharp", at / "blurred")
    made.arrays(at / "scans.npz")
    made.csv(at / "patients.csv", made.table())
    made.parquet(at / "patients.parquet", made.table())
    made.sensor_log(at / "sensors.csv")
    made.sound(at / "hum.wav")
    made.ratings(at / "films.csv")
    made.mails(at / "mails")
    made.titles(at / "titles.csv")
    made.json_lines(at / "bodies.jsonl")
    made.title_parquet(at / "papers.parquet")
    made.japanese(at / "nihongo.txt")


@pytest.mark.parametrize("section", SECTIONS, ids=lambda section: section.partition("\n")[0])
def test_every_recipe_works_as_it_stands_there(section: str, tmp_path: Path, succeeds: Callable[[str], str]) -> None:
    data_of_the_page(tmp_path / "work")
    for line in re.findall(r"^\$ (aetui .*)$", section, re.MULTILINE):
        if line.startswith("aetui train") and "AETUI_LONG" not in os.environ:
            pytest.skip("trained on and used with AETUI_LONG=1 only; other data of these sorts: test_cases.py")
        succeeds(line)


def test_there_are_ten_recipes_at_least() -> None:
    assert len(SECTIONS) >= 10
