"""A trial: which runs it trains, in which order and from where, and what it makes of them."""

from __future__ import annotations

from pathlib import Path
from queue import SimpleQueue
from typing import Any

import msgspec
import pytest

from engine.cures import scaling
from engine.cures.diagnosis import Finding, diagnosed, subject
from engine.cures.trial import ERROR, LEFT, Trial
from engine.datasets.own import adding, records
from engine.errors import UsageError
from engine.events import EpochEnded, RunFinished
from engine.queries.messages.fidelity import Fidelities, Fidelity
from engine.runs.jobs import ForkJob, TrainJob
from engine.runs.store import RunRecord, RunStore
from engine.session import Engine

SLOWER = Finding(key="rate_high", told="", metrics={}, since=5, settings={"learning_rate": 0.0001}, epoch=3)


@pytest.fixture
def driven(scripted: Any) -> Any:
    return scripted(seconds=0)


@pytest.fixture
def ill(driven: Any) -> RunRecord:
    run_id = driven.engine.submit(TrainJob(variant="vanilla", dataset="digits", config={"epochs": 6, "seed": 4}))
    driven.finished(run_id)
    found: RunRecord = driven.store.find(run_id)
    return found


def test_each_seed_is_trained_with_the_fault_and_forked_with_the_remedy_after_the_same_epoch(
    driven: Any, ill: RunRecord
) -> None:
    trial, jobs = Trial(subject(ill), SLOWER, seeds=2), []
    while (job := trial.next(driven.store)) is not None:
        jobs.append(job)
        run_id = driven.engine.submit(job)
        trial.begun(run_id)
        driven.finished(run_id)
    assert [type(job) for job in jobs] == [ForkJob, TrainJob, ForkJob]
    first, other, second = jobs
    assert (first.run_id, first.epoch, first.config) == (ill.id, 3, {"learning_rate": 0.0001})
    assert (other.config["seed"], other.config["learning_rate"]) == (5, ill.config["learning_rate"])
    assert (second.run_id, second.epoch) == (trial.legs[2].run_id, 3)
    errors = {leg.run_id: 0.1 if leg.role == "cure" else 0.2 for leg in trial.legs}
    verdict = trial.judged(driven.store, lambda query: Fidelities(error=errors[query.run_id], left=1, items=1, epoch=6))
    assert (verdict.measure, verdict.faults, verdict.cures, verdict.gone) == (ERROR, (0.2, 0.2), (0.1, 0.1), 2)


def test_a_run_that_was_stopped_is_trained_to_the_same_epoch_first_and_new_weights_begin_anew(
    driven: Any, ill: RunRecord
) -> None:
    stopped = msgspec.structs.replace(subject(ill), status="stopped")
    anew = msgspec.structs.replace(SLOWER, epoch=0)
    trial = Trial(stopped, anew)
    control = trial.next(driven.store)
    assert isinstance(control, TrainJob)
    assert control.config == {**ill.config, "seed": 4}
    trial.begun("control")
    cure = trial.next(driven.store)
    assert isinstance(cure, TrainJob)
    assert (cure.config["learning_rate"], cure.config["epochs"], cure.tested) == (0.0001, 6, False)
    assert [leg.run_id for leg in Trial(stopped, anew, waits=True).legs] == [ill.id, ""]


def test_weights_that_were_not_kept_are_replaced_by_new_ones(driven: Any, ill: RunRecord) -> None:
    for file in (ill.folder / "weights").iterdir():
        file.unlink()
    assert isinstance(Trial(subject(ill), SLOWER).next(driven.store), TrainJob)


def test_what_has_no_exact_cure_is_refused_with_what_to_try(ill: RunRecord) -> None:
    with pytest.raises(UsageError, match=r"nothing exact is known against dead_units .*; try to lower l1"):
        Trial(subject(ill), Finding(key="dead_units", told="", metrics={}, since=1, advice="lower l1"))


def test_data_are_read_anew_by_other_options_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    (tmp_path / "wild.csv").write_text("a,b\n" + "".join(f"{row},{1000 * row % 777}\n" for row in range(40)))
    adding.add("wild", tmp_path / "wild.csv", "vectors", {"normalise": "none"})
    assert scaling.read_anew("wild", {"normalise": "standard"}, lambda *_: None) == "wild-standard"
    added = records.find("wild-standard")
    assert added is not None
    assert added.options == {}
    assert scaling.read_anew("wild", {"normalise": "standard"}, lambda *_: None) == "wild-standard"
    assert records.find("wild-standard") == added
    with pytest.raises(UsageError, match="digits is none that `aetui data add` brought"):
        scaling.read_anew("digits", {"normalise": "standard"}, lambda *_: None)


@pytest.mark.slow
def test_a_rate_that_is_too_low_is_named_and_cured_from_an_epoch_of_the_run(tmp_path: Path) -> None:
    store, events = RunStore(tmp_path / "runs"), SimpleQueue[Any]()
    engine = Engine(events.put, store, device="cpu", niceness=0)
    engine.start()

    def train(job: Any) -> str:
        run_id = engine.submit(job)
        while not isinstance(event := events.get(timeout=120), RunFinished):
            assert type(event).__name__ != "EngineFailed", event
        return run_id

    try:
        slow = {"epochs": 12, "learning_rate": 1e-5, "schedule": "constant", "batch_size": 128}
        run = subject(store.find(train(TrainJob(variant="vanilla", dataset="digits", preset="small", config=slow))))
        [found] = diagnosed(run)
        assert (found.key, found.settings, found.epoch) == ("rate_low", {"learning_rate": 0.001}, 0)
        trial = Trial(run, msgspec.structs.replace(found, epoch=4))
        while (job := trial.next(store)) is not None:
            trial.begun(train(job))
        verdict = trial.judged(store, lambda query: engine.query(query).result())
        assert verdict.cured, verdict.text
        cured = [event for event in store.find(trial.legs[1].run_id).events()[0] if isinstance(event, EpochEnded)]
        assert [event.validation for event in cured[:4]] == [event.validation for event in run.epochs[:4]]
        anew: Fidelities = engine.query(Fidelity(run_id=run.run_id)).result()
        assert anew.error == verdict.faults[0]
        assert 0.5 < anew.left <= 1, "it hardly learned"
        assert verdict.measure != LEFT
    finally:
        engine.close()
