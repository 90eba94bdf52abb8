"""Using a model: encode, decode, sample, probe, reconstruct. A real engine with a model that needs no TensorFlow."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from functools import partial
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from click.testing import Result
from fakes import FakeRun
from PIL import Image
from typer.testing import CliRunner

from aetui.cli import app, codes, files
from engine import datasets, session
from engine.backend import Checkpoint, Position
from engine.datasets.image_data import as_floats
from engine.errors import BadData, EngineError, UsageError
from engine.registry import VARIANTS
from engine.runs.checkpoint import write_checkpoint
from engine.runs.jobs import TrainJob
from engine.runs.store import RunStore

pytestmark = pytest.mark.usefixtures("quick_probes")

Aetui = Callable[..., Result]
WITH_PRIOR = next(key for key, variant in VARIANTS.items() if variant.prior)
WITHOUT = next(key for key, variant in VARIANTS.items() if not variant.prior)


class FirstPixels:
    """Codes are the first three pixels of the middle row; decoding paints their mean everywhere."""

    shape = (28, 28, 1)
    code_size = 3
    block = 1_000
    epoch = 7

    def encode(self, images: np.ndarray) -> np.ndarray:
        return as_floats(images)[:, 14, 12:15, 0]

    def decode(self, array: np.ndarray) -> np.ndarray:
        if array.shape[1:] != (3,):
            raise UsageError("Wrong shape", f"expected codes of 3 numbers, got {array.shape}")
        return np.ones((len(array), *self.shape), np.float32) * array.mean(axis=1)[:, None, None, None]

    def corrupted(self, images: np.ndarray, start: int = 0) -> np.ndarray:
        return as_floats(images)


class Denoiser(FirstPixels):
    """It sees everything brighter than white."""

    def corrupted(self, images: np.ndarray, start: int = 0) -> np.ndarray:
        return as_floats(images) + 1


NOISY = "denoising"
MODELS = {NOISY: Denoiser}


def backend(device: str) -> Any:
    if device != "auto":
        raise UsageError("Unknown device", f"expected auto, got {device}")
    return SimpleNamespace(device="none", model=lambda variant, *_: MODELS.get(variant.key, FirstPixels)())


@pytest.fixture
def aetui(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Aetui:
    """Runs a command line in a folder with a run of each kind, named after its variant."""
    monkeypatch.delenv("AETUI_DATA", raising=False)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setattr("engine.storage.native_output.divert", lambda: None)
    monkeypatch.setattr(session, "Engine", partial(session.Engine, backend=backend))
    monkeypatch.chdir(tmp_path)
    store = RunStore(tmp_path / "runs")
    fingerprint = datasets.load("digits", None).fingerprint
    for variant in (WITHOUT, WITH_PRIOR, NOISY):
        run = FakeRun(store, variant, TrainJob(variant=variant, dataset="digits"), fingerprint)
        checkpoint = Checkpoint(arrays={"w": np.zeros(1)}, position=Position())
        write_checkpoint(run.folder / "checkpoint.safetensors", checkpoint)
    return lambda *arguments: CliRunner().invoke(app, ["--runs-dir", str(store.root), *arguments])


def lines(path: str) -> list[str]:
    return Path(path).read_text("utf-8").splitlines()


def test_encode_writes_codes_with_labels_where_the_input_has_them(aetui: Aetui) -> None:
    result = aetui("encode", WITHOUT, "-o", "all.npz")
    assert result.stdout == "all.npz: 355 codes of 3 numbers, after epoch 7\n"
    test = datasets.load("digits", None).test
    with np.load("all.npz") as loaded:
        assert np.array_equal(loaded["codes"], FirstPixels().encode(test.items))
        assert np.array_equal(loaded["labels"], test.labels)
    assert aetui("encode", WITHOUT, "--part", "train", "-o", "train.npy").exit_code == 0
    assert np.load("train.npy").shape == (1_442, 3)
    np.save("images.npy", test.items[:4])
    assert aetui("encode", WITHOUT, "images.npy", "-o", "some.npz").exit_code == 0
    with np.load("some.npz") as loaded:
        assert loaded.files == ["codes"]
        assert loaded["codes"].shape == (4, 3)


def test_a_table_of_codes_has_a_header_and_can_be_decoded(aetui: Aetui) -> None:
    assert aetui("encode", WITHOUT, "-n", "5", "-o", "codes.tsv").exit_code == 0
    head, *rows = lines("codes.tsv")
    assert head.split("\t") == ["label", "z1", "z2", "z3"]
    assert len(rows) == 5
    test = datasets.load("digits", None).test
    assert [int(row.split("\t")[0]) for row in rows] == test.labels[:5].tolist()
    assert aetui("decode", WITHOUT, "codes.tsv", "-o", "images.npz").exit_code == 0
    with np.load("images.npz") as loaded:
        expected = FirstPixels().encode(test.items[:5])
        assert np.array_equal(loaded["codes"], expected)
        assert np.array_equal(loaded["images"], FirstPixels().decode(expected))


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("a.csv", "1,2,3\n4,5,6\n"),
        ("a.csv", '\ufeff"z1",z2,z3\n1,2,3\n4,5,6\n\n'),
        ("a.tsv", "Label\ta\tb\tc\n9\t1\t2\t3\n9\t4\t5\t6"),
        ("a.csv", 'name,label,z1,z2,z3\n"a, b.png",cat,1,2,3\nc.png,dog,4,5,6\n'),
        ("a.tsv", "z1\tz2\tz3\tlabel\n1\t2\t3\t9\n4\t5\t6\t9\n"),
    ],
)
def test_tables_of_others_are_read(tmp_path: Path, name: str, text: str) -> None:
    (tmp_path / name).write_text(text, "utf-8")
    assert codes.read_codes(tmp_path / name).tolist() == [[1, 2, 3], [4, 5, 6]]


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("a.tsv", b"", "no row of numbers"),
        ("a.tsv", b"z1\tz2\n", "no row of numbers"),
        ("a.csv", b"1,2\n3,four\n", "'four'"),
        ("a.csv", b"1,2\n3\n", "2 columns"),
        ("a.csv", b'name,a,b\n"x\ny",1,2\nz,3,4\n', "columns|quotes"),
        ("a.csv", b"name,label\na,b\n", "no row of numbers"),
        ("a.csv", b"1,nan\n", "finite numbers, but row 1"),
        ("a.csv", b"\xff\xfe\x00", "expected codes"),
        ("a.npy", b"\x93NUMPY", "expected codes"),
        ("a.npz", b"PK\x03\x04", "expected codes"),
    ],
)
def test_a_broken_file_of_codes_is_named_with_its_fault(tmp_path: Path, name: str, content: bytes, words: str) -> None:
    (tmp_path / name).write_bytes(content)
    with pytest.raises(BadData, match=words) as caught:
        codes.read_codes(tmp_path / name)
    assert str(tmp_path / name) in str(caught.value)


@pytest.mark.parametrize(
    ("array", "words"),
    [
        (np.zeros((2, 3, 4)), "count, code size"),
        (np.zeros((0, 3)), "count, code size"),
        (np.array([["a"]]), "expected numbers"),
        (np.array([[{}]], object), "pickled objects"),
    ],
)
def test_arrays_that_are_no_codes_are_refused(tmp_path: Path, array: np.ndarray, words: str) -> None:
    np.save(tmp_path / "a.npy", array, allow_pickle=True)
    with pytest.raises(BadData, match=words):
        codes.read_codes(tmp_path / "a.npy")


def test_an_archive_without_codes_is_refused_with_what_it_has(tmp_path: Path) -> None:
    np.savez(tmp_path / "a.npz", images=np.zeros(3))
    with pytest.raises(BadData, match="only images"):
        codes.read_codes(tmp_path / "a.npz")


def test_codes_of_another_size_are_refused_by_the_model_and_nothing_is_written(aetui: Aetui) -> None:
    np.save("codes.npy", np.zeros((2, 5)))
    result = aetui("decode", WITHOUT, "codes.npy", "-o", "out.npy")
    assert isinstance(result.exception, UsageError)
    assert "expected codes of 3 numbers" in str(result.exception)
    assert not Path("out.npy").exists()


def test_sample_writes_the_same_images_for_the_same_seed(aetui: Aetui) -> None:
    for name, seed in (("a.npy", "1"), ("b.npy", "1"), ("c.npy", "2")):
        result = aetui("sample", WITH_PRIOR, "-n", "12", "--seed", seed, "--temperature", "0.5", "-o", name)
        assert result.stdout == f"{name}: 12 images, after epoch 7\n"
    a, b, c = (np.load(f"{name}.npy") for name in "abc")
    assert a.shape == (12, 28, 28, 1)
    assert np.array_equal(a, b)
    assert not np.array_equal(a, c)


def test_many_samples_fill_several_rows_of_a_sheet(aetui: Aetui) -> None:
    for count in (10, 25):
        assert aetui("sample", WITH_PRIOR, "-n", str(count), "-o", f"{count}.png").exit_code == 0
    with Image.open("10.png") as row, Image.open("25.png") as rows:
        assert rows.width == row.width
        assert rows.height > 2.5 * row.height


def test_a_variant_without_a_prior_is_refused_with_one_that_has(aetui: Aetui) -> None:
    result = aetui("sample", WITHOUT)
    assert isinstance(result.exception, UsageError)
    assert WITH_PRIOR in str(result.exception)


def test_probe_prints_ours_beside_what_nobody_had_to_learn(aetui: Aetui) -> None:
    result = aetui("probe", WITHOUT, "-k", "3", "--labels", "60", "--confusion", "--reliability")
    assert max(map(len, result.stdout.splitlines())) <= 80
    head, *rows = (re.split(" {2,}", line) for line in result.stdout.splitlines()[:5])
    assert head == ["FEATURES", "NUMBERS", "3-NN", "SOFTMAX", "C"]
    assert [row[0] for row in rows] == [f"{WITHOUT} codes", "PCA", "random projection", "raw pixels"]
    softmax = [float(row[3]) for row in rows]
    assert 0.1 < softmax[0] < softmax[3] < 1
    assert "355 test items" in result.stdout
    assert "fitted to 60 labels of the training part" in result.stdout
    assert "RIGHT - MEAN" in result.stdout


def test_a_probe_keeps_its_classifier_which_labels_items_in_files_and_pipes(aetui: Aetui) -> None:
    told = aetui("probe", WITHOUT, "--labels", "40", "-o", "c.safetensors", "--json")
    found = json.loads(told.stdout)
    accuracy = found["rows"][0]["softmax"][0]["accuracy"]
    result = aetui("classify", WITHOUT, "--with", "c.safetensors", "-o", "all.csv")
    assert f"{accuracy:.4f} of 355 with a class have been given it" in result.stdout
    head, *rows = lines("all.csv")
    assert head.split(",")[:4] == ["label", "class", "probability", "p 0"]
    assert sum(row.split(",")[0] == row.split(",")[1] for row in rows) == round(accuracy * 355)
    np.save("some.npy", datasets.load("digits", None).test.items[:4])
    piped = aetui("classify", WITHOUT, "some.npy", "--with", "c.safetensors", "--format", "json")
    assert [one["class"] for one in json.loads(piped.stdout)] == [row.split(",")[1] for row in rows[:4]]
    other = aetui("classify", WITH_PRIOR, "--with", "c.safetensors")
    assert "name that run" in str(other.exception)
    assert isinstance(aetui("classify", WITHOUT).exception, UsageError)
    assert isinstance(aetui("probe", WITHOUT, "-o", "c.pickle").exception, UsageError)


def test_cluster_writes_the_cluster_of_each_item(aetui: Aetui) -> None:
    result = aetui("cluster", WITHOUT, "--seeds", "1", "--items", "300", "-o", "clusters.csv")
    assert "10 clusters found on 300 training items, judged on 355 items of the test part" in result.stdout
    head, *rows = lines("clusters.csv")
    assert head == "label,cluster,distance"
    assert len({row.split(",")[1] for row in rows}) == 10


def test_reconstruct_still_writes_all_there_is(aetui: Aetui) -> None:
    assert aetui("reconstruct", WITHOUT, "-n", "4", "-o", "all.npz").exit_code == 0
    with np.load("all.npz") as loaded:
        assert {name: len(loaded[name]) for name in loaded.files} == dict.fromkeys(
            ("inputs", "outputs", "targets", "codes", "errors"), 4
        )


def test_a_denoiser_is_shown_noisy_images_and_held_against_the_clean_ones(aetui: Aetui) -> None:
    clean = as_floats(datasets.load("digits", None).test.items[:4])
    result = aetui("reconstruct", NOISY, "-n", "4", "-o", "all.npz")
    with np.load("all.npz") as loaded:
        assert np.array_equal(loaded["inputs"], clean + 1)
        assert np.array_equal(loaded["targets"], clean)
        mean = np.square(loaded["outputs"] - clean).mean()
    assert (
        result.stdout == f"all.npz: 4 images, mean squared error {mean:.4g} against the clean images, after epoch 7\n"
    )
    heights = {}
    for name, option in (("noisy.png", "--noise"), ("clean.png", "--no-noise")):
        assert aetui("reconstruct", NOISY, option, "-o", name).exit_code == 0
        with Image.open(name) as sheet:
            heights[name] = sheet.height
    assert heights["noisy.png"] > 1.25 * heights["clean.png"]  # four rows, and three


def test_files_of_your_own_get_no_noise_unless_it_is_asked_for(aetui: Aetui) -> None:
    images = datasets.load("digits", None).test.items[:4]
    np.save("mine.npy", images)
    for options, added in (((), 0), (("--noise",), 1)):
        assert aetui("reconstruct", NOISY, "mine.npy", "-o", "all.npz", *options).exit_code == 0
        with np.load("all.npz") as loaded:
            assert np.array_equal(loaded["inputs"], as_floats(images) + added)
            assert np.array_equal(loaded["targets"], as_floats(images))


@pytest.mark.parametrize("command", ["encode", "reconstruct"])
def test_data_that_changed_since_the_training_are_refused(
    aetui: Aetui, command: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("engine.datasets.image_data.ImageData.fingerprint", "another")
    for source in ((), ("digits",)):
        result = aetui(command, WITHOUT, *source, "-o", "out.npz")
        assert "bring the former data back" in str(result.exception)
    assert not Path("out.npz").exists()


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("encode", WITHOUT, "-o", "codes.png"), ".npy, .npz, .tsv"),
        (("encode", WITHOUT, "nothing"), "neither a data set"),
        (("encode", WITHOUT, "images.npy", "--part", "train"), "--part train"),
        (("encode", WITHOUT, "mnist", "--part", "validation"), "give --part train or test"),
        (("decode", WITHOUT, "nothing.npy"), "aetui encode"),
        (("decode", WITHOUT, "codes.txt"), ".npy, .npz, .tsv, .csv"),
        (("decode", WITHOUT, "codes.npy", "-o", "images.tsv"), ".png, .npy, .npz"),
        (("sample", WITH_PRIOR, "-n", "5000"), "at most 1,000 images"),
        (("reconstruct", WITHOUT, "digits", "-n", "5000", "-o", "a.gif"), ".png, .npy, .npz"),
        (("reconstruct", WITHOUT, "--noise"), "leave --noise out"),
        (("probe", "nobody"), "no run is called 'nobody'"),
        (("--device", "tpu", "probe", WITHOUT), "expected auto, got tpu"),
    ],
)
def test_wrong_usage_says_what_was_expected(aetui: Aetui, arguments: tuple[str, ...], words: str) -> None:
    result = aetui(*arguments)
    assert isinstance(result.exception, EngineError)
    assert result.exception.exit_code == 2
    assert words in str(result.exception)
    assert result.stdout == ""


def test_a_fault_while_writing_leaves_the_old_file_and_no_other(tmp_path: Path) -> None:
    path = tmp_path / "a.npy"
    path.write_bytes(b"old")

    def fail() -> None:
        with files.written(path) as file:
            file.write(b"new")
            raise OSError(28, "No space left on device")

    with pytest.raises(EngineError, match="choose another --output"):
        fail()
    with pytest.raises(EngineError, match="Cannot write"), files.written(tmp_path / "missing" / "a.npy"):
        pass
    assert path.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [path]


def test_an_engine_that_does_not_load_is_what_the_one_who_asks_is_told(
    aetui: Aetui, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(device: str) -> Any:
        raise ImportError("libcudart")

    monkeypatch.setattr(session, "Engine", partial(session.Engine.func, backend=broken))
    result = aetui("probe", WITHOUT)
    assert "libcudart" in str(result.exception)


def test_every_command_asks_through_one_engine_that_is_closed_again(
    aetui: Aetui, monkeypatch: pytest.MonkeyPatch
) -> None:
    made: list[Any] = []
    make = session.Engine
    monkeypatch.setattr(session, "Engine", lambda *a, **k: made.append(make(*a, **k)) or made[-1])
    assert aetui("probe", WITHOUT, "--items", "100").exit_code == 0
    [engine] = made
    assert not engine._thread.is_alive()
