"""`aetui sweep` on an engine whose runs are done at once."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from queue import SimpleQueue
from typing import Any

import pytest
from click.testing import Result
from fakes import FakeEngine
from instant import Instant

from aetui.cli import engines
from engine.errors import UsageError
from engine.runs.jobs import Order
from engine.runs.store import RunStore
from engine.sweeps import coordinator, sweep


class AtOnce(Instant):
    """Trains what is ordered while it goes."""

    def start(self) -> None:
        FakeEngine.start(self)

    def adopt(self, order: Order) -> str:
        run = self.runs[super().adopt(order)]
        for event in self._life(run, "completed"):
            self.emit(run.stamp(event))
        return run.run_id


@pytest.fixture
def instantly(instantly: Callable[..., Result], monkeypatch: pytest.MonkeyPatch) -> Callable[..., Result]:
    @contextmanager
    def engine(options: Any, *, training: bool = False) -> Iterator[Any]:
        events: SimpleQueue[Any] = SimpleQueue()
        yield AtOnce(events.put, options.store), events

    monkeypatch.setattr(engines, "engine", engine)
    return instantly


GRID = ("--dataset", "digits", "--epochs", "2", "--over", "hidden_dim=8,16")


def test_the_command_again_goes_on_with_a_sweep_of_its_name_and_the_table_is_csv(
    instantly: Callable[..., Result], store: RunStore
) -> None:
    for _ in range(2):
        done = instantly("sweep", "vanilla", *GRID, "--name", "two words", "--csv", "-")
        assert done.exit_code == 0, done.exception
        rows = list(csv.DictReader(io.StringIO(done.stdout)))
        assert [(row["hidden_dim"], row["state"]) for row in rows] == [("8", "completed"), ("16", "completed")]
    assert len(sweep.kept(store)) == 1


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--metric", "beauty"), "expected a term of validation: loss, reconstruction"),
        (("--storage", "nonsense://there"), "expected a database by URL"),
    ],
)
def test_what_no_sweep_can_come_of_leaves_none_behind_that_has_its_name(
    instantly: Callable[..., Result], store: RunStore, arguments: tuple[str, ...], words: str
) -> None:
    pytest.importorskip("optuna")
    refused = instantly("sweep", "vanilla", *GRID, "--name", "mine", *arguments)
    assert isinstance(refused.exception, UsageError)
    assert words in str(refused.exception)
    assert sweep.kept(store) == []


def test_whoever_stops_a_sweep_like_a_run_is_told_how(instantly: Callable[..., Result], store: RunStore) -> None:
    instantly("sweep", "vanilla", *GRID, "--name", "mine")
    for text in ("mine", sweep.find(store, "mine").id):
        assert "`aetui sweep stop mine` stops it" in str(instantly("stop", text).exception)
    assert "no process of this machine" in str(instantly("sweep", "stop", "mine").exception)


def test_a_sweep_is_deleted_with_its_runs_or_without_and_comes_back_with_what_went(
    instantly: Callable[..., Result], store: RunStore
) -> None:
    instantly("sweep", "vanilla", *GRID, "--name", "mine")
    begun = sweep.find(store, "mine")
    assert "--yes does it" in str(instantly("sweep", "delete", "mine").exception)
    with coordinator.held(begun, store):
        assert "is being carried out" in str(instantly("sweep", "delete", "mine", "--yes").exception)
    assert f"{begun.id} (2 trials) but not its 2 runs: deleted" in instantly("sweep", "delete", "mine", "--yes").stdout
    assert sweep.kept(store) == []
    assert len(store.summaries()) == 2
    instantly("runs", "undelete")
    instantly("sweep", "delete", "mine", "--with-runs", "--yes")
    assert sweep.kept(store) == store.summaries() == []
    back = instantly("runs", "undelete").stdout.split()
    assert back == [*sorted(run.id for run in store.summaries()), f"sweeps/{begun.id}"]
    assert len(store.summaries()) == 2
    assert sweep.find(store, "mine") == begun
    instantly("sweep", "delete", "mine", "--with-runs", "--yes", "--for-good")
    assert isinstance(instantly("runs", "undelete").exception, UsageError)
