from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from queue import SimpleQueue
from types import SimpleNamespace
from typing import Any

import msgspec
import pytest
from click.testing import Result
from fakes import STEPS, FakeEngine, FakeRun, loss
from typer.testing import CliRunner

from aetui.cli import app, engines
from engine.datasets import places
from engine.errors import DataUnavailable, SettingError, UsageError
from engine.events import RunCancelled, RunFinished
from engine.registry import VARIANTS
from engine.store import RunStore
from engine.variants.vanilla import Vanilla
from engine.variants.variant import Curve, Published, Repeats


class Printed(Vanilla):
    """A recipe that was published with a sum, a mean and something that we do not measure."""

    presets = {**Vanilla.presets, "other": Vanilla.presets["book"]}
    published = Published(
        source="a printed run",
        dataset="digits",
        curves=(
            Curve(part="train", term="loss", values={1: 1.0, 2: 0.5, 50: 0.1}, summed=True),
            Curve(part="validation", term="reconstruction", values={1: 0.05, 4: 0.02}),
            Curve(part="train", term="penalty", values={1: 0.3}),
            Curve(part="train", term="loss", values={9: 0.3}),
        ),
        plan=(Repeats(seeds=2, epochs=4),),
        note="digits only",
    )


class Instant(FakeEngine):
    """Trains everything that was submitted as soon as it starts; `ends` are the outcomes, in order."""

    ends: tuple[str, ...] = ("completed",) * 9

    def start(self) -> None:
        super().start()
        for run, outcome in zip(list(self.runs.values()), self.ends, strict=False):
            for event in self._life(run, outcome):
                self.emit(run.stamp(event))

    def _life(self, run: FakeRun, outcome: Any) -> Iterator[Any]:
        if outcome == "cancelled":
            yield RunCancelled()
            return
        epochs = run.epochs if outcome == "completed" else 1
        yield run.started()
        yield from (run.epoch(number) for number in range(1, epochs + 1))
        yield run.finished(outcome, epochs, "" if outcome == "completed" else f"it {outcome}")


@pytest.fixture
def store(tmp_path: Path) -> RunStore:
    return RunStore(tmp_path / "runs")


@pytest.fixture
def aetui(store: RunStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Result]:
    """Runs a command line on engines that are done at once; the published figures are those of `Printed`."""

    @contextmanager
    def instant(options: Any) -> Iterator[Any]:
        events: SimpleQueue[Any] = SimpleQueue()
        yield Instant(events.put, options.store), events

    monkeypatch.delenv("AETUI_DATA", raising=False)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setattr(places, "SYSTEM_FOLDERS", ())
    monkeypatch.setattr(engines, "engine", instant)
    monkeypatch.setattr("aetui.cli.follower.signal.signal", lambda *_: None)
    monkeypatch.setitem(VARIANTS, "vanilla", Printed())
    return lambda *arguments: CliRunner().invoke(app, ["--runs-dir", str(store.root), "--quiet", *arguments])


def table(result: Result) -> list[list[str]]:
    """The rows below the head, their cells."""
    rows = result.stdout.split("\n\n")[0].splitlines()[1:]
    return [[cell.strip() for cell in row.split("  ") if cell.strip()] for row in rows]


def test_a_row_per_figure_of_an_epoch_that_was_trained(aetui: Any) -> None:
    result = aetui("book", "vanilla", "--epochs", "2")
    assert result.exit_code == 0, result.exception
    total, mean = table(result)
    ours = loss(2) * STEPS
    assert total[:4] == ["vanilla", "training loss, batch sum", "2", "0.5000"]
    assert float(total[4]) == pytest.approx(ours)
    assert total[5] == f"{100 * (ours - 0.5) / 0.5:+.1f} %"
    assert mean[1:4] == ["validation reconstruction", "1", "0.05000"]
    assert float(mean[4]) == pytest.approx(loss(1) * 1.05, rel=1e-3)
    assert "vanilla: a printed run; digits only" in result.stdout


