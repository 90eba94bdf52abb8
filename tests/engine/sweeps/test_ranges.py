from __future__ import annotations

from typing import Any

import pytest

from engine import params, registry
from engine.errors import EngineError
from engine.sweeps.ranges import Range, all_parsed, parsed

KNOWN = params.describe(registry.preset("vanilla", "small"))


def test_a_list_of_values_is_typed_and_checked_as_the_setting_is() -> None:
    assert parsed("hidden_dim=8,16,32", KNOWN).values == (8, 16, 32)
    assert parsed("activation=relu,linear", KNOWN).values == ("relu", "linear")
    assert parsed("shuffle=on,off", KNOWN).values == (True, False)


def test_a_part_of_a_name_will_do() -> None:
    assert parsed("rate=log:1e-4..1e-2", KNOWN).name == "learning_rate"


@pytest.mark.parametrize("share", [0.0, 0.2, 0.5, 0.9, 0.999999])
def test_a_value_lies_in_its_range_and_its_place_leads_back(share: float) -> None:
    rate = parsed("learning_rate=log:1e-4..1e-2", KNOWN)
    assert 1e-4 <= rate.at(share) <= 1e-2
    assert rate.place(rate.at(share)) == pytest.approx(share)
    assert rate.at(0.5) == pytest.approx(1e-3)


@pytest.mark.parametrize("text", ["2..5", "log:2..5"])
def test_every_whole_number_of_a_range_is_drawn_and_none_beside_it(text: str) -> None:
    found = parsed(f"hidden_dim={text}", KNOWN)
    assert {found.at(place / 1000) for place in range(1000)} == {2, 3, 4, 5}


def test_a_number_of_values_is_spread_over_a_range_evenly_or_by_ratios() -> None:
    assert parsed("learning_rate=log:1e-4..1e-2/3", KNOWN).values == (1e-4, 1e-3, 1e-2)
    assert parsed("hidden_dim=2..10/3", KNOWN).values == (2, 6, 10)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("learning_rate", "FIELD=RANGE"),
        ("learning_rate=1..100", "at most 10"),
        ("learning_rate=1e-2..1e-4", "the lower one first"),
        ("learning_rate=log:0..1", "above 0"),
        ("learning_rate=1e-4..1e-2/1", "N from 2"),
        ("learning_rate=1..2..3", "no range"),
        ("hidden_dim=8,8", "twice"),
        ("hidden_dim=1.5..3", "whole number"),
        ("hidden=8,16", "hidden"),
        ("activation=a..b", "values with commas"),
        ("activation=relu,purple", "purple"),
        ("seed=1,2", "--seeds"),
        ("validation=0.1,0.2", "--set validation"),
        ("no_such=1,2", "no such setting"),
    ],
)
def test_what_cannot_be_meant_is_refused_with_what_can(text: str, told: str) -> None:
    if text == "hidden=8,16":
        assert parsed(text, KNOWN).name == "hidden_dim"
        return
    with pytest.raises(EngineError, match=told):
        parsed(text, KNOWN)


def test_a_setting_has_one_range() -> None:
    with pytest.raises(EngineError, match="two ranges"):
        all_parsed(["hidden_dim=1,2", "hidden_dim=3,4"], KNOWN)
    with pytest.raises(EngineError, match="at least one"):
        all_parsed([], KNOWN)


def test_places_of_a_list_are_those_of_its_values() -> None:
    over: Any = Range(name="x", text="", values=("a", "b", "c"))
    assert [over.place(value) for value in "abc"] == [0.0, 0.5, 1.0]
