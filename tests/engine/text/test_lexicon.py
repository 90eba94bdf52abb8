from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from engine.errors import RunError
from engine.text import lexicon as module
from engine.text.lexicon import UNK, Lexicon
from engine.text.sequences import PAD

WORDS = ("dog", "bit", "man", "zzz", "hound")
VECTORS = np.array([[1, 0], [0, 2], [-3, 1], [0, 0], [1, 0]], np.float32)
DOG, BIT, MAN, ZZZ, HOUND = range(2, 7)


@pytest.fixture
def lexicon() -> Lexicon:
    return Lexicon.assembled(WORDS, VECTORS, "made by hand", seed=4)


def test_padding_is_zero_and_the_unknown_word_is_random_within_one_and_repeatable(lexicon: Lexicon) -> None:
    again, other = (Lexicon.assembled(WORDS, VECTORS, "", seed).vectors[UNK] for seed in (4, 5))
    assert not lexicon.vectors[PAD].any()
    assert (np.abs(lexicon.vectors[UNK]) <= 1).all()
    assert (lexicon.vectors[UNK] == again).all()
    assert (lexicon.vectors[UNK] != other).all()
    assert (lexicon.vectors[2:] == VECTORS).all()


def test_only_words_with_a_vector_of_their_own_are_found(lexicon: Lexicon) -> None:
    assert lexicon.found.tolist() == [False, False, True, True, True, False, True]


def test_words_get_their_places_and_unknown_ones_the_unknown_id(lexicon: Lexicon) -> None:
    assert lexicon.ids(["man", "cat", "bit", "<pad>"]).tolist() == [MAN, UNK, BIT, UNK]
    assert lexicon.ids([]).dtype == np.int32


def test_the_nearest_word_is_found_in_any_shape(lexicon: Lexicon) -> None:
    wanted = np.array([[MAN, BIT, BIT], [UNK, DOG, MAN]])
    near = lexicon.vectors[wanted] + 0.01
    assert (lexicon.nearest(near) == wanted).all()
    assert lexicon.nearest(near[0, 0]).shape == ()


def test_of_equal_vectors_the_lower_id_is_nearest_and_a_word_without_vector_never(lexicon: Lexicon) -> None:
    assert lexicon.nearest(lexicon.vectors[[HOUND, ZZZ]]).tolist() == [DOG, UNK]
    assert lexicon.nearest(lexicon.vectors[PAD]) != PAD


def test_nearest_is_the_same_in_small_blocks_and_by_the_definition(lexicon: Lexicon, monkeypatch) -> None:
    points = np.random.default_rng(0).normal(0, 2, (100, 2)).astype(np.float32)
    whole = lexicon.nearest(points)
    monkeypatch.setattr(module, "_DISTANCES", 20)
    assert (lexicon.nearest(points) == whole).all()
    candidates = np.array([UNK, DOG, BIT, MAN])
    distances = np.linalg.norm(points[:, None] - lexicon.vectors[candidates], axis=-1)
    assert (candidates[distances.argmin(axis=1)] == whole).all()


def test_outputs_beyond_all_numbers_still_get_a_word(lexicon: Lexicon) -> None:
    assert lexicon.nearest(np.array([[np.nan, 1], [np.inf, -np.inf]])).shape == (2,)


def test_the_average_counts_only_words_that_have_a_vector(lexicon: Lexicon) -> None:
    ids = np.array([[DOG, BIT, UNK, ZZZ, PAD], [MAN, MAN, BIT, PAD, PAD], [UNK, ZZZ, PAD, PAD, PAD]])
    expected = [VECTORS[:2].mean(axis=0), (2 * VECTORS[2] + VECTORS[1]) / 3, np.zeros(2)]
    assert np.allclose(lexicon.average(ids), expected)
    assert lexicon.average(ids[:0]).shape == (0, 2)


def test_the_order_of_words_makes_no_difference_to_the_average() -> None:
    random = np.random.default_rng(1)
    lexicon = Lexicon.assembled([str(i) for i in range(40)], random.normal(size=(40, 50)).astype(np.float32), "", 0)
    ids = random.permutation(np.arange(2, 42))[None]
    assert (lexicon.average(ids) == lexicon.average(ids[:, ::-1])).all()


def test_coverage_counts_running_words(lexicon: Lexicon) -> None:
    corpus = SimpleNamespace(words=("cat", "dog", "zzz"), counts=np.array([5, 3, 2]))
    assert lexicon.coverage(corpus) == (0.5, 0.3)


def test_what_is_written_is_read_back(lexicon: Lexicon, tmp_path: Path) -> None:
    lexicon = Lexicon.assembled(["é\x85x", *WORDS], np.vstack([VECTORS[:1], VECTORS]), "GloVe, by hand", 0)
    lexicon.write(tmp_path)
    lexicon.write(tmp_path)
    again = Lexicon.read(tmp_path)
    assert again.words == lexicon.words
    assert (again.vectors == lexicon.vectors).all()
    assert again.source == lexicon.source
    assert (again.found == lexicon.found).all()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["vectors-source.txt", "vectors.npy", "vocabulary.txt"]


@pytest.mark.parametrize("name", ["vocabulary.txt", "vectors.npy", "vectors-source.txt"])
def test_a_missing_file_is_named(lexicon: Lexicon, tmp_path: Path, name: str) -> None:
    lexicon.write(tmp_path)
    (tmp_path / name).unlink()
    with pytest.raises(RunError, match=f"{name}.*No such file"):
        Lexicon.read(tmp_path)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("<pad>\n<unk>\ndog\ndog\nman\nzzz\nhound\n", "each word once"),
        ("dog\nbit\nman\nzzz\nhound\na\nb\n", "<pad>"),
        ("<pad>\n<unk>\ndog\n", "each of 3 words.*7 rows"),
        ("", "<pad>"),
    ],
)
def test_a_wrong_vocabulary_is_refused(lexicon: Lexicon, tmp_path: Path, text: str, expected: str) -> None:
    lexicon.write(tmp_path)
    (tmp_path / "vocabulary.txt").write_text(text)
    with pytest.raises(RunError, match=expected):
        Lexicon.read(tmp_path)


@pytest.mark.parametrize(
    ("array", "expected"),
    [
        (np.zeros((7, 2)), "float32.*float64"),
        (np.zeros((7, 2, 1), np.float32), r"\(7, 2, 1\)"),
        (np.full((7, 2), np.nan, np.float32), "finite"),
        (np.array([{}]), "NumPy writes"),
    ],
)
def test_wrong_vectors_are_refused(lexicon: Lexicon, tmp_path: Path, array: np.ndarray, expected: str) -> None:
    lexicon.write(tmp_path)
    np.save(tmp_path / "vectors.npy", array)
    with pytest.raises(RunError, match=expected):
        Lexicon.read(tmp_path)


def test_a_cut_or_too_large_file_is_refused(lexicon: Lexicon, tmp_path: Path, monkeypatch) -> None:
    lexicon.write(tmp_path)
    vectors = tmp_path / "vectors.npy"
    vectors.write_bytes(vectors.read_bytes()[:-4])
    with pytest.raises(RunError, match="NumPy writes"):
        Lexicon.read(tmp_path)
    monkeypatch.setattr(module, "_LIMIT", 10)
    with pytest.raises(RunError, match="at most 10 bytes"):
        Lexicon.read(tmp_path)
