"""Probes, clusters and classes of new items, asked of a stored run whose model needs no TensorFlow."""

from __future__ import annotations

from collections.abc import Generator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import msgspec
import numpy as np
import pytest
from fakes import FakeRun
from generators import outcome

from engine.backend import Checkpoint, Position
from engine.datasets.data import Part, in_blocks
from engine.datasets.image_data import ImageData, as_floats
from engine.errors import UsageError
from engine.queries.messages import Classify, Cluster, Probe, Query
from engine.queries.service import QueryService
from engine.registry import VARIANTS
from engine.runs.checkpoint import write_checkpoint
from engine.runs.jobs import TrainJob
from engine.runs.store import RunStore
from engine.storage.shards import writing

pytestmark = pytest.mark.usefixtures("quick_probes")

SHAPE = (4, 4, 1)
VARIANT = next(key for key, variant in VARIANTS.items() if "image" in variant.accepts)


class FirstPixels:
    """Codes are the first three pixels, times what the encoder's only weight says."""

    shape = SHAPE
    code_size = 3
    block = 20
    epoch = 4

    def __init__(self, checkpoint: Checkpoint) -> None:
        self._weight = checkpoint.arrays["encoder/w"][0]

    def encode(self, images: np.ndarray) -> np.ndarray:
        return as_floats(images).reshape(len(images), 16)[:, :3] * self._weight


def part(count: int, seed: int) -> Part:
    """The class is the brightest of the first three pixels."""
    random = np.random.default_rng(seed)
    labels = random.integers(0, 3, count)
    images = random.integers(0, 50, (count, *SHAPE), np.uint8)
    images[np.arange(count), 0, labels] += 150
    return Part(images, labels, [f"{seed}-{number}" for number in range(count)])


DATA = ImageData("digits", part(90, 0), part(30, 1), ("a", "b", "c"), None)


class Asked:
    """A run of which one can ask."""

    def __init__(self, folder: Path) -> None:
        store = RunStore(folder / "runs")
        run = FakeRun(store, "run", TrainJob(variant=VARIANT, dataset="digits"), DATA.fingerprint)
        self.data = DATA
        self._service = QueryService(
            SimpleNamespace(model=lambda variant, config, shape, checkpoint: FirstPixels(checkpoint)),
            store,
            SimpleNamespace(load=lambda *_, download: self.data),
        )
        checkpoint = Checkpoint(arrays={"encoder/w": np.ones(1)}, position=Position(epoch=5))
        write_checkpoint(run.folder / "checkpoint.safetensors", checkpoint)

    def __call__(self, query: Query) -> Any:
        answer = self._service.answer(query, None, lambda *_: None)
        return outcome(answer) if isinstance(answer, Generator) else answer


