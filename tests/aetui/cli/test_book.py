from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from statistics import fmean, stdev
from typing import Any

import msgspec
import pytest
from click.testing import Result
from fakes import STEPS, FakeRun, loss
from instant import Instant

from aetui.cli import recipes
from engine.errors import BadData, DataUnavailable, EngineError, UsageError
from engine.events import RunFinished
from engine.registry import VARIANTS
from engine.runs.jobs import TrainJob
from engine.runs.store import RunStore
from engine.variants.vanilla import Vanilla
from engine.variants.variant import Curve, Published, Repeats


class Printed(Vanilla):
    """A recipe that was published with a sum, a range and something that we do not measure."""

    published = Published(
        source="a printed run",
        dataset="digits",
        curves=(
            Curve(part="train", term="loss", values={1: 1.0, 2: 0.37, 4: 0.1, 50: 0.1}, summed=True),
            Curve(part="validation", term="loss", values={1: (0.05, 0.06), 4: (0.001, 0.002)}),
            Curve(part="train", term="penalty", values={1: 0.3}),
        ),
        plan=(Repeats(seeds=3, epochs=2), Repeats(seeds=2, epochs=4)),
        note="digits only",
        errata=("It printed what it should not.", "It did not print what it should."),
    )


def scattered(seed: int, epoch: int) -> float:
    return loss(epoch) * (1 + (seed - 12) / 100)


@pytest.fixture
def aetui(instantly: Callable[..., Result], monkeypatch: pytest.MonkeyPatch) -> Callable[..., Result]:
    """Runs a command line; what was published is that of `Printed`, and the losses depend on the seed."""
    epoch = FakeRun.epoch

    def with_scatter(self: FakeRun, number: int) -> Any:
        value = scattered(self.config["seed"], number)
        return msgspec.structs.replace(epoch(self, number), train={"loss": value}, validation={"loss": value})

    monkeypatch.setattr(FakeRun, "epoch", with_scatter)
    monkeypatch.setitem(VARIANTS, "vanilla", Printed())
    return instantly


def table(result: Result) -> list[list[str]]:
    """The rows below the head, their cells."""
    rows = result.stdout.split("\n\n")[0].splitlines()[1:]
    return [[cell.strip() for cell in row.split("  ") if cell.strip()] for row in rows]


def trained() -> list[str]:
    """The seeds that the last engine was given."""
    return [order.run_id[-2:] for call, order in Instant.made[-1].calls if call == "adopt"]


def test_each_published_figure_stands_beside_ours_over_the_seeds(aetui: Any) -> None:
    result = aetui("book", "vanilla")
    assert result.exit_code == 0, result.exception
    first, second, fourth, ranged, far, missing = table(result)
    ours = [scattered(seed, 1) * STEPS for seed in (11, 12, 13)]
    assert first[:5] == ["vanilla", "training loss, batch sum", "1", "1.000", "3"]
    assert [float(cell) for cell in first[5:9]] == pytest.approx(
        [fmean(ours), stdev(ours), min(ours), max(ours)], rel=0.01
    )
    assert first[9] == "no"
    assert (second[2], second[4], second[9]) == ("2", "3", "yes")
    assert (fourth[2], fourth[4]) == ("4", "2")  # the third seed is trained for two epochs only
    assert (ranged[3], ranged[9]) == ("0.05000 to 0.06000", "no")
    assert far[3:5] == ["0.001000 to 0.002000", "2"]
    assert missing[4:] == ["0", "–", "–", "–", "–", "–"]
    assert "vanilla: a printed run; digits only" in result.stdout
    assert result.stdout.splitlines()[-2:] == [
        "vanilla: It printed what it should not.",
        "vanilla: It did not print what it should.",
    ]


