from __future__ import annotations

from pathlib import Path

import pytest
from fakes import FakeRun, fake_store

from engine import registry
from engine.errors import RunError, UsageError
from engine.runs.execution import Execution
from engine.runs.jobs import ResumeJob, TrainJob
from engine.runs.repeating import commands
from engine.variants.imported import FILE, LARGEST, Imported

JOB = TrainJob(variant="imported", preset="file", dataset="digits")


def test_it_is_known_and_not_offered() -> None:
    assert registry.variant("imported") is registry.known("imported")
    assert "imported" not in registry.VARIANTS
    with pytest.raises(UsageError) as refused:
        registry.variant("strange")
    assert "imported" not in refused.value.message.partition("there are:")[2]


def test_it_is_neither_trained_nor_gone_on_with(tmp_path: Path) -> None:
    store = fake_store(tmp_path / "runs")
    with pytest.raises(UsageError, match="came in as a file"):
        Execution.of(JOB, store)
    run = FakeRun(store, "20260101T000000Z-imported-0001", JOB)
    run.stamp(run.started())
    with pytest.raises(UsageError, match="came in as a file"):
        Execution.of(ResumeJob(run_id=run.run_id, epochs=9), store)
    with pytest.raises(UsageError, match="came in as a file"):
        commands("imported", "digits", "file", run.config, ())


def test_a_run_without_its_network_says_what_is_missing(tmp_path: Path) -> None:
    with pytest.raises(RunError, match=FILE):
        Imported().opened(tmp_path)
    (tmp_path / FILE).write_bytes(b" " * (LARGEST + 1))
    with pytest.raises(RunError, match="found more"):
        Imported().opened(tmp_path)
    assert registry.variant("vanilla").opened(tmp_path) is registry.variant("vanilla")
