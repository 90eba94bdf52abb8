from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import msgspec
import pytest
from fakes import FakeRun, loss

from aetui.cli import figures, runs
from engine.analysis import published
from engine.events import RunFinished
from engine.registry import VARIANTS
from engine.runs.jobs import TrainJob
from engine.runs.store import RunRecord, RunStore
from engine.variants.variant import Curve


@pytest.fixture
def make(tmp_path: Any) -> Any:
    """A run of the vanilla recipe that has trained for `epochs`, with `config` over the preset's settings."""
    store = RunStore(tmp_path)

    def made(trained: int = 3, preset: str = "book", dataset: str = "mnist", **config: Any) -> RunRecord:
        name = f"run-{len(store.runs())}"
        run = FakeRun(store, name, TrainJob(variant="vanilla", preset=preset, dataset=dataset, config=config))
        run.stamp(run.started())
        for number in range(1, trained + 1):
            run.stamp(run.epoch(number))
        return store.find(name)

    return made


def test_the_recipe_is_compared_whatever_its_seed_precision_and_length(make: Any) -> None:
    for config in ({}, {"seed": 7}, {"precision": "mixed_bfloat16"}, {"epochs": 3}, {"epochs": 90}):
        [row] = figures.published(make(**config))
        assert row[1].startswith("2.957 (training loss, batch sum, epoch 3); ours ")


@pytest.mark.parametrize(
    ("config", "told"),
    [
        ({"hidden_dim": 2}, "hidden_dim is 2, published 128"),
        (
            {"shuffle": True, "learning_rate": 0.1},
            "learning_rate is 0.1, published 0.01; shuffle is True, published False",
        ),
        ({"schedule": "cosine"}, "schedule is cosine, published constant"),
        ({"schedule": "cosine", "epochs": 3}, "epochs is 3, published 50; schedule is cosine, published constant"),
    ],
)
def test_a_changed_recipe_is_not_compared_and_one_line_says_why(make: Any, config: Any, told: str) -> None:
    record = make(**config)
    assert figures.comparisons(record) == []
    assert figures.published(record) == [("published", f"not compared: {told}")]


def test_a_run_from_before_a_setting_existed_counts_as_what_was_done_then(make: Any) -> None:
    record = make()
    record.config.pop("precision")
    assert figures.comparisons(record)
    record.config.pop("shuffle")  # there was no way not to
    assert figures.published(record) == [("published", "not compared: shuffle is True, published False")]


def test_a_figure_of_the_test_part_is_that_of_the_end_of_a_run_of_so_many_epochs(make: Any) -> None:
    curve = Curve(part="test", term="cosine_mean", values={3: 0.98})
    run = published.history(make())
    assert published.value(curve, run, 3) is None  # it has not ended
    for epochs, ours in ((3, 0.97), (4, None)):
        end = RunFinished(outcome="completed", epochs=epochs, train={}, validation={}, metrics={"cosine_mean": 0.97})
        assert published.value(curve, run._replace(end=end), 3) == ours


def test_other_presets_and_data_have_nothing_published_to_stand_beside(make: Any) -> None:
    assert figures.published(make(preset="tuned")) == figures.published(make(dataset="digits")) == []


def test_ours_within_a_published_range_is_inside_else_as_far_off_as_its_nearest_end(
    make: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    known = VARIANTS["vanilla"].published
    assert known is not None
    for low, high, told in ((0.01, 1.0, "inside"), (1.0, 2.0, f"{100 * (loss(3) - 1):+.1f} %")):
        curve = Curve(part="train", term="loss", values={3: (low, high)})
        with monkeypatch.context() as patched:
            patched.setattr(type(VARIANTS["vanilla"]), "published", msgspec.structs.replace(known, curves=(curve,)))
            [row] = figures.published(make())
        assert row[1].endswith(told)


def test_a_term_is_told_by_its_label(make: Any) -> None:
    curve = Curve(part="train", term="with_padding", values={1: 0.1})
    assert figures.what(curve) == "training with padding"


def test_a_run_on_text_says_what_its_fingerprint_covers(tmp_path: Any) -> None:
    store = RunStore(tmp_path)
    for variant, dataset in (("sentence", "pydocs"), ("vanilla", "digits")):
        FakeRun(store, variant, TrainJob(variant=variant, dataset=dataset), "ab" * 32)
    said = {name: runs._shown(store.find(name)).splitlines()[4] for name in ("sentence", "vanilla")}
    assert "abab… of the data with the word ids" in said["sentence"]
    assert said["vanilla"].endswith("abab…")


def test_the_variance_left_is_told_of_a_loss_and_not_of_what_was_tested() -> None:
    end = RunFinished(outcome="completed", epochs=2, train={}, validation={}, metrics={"target_variance": 0.2})
    record: Any = SimpleNamespace(last_events=lambda: [end])
    lost = figures.Comparison("validation loss", 2, (0.1, 0.1), 0.09)
    tested = figures.Comparison("test cosine", 2, (0.97, 0.98), 0.97, "test")
    assert figures._variance_left(record, [lost, tested]) == ["about 50.0% variance left (validation loss, epoch 2)"]
    assert figures._variance_left(record, [tested]) == []