def test_seeds_and_epochs_can_be_other_than_planned(aetui: Any, store: RunStore) -> None:
    rows = table(aetui("book", "vanilla", "--seeds", "1", "--epochs", "3"))
    assert [row[2] for row in rows] == ["1", "2", "1", "1"]
    [record] = store.runs()
    assert (record.epochs, record.config["seed"]) == (3, 11)
    assert (record.group, record.name) == ("book-vanilla", "book-vanilla-11")


def test_a_single_figure_beside_a_single_one_says_nothing_of_inside(aetui: Any) -> None:
    total, _, ranged, _ = table(aetui("book", "vanilla", "--seeds", "1", "--epochs", "2"))
    assert (total[4], total[6], total[9]) == ("1", "–", "–")
    assert ranged[9] in ("yes", "no")


def test_what_is_in_the_store_is_not_trained_again(aetui: Any) -> None:
    aetui("book", "vanilla", "--seeds", "2")
    engines = len(Instant.made)
    again = aetui("book", "vanilla", "--seeds", "2", "--epochs", "2")  # longer runs have it all
    assert (again.exit_code, len(Instant.made)) == (0, engines)
    aetui("book", "vanilla")
    assert trained() == ["13"]


def test_a_run_of_the_recipe_by_another_command_counts_and_a_changed_one_does_not(aetui: Any, store: RunStore) -> None:
    aetui("train", "vanilla", "--preset", "book", "--dataset", "digits", "--epochs", "4", "--seed", "11")
    aetui(
        "train",
        "vanilla",
        "--preset",
        "book",
        "--dataset",
        "digits",
        "--epochs",
        "4",
        "--seed",
        "12",
        "--set",
        "hidden_dim=9",
    )
    aetui("train", "vanilla", "--preset", "book", "--dataset", "digits", "--epochs", "3", "--seed", "13")
    before = {record.id: record.epochs for record in store.runs()}
    aetui("book", "vanilla", "--seeds", "3", "--epochs", "4")
    assert trained() == ["12", "13"]
    assert {record.id: record.epochs for record in store.runs() if record.id in before} == before


def test_the_group_of_a_recipe_shows_the_runs_that_were_reused_too(aetui: Any, store: RunStore) -> None:
    recipe = ("train", "vanilla", "--preset", "book", "--dataset", "digits", "--epochs", "4")
    aetui(*recipe, "--seed", "11")
    aetui("book", "vanilla", "--seeds", "2", "--epochs", "4")
    aetui(*recipe, "--seed", "13")
    aetui("book", "vanilla", "--seeds", "3", "--epochs", "4")
    shown = aetui("runs", "show", "book-vanilla").stdout
    assert all(record.id in shown for record in store.runs())
    assert "mean ± sd of 3" in shown


