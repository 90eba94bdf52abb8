"""`aetui worst`, `noise` and `denoise`: what is asked of the engine, what becomes of it, and what is refused before."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import pytest
from click.testing import Result
from fake_answers import answer as fake
from fakes import FakeRun
from PIL import Image

from aetui.cli import engines
from engine.queries.messages import Measure, Reconstruct, Reconstruction, Restore
from engine.runs.jobs import TrainJob
from engine.runs.store import RunStore

Run = Callable[..., Result]
NOISY, CLEAN, RATED = (
    "20260101T000000Z-denoising-0001",
    "20260102T000000Z-vanilla-0002",
    "20260103T000000Z-autorec-0003",
)


@pytest.fixture
def run(instantly: Run, store: RunStore, monkeypatch: pytest.MonkeyPatch) -> tuple[Run, list[Any]]:
    """Runs a command line on two runs on digits of 28 × 28 pixels, with noise and without."""
    for run_id, dataset in ((NOISY, "digits"), (CLEAN, "digits"), (RATED, "made-ratings")):
        variant = run_id.split("-")[1]
        job = TrainJob(variant=variant, dataset=dataset, preset="book" if variant == "autorec" else "small")
        made = FakeRun(store, run_id, job)
        made.stamp(made.started())
    asked: list[Any] = []

    def answers(options: Any, queries: Any, activity: str) -> list[Any]:
        asked.extend(queries)
        return [_restored(query) if isinstance(query, Reconstruct) else fake(query) for query in queries]

    monkeypatch.setattr(engines, "answers", answers)
    return instantly, asked


def _restored(query: Reconstruct) -> Reconstruction:
    assert query.inputs is not None
    items = query.inputs[:].astype(np.float32) / (255 if query.inputs.dtype == np.uint8 else 1)
    return Reconstruction(
        inputs=items, outputs=1 - items, targets=items, codes=items[:, 0, :, 0], errors=items[:, 0, 0, 0], epoch=3
    )


def test_the_worst_items_come_first_and_a_file_has_them_all(run: tuple[Run, list[Any]], tmp_path: Path) -> None:
    ask, asked = run
    result = ask("worst", CLEAN, "--top", "2", "--part", "validation", "-o", str(tmp_path / "a.csv"))
    assert result.exit_code == 0, result.output
    assert asked == [Measure(run_id=CLEAN, part="validation")]
    lines = result.output.splitlines()
    assert lines[0].split() == ["ITEM", "CLASS", "ERROR", "PCA-2", "BEYOND", "IT", "KL"]
    assert [line.split()[0] for line in lines[1:3]] == ["25", "24"]
    assert "smaller than the model's on 0 of 25 items" in result.output
    with (tmp_path / "a.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert [row["item"] for row in rows] == [str(number) for number in range(25, 0, -1)]
    assert (rows[0]["label"], rows[0]["error"]) == ("4", "0.05")


def test_the_worst_sentences_are_read_in_the_table(
    instantly: Run, run: tuple[Run, list[Any]], monkeypatch: pytest.MonkeyPatch
) -> None:
    sentences = tuple(f"sentence {at}" for at in range(1, 26))
    monkeypatch.setattr(
        engines,
        "answers",
        lambda options, queries, activity: [msgspec.structs.replace(fake(queries[0]), said=sentences)],
    )
    lines = instantly("worst", CLEAN, "--top", "1").output.splitlines()
    assert [line.split("  ")[-1].strip() for line in lines[:2]] == ["SENTENCE", "sentence 25"]


def test_other_terms_classes_and_directions_order_them(run: tuple[Run, list[Any]]) -> None:
    ask, _ = run
    result = ask("worst", CLEAN, "--by", "kl", "--best", "--class", "3", "-o", "-", "--format", "json")
    found = json.loads(result.stdout)
    assert [item["item"] for item in found["items"]] == [24, 14, 4]
    assert found["baseline"] == "PCA-2"


def test_figures_of_noise_come_as_a_table_as_csv_and_as_json(run: tuple[Run, list[Any]], tmp_path: Path) -> None:
    ask, asked = run
    result = ask("noise", NOISY, "--kind", "trained", "--count", "50", "--csv", str(tmp_path / "a.csv"))
    assert result.exit_code == 0, result.output
    assert asked == [Restore(run_id=NOISY, kinds=("trained",), count=50)]
    assert "0.5 (trained)  15.00 ± 1.00*  13.00 ± 1.00" in result.output
    with (tmp_path / "a.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == 3 * 2 * 3
    assert rows[6] | {"label": ""} == {
        "kind": "trained",
        "label": "",
        "level": "0.5",
        "trained": "1",
        "method": "model",
        "method_label": "denoising",
        "draw": "0",
        "psnr": "14",
        "ssim": "0.5",
    }
    found = json.loads(ask("noise", NOISY, "--kind", "trained", "--json").stdout)
    assert (found["run"], len(found["figures"])) == (NOISY, 18)


def test_images_are_restored_into_files_of_the_same_names_and_formats(
    run: tuple[Run, list[Any]], tmp_path: Path
) -> None:
    ask, asked = run
    (tmp_path / "in" / "sub").mkdir(parents=True)
    for name, level in (("a.png", 10), ("sub/b.jpg", 200)):
        Image.new("L", (28, 28), level).save(tmp_path / "in" / name)
    np.save(tmp_path / "c.npy", np.full((2, 28, 28), 0.25, np.float32))
    to = tmp_path / "out"
    result = ask("denoise", NOISY, str(tmp_path / "in"), str(tmp_path / "c.npy"), "--to", str(to))
    assert result.exit_code == 0, result.output
    assert "4 images restored, 3 files" in result.output
    assert np.asarray(Image.open(to / "a.png"))[0, 0] == 245
    assert abs(int(np.asarray(Image.open(to / "sub" / "b.jpg"))[0, 0]) - 55) <= 2
    assert np.load(to / "c.npy") == pytest.approx(0.75)
    assert {query.noise for query in asked} == {False}


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("denoise", CLEAN, "a.png"), "learned from images as they are; train one of denoising"),
        (("denoise", NOISY, "nothing.png"), "there is no nothing.png"),
        (
            ("denoise", NOISY, "large.png"),
            "expected 28 × 28 pixels (height × width), as the run learned from, got 9 × 7",
        ),
        (("denoise", NOISY, "broken.png"), "expected an image, but it cannot be read"),
        (("denoise", NOISY, "a.png", "--to", "."), "would take the place of what is read"),
        (("noise", CLEAN), "learned from images as they are"),
        (("noise", NOISY, "--kind", "rain"), "expected one of trained, gaussian, salt_and_pepper"),
        (("worst", RATED), "its items have no order from bad to good"),
        (("worst", CLEAN, "--class", "ten"), "0, 1, 2"),
        (("worst", CLEAN, "-o", "a.png"), ".csv, .tsv, .json, .npz"),
        (("reconstruct", CLEAN, "--noise-level", "1"), "say which one is meant: gaussian"),
        (("reconstruct", CLEAN, "--noise-kind", "masking", "--noise-level", "2"), "from 0 to 1"),
        (("reconstruct", NOISY, "--noise", "--noise-kind", "blur"), "leave one out"),
    ],
)
def test_what_cannot_be_meant_is_refused_before_a_model_is_loaded(
    run: tuple[Run, list[Any]], arguments: tuple[str, ...], told: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ask, asked = run
    monkeypatch.chdir(tmp_path)
    Image.new("L", (28, 28)).save("a.png")
    Image.new("L", (7, 9)).save("large.png")
    Path("broken.png").write_bytes(b"no picture")
    result = ask(*arguments)
    assert result.exit_code != 0
    assert told in f"{result.output} {result.exception}"
    assert not asked