def test_runs_stay_in_the_store_under_their_name(aetui: Any, store: RunStore) -> None:
    aetui("book", "vanilla", "--epochs", "3")
    [record] = store.runs()
    assert record.epochs == 3
    assert record.preset == "book"


def test_all_runs_are_submitted_under_the_name_book_before_the_first_begins(
    aetui: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls: list[Any] = []
    monkeypatch.setattr(Instant, "submit", lambda self, job: calls.append(job) or FakeEngine.submit(self, job))
    monkeypatch.setattr(Instant, "start", lambda self: calls.append("start") or FakeEngine.start(self))
    monkeypatch.setattr(
        "aetui.cli.follower.Follower.follow", lambda self, run_id: SimpleNamespace(outcome="completed", message="")
    )
    for key in VARIANTS:
        if key != "vanilla":
            monkeypatch.setattr(type(VARIANTS[key]), "published", Printed.published)
    assert aetui("book", "--epochs", "1").exit_code == 0
    *jobs, start = calls
    assert start == "start"
    assert [job.variant for job in jobs] == list(VARIANTS)
    assert {(job.preset, job.name, job.dataset, job.config["epochs"]) for job in jobs} == {
        ("book", "book", "digits", 1)
    }


@pytest.mark.parametrize(
    ("ends", "code", "rows"),
    [
        (("stopped", "cancelled"), 130, 2),
        (("completed", "cancelled"), 130, 2),
        (("diverged", "completed"), 1, 4),
        (("completed", "completed"), 0, 4),
    ],
)
def test_whatever_ends_a_run_the_others_are_compared(
    aetui: Any, monkeypatch: pytest.MonkeyPatch, ends: tuple[str, ...], code: int, rows: int
) -> None:
    monkeypatch.setattr(Instant, "ends", ends)
    other = next(key for key, variant in VARIANTS.items() if key != "vanilla" and variant.published)
    monkeypatch.setattr(type(VARIANTS[other]), "published", Printed.published)
    result = aetui("book", "vanilla", other, "--epochs", "2")
    assert result.exit_code == code
    assert len(table(result)) == rows


def test_data_that_are_not_here_are_refused_with_the_remedy_before_anything_is_trained(
    aetui: Any, monkeypatch: pytest.MonkeyPatch, store: RunStore
) -> None:
    monkeypatch.setitem(VARIANTS, "vanilla", Vanilla())
    result = aetui("book", "vanilla")
    assert isinstance(result.exception, DataUnavailable)
    assert result.exception.exit_code == 3
    assert "aetui data fetch mnist" in str(result.exception)
    assert not store.runs()


def test_a_variant_without_published_figures_is_refused(aetui: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Printed, "published", None)
    result = aetui("book", "vanilla")
    assert isinstance(result.exception, UsageError)
    assert "no published figures" in str(result.exception)
    assert isinstance(aetui("book", "vanila").exception, UsageError)


def test_impossible_epochs_are_refused(aetui: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    assert aetui("book", "vanilla", "--epochs", "0").exit_code == 2
    assert isinstance(aetui("book", "vanilla", "--epochs", "200000").exception, SettingError)


def test_training_the_recipe_ends_with_what_was_published_and_what_pca_reaches(
    aetui: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    reached = {"test_mse": 0.0107, "pca_mse": 0.00421, "knn": 0.7081, "pca_knn": 0.4501}
    finished = FakeRun.finished
    monkeypatch.setattr(FakeRun, "finished", lambda *a: _with(finished(*a), reached))
    printed = aetui("train", "vanilla", "--epochs", "2", "--dataset", "digits").stdout
    assert "0.01070 (PCA of the same size: 0.004210)" in printed
    assert "0.7081 (PCA of the same size: 0.4501)" in printed
    assert "0.5000 (training loss, batch sum, epoch 2); ours 0.3700, -26.0 %" in printed
    shown = aetui("runs", "show", "last").stdout
    assert "0.01070 (PCA of the same size: 0.004210)" in shown
    assert "0.5000 (training loss, batch sum, epoch 2)" in shown


def _with(event: RunFinished, reached: dict[str, float]) -> RunFinished:
    return msgspec.structs.replace(event, figures=reached)