def test_interrupted_runs_go_on_and_shorter_ones_of_the_comparison_are_made_longer(
    aetui: Any, store: RunStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patched:
        patched.setattr(Instant, "ends", ("completed", "stopped"))
        stopped = aetui("book", "vanilla", "--seeds", "2", "--epochs", "2")
    assert stopped.exit_code == 130
    assert table(stopped)[0][4] == "2"  # the stopped one had its first epoch
    assert aetui("book", "vanilla").exit_code == 0
    assert len(store.runs()) == 3
    assert sorted(record.epochs for record in store.runs()) == [2, 4, 4]


@pytest.mark.parametrize(("ends", "code"), [(("completed", "cancelled"), 130), (("diverged", "completed"), 1)])
def test_whatever_ends_a_run_the_others_are_compared(
    aetui: Any, monkeypatch: pytest.MonkeyPatch, ends: tuple[str, ...], code: int
) -> None:
    monkeypatch.setattr(Instant, "ends", ends)
    result = aetui("book", "vanilla", "--seeds", "2", "--epochs", "2")
    assert result.exit_code == code
    assert len(table(result)) == 4
    if "diverged" in ends:
        assert "vanilla: Seed 11 diverged after 1 epoch." in result.stdout
        assert aetui("book", "vanilla", "--seeds", "2", "--epochs", "2").exit_code == 0  # it would diverge again
        assert len(Instant.made) == 1


def test_every_recipe_has_a_plan_that_reaches_its_last_figure() -> None:
    for variant in VARIANTS.values():
        if variant.published:
            longest = max(row.epochs for row in variant.published.plan)
            assert longest == variant.presets["book"].epochs
            assert longest == max(epoch for curve in variant.published.curves for epoch in curve.values)


def test_json_is_one_document_with_runs_and_figures(aetui: Any) -> None:
    document = json.loads(aetui("book", "vanilla", "--json").stdout)
    found = document["recipes"]["vanilla"]
    assert [run["seed"] for run in found["runs"]] == [11, 12, 13]
    assert found["figures"][0]["published"] == [1.0, 1.0]
    assert found["figures"][0]["ours"]["n"] == 3
    assert found["figures"][1]["inside"] is True


def test_markdown_trains_nothing_and_tells_what_the_figures_come_from(aetui: Any) -> None:
    assert aetui("book", "vanilla", "--markdown").stdout == "No results are kept yet.\n"
    assert Instant.made == []
    aetui("book", "vanilla", "--seeds", "3")
    text = aetui("book", "vanilla", "--markdown", "--seeds", "3").stdout
    assert "| vanilla | training loss, batch sum | 2 | 0.3700 | 3 | 0.3700 |" in text
    assert "- **vanilla** on digits: seeds 11 to 13 for 4 epochs; 20" in text
    assert "`aetui book vanilla --seeds 3`" in text
    assert "  - It printed what it should not." in text
    assert isinstance(aetui("book", "--json", "--markdown").exception, UsageError)


def test_kept_results_of_others_stay_beside_new_ones(aetui: Any, tmp_path: Path) -> None:
    path = tmp_path / "figures.json"
    aetui("book", "vanilla", "--keep", str(path))
    aetui(
        "train", "vanilla", "--preset", "book", "--dataset", "digits", "--epochs", "2", "--seeds", "2", "--name", "pair"
    )
    shown = aetui("runs", "show", "pair", "--markdown", "--keep", str(path)).stdout
    assert "**pair**: vanilla, preset book; digits" in shown
    assert "| `training` | 0.03682 ± 0.00026 | " in shown
    assert "seeds 11, 12 for 2 epochs; 20" in shown
    assert "`aetui train vanilla --preset book --dataset digits --epochs 2 --seed 11 --seeds 2`" in shown
    kept = recipes.read(path)
    assert (list(kept.recipes), list(kept.groups)) == (["vanilla"], ["pair"])
    path.write_text("[]")
    assert isinstance(aetui("book", "vanilla", "--keep", str(path)).exception, BadData)
    assert isinstance(aetui("runs", "show", "pair-11", "--markdown").exception, UsageError)


def test_results_that_an_earlier_version_kept_are_read(aetui: Any, tmp_path: Path) -> None:
    path = tmp_path / "figures.json"
    aetui("book", "vanilla", "--seeds", "2", "--keep", str(path))
    kept = recipes.read(path)
    assert kept.recipes["vanilla"].runs[0].metrics
    path.write_bytes(path.read_bytes().replace(b'"metrics"', b'"figures"'))
    assert recipes.read(path) == kept


def test_what_is_kept_is_not_replaced_by_a_part_or_by_nothing(
    aetui: Any, store: RunStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "figures.json"
    aetui("book", "vanilla", "--seeds", "2", "--keep", str(path))
    kept = path.read_bytes()
    for record in store.runs():
        shutil.rmtree(record.folder)
    aetui("book", "vanilla", "--markdown", "--keep", str(path))
    assert path.read_bytes() == kept
    monkeypatch.setattr(Instant, "ends", ("completed", "stopped"))
    assert aetui("book", "vanilla", "--seeds", "2", "--keep", str(path)).exit_code == 130
    assert path.read_bytes() == kept


def test_a_smaller_result_does_not_take_the_place_of_a_fuller_one(aetui: Any, tmp_path: Path) -> None:
    path = tmp_path / "figures.json"
    aetui("book", "vanilla", "--seeds", "2", "--epochs", "2", "--keep", str(path))
    kept = path.read_bytes()
    part = aetui("book", "vanilla", "--markdown", "--keep", str(path))
    assert "still to be trained" in part.stderr
    for smaller in ("--seeds 1 --epochs 2 --markdown", "--seeds 1 --epochs 2", "--seeds 2 --epochs 1"):
        again = aetui("book", "vanilla", *smaller.split(), "--keep", str(path))
        assert "has more" in again.stderr
        assert path.read_bytes() == kept
    aetui("book", "vanilla", "--keep", str(path))
    assert len(recipes.read(path).recipes["vanilla"].runs) == 3


def test_what_is_read_again_is_kept_with_the_command_that_made_it(aetui: Any, tmp_path: Path) -> None:
    path = tmp_path / "figures.json"
    aetui("book", "vanilla", "--seeds", "2", "--epochs", "4", "--keep", str(path))
    aetui("book", "vanilla", "--markdown", "--seeds", "2", "--keep", str(path))
    assert recipes.read(path).recipes["vanilla"].command == "aetui book vanilla --seeds 2 --epochs 4"


def test_where_nothing_can_be_kept_is_said_before_anything_is_trained(
    aetui: Any, tmp_path: Path, store: RunStore
) -> None:
    for path in (tmp_path / "missing" / "figures.json", tmp_path):
        assert isinstance(aetui("book", "vanilla", "--keep", str(path)).exception, EngineError)
    assert not store.runs()
    recipes.check(tmp_path / "new.json")
    assert not (tmp_path / "new.json").exists()


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


def test_impossible_numbers_are_refused(aetui: Any) -> None:
    for option in ("--epochs", "--seeds"):
        assert aetui("book", "vanilla", option, "0").exit_code == 2


def test_training_the_recipe_ends_with_what_was_published_and_what_pca_reaches(
    aetui: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    reached = {"test_mse": 0.0107, "pca_mse": 0.00421, "knn": 0.7081, "pca_knn": 0.4501}
    finished = FakeRun.finished
    monkeypatch.setattr(FakeRun, "finished", lambda *a: _with(finished(*a), reached))
    printed = aetui("train", "vanilla", "--preset", "book", "--epochs", "2", "--dataset", "digits").stdout
    assert "0.01070 (PCA of the same size: 0.004210)" in printed
    assert "0.7081 (PCA of the same size: 0.4501)" in printed
    assert "0.3700 (training loss, batch sum, epoch 2); ours 0.3663, -1.0 %" in printed
    shown = aetui("runs", "show", "last").stdout
    assert "0.01070 (PCA of the same size: 0.004210)" in shown
    assert "0.3700 (training loss, batch sum, epoch 2)" in shown


def _with(event: RunFinished, reached: dict[str, float]) -> RunFinished:
    return msgspec.structs.replace(event, metrics=reached)


def test_a_run_whose_file_names_another_recipe_is_passed_over(aetui: Any, store: RunStore) -> None:
    for number, config in enumerate(({"seed": 11, "colour": "red"}, {"seed": [11]}, {"seed": 11, "batch_size": -1})):
        run = FakeRun(store, f"r{number}", TrainJob(variant="vanilla", dataset="digits"))
        info = msgspec.structs.replace(store.find(run.run_id).info, config={"epochs": 2, **config})
        (run.folder / "run.json").write_bytes(msgspec.json.encode(info))
        for event in (run.started(), run.epoch(1), run.epoch(2)):
            run.stamp(event)
    aetui("book", "vanilla", "--seeds", "1", "--epochs", "2")
    assert trained() == ["11"]
