"""`aetui diagnose`: what it names, what it trains to prove the cure, and what it refuses."""

from __future__ import annotations

import json
from collections.abc import Callable

import msgspec
import pytest
from click.testing import Result
from fakes import FakeRun
from instant import Instant

from engine.runs.jobs import TrainJob
from engine.runs.store import RunStore

Instantly = Callable[..., Result]


@pytest.fixture
def stuck(store: RunStore) -> str:
    """The id of a run whose gradient is gone after the first epoch."""
    job = TrainJob(variant="vanilla", preset="small", dataset="digits", config={"epochs": 5})
    run = FakeRun(store, "20251231T000001Z-vanilla-0001", job)
    run.stamp(run.started())
    for number in range(1, 6):
        ended = run.epoch(number)
        assert ended.health is not None
        norm = 1.0 if number == 1 else 0.0
        run.stamp(msgspec.structs.replace(ended, health=msgspec.structs.replace(ended.health, gradient_norm=norm)))
    run.stamp(run.finished("completed", 5))
    return run.run_id


def test_a_fault_is_told_with_its_cure_and_the_command_that_tries_it(instantly: Instantly, stuck: str) -> None:
    told = instantly("diagnose", stuck).stdout.splitlines()
    assert told == [
        f"{stuck}: vanilla on digits, completed, 5 epochs",
        "▲ stuck: the gradient norm is 0: nothing is learned any more (since epoch 4)",
        "  cure: learning_rate 0.003 → 0.0003, from new weights; "
        f"`aetui diagnose {stuck} --cure --fault stuck` tries it",
    ]
    assert Instant.made == [], "nothing is loaded to look"


def test_a_cure_is_trained_and_judged_beside_the_run_and_json_has_all_of_it(instantly: Instantly, stuck: str) -> None:
    told = json.loads(instantly("diagnose", stuck, "--cure", "--json").stdout)
    [found] = told["found"]
    assert (found["fault"], found["cure"]["settings"]) == ("stuck", {"learning_rate": 0.0003})
    trial = told["trial"]
    assert [(each["role"], each["run"] == stuck) for each in trial["runs"]] == [("fault", True), ("cure", False)]
    assert (trial["with_fault"], trial["cured"], trial["gone"]) == ([0.03], [0.03], 1)
    assert trial["verdict"] == "no different"
    [(_, job)] = [call for call in Instant.made[0].calls if call[0] == "submit"]
    assert (job.config["learning_rate"], job.config["epochs"], job.tested) == (0.0003, 5, False)


def test_a_cure_in_words_ends_with_both_curves_and_the_verdict(instantly: Instantly, stuck: str) -> None:
    *_, fault, cured, verdict = instantly("diagnose", stuck, "--cure").stdout.splitlines()
    assert fault.endswith(f"with the fault, seed 11: {stuck}")
    assert "cured, seed 11: " in cured
    assert verdict.startswith("✗ stuck: the cure does not help: it makes no difference; ")


def test_what_is_not_there_is_refused_by_name(instantly: Instantly, store: RunStore, stuck: str) -> None:
    assert "expected --fault to name what was found" in str(
        instantly("diagnose", stuck, "--cure", "--fault", "x").exception
    )
    assert "--seeds is for --cure" in str(instantly("diagnose", stuck, "--seeds", "3").exception)
    run = FakeRun(store, "20251231T000002Z-vanilla-0002", TrainJob(variant="vanilla", preset="small", dataset="digits"))
    for event in (run.started(), run.epoch(1), run.finished("stopped", 1)):
        run.stamp(event)
    assert "✓ no fault; looked for unscaled, diverging" in instantly("diagnose", run.run_id, "--cure").stdout
