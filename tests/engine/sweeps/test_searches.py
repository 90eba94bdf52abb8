from __future__ import annotations

import pytest

from engine import params, registry
from engine.errors import UsageError
from engine.sweeps.importance import importance, variance_explained
from engine.sweeps.ranges import all_parsed
from engine.sweeps.searches import Grid, RandomSearch, check_trials, search
from engine.sweeps.trials import Result, Trial

KNOWN = params.describe(registry.preset("vanilla", "small"))
OVER = all_parsed(["learning_rate=log:1e-4..1e-2", "hidden_dim=8,16,32"], KNOWN)
LISTS = all_parsed(["learning_rate=1e-3,1e-2", "hidden_dim=8,16,32"], KNOWN)


def done(number: int, settings: dict[str, object], value: float) -> Trial:
    results = (Result(run="r", seed=1, value=value, epoch=1, epochs=1),)
    return Trial(number=number, settings=dict(settings), state="completed", results=results)


def test_a_grid_has_every_combination_once() -> None:
    grid = Grid(LISTS)
    assert [dict(grid.settings(number, ())) for number in range(6)] == grid.every()
    assert len({tuple(each.values()) for each in grid.every()}) == 6


def test_a_grid_is_tried_whole_and_needs_values() -> None:
    assert check_trials("grid", LISTS, None) == 6
    with pytest.raises(UsageError, match="6 combinations"):
        check_trials("grid", LISTS, 5)
    with pytest.raises(UsageError, match=r"learning_rate=log:1e-4\.\.1e-2/5"):
        check_trials("grid", OVER, None)
    with pytest.raises(UsageError, match="--trials"):
        check_trials("random", OVER, None)


def test_a_random_search_depends_on_seed_and_number_alone() -> None:
    drawn = [RandomSearch(OVER, 1).settings(number, ()) for number in range(30)]
    assert drawn == [RandomSearch(OVER, 1).settings(number, ()) for number in range(30)]
    assert drawn[0] != RandomSearch(OVER, 2).settings(0, ())
    assert {each["hidden_dim"] for each in drawn} == {8, 16, 32}
    assert len({each["learning_rate"] for each in drawn}) == 30


def test_tpe_goes_on_in_a_new_process_as_it_would_have_and_finds_the_better_half() -> None:
    pytest.importorskip("optuna")
    known: list[Trial] = []
    for number in range(24):
        settings = dict(search("tpe", OVER, 5).settings(number, known))
        known.append(done(number, settings, abs(settings["learning_rate"] - 1e-3) + settings["hidden_dim"] / 1e4))
    again = search("tpe", OVER, 5)
    assert [dict(again.settings(number, known[:number])) for number in (0, 11, 23)] == [
        known[number].settings for number in (0, 11, 23)
    ]
    first, last = ([trial.value or 0 for trial in part] for part in (known[:10], known[14:]))
    assert sum(last) / 10 < sum(first) / 10
    running = [*known[:12], Trial(number=12, settings=known[12].settings)]
    assert again.settings(13, running), "of the newest only the settings are known"


def test_importance_is_the_variance_between_the_values_of_a_setting() -> None:
    trials = [done(at, settings, settings["hidden_dim"] / 100) for at, settings in enumerate(Grid(LISTS).every())]
    shares = variance_explained(LISTS, trials)
    assert shares == pytest.approx({"hidden_dim": 1.0, "learning_rate": 0.0})
    assert list(shares) == ["hidden_dim", "learning_rate"]


def test_importance_says_nothing_of_a_few_trials() -> None:
    from types import SimpleNamespace
    from typing import Any

    sweep: Any = SimpleNamespace(over=LISTS, sampler="grid")
    trials = [done(at, settings, at) for at, settings in enumerate(Grid(LISTS).every())]
    assert importance(sweep, trials[:3]) is None
    found = importance(sweep, trials)
    assert found is not None
    assert found.how == "share of the variance"
