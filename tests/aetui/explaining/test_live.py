"""What a page tells of one configuration, and of the program's tables."""

from __future__ import annotations

import pytest

from aetui.explaining import live
from aetui.explaining.lines import plain
from aetui.explaining.live import Configuration
from engine.registry import VARIANTS


def shown(configuration: Configuration, width: int = 70) -> list[str]:
    return [plain(line).rstrip() for line in live.diagram(configuration, width)]


def test_the_diagram_has_the_shapes_and_parameters_of_the_settings() -> None:
    made = shown(Configuration("vanilla", "small", {"hidden_dim": 3}, "digits"))
    assert made[0] == "preset small on digits, hidden_dim 3"
    assert made[-1] == "5,491 parameters"
    [code] = [line for line in made if line.startswith(" code")]
    assert code.split()[1] == "3"
    assert code.endswith("2,355")


def test_bars_are_as_wide_as_what_comes_out_is_large() -> None:
    made = {line.split()[0]: line.count("█") for line in shown(Configuration("stacked", "book", {}, "digits"))[1:-1]}
    assert made["code"] < made["hidden1"] < made["pixels"] == live.WIDEST


def test_a_narrow_diagram_leaves_the_bars_out() -> None:
    made = shown(Configuration("vanilla", "small", {}, "digits"), 36)
    assert max(map(len, made)) <= 36
    assert "█" not in "".join(made)


@pytest.mark.parametrize(
    ("configuration", "said"),
    [
        (Configuration("vanilla", "book", {"reconstruction": "bce"}, "digits"), "reconstruction: bce needs outputs"),
        (Configuration("vanilla", "small", {}, "gone-since"), "gone-since"),
    ],
)
def test_what_cannot_be_drawn_says_why(configuration: Configuration, said: str) -> None:
    assert said in " ".join(shown(configuration, 200))


def test_alarms_are_told_without_their_numbers_and_with_their_advice() -> None:
    [dead] = [text for text in live.alarms(VARIANTS["vanilla"]) if text.startswith("`dead_units`")]
    assert dead == (
        "`dead_units` ▲ … of … code units are dead: they give the same number for every item; try to set activation to "
        "gelu, or to lower learning_rate"
    )


def test_errata_are_those_of_the_table() -> None:
    published = VARIANTS["sparse"].published
    assert published is not None
    assert live.errata(VARIANTS["sparse"]) == published.errata
    assert live.errata(VARIANTS["vq"])[0].startswith("Nothing is published")