@pytest.fixture
def ask(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Asked:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    return Asked(tmp_path)


def test_a_probe_sets_the_codes_beside_pca_a_random_projection_and_raw_pixels(ask: Asked) -> None:
    answer = ask(Probe(run_id="run", neighbours=5, labels=60, splits=2))
    assert [(row.features, row.numbers) for row in answer.rows] == [
        ("codes", 3),
        ("PCA", 3),
        ("random projection", 3),
        ("raw pixels", 16),
    ]
    for row in answer.rows:
        assert len(row.knn) == len(row.softmax) == len(row.strengths) == 2
        assert all(score.accuracy > 0.7 for score in row.softmax)
    assert answer.rows[0].softmax[0].accuracy > 0.9
    assert answer.rows[2].softmax[0] != answer.rows[2].softmax[1]  # other labels, and another projection
    assert (answer.labels, answer.test_items, answer.classes, answer.epoch) == (60, 30, ("a", "b", "c"), 4)
    assert sum(map(sum, answer.rows[0].softmax[0].confusion)) == 30


def test_progress_never_goes_back_and_ends_at_the_end(ask: Asked) -> None:
    for query in (Probe(run_id="run", labels=20), Cluster(run_id="run", seeds=2, restarts=2)):
        told = [done / total for done, total in ask._service.answer(query, None, lambda *_: None)]
        assert told == sorted(told)
        assert told[-1] == 1


def test_what_is_found_of_raw_pixels_is_kept_and_the_same_again(ask: Asked, tmp_path: Path) -> None:
    first = ask(Probe(run_id="run", labels=30))
    kept = list((tmp_path / "cache").rglob("*softmax*.npz"))
    assert len(kept) == 1
    assert ask(Probe(run_id="run", labels=30)).rows[3] == first.rows[3]
    with np.load(kept[0]) as loaded:
        changed = {name: np.roll(loaded[name], 1, axis=-1) for name in loaded.files}
    np.savez(kept[0], **changed)
    assert ask(Probe(run_id="run", labels=30)).rows[3].softmax != first.rows[3].softmax  # it is what is kept that tells


def test_probes_of_items_in_files_are_those_of_items_in_memory(ask: Asked, tmp_path: Path) -> None:
    expected = ask(Probe(run_id="run", labels=30)).rows

    def in_files(each: Part, folder: Path) -> Part:
        with writing(folder, "items") as index:
            for block in in_blocks(each.items, 13):
                index.write(each.items[block])
            return Part(index.finish(), each.labels)

    parts = (in_files(each, tmp_path / name) for each, name in ((DATA.train, "train"), (DATA.test, "test")))
    ask.data = ImageData("digits", *parts, DATA.classes, None)
    ask.data.__dict__["fingerprint"] = DATA.fingerprint
    assert ask(Probe(run_id="run", labels=30)).rows == expected


@pytest.mark.parametrize(("changed", "told"), [({"neighbours": 0}, "1 neighbour"), ({"splits": 0}, "1 split")])
def test_a_probe_refuses_what_cannot_be(ask: Asked, changed: dict[str, int], told: str) -> None:
    with pytest.raises(UsageError, match=f"at least {told}"):
        ask(Probe(run_id="run", **changed))


def test_a_probe_refuses_items_of_one_class_whom_every_classifier_would_get_right(ask: Asked) -> None:
    ask.data = ImageData("digits", Part(DATA.train.items, np.zeros(90, int)), DATA.test, ("a", "b"), None)
    ask.data.__dict__["fingerprint"] = DATA.fingerprint
    with pytest.raises(UsageError, match=r"two classes or more, but all 90 have the class 'a'; .*data with classes"):
        ask(Probe(run_id="run"))


def test_a_classifier_labels_new_items_as_it_did_the_test_part(ask: Asked, tmp_path: Path) -> None:
    probe = ask(Probe(run_id="run", labels=60))
    path = tmp_path / "classifier.safetensors"
    with path.open("wb") as file:
        probe.classifier.write(file)
    answer = ask(Classify(run_id="run", classifier=path))
    assert answer.classes == ("a", "b", "c")
    right = (answer.probabilities.argmax(axis=1) == answer.labels).mean()
    assert right == probe.rows[0].softmax[0].accuracy == probe.classifier.about.test["accuracy"]
    given = ask(Classify(run_id="run", classifier=path, inputs=DATA.test.items[:7]))
    np.testing.assert_allclose(given.probabilities, answer.probabilities[:7], rtol=1e-5)
    assert given.labels is None
    pieces: list[Any] = []
    assert not len(ask(Classify(run_id="run", classifier=path, into=pieces.append)).probabilities)
    np.testing.assert_allclose(np.concatenate([piece.probabilities for piece in pieces]), answer.probabilities)


def test_a_classifier_with_an_encoder_of_its_own_answers_by_that(ask: Asked, tmp_path: Path) -> None:
    own = msgspec.structs.replace(ask(Probe(run_id="run", labels=60)).classifier, encoder={"encoder/w": np.zeros(1)})
    path = tmp_path / "classifier.safetensors"
    with path.open("wb") as file:
        own.write(file)
    answer = ask(Classify(run_id="run", classifier=path))
    assert not answer.codes.any()
    assert np.ptp(answer.probabilities, axis=0).max() == 0


def test_clusters_of_codes_stand_beside_those_of_pca_and_raw_pixels(ask: Asked) -> None:
    answer = ask(Cluster(run_id="run", seeds=2))
    assert [row.features for row in answer.rows] == ["codes", "PCA", "raw pixels"]
    assert answer.clusters == 3
    assert [len(row.agreement) for row in answer.rows] == [2] * 3
    assert answer.rows[0].agreement[0].nmi > 0.8
    assert len(answer.assigned) == len(answer.distances) == len(answer.labels) == 30
    assert answer.names[0] == "1-0"


def test_without_classes_clusters_need_a_number_and_have_a_silhouette(ask: Asked) -> None:
    parts = (Part(each.items, np.zeros(len(each.labels), int)) for each in (DATA.train, DATA.test))
    ask.data = ImageData("digits", *parts, ("unlabelled",), None)
    ask.data.__dict__["fingerprint"] = DATA.fingerprint
    with pytest.raises(UsageError, match=r"no classes .*say it with -k"):
        ask(Cluster(run_id="run"))
    with pytest.raises(UsageError, match="smaller -k"):
        ask(Cluster(run_id="run", clusters=31))
    answer = ask(Cluster(run_id="run", clusters=3, seeds=1))
    assert answer.labels is None
    assert answer.rows[0].silhouette[0] > 0.5
