from __future__ import annotations

import pytest

from engine import registry
from engine.analysis.races import MSE, Ahead, Course, Entry, ahead, usual
from engine.analysis.spread import spread

HERE = Course("mnist", "a", 0.1, "", "")


def entry(figure: float, recipe: str, *seeds: float) -> Entry:
    return Entry(figure, recipe, spread(seeds) if seeds else None)


def test_who_is_ahead_beyond_the_spread_is_told_by_the_seeds_of_both() -> None:
    tight = {0: entry(1.0, "a", 1.0, 1.1, 0.9), 1: entry(2.0, "b", 2.0, 2.1, 1.9)}
    assert ahead(tight, higher_is_better=False) == Ahead(0, True)
    assert ahead(tight, higher_is_better=True) == Ahead(1, True)
    loose = {0: entry(1.0, "a", 0.5, 1.5), 1: entry(1.2, "b", 0.9, 1.5)}
    assert ahead(loose, higher_is_better=False) == Ahead(0, False)
    lucky = {0: entry(0.9, "a", 0.9, 2.1), 1: entry(1.0, "b", 1.0, 1.1)}
    assert ahead(lucky, higher_is_better=False) == Ahead(0, False), "the mean of its seeds is behind"


def test_without_other_seeds_nothing_is_said_of_chance_and_seeds_of_one_recipe_do_not_compete() -> None:
    assert ahead({0: entry(1.0, "a"), 1: entry(2.0, "b", 2.0, 2.1)}, higher_is_better=False) == Ahead(0, None)
    assert ahead({0: entry(1.0, "a", 1, 2), 1: entry(2.0, "b", 2.0)}, higher_is_better=False) == Ahead(0, None)
    assert ahead({0: entry(1.0, "a"), 1: entry(2.0, "a")}, higher_is_better=False) is None
    assert ahead({}, higher_is_better=False) is None


@pytest.mark.parametrize(
    ("other", "why"),
    [
        (HERE, ""),
        (Course("digits", "b", 0.1, "", ""), "other data (digits)"),
        (Course("mnist", "b", 0.1, "", ""), "other contents"),
        (Course("mnist", "a", 0.0, "", ""), "test part"),
        (Course("mnist", "a", 0.1, "3", ""), "class 3"),
        (Course("mnist", "a", 0.1, "", "gaussian 0.5"), "noisy input (gaussian)"),
    ],
)
def test_it_is_said_why_runs_cannot_be_compared(other: Course, why: str) -> None:
    assert why in other.unlike(HERE)
    assert bool(why) == bool(other.unlike(HERE))


def test_most_decide_what_is_usual_and_of_as_many_the_first() -> None:
    assert usual(["a", "b", "b"]) == "b"
    assert usual(["b", "a"]) == "b"
    assert usual([]) is None


def test_models_say_in_the_same_words_what_is_the_same_in_them() -> None:
    measured = {
        (key, name): variant.measures(config)
        for key, variant in registry.VARIANTS.items()
        for name, config in variant.presets.items()
    }
    assert measured["vanilla", "book"] == {"reconstruction": MSE}
    assert measured["vq", "tuned"] == measured["vanilla", "book"]
    assert measured["vanilla", "small"] == {"reconstruction": "cross-entropy"}
    assert measured["variational", "book"]["reconstruction"] not in (MSE, "cross-entropy")
