from __future__ import annotations

from pathlib import Path

import pytest

from engine.sweeps import trials
from engine.sweeps.pruning import STARTUP, hopeless
from engine.sweeps.trials import Asked, Judged, Record, Result, Trial


def result(value: float | None, seed: int = 1) -> Result:
    return Result(run=f"r-{seed}", seed=seed, value=value, epoch=2, epochs=3)


def test_what_a_kill_left_of_a_line_is_taken_away_and_the_rest_stays(tmp_path: Path) -> None:
    record = Record(tmp_path)
    record.add(Asked(number=0, settings={"x": 1}))
    record.close()
    path = tmp_path / trials.FILE
    whole = path.read_bytes()
    for cut in range(1, len(whole)):
        path.write_bytes(whole + whole[:cut].rstrip(b"\n"))
        again = Record(tmp_path)
        again.add(Judged(number=0, state="completed", results=(result(0.5),)))
        again.close()
        (known,) = trials.read(tmp_path).values()
        assert (known.state, known.value) == ("completed", 0.5)


def test_a_later_line_about_a_trial_counts(tmp_path: Path) -> None:
    record = Record(tmp_path)
    record.add(Asked(number=0, settings={}))
    record.add(Judged(number=0, state="failed", message="no room"))
    record.add(Judged(number=0, state="completed", results=(result(1.0), result(2.0, 2))))
    record.close()
    known = trials.read(tmp_path)[0]
    assert (known.state, known.value, known.message) == ("completed", 1.5, "")
    assert known.spread is not None
    assert known.spread.sd == pytest.approx(0.7071, rel=1e-3)


def test_only_completed_trials_can_be_the_best() -> None:
    found = [
        Trial(number=0, settings={}, state="completed", results=(result(0.5),)),
        Trial(number=1, settings={}, state="pruned", results=(result(0.1),)),
        Trial(number=2, settings={}, state="completed", results=(result(0.5),)),
        Trial(number=3, settings={}, state="diverged", results=(result(None),)),
    ]
    winner = trials.best(found)
    assert winner is not None
    assert winner.number == 0
    assert trials.best([]) is None


def completed(*curves: tuple[float, ...]) -> list[Trial]:
    return [Trial(number=n, settings={}, state="completed", curve=curve) for n, curve in enumerate(curves)]


def test_nothing_is_pruned_before_enough_trials_are_completed() -> None:
    assert not hopeless((9.0,), completed(*[(1.0,)] * (STARTUP - 1)))
    assert hopeless((9.0,), completed(*[(1.0,)] * STARTUP))


def test_the_best_of_a_curve_is_held_against_the_others_of_the_same_epoch() -> None:
    others = completed(*[(5.0, value) for value in (1.0, 2.0, 3.0, 4.0, 5.0)])
    assert not hopeless((5.0,), others)
    assert not hopeless((3.0, 9.0), others)
    assert hopeless((3.1, 9.0), others)
    assert not hopeless((9.0, 9.0, 9.0), others), "none of them is so long"


def test_the_median_rule_is_that_of_optuna() -> None:
    optuna = pytest.importorskip("optuna")
    from random import Random

    draw = Random(0)
    states, verdicts = optuna.trial.TrialState, set()
    for _ in range(60):
        others = completed(
            *[tuple(draw.random() for _ in range(draw.randint(1, 4))) for _ in range(draw.randint(3, 9))]
        )
        curve = tuple(draw.random() for _ in range(draw.randint(1, 4)))
        study = optuna.create_study()
        for other in others:
            kept = dict(enumerate(other.curve))
            study.add_trial(optuna.trial.create_trial(value=0.0, intermediate_values=kept))
        mine = optuna.trial.create_trial(state=states.RUNNING, intermediate_values=dict(enumerate(curve)))
        verdict = optuna.pruners.MedianPruner(n_startup_trials=STARTUP).prune(study, mine)
        assert hopeless(curve, others) == verdict
        verdicts.add(verdict)
    assert verdicts == {True, False}
