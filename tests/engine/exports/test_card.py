from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import msgspec
import pytest

from engine import events, registry
from engine.datasets import dataset
from engine.events import EpochEnded, Event, Health, RunFinished, RunResumed, RunStarted
from engine.exports.card import card
from engine.runs.record import RunInfo, RunRecord
from engine.runs.store import RunStore

BEATEN = {"test_mse": 0.02, "pca_mse": 0.01, "mean_mse": 0.06}


def made(
    root: Path,
    *between: Event,
    variant: str = "vanilla",
    preset: str = "book",
    metrics: dict[str, float] | None = None,
    dead: int = 0,
    end: bool = True,
    info: dict[str, Any] | None = None,
    **settings: Any,
) -> RunRecord:
    """A run of two epochs with these settings beside the preset's, and what happened after them."""
    config = {**msgspec.to_builtins(registry.preset(variant, preset)), "epochs": 2, **settings}
    folder = root / "20260101T000000Z-vanilla-0001"
    folder.mkdir(parents=True)
    given = RunInfo(
        id=folder.name,
        variant=variant,
        preset=preset,
        config=config,
        dataset="digits",
        fingerprint="ab" * 32,
        shape=(28, 28, 1),
        created=time.time(),
        versions={"keras": "3.9"},
        device="CPU, 2 cores",
        host="here",
        pid=1,
        process_started=1.0,
    )
    health = Health(
        units=10, dead=dead, active=10 - dead, mean_activation=0.0, gradient_norm=1.0, pixels=9, dead_pixels=0
    )
    of: Any = {"stage": "training", "steps": 1, "seconds": 1.0, "samples_per_second": 1.0, "health": health}
    begun = {**config, "epochs": 2}
    history: list[Event] = [
        RunStarted(variant=variant, preset=preset, config=begun, dataset="digits", device="CPU", epochs=2),
        *(EpochEnded(epoch=epoch, train={"loss": 0.5}, validation={"loss": 0.25}, **of) for epoch in (1, 2)),
        *between,
    ]
    if end:
        history.append(
            RunFinished(outcome="completed", epochs=2, train={}, validation={}, weights_epoch=2, metrics=metrics or {})
        )
    lines = [events.encode(msgspec.structs.replace(event, seq=number)) for number, event in enumerate(history, 1)]
    (folder / "events.jsonl").write_bytes(b"\n".join(lines) + b"\n")
    (folder / "run.json").write_bytes(msgspec.json.encode(msgspec.structs.replace(given, **(info or {}))))
    return RunStore(root).runs()[0]


def test_a_card_has_data_licence_fingerprint_and_what_differs_from_the_preset(tmp_path: Path) -> None:
    told = card(made(tmp_path, hidden_dim=7, metrics=BEATEN))
    assert f"| licence | {dataset('digits').licence} |" in told
    assert f"SHA-256 {'ab' * 32}" in told
    assert "| `hidden_dim` | 128 | 7 |" in told
    assert "`batch_size` |" not in told
    assert "none held out: the test part itself" in told
    assert "versions | keras 3.9" in told


def test_a_baseline_that_wins_is_said_to_win_and_one_that_loses_is_not(tmp_path: Path) -> None:
    told = card(made(tmp_path / "1", metrics=BEATEN))
    assert "| test MSE (lower is better) | 0.02 | PCA of the same size 0.01; the mean item 0.06 |" in told
    assert "**The model loses to PCA of the same size**: test MSE 0.02 against 0.01" in told
    assert "loses to" not in card(made(tmp_path / "2", metrics={**BEATEN, "test_mse": 0.009}))


def test_errata_stand_on_cards_of_the_published_recipe_alone(tmp_path: Path) -> None:
    published = registry.variant("vanilla").published
    assert published is not None
    assert published.errata[0] in card(made(tmp_path / "1"))
    assert published.errata[0] not in card(made(tmp_path / "2", preset="tuned"))


def test_alarms_of_the_last_epoch_stand_on_it(tmp_path: Path) -> None:
    assert "- 9 of 10 code units are dead" in card(made(tmp_path / "1", dead=9))
    assert "None after the last epoch. Watched for: unscaled, diverging, exploding" in card(made(tmp_path / "2"))


def test_the_command_repeats_the_run_or_it_says_why_none_does(tmp_path: Path) -> None:
    told = card(made(tmp_path / "1", hidden_dim=7))
    assert "\naetui train vanilla --dataset digits --preset book --epochs 2 --seed 11 --set hidden_dim=7\n" in told
    longer = RunResumed(epoch=3, step=0, epochs=9)
    assert "--epochs 9 " in card(made(tmp_path / "2", longer, epochs=9))
    assert "no command does the same" in card(made(tmp_path / "3", longer, epochs=9, schedule="cosine"))


def test_a_run_that_was_cut_off_or_of_an_unknown_model_has_a_card_that_says_so(tmp_path: Path) -> None:
    told = card(made(tmp_path / "1", end=False))
    assert "Its training was interrupted" in told
    assert "It was not measured on the test part" in told
    strange = {"variant": "of tomorrow", "dataset": "gone", "name": "<b>|\x1b[2J"}
    told = card(made(tmp_path / "2", info=strange))
    assert "| source | not known |" in told
    assert "This version cannot train it" in told
    assert not {"\x1b", "<"} & set(told)


@pytest.mark.parametrize("variant", ["variational", "denoising"])
def test_limits_follow_from_what_the_model_is(variant: str, tmp_path: Path) -> None:
    told = card(made(tmp_path, variant=variant))
    assert ("can be drawn from it" in told) == (variant == "variational")
    assert ("trained on items with noise" in told) == (variant == "denoising")
