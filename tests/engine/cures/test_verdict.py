from __future__ import annotations

from math import inf

from engine.cures.verdict import Verdict


def verdict(faults: list[float], cures: list[float], gone: int | None = None) -> Verdict:
    left = len(cures) if gone is None else gone
    return Verdict(measure="error", faults=tuple(faults), cures=tuple(cures), gone=left)


def test_a_cure_helps_where_its_worst_seed_beats_the_best_with_the_fault() -> None:
    found = verdict([0.4, 0.5, 0.6], [0.1, 0.2, 0.3])
    assert found.cured
    assert found.text.startswith("the cure helps: the error falls by a factor of 2.5; the fault is gone (error: 0.5 ± ")


def test_a_difference_within_the_spread_is_none() -> None:
    found = verdict([0.4, 0.5, 0.6], [0.1, 0.2, 0.41])
    assert (found.cured, found.judgement) == (False, "no different")
    assert "the cure does not help: it makes no difference beyond the spread" in found.text


def test_a_cure_that_costs_is_told_so_with_what_it_did_to_the_fault() -> None:
    found = verdict([0.1, 0.1], [0.2, 0.2], gone=1)
    assert found.judgement == "worse"
    assert "does not help: the error grows by a factor of 2; the fault is still there in 1 of 2" in found.text


def test_one_seed_is_said_to_be_one_and_what_is_no_number_is_worst() -> None:
    found = verdict([inf], [0.2])
    assert found.cured
    assert "no number with the fault, 0.2 cured; one seed only, --seeds 5 tells it from chance" in found.text
    assert "by" not in found.text.split(";")[0]
