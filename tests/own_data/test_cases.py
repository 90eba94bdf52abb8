"""Twelve sorts of data of one's own, each from `aetui data add` to what a trained model is for."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import made
import numpy as np
import pytest

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]


class Case(NamedTuple):
    make: Callable[[Path], Path]
    """Where the data of the case are."""
    add: str
    """Options of `aetui data add`."""
    train: str
    """Variant and options."""
    told: tuple[str, ...]
    """What `aetui data show` has to say."""
    output: str = "out.npz"
    """Of `aetui reconstruct`."""
    classes: bool = False
    """Whether the items have classes, so that they can be probed."""
    reads: Callable[[Path], Path] | None = None
    """What is reconstructed; None: the test part."""


def words(path: Path) -> Path:
    path.write_text("The old cook sold the red boat\nNobody watched a heavy rope\n", "utf-8")
    return path


def words_in_japanese(path: Path) -> Path:
    path.write_text("猫が魚を見る。\n先生は本を読む。\n", "utf-8")
    return path


CASES = {
    "folder by class": Case(
        lambda at: made.image_folder(at / "shapes"),
        "",
        "vanilla --preset small --epochs 3",
        ("12×12×1", "square", "bar"),
        classes=True,
    ),
    "odd sizes": Case(
        lambda at: made.odd_folder(at / "odd"),
        "--size 12x16 --pad",
        "denoising --preset small --epochs 3",
        ("12×16×1",),
    ),
    "colour": Case(
        lambda at: made.colour_folder(at / "colour"),
        "",
        "convolutional --preset small --epochs 3 --set filters=4",
        ("16×16×3",),
        output="out.png",
    ),
    "CMYK": Case(
        lambda at: made.cmyk_folder(at / "print"),
        "",
        "vq --preset small --epochs 2 --set filters=4 --set halvings=2",
        ("12×12×3",),
    ),
    "16 bits": Case(
        lambda at: made.deep_folder(at / "deep"),
        "",
        "contractive --preset small --epochs 3",
        ("12×12×1",),
    ),
    "transparent": Case(
        lambda at: made.transparent_folder(at / "clear"),
        "--ground black --grey",
        "variational --preset small --epochs 3",
        ("12×12×1",),
    ),
    "table with gaps and categories": Case(
        lambda at: made.csv(at / "patients.csv", made.table()),
        "--label tall --id patient",
        "vanilla --epochs 3 --set hidden_dim=3",
        ("weight", "ward", "unit", "missing"),
        output="out.csv",
        classes=True,
    ),
    "Parquet": Case(
        lambda at: made.parquet(at / "patients.parquet", made.table()),
        "--label tall --id patient --normalise minmax",
        "variational --epochs 3",
        ("height",),
        output="out.csv",
        classes=True,
    ),
    "windows of a WAV file": Case(
        lambda at: made.sound(at / "hum.wav"),
        "--window 64 --stride 16",
        "convolutional --epochs 2 --set filters=4",
        ("64",),
    ),
    "ratings": Case(
        lambda at: made.ratings(at / "films.csv"),
        "",
        "autorec --epochs 3",
        ("60", "40"),
    ),
    "text in a CSV file": Case(
        lambda at: made.titles(at / "titles.csv"),
        "--column title --label topic --lines",
        "sentence --preset small --epochs 1 --set units=8 --set vectors=corpus --set dimensions=8",
        ("120", "harbour"),
        output="out.txt",
        classes=True,
        reads=lambda at: words(at / "new.txt"),
    ),
    "Japanese text": Case(
        lambda at: made.japanese(at / "nihongo.txt"),
        "",
        "sentence --preset small --epochs 1 --set units=8 --set vectors=corpus --set dimensions=8",
        ("80",),
        output="out.txt",
        reads=lambda at: words_in_japanese(at / "new.txt"),
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_data_of_ones_own_are_added_trained_on_and_used(
    name: str, tmp_path: Path, succeeds: Callable[[str], str], refused: Callable[[str], str]
) -> None:
    case, work = CASES[name], tmp_path / "work"
    path = case.make(work)
    added = succeeds(f"aetui data add mine {path.name} {case.add}")
    shown = succeeds("aetui data show mine")
    for told in case.told:
        assert told in shown
    assert shown == added
    assert "mine" in succeeds("aetui data list")
    succeeds(f"aetui train {case.train} --dataset mine --name it")
    source = case.reads(work).name if case.reads else ""
    succeeds(f"aetui reconstruct it {source} -o {case.output}")
    assert (work / case.output).stat().st_size > 0
    succeeds("aetui encode it -o codes.npz")
    codes = np.load(work / "codes.npz")["codes"]
    assert codes.ndim == 2
    assert np.isfinite(codes).all()
    if case.classes:
        assert "%" in (found := succeeds("aetui probe it")) or "0." in found
    else:
        assert "expected" in refused("aetui probe it")
    assert list(work.glob(".*")) == [], "nothing half-written stays behind"


def test_ratings_recommend_what_was_not_rated(tmp_path: Path, succeeds: Callable[[str], str]) -> None:
    path = made.ratings(tmp_path / "work" / "films.csv")
    succeeds(f"aetui data add films {path.name}")
    succeeds("aetui train autorec --dataset films --epochs 3 --name taste")
    rated = {line.split(",")[1] for line in path.read_text().splitlines() if line.startswith("user7,")}
    found = succeeds("aetui recommend taste user7 -n 5")
    offered = [word for word in found.split() if word.startswith("film")]
    assert len(offered) == 5
    assert not rated & set(offered)


def test_pairs_are_seen_and_answered_with(tmp_path: Path, succeeds: Callable[[str], str]) -> None:
    work = tmp_path / "work"
    made.blurred_pairs(work / "sharp", work / "blurred")
    succeeds("aetui data add deblur blurred --target sharp")
    succeeds("aetui train vanilla --preset small --dataset deblur --epochs 3 --name it")
    succeeds("aetui reconstruct it -o out.npz")
    found = np.load(work / "out.npz")
    assert (found["inputs"] != found["targets"]).any()


REFUSALS = {
    "sizes that differ": (lambda at: made.odd_folder(at / "odd"), "odd", ("10", "14", "--size")),
    "no picture in it": (lambda at: (at / "empty").mkdir() or at, "empty --kind images", ("PNG",)),
    "a column that is not there": (
        lambda at: made.csv(at / "t.csv", made.table()),
        "t.csv --label colour",
        ("colour", "weight"),
    ),
    "text without a column": (lambda at: made.titles(at / "t.csv"), "t.csv --kind text", ("title", "--column")),
    "arrays without the usual names": (
        lambda at: np.savez(at / "a.npz", first=np.zeros((9, 4, 4)), second=np.zeros(9)),
        "a.npz",
        ("first", "second", "--array"),
    ),
    "numbers that are neither": (
        lambda at: np.save(at / "a.npy", np.linspace(-3, 900, 9 * 16).reshape(9, 4, 4)),
        "a.npy",
        ("-3", "900", "--scale"),
    ),
    "a window longer than the series": (
        lambda at: made.sound(at / "s.wav", seconds=0.01),
        "s.wav --window 5000",
        ("5,000",),
    ),
    "an option of another kind": (
        lambda at: made.image_folder(at / "shapes"),
        "shapes --window 9",
        ("--window", "images"),
    ),
}


@pytest.mark.parametrize("name", REFUSALS)
def test_what_cannot_be_read_is_refused_with_what_to_do(
    name: str, tmp_path: Path, refused: Callable[[str], str], succeeds: Callable[[str], str]
) -> None:
    make, line, told = REFUSALS[name]
    make(tmp_path / "work")
    message = refused(f"aetui data add mine {line}")
    for words in told:
        assert words in message
    assert "mine" not in succeeds("aetui data list")


def test_a_variant_that_cannot_learn_from_it_says_which_can(
    tmp_path: Path, succeeds: Callable[[str], str], refused: Callable[[str], str]
) -> None:
    made.csv(tmp_path / "work" / "t.csv", made.table())
    succeeds("aetui data add mine t.csv --id patient --label tall")
    message = refused("aetui train sentence --dataset mine")
    assert "vanilla" in message
    assert "vectors" in message or "rows" in message
