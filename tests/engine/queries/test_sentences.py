"""Queries about typed sentences, put to a model whose codes can be told beforehand."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from generators import outcome

from engine.analysis.neighbours import FILE
from engine.analysis.text_baselines import Sif
from engine.errors import RunError, UsageError
from engine.queries.context import QueryContext
from engine.queries.messages import Judge, Neighbours, Pair, Read, Similarity, Walk
from engine.queries.pairs import judged
from engine.queries.sentences import Search, reading, similarity
from engine.queries.walking import Walking, between
from engine.text.text_data import TextData


class FirstWords:
    """The code is the vectors of the first two words, one after the other; decoded, they stand there again."""

    block = 16
    epoch = 3

    def __init__(self, data: TextData) -> None:
        self.shape = data.shape
        self.code_size = 2 * data.shape[1]
        self.encoded = 0

    def encode(self, items: Any) -> Any:
        self.encoded += len(items)
        return items[:, :2].reshape(len(items), -1)

    def decode(self, codes: Any) -> Any:
        words = np.zeros((len(codes), *self.shape), np.float32)
        words[:, :2] = codes.reshape(len(codes), 2, -1)
        return words


@pytest.fixture
def data(small_text: Any, request: pytest.FixtureRequest) -> TextData:
    made: TextData = small_text(60, ids=getattr(request, "param", "tokens"))
    return made


@pytest.fixture
def make_context(data: TextData, tmp_path: Path) -> Callable[..., QueryContext]:
    model = FirstWords(data)

    def make(version: str = "epoch 4, step 0", live: bool = False) -> QueryContext:
        return QueryContext(
            model=model,
            variant=None,
            preset="",
            folder=tmp_path,
            version=version,
            live=live,
            weights="last",
            held_out=False,
            still=lambda: model,
            backend=None,
            config=None,
            checkpoint=None,
            data=lambda: data,
            kept=lambda: data.lexicon,
            record=None,
            exact=lambda: model,
        )

    return make


def test_like_beginnings_are_like_sentences_whatever_the_average_says(make_context: Any) -> None:
    same = similarity(make_context(), Similarity(run_id="run", first="The dog saw", second="the dog met the bank"))
    assert same.cosine == pytest.approx(1)
    assert same.average < 0.99
    turned = similarity(make_context(), Similarity(run_id="run", first="the dog bit", second="bit dog the"))
    assert turned.average == pytest.approx(1)
    assert turned.cosine < 0.99
    assert turned.epoch == 3


def test_words_that_the_run_does_not_know_are_told_and_long_sentences_are_cut(make_context: Any) -> None:
    answer = similarity(
        make_context(), Similarity(run_id="run", first="the zebra saw 7 cat the dog ship", second="the dog")
    )
    assert answer.first.words == ("the", "zebra", "saw", "9", "cat", "the", "dog", "ship")
    assert answer.first.known == (True, False, True, False, True, True, True, True)
    assert (answer.first.used, answer.second.used) == (6, 2)


@pytest.mark.parametrize(
    ("text", "why"), [("", "expected a sentence"), ("  ", "expected"), ("zebra", "none of the words")]
)
def test_a_sentence_without_known_words_is_refused(text: str, why: str, make_context: Any) -> None:
    with pytest.raises(UsageError, match=why):
        similarity(make_context(), Similarity(run_id="run", first="the dog", second=text))
    with pytest.raises(UsageError, match=why):
        reading(make_context(), Read(run_id="run", text=text))
    with pytest.raises(UsageError, match=why):
        next(Search().neighbours(make_context(), Neighbours(run_id="run", text=text)))


def test_a_reading_is_the_nearest_words(make_context: Any) -> None:
    answer = reading(make_context(), Read(run_id="run", text="The dog"))
    assert answer.reading == "the dog"
    assert answer.cosine == pytest.approx(1)
    assert len(reading(make_context(), Read(run_id="run", text="The dog saw the cat")).reading.split()) == 5


@pytest.mark.parametrize("data", ["split"], indirect=True)
def test_a_run_with_published_ids_reads_the_last_words_as_they_stand_between_spaces(
    make_context: Any, data: TextData
) -> None:
    answer = reading(make_context(), Read(run_id="run", text="Zebra dog, the cat saw the dog met ship"))
    assert answer.sentence.words[1] == "dog,"
    assert (answer.sentence.first, answer.sentence.used) == (3, 6)
    assert answer.reading.split()[:2] == ["cat", "saw"]
    short = reading(make_context(), Read(run_id="run", text="cat saw the dog met ship"))
    assert (short.sentence.first, short.reading.split()[:2]) == (0, ["cat", "saw"])
    padded = Read(run_id="run", text="the cat")
    assert data.lexicon.row(padded.text, 6)[:4].tolist() == [0, 0, 0, 0]
    assert len(reading(make_context(), padded).reading.split()) == 2


def test_neighbours_begin_alike_and_stand_there_once(make_context: Any) -> None:
    answer = outcome(Search().neighbours(make_context(), Neighbours(run_id="run", text="the cat", count=5)))
    sentences = [found.sentence for found in answer.neighbours]
    assert len(set(sentences)) == 5
    assert all(sentence.startswith("The cat") for sentence in sentences)
    cosines = [found.cosine for found in answer.neighbours]
    assert cosines == sorted(cosines, reverse=True)
    assert cosines[0] == pytest.approx(1, abs=1e-3)
    assert answer.searched == 60
    assert len(answer.average) == 5
    assert all(found.topics for found in answer.average)


def test_the_corpus_is_encoded_once_for_a_checkpoint_and_kept_in_the_run(
    make_context: Any, data: TextData, tmp_path: Path
) -> None:
    search, ask = Search(), Neighbours(run_id="run", text="the cat", count=1)
    context = make_context()
    for _ in range(2):
        outcome(search.neighbours(context, ask))
    assert context.model.encoded == len(data.items) + 2
    assert (tmp_path / FILE).exists()
    outcome(Search().neighbours(context, ask))  # as after a new start
    assert context.model.encoded == len(data.items) + 3
    outcome(search.neighbours(make_context("epoch 5, step 0"), ask))
    assert context.model.encoded == 2 * len(data.items) + 4


def test_codes_of_a_run_that_trains_are_not_kept_in_its_folder(make_context: Any, tmp_path: Path) -> None:
    outcome(Search().neighbours(make_context(live=True), Neighbours(run_id="run", text="the cat", count=1)))
    assert not (tmp_path / FILE).exists()


def test_a_damaged_index_is_made_anew(make_context: Any, tmp_path: Path) -> None:
    (tmp_path / FILE).write_bytes(b"no index")
    assert outcome(Search().neighbours(make_context(), Neighbours(run_id="run", text="the cat"))).neighbours


def test_no_neighbours_at_all_are_refused(make_context: Any) -> None:
    with pytest.raises(UsageError, match="at least 1"):
        next(Search().neighbours(make_context(), Neighbours(run_id="run", text="the cat", count=0)))


def test_a_straight_line_has_the_two_ends_themselves_and_equal_steps() -> None:
    first, second = np.random.default_rng(0).normal(size=(2, 5)).astype(np.float32)
    line = between(first, second, 4)
    assert np.array_equal(line[[0, -1]], [first, second])
    assert np.diff(line, axis=0) == pytest.approx(np.tile((second - first) / 4, (4, 1)), abs=1e-6)


def test_a_walk_begins_and_ends_with_the_sentences_and_finds_what_brute_force_finds(
    make_context: Any, data: TextData
) -> None:
    context = make_context()
    query = Walk(run_id="run", first="the cat saw", second="the ship met", steps=4)
    answer = outcome(Walking(Search()).walk(context, query))
    assert [stop.share for stop in answer.stops] == [0, 0.25, 0.5, 0.75, 1]
    first, second = (reading(context, Read(run_id="run", text=text)) for text in (query.first, query.second))
    assert (answer.stops[0].reading, answer.stops[-1].reading) == (first.reading, second.reading)
    assert answer.cosine == pytest.approx(
        similarity(context, Similarity(run_id="r", first="the cat", second="the ship")).cosine
    )
    for ends, rows, side in (
        (
            [data.lexicon.vectors[data.lexicon.row(text, 6)][:2].ravel() for text in (query.first, query.second)],
            data.as_floats(data.items)[:, :2].reshape(len(data.items), -1),
            "neighbour",
        ),
        (
            [data.lexicon.average(data.lexicon.row(text, 6)[None])[0] for text in (query.first, query.second)],
            data.lexicon.average(data.items),
            "average",
        ),
    ):
        for stop in answer.stops:
            code = (1 - stop.share) * ends[0] + stop.share * ends[1]
            cosines = rows @ code / np.linalg.norm(rows, axis=1) / np.linalg.norm(code)
            found = getattr(stop, side)
            assert found.cosine == pytest.approx(cosines.max(), abs=2e-3)
            assert found.sentence in {
                data.corpus.sentence(int(place)) for place in np.flatnonzero(cosines > cosines.max() - 2e-3)
            }


@pytest.mark.parametrize(
    ("change", "why"), [({"second": " "}, "sentence"), ({"steps": 0}, "1 to"), ({"first": "zebra"}, "none")]
)
def test_a_walk_that_cannot_be_meant_is_refused_before_anything_is_encoded(
    make_context: Any, change: Any, why: str
) -> None:
    context = make_context()
    query = Walk(run_id="run", **{"first": "the cat", "second": "the dog", **change})
    with pytest.raises(UsageError, match=why):
        next(Walking(Search()).walk(context, query))
    assert context.model.encoded == 0


def pairs(*said: tuple[str, str, float]) -> tuple[Pair, ...]:
    return tuple(Pair(first=first, second=second, score=score) for first, second, score in said)


def test_pairs_are_judged_by_the_model_by_averages_and_by_weighted_averages(make_context: Any, data: TextData) -> None:
    said = pairs(
        ("the dog saw", "the dog met", 5),
        ("the cat", "the ship", 1),
        ("the bank", "ship the", 0.5),
        ("zebra", "the dog", 0),
    )
    answer = outcome(judged(make_context(), Judge(run_id="run", pairs=said, draws=50)))
    assert [row.features for row in answer.rows] == ["codes", "averaged word vectors", "smooth inverse frequency"]
    for number, pair in enumerate(said[:3]):
        same = similarity(make_context(), Similarity(run_id="run", first=pair.first, second=pair.second))
        assert answer.rows[0].cosines[number] == pytest.approx(same.cosine, abs=1e-6)
        assert answer.rows[1].cosines[number] == pytest.approx(same.average, abs=1e-6)
    weighted = Sif(data).encode(np.stack([data.lexicon.row(text, 6) for text in (said[0].first, said[0].second)]))
    expected = weighted[0] @ weighted[1] / np.linalg.norm(weighted[0]) / np.linalg.norm(weighted[1])
    assert answer.rows[2].cosines[0] == pytest.approx(expected, abs=1e-5)
    assert answer.unread == (3,)
    assert [row.cosines[3] for row in answer.rows] == [0, 0, 0]
    assert (answer.words, answer.unknown, answer.cut) == (17, 1, 0)
    low, high = answer.rows[1].spearman_interval
    assert -1 <= low <= answer.rows[1].spearman <= high <= 1


def test_without_its_data_a_run_still_judges_pairs_by_what_it_keeps(make_context: Any) -> None:
    def gone() -> Any:
        raise RunError("The data changed", "bring them back")

    said = pairs(("the dog", "the cat", 1), ("the dog", "the dog", 2), ("the bank", "the dog", 0))
    answer = outcome(judged(make_context()._replace(data=gone), Judge(run_id="run", pairs=said, draws=0)))
    assert len(answer.rows) == 2
    assert "bring them back" in answer.missing
    assert answer.rows[0].spearman_interval is None


@pytest.mark.parametrize(
    ("said", "why"),
    [
        (pairs(("the dog", "the cat", 1)) * 2, "at least 3"),
        (pairs(("the dog", "the cat", 1)) * 3, "nothing to order"),
        (pairs(*[("zebra", "zebra", n) for n in range(3)]), "not one"),
        (pairs(*[("the dog", "the cat", float("nan"))] * 3), "finite"),
    ],
)
def test_pairs_that_tell_nothing_are_refused(make_context: Any, said: tuple[Pair, ...], why: str) -> None:
    with pytest.raises(UsageError, match=why):
        outcome(judged(make_context(), Judge(run_id="run", pairs=said)))
