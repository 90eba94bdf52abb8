"""`aetui detect`: what is asked of the engine, and what becomes of its answer."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from click.testing import Result
from fakes import FakeRun

from aetui.cli import engines
from engine.datasets import dataset
from engine.errors import SettingError
from engine.kinds import KINDS
from engine.queries.messages import Beside, Detect, Detection
from engine.runs.jobs import TrainJob
from engine.runs.store import RunStore

Run = Callable[..., Result]
PCA = Beside(
    key="pca",
    label="PCA error, 2 components",
    scores=np.float32([0.1, 0.9, 0.2, 0.3]),
    threshold=0.25,
    auroc=0.75,
    average_precision=0.5,
    fitted_to=7,
)


@pytest.fixture
def detect(instantly: Run, store: RunStore, monkeypatch: pytest.MonkeyPatch) -> tuple[Run, list[Detect]]:
    """Runs `aetui detect` on a run on digits that learned zeros alone; four items, of which the second is strange."""
    job = TrainJob(variant="vanilla", dataset="digits", preset="small", config={"normal": "0"})
    FakeRun(store, "20260101T000000Z-vanilla-0001", job).stamp(FakeRun(store, "x", job).started())
    asked: list[Detect] = []

    def answer(options: Any, query: Detect, activity: str) -> Detection:
        asked.append(query)
        own = query.inputs is None
        scores = np.float32([0.1, 0.9, 0.2, 0.3])
        images = np.zeros((query.strangest, 28, 28, 1), np.float32)
        errors = images.copy()
        errors[:, 4, 6] = 3
        return Detection(
            score="error",
            scores=scores,
            threshold=0.5,
            anomalous=scores > 0.5,
            probability=scores,
            confidence=np.float32([1, 0.75, 1, 1]),
            validation_scores=np.linspace(0, 0.5, 40, dtype=np.float32),
            reference="validation",
            share=query.share,
            labels=np.array([0, 3, 0, 0]) if own else None,
            classes=tuple("0123456789"),
            normal="0" if own else "",
            strange=np.array([False, True, False, False]) if own else query.strange,
            auroc=1.0,
            average_precision=1.0,
            baselines=(PCA,) if query.baselines else (),
            explained=np.array([1] * query.strangest),
            inputs=images,
            targets=images,
            outputs=images + 1,
            errors=errors,
            epoch=3,
        )

    monkeypatch.setattr(engines, "answer", answer)
    return lambda *arguments: instantly("detect", "20260101T000000Z", *arguments), asked


def test_the_strangest_come_first_with_what_is_known_of_them(detect: tuple[Run, list[Detect]]) -> None:
    run, asked = detect
    result = run("--top", "2", "--explain", "--baselines")
    assert result.exit_code == 0, result.output
    lines = result.output.splitlines()
    assert lines[0].split() == ["ITEM", "CLASS", "SCORE", "PROBABILITY", "CONFIDENCE"]
    assert lines[1].split() == ["2", "3", "0.9", "anomaly", "0.900", "0.750"]
    assert lines[2].strip() == "row 5, column 7: 100.0% of the error, 0.00 where 1.00 was expected"
    assert "1 of 4 images above the threshold 0.5, the highest of 40 validation items, which are few" in result.output
    assert "AUROC 1.0000" in result.output
    assert "1 of 4 are known not to be '0'" in result.output
    assert "PCA error, 2 components" in result.output
    assert (asked[0].strangest, asked[0].baselines) == (2, ("pca", "pca-chosen", "forest", "neighbours"))


def test_a_table_has_a_line_for_each_item(detect: tuple[Run, list[Detect]], tmp_path: Path) -> None:
    run, _ = detect
    assert run("-o", str(tmp_path / "a.csv"), "--detector", "pca").exit_code == 0
    with (tmp_path / "a.csv").open(newline="") as file:
        found = list(csv.reader(file))
    assert found[0] == ["item", "label", "score", "anomaly", "probability", "confidence", "pca"]
    assert found[1] == ["1", "0", "0.1", "0", "0.1", "1", "0.1"]
    assert [row[3] for row in found[1:]] == ["0", "1", "0", "0"]


def test_standard_output_has_the_table_alone(detect: tuple[Run, list[Detect]]) -> None:
    run, _ = detect
    result = run("-o", "-")
    assert len(result.stdout.splitlines()) == 5


def test_json_says_what_the_threshold_was_told_by(detect: tuple[Run, list[Detect]], tmp_path: Path) -> None:
    run, asked = detect
    assert run("-o", str(tmp_path / "a.json"), "--share", "0.25").exit_code == 0
    found = json.loads((tmp_path / "a.json").read_text())
    assert (found["threshold"], found["threshold_told_by"], found["expected_share"]) == (0.5, "the items", 0.25)
    assert found["items"][1]["anomaly"] is True
    assert asked[0].share == 0.25


def test_arrays_hold_the_same(detect: tuple[Run, list[Detect]], tmp_path: Path) -> None:
    run, _ = detect
    assert run("-o", str(tmp_path / "a.npz"), "--detector", "pca").exit_code == 0
    with np.load(tmp_path / "a.npz") as found:
        assert found["anomalous"].tolist() == [False, True, False, False]
        assert found["labels"].tolist() == ["0", "3", "0", "0"]
        assert found["scores_pca"].shape == (4,)


def test_labels_of_a_table_of_images_tell_which_are_strange(detect: tuple[Run, list[Detect]], tmp_path: Path) -> None:
    run, asked = detect
    path = tmp_path / "images.csv"
    head = ",".join(["label", *(f"p{place}" for place in range(784))])
    path.write_text("\n".join([head, *(",".join([label, *["0"] * 784]) for label in ("0", "3", "0", "0"))]))
    result = run(str(path), "--top", "1")
    assert result.exit_code == 0, result.output
    assert asked[0].strange is not None
    assert asked[0].strange.tolist() == [False, True, False, False]
    assert asked[0].inputs is not None
    assert asked[0].inputs.shape == (4, 28, 28, 1)


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("--quantile", "0.9", "--share", "0.1"), "leave one out"),
        (("--quantile", "2"), "at most 1"),
        (("--share", "1"), "below 1"),
        (("--score", "guess"), "reconstruction error|mean squared error"),
        (("--detector", "magic"), "neighbours"),
        (("--noise",), "leave --noise out"),
        (("--normal", "ten"), "0, 1, 2"),
        (("-o", "a.png"), ".csv, .tsv, .json, .npz"),
        (("nothing-there",), "nothing-there"),
    ],
)
def test_what_cannot_be_meant_is_refused_before_a_model_is_loaded(
    detect: tuple[Run, list[Detect]], arguments: tuple[str, ...], told: str
) -> None:
    run, asked = detect
    result = run(*arguments)
    assert result.exit_code != 0
    assert any(part in f"{result.output} {result.exception}" for part in told.split("|"))
    assert not asked


def test_training_on_a_class_that_is_none_is_refused_with_a_list() -> None:
    with pytest.raises(SettingError, match="0 T-shirt/top, 1 Trouser"):
        KINDS["image"].check_normal("Hat", dataset("fashion-mnist"))
    with pytest.raises(SettingError, match="learned all together"):
        KINDS["text"].check_normal("earn", dataset("reuters"))
    KINDS["image"].check_normal("trouser", dataset("fashion-mnist"))
