"""What of a run folder or the cache is made of arrays, hostile: samples, words, checkpoints, indexes, corpora."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import pytest
from hostile.bounds import hostile, outcome
from hostile.damage import NUMBERS, changed, claiming, damaged, lzma_bomb, npy, npz, whole_npy, whole_zip
from hypothesis import given
from hypothesis import strategies as st
from safetensors.numpy import save

from aetui.render.pixels import to_grey
from engine.analysis import array_cache
from engine.analysis.neighbours import FILE, Index
from engine.backend import Best, Position
from engine.errors import EngineError
from engine.runs.checkpoint import read_checkpoint
from engine.runs.snapshot_file import FIXED, NAME, SEARCHES, Header, Record, index_of, write_anew
from engine.runs.snapshot_file import MOST as MOST_RECORDS
from engine.runs.snapshots import LARGEST, kept_epochs, read_samples
from engine.runs.step_file import read_steps
from engine.runs.step_history import MOST, thinned
from engine.text import corpus_cache
from engine.text.lexicon import Lexicon
from engine.text.vectors import _kept

PICTURES = np.zeros((2, 4, 4, 1), np.float16)
PROBE = {
    "inputs": PICTURES,
    "targets": PICTURES,
    "image_points": np.zeros((4, 2), np.float16),
    "labels": np.array([0, 1]),
    "point_labels": np.array([0, 0, 1, 1]),
    "classes": np.array(["a", "b"]),
    "baseline_name": np.array(["PCA-3"]),
}
COMPONENTS = {"mean": (3,), "components": (2, 3)}
EPOCH = {
    "outputs": PICTURES,
    "codes": np.zeros((2, 3), np.float16),
    "points": np.zeros((4, 2), np.float16),
    "weights": np.zeros((5, 4, 4, 1), np.float16),
    "activations": np.zeros(3, np.float16),
    "readings": np.array(["a b", "c"]),
    "cosines": np.zeros(6, np.float32),
    "view kl": np.zeros(3, np.float16),
    "view spectrum": np.ones(5, np.float32),
}


def whole_npz(arrays: dict[str, np.ndarray]) -> bytes:
    return whole_zip({f"{name}.npy": whole_npy(array) for name, array in arrays.items()})


STEPS = {
    "width": np.array([4]),
    "epoch": np.array([0.25, 0.5, 1.0]),
    "steps": np.array([4, 4, 8]),
    "low": np.zeros(3),
    "high": np.ones(3),
    "mean": np.full(3, 0.5),
    "seconds": np.arange(3.0),
}


@hostile
@given(content=npz(STEPS) | st.just(whole_npz(STEPS)))
def test_the_losses_of_steps(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "steps.npz").write_bytes(content)
    found = read_steps(tmp_path)
    assert len(found) <= MOST
    assert found.and_then(list(found)) is found
    assert sum(point.steps for point in thinned(list(found))) == sum(found.steps)


@hostile
@given(
    probe=npz(PROBE) | st.just(whole_npz(PROBE)),
    epoch=npz(EPOCH) | st.just(whole_npz(EPOCH)),
    number=st.sampled_from((1, 10**30, -1)),
)
def test_samples(tmp_path: Path, probe: bytes, epoch: bytes, number: int) -> None:
    (tmp_path / "samples").mkdir(exist_ok=True)
    (tmp_path / "samples" / "probe.npz").write_bytes(probe)
    (tmp_path / "samples" / f"epoch-{number:04d}.npz").write_bytes(epoch)
    _assert_drawable(outcome(lambda: read_samples(tmp_path, number)))


def _snapshots(folder: Path, probe: bytes, epoch: bytes) -> Path:
    write_anew(folder / NAME, Header(10**6), [Record.of(FIXED, probe), Record.of(1, epoch), Record.of(2, epoch)])
    return folder / NAME


@hostile
@given(probe=npz(PROBE) | st.just(whole_npz(PROBE)), epoch=npz(EPOCH) | st.just(whole_npz(EPOCH)), data=st.data())
def test_samples_in_one_file(tmp_path: Path, probe: bytes, epoch: bytes, data: st.DataObject) -> None:
    file = _snapshots(tmp_path, probe, epoch)
    file.write_bytes(data.draw(st.just(file.read_bytes()) | damaged(file.read_bytes())))
    assert outcome(lambda: kept_epochs(tmp_path)) <= {1, 2}
    for number in (1, 2, 10**30, -1):
        _assert_drawable(outcome(lambda number=number: read_samples(tmp_path, number)))


def test_a_file_of_nothing_but_records_or_marks_is_given_up(tmp_path: Path) -> None:
    file = _snapshots(tmp_path, whole_npz(PROBE), whole_npz(EPOCH))
    whole = file.read_bytes()
    empty = Record.of(3, b"").packed()
    file.write_bytes(whole + empty * 3 * MOST_RECORDS)
    assert set(outcome(lambda: index_of(file)).places) == {FIXED, 1, 2, 3}
    file.write_bytes(whole + empty[:4] * 2 * SEARCHES + empty)
    assert set(outcome(lambda: index_of(file)).places) == {FIXED, 1, 2}
    assert read_samples(tmp_path, 1).codes.shape == (2, 3)


def _assert_drawable(found: Any) -> None:
    if isinstance(found, EngineError):
        return
    assert found.inputs.shape == found.outputs.shape == found.targets.shape
    assert len(found.inputs) == len(found.codes) == len(found.labels)
    if found.inputs.ndim == 4:
        to_grey(abs(found.outputs - found.targets))
    assert all(view.ndim in (1, 2, 3, 4) and view.size for view in found.views.values())
    texts = [found.classes, *(view for view in found.views.values() if view.dtype.kind == "U")]
    for text in texts:
        "".join([] if text is None else text.tolist()).encode()


def test_whole_samples_are_read_and_those_above_the_limit_refused_with_it(tmp_path: Path) -> None:
    (tmp_path / "samples").mkdir()
    (tmp_path / "samples" / "probe.npz").write_bytes(whole_npz(PROBE))
    (tmp_path / "samples" / "epoch-0001.npz").write_bytes(whole_npz(EPOCH))
    assert read_samples(tmp_path, 1).codes.shape == (2, 3)
    bomb = whole_zip({"outputs.npy": claiming((2**40, 4, 4, 1), "<f2")})
    (tmp_path / "samples" / "epoch-0001.npz").write_bytes(bomb)
    assert f"at most {LARGEST:,} bytes" in str(outcome(lambda: read_samples(tmp_path, 1)))


def test_an_archive_that_says_it_takes_gigabytes_to_unpack_is_refused(tmp_path: Path) -> None:
    (tmp_path / "samples").mkdir()
    (tmp_path / "samples" / "probe.npz").write_bytes(lzma_bomb("inputs.npy", whole_npy(PICTURES)))
    assert "not deflated" in str(outcome(lambda: read_samples(tmp_path, 1)))


WORDS = "<pad>\n<unk>\nthe\ndog\n"
VECTORS = np.ones((4, 3), np.float32)


@hostile
@given(
    words=damaged(WORDS.encode()) | st.just(WORDS.encode()),
    vectors=npy(VECTORS) | st.just(whole_npy(VECTORS)),
    source=damaged(b"GloVe"),
    segmentation=damaged(b"characters"),
)
def test_words_and_vectors_of_a_run(
    tmp_path: Path, words: bytes, vectors: bytes, source: bytes, segmentation: bytes
) -> None:
    for name, content in (("vocabulary.txt", words), ("vectors.npy", vectors), ("vectors-source.txt", source)):
        (tmp_path / name).write_bytes(content)
    (tmp_path / "segmentation.txt").write_bytes(segmentation)
    found = outcome(lambda: Lexicon.read(tmp_path))
    if not isinstance(found, EngineError):
        assert found.vectors.shape == (len(found.words), found.dimensions)
        assert found.ids(["dog"]).shape == (1,)
        assert np.isfinite(found.vectors).all()
        assert found.nearest(found.vectors).shape == (len(found),)


HEADER = {
    "position": json.loads(msgspec.json.encode(Position(epoch=3, step=2, sums={"loss": 0.5}))),
    "best": json.loads(msgspec.json.encode(Best(epoch=2, loss=0.5))),
}
ARRAYS = {"encoder/dense/kernel": np.ones((4, 3), np.float32), "optimizer/iterations": np.array(7)}


@st.composite
def tensors(draw: st.DrawFn, header: dict[str, str], arrays: dict[str, np.ndarray]) -> bytes:
    """A safetensors file whose table of arrays lies, or whose bytes are damaged."""
    whole = save(arrays, header)
    length = int.from_bytes(whole[:8], "little")
    given = dict(sorted(json.loads(whole[8 : 8 + length]).items()))  # safetensors itself keeps no order
    table = draw(changed(given))
    for entry in table.values() if isinstance(table, dict) else ():
        if isinstance(entry, dict) and not draw(st.integers(0, 4)):
            entry["dtype"] = draw(st.sampled_from(("F16", "BF16", "F8_E4M3", "BOOL", "C64", "U64", "F64", "X")))
            entry["shape"] = draw(st.lists(st.sampled_from(NUMBERS), max_size=3))
    text = json.dumps(table).encode(errors="surrogatepass")
    content = len(text).to_bytes(8, "little") + text + whole[8 + length :]
    return draw(st.just(content) | damaged(content))


@st.composite
def checkpoints(draw: st.DrawFn) -> bytes:
    header = {name: json.dumps(value) for name, value in draw(changed(HEADER)).items()}
    if not draw(st.integers(0, 9)):
        header["position"] = '{"sums": ' + "[" * 5_000
    kinds = draw(st.sampled_from(("f4", "f8", "i8", "?", "f2")))
    arrays = {name: array.astype(kinds) for name, array in ARRAYS.items()}
    clean = {str(name): text for name, text in header.items() if "\\ud800" not in text}
    return draw(tensors(clean, arrays))


@hostile
@given(content=checkpoints())
def test_a_checkpoint(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "checkpoint.safetensors"
    path.write_bytes(content)
    found = outcome(lambda: read_checkpoint(path))
    if not isinstance(found, EngineError):
        assert found.position.epoch >= 1
        assert min(found.position.step, found.position.stage) >= 0
        assert all(array.dtype.kind in "fiu" for array in found.arrays.values())


def test_a_whole_checkpoint_is_read(tmp_path: Path) -> None:
    header = {name: json.dumps(value) for name, value in HEADER.items()}
    (tmp_path / "whole").write_bytes(save(ARRAYS, header))
    assert read_checkpoint(tmp_path / "whole").position.step == 2


@pytest.mark.parametrize("position", [{"epoch": 0}, {"step": -1}, {"stage": 10**30}, {"seconds": -1.0}, {"epoch": 2}])
def test_a_checkpoint_at_no_point_of_a_run_is_refused(tmp_path: Path, position: dict) -> None:
    header = {"position": json.dumps(HEADER["position"] | position), "best": json.dumps(HEADER["best"])}
    (tmp_path / "nowhere").write_bytes(save(ARRAYS, header))
    assert "no point of a run" in str(outcome(lambda: read_checkpoint(tmp_path / "nowhere")))


@hostile
@given(content=tensors({"version": "1"}, {"codes": np.ones((4, 3), np.float16)}))
def test_the_index_of_neighbours_is_whole_or_none(tmp_path: Path, content: bytes) -> None:
    (tmp_path / FILE).write_bytes(content)
    found = outcome(lambda: Index.read(tmp_path, "1", (4, 3)))
    assert found is None or found.nearest(np.ones(3), 2)[0].shape == (2,)


CORPUS = {
    "counts": np.array([2, 1]),
    "tokens": np.array([0, 1, 0], np.int32),
    "starts": np.array([0, 2, 3]),
    "text": np.frombuffer(b"a b.a.", np.uint8),
    "text_starts": np.array([0, 4, 6]),
    "document": np.array([0, 0], np.int32),
}
NAMES = corpus_cache.Names("text", ("a", "b"), ("x.txt",), ("topic",), ((0,),), "full stops", "")


@st.composite
def corpora(draw: st.DrawFn) -> bytes:
    names = draw(changed(json.loads(msgspec.json.encode(NAMES))))
    try:
        packed = msgspec.msgpack.encode(names)
    except (OverflowError, UnicodeEncodeError):
        packed = draw(damaged(msgspec.msgpack.encode(NAMES)))
    return draw(npz({**CORPUS, "names": np.frombuffer(packed, np.uint8)}))


@hostile
@given(content=corpora())
def test_a_corpus_in_the_cache_is_whole_or_none(tmp_path: Path, monkeypatch, content: bytes) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    place = corpus_cache._place("text", "1")
    place.parent.mkdir(parents=True, exist_ok=True)
    place.write_bytes(content)
    found = outcome(lambda: corpus_cache.find("text", "1", None))
    if found is not None:
        assert len([found.sentence(i) for i in range(len(found))]) == len(found)
        assert all(found.words[token] for token in found.tokens)


def test_a_whole_corpus_is_found(tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    place = corpus_cache._place("text", "1")
    place.parent.mkdir(parents=True)
    place.write_bytes(whole_npz({**CORPUS, "names": np.frombuffer(msgspec.msgpack.encode(NAMES), np.uint8)}))
    found = corpus_cache.find("text", "1", None)
    assert found is not None
    assert [found.sentence(i) for i in range(2)] == ["a b.", "a."]


@hostile
@given(content=npz({"vectors": VECTORS}))
def test_vectors_in_the_cache_are_whole_or_made_anew(tmp_path: Path, content: bytes) -> None:
    _kept(tmp_path, ("key",), 4, lambda: VECTORS)
    (place,) = (tmp_path / "lexicons").glob("*.npz")
    place.write_bytes(content)
    found = outcome(lambda: _kept(tmp_path, ("key",), 4, lambda: VECTORS))
    assert len(found) == 4
    assert np.isfinite(found).all()


@hostile
@given(content=npz({"mean": np.zeros(3, np.float32), "components": np.ones((2, 3), np.float32)}))
def test_principal_components_in_the_cache_are_whole_or_none(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "pca.npz").write_bytes(content)
    found = outcome(lambda: array_cache.read(tmp_path / "pca.npz", COMPONENTS))
    assert found is None or {name: array.shape for name, array in found.items()} == COMPONENTS


def test_principal_components_that_claim_a_petabyte_are_none(tmp_path: Path) -> None:
    (tmp_path / "pca.npz").write_bytes(
        whole_zip({f"{name}.npy": claiming((2**50,)) for name in ("mean", "components")})
    )
    assert outcome(lambda: array_cache.read(tmp_path / "pca.npz", COMPONENTS)) is None
