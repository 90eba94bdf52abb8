from __future__ import annotations

from collections.abc import Generator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import msgspec
import numpy as np
import pytest
from fakes import FakeRun

from engine.backend import Checkpoint, PlainHalves, Position
from engine.datasets.cache import DatasetCache
from engine.datasets.data import Part, in_blocks
from engine.datasets.image_data import ImageData, as_floats
from engine.errors import RunError, UsageError
from engine.plain.layers import Affine
from engine.plain.network import Network, Node
from engine.queries.messages import (
    Corrupt,
    Decode,
    Encode,
    Explore,
    Neighbours,
    Networks,
    Probe,
    Query,
    Reconstruct,
    Sample,
    Similarity,
)
from engine.queries.service import QueryService
from engine.registry import VARIANTS
from engine.runs.checkpoint import write_checkpoint
from engine.runs.jobs import TrainJob
from engine.runs.store import RunStore
from engine.runs.weight_files import WeightWriter
from engine.storage.shards import writing

SHAPE = (4, 4, 1)
WITH_PRIOR = next(key for key, variant in VARIANTS.items() if variant.prior)
WITHOUT = next(key for key, variant in VARIANTS.items() if not variant.prior)


class Halving:
    """Codes are the first `code_size` pixels; decoding repeats their mean at half brightness."""

    shape = SHAPE
    code_size = 3
    block = 20
    noise = ""

    def __init__(self, epoch: int) -> None:
        self.epoch = epoch

    def encode(self, images: np.ndarray) -> np.ndarray:
        if images.shape[1:] != SHAPE:
            raise UsageError("Wrong shape", f"expected {SHAPE}, got {images.shape}")
        return as_floats(images).reshape(len(images), 16)[:, :3]

    def decode(self, codes: np.ndarray) -> np.ndarray:
        return np.ones((len(codes), *SHAPE), np.float32) * codes.mean(axis=1)[:, None, None, None] / 2

    def plain(self) -> PlainHalves:
        half = Network((3,), (Node("half", "Rescaling", Affine(np.float32(0.5), np.float32(0)), (-1,), (3,)),))
        return PlainHalves(None, half, "its encoder is none")

    def corrupted(self, images: np.ndarray, start: int = 0) -> np.ndarray:
        """Noise that tells the place: whole numbers are added, beyond white."""
        return as_floats(images) + np.arange(start, start + len(images), dtype=np.float32)[:, None, None, None]


def part(count: int, seed: int) -> Part:
    random = np.random.default_rng(seed)
    labels = random.integers(0, 3, count)
    images = random.integers(0, 50, (count, *SHAPE), np.uint8)
    images[np.arange(count), 0, labels] += 150
    return Part(images, labels)


DATA = ImageData("digits", part(90, 0), part(30, 1), ("a", "b", "c"), None)


class Kept:
    """Runs a long answer to its end and keeps it."""

    def __init__(self, steps: Generator[Any, None, Any]) -> None:
        self.steps = steps

    def __iter__(self) -> Generator[Any, None, None]:
        self.value = yield from self.steps


class Asked:
    """Queries about one stored run of `variant`, whose checkpoint stands after epoch 4; `data` is found now."""

    def __init__(self, folder: Path, variant: str, preset: str) -> None:
        store = RunStore(folder / "runs")
        self.run = FakeRun(store, "run", TrainJob(variant=variant, dataset="digits", preset=preset), DATA.fingerprint)
        self.models = 0
        self.data = DATA
        self.questions = QueryService(
            SimpleNamespace(model=self._model), store, SimpleNamespace(load=lambda *_, download: self.data)
        )
        self.train_to(4)

    def _model(self, variant: Any, config: Any, shape: Any, checkpoint: Checkpoint) -> Halving:
        self.models += 1
        return Halving(checkpoint.position.epoch - 1)

    def train_to(self, epoch: int, file: str = "checkpoint.safetensors") -> None:
        checkpoint = Checkpoint(arrays={"w": np.zeros(1)}, position=Position(epoch=epoch + 1))
        write_checkpoint(self.run.folder / file, checkpoint)

    def __call__(self, query: Query, life: Any = None) -> Any:
        answer = self.questions.answer(query, life, lambda *_: None)
        if isinstance(answer, Generator):
            *_, (done, total) = list(steps := Kept(answer))
            assert done == total
            return steps.value
        return answer


@pytest.fixture
def make_asked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    return lambda variant=WITHOUT, preset="book": Asked(tmp_path, variant, preset)


def test_reconstruct_takes_test_items_with_the_noise_of_validation_and_own_images_as_they_are(make_asked: Any) -> None:
    ask, clean = make_asked(), as_floats(DATA.test.items[5:7])
    noisy = clean + np.float32([[[[5]]], [[[6]]]])
    answer = ask(Reconstruct(run_id="run", start=5, count=2))
    assert np.array_equal(answer.inputs, noisy)
    assert np.array_equal(answer.targets, clean)
    assert answer.errors == pytest.approx(np.square(answer.outputs - clean).mean(axis=(1, 2, 3)))
    assert answer.epoch == 4
    given = ask(Reconstruct(run_id="run", inputs=noisy))
    assert np.array_equal(given.outputs, answer.outputs)
    assert np.array_equal(given.inputs, given.targets)


def test_items_far_into_the_test_part_have_the_noise_of_their_places(make_asked: Any) -> None:
    answer = make_asked()(Reconstruct(run_id="run", start=25, count=4))
    assert (answer.inputs - answer.targets)[:, 0, 0, 0].tolist() == pytest.approx([25, 26, 27, 28], abs=1e-4)
    assert len(make_asked()(Reconstruct(run_id="run", start=28, count=4)).outputs) == 2
    assert not len(make_asked()(Reconstruct(run_id="run", start=30, count=4)).outputs)


def test_what_a_model_would_see_needs_no_run_but_settings_that_can_be(tmp_path: Path, scripted_backend: Any) -> None:
    service = QueryService(scripted_backend, RunStore(tmp_path), DatasetCache(None))

    def ask(**config: Any) -> Any:
        query = Corrupt(variant="denoising", preset="small", config=config, items=DATA.test.items[:3])
        return service.answer(query, None, lambda *_: None)

    assert np.allclose(ask(noise_share=0.25).items, as_floats(DATA.test.items[:3]) + 0.25)
    with pytest.raises(UsageError):
        ask(noise_share=7)


def test_noise_can_be_asked_for_and_refused(make_asked: Any) -> None:
    ask, clean = make_asked(), as_floats(DATA.test.items[:2])
    given = ask(Reconstruct(run_id="run", inputs=DATA.test.items[:2], noise=True))
    assert np.array_equal(given.targets, clean)
    assert np.array_equal(given.inputs[1], clean[1] + 1)
    assert np.array_equal(ask(Reconstruct(run_id="run", count=2, noise=False)).inputs, clean)


def test_encode_has_labels_where_they_are_known(make_asked: Any) -> None:
    ask = make_asked()
    whole = ask(Encode(run_id="run", part="train"))
    assert whole.codes.shape == (90, 3)
    assert np.array_equal(whole.labels, DATA.train.labels)
    assert ask(Encode(run_id="run", count=7)).codes.shape == (7, 3)
    given = ask(Encode(run_id="run", inputs=DATA.train.items))
    assert np.array_equal(given.codes, whole.codes)
    assert given.labels is None


def test_encode_takes_the_items_held_out_and_refuses_where_there_were_none(make_asked: Any) -> None:
    ask = make_asked()
    with pytest.raises(UsageError, match="held no items out"):
        ask(Encode(run_id="run", part="validation"))
    ask.data = DATA.with_validation(0.2)
    assert np.array_equal(ask(Encode(run_id="run", part="validation")).labels, ask.data.validation.labels)


def in_files(of: Part, folder: Path) -> Part:
    """The same items in shards."""
    with writing(folder, "items") as index:
        for block in in_blocks(of.items, 13):
            index.write(of.items[block])
        return Part(index.finish(), of.labels)


def test_codes_and_reconstructions_come_piece_by_piece_of_items_that_stay_in_files(
    make_asked: Any, tmp_path: Path
) -> None:
    ask = make_asked()
    parts = (in_files(each, tmp_path / name) for each, name in ((DATA.train, "train"), (DATA.test, "test")))
    streamed = ImageData("digits", *parts, DATA.classes, None)
    streamed.__dict__["fingerprint"] = DATA.fingerprint
    images = as_floats(DATA.test.items)
    questions = (
        (Encode(run_id="run", part="train"), ("codes", "labels")),
        (Encode(run_id="run", part="train", count=50), ("codes", "labels")),
        (Encode(run_id="run", inputs=images), ("codes",)),
        (Reconstruct(run_id="run", start=3, count=25), ("inputs", "outputs", "targets", "codes", "errors")),
        (Reconstruct(run_id="run", inputs=images, noise=True), ("inputs", "outputs", "errors")),
    )
    for question, names in questions:
        ask.data = DATA
        whole = ask(question)
        ask.data = streamed
        pieces: list[Any] = []
        rest = ask(msgspec.structs.replace(question, into=pieces.append))
        assert len(pieces) > 1
        assert not len(rest.codes)
        for name in names:
            np.testing.assert_array_equal(np.concatenate([getattr(one, name) for one in pieces]), getattr(whole, name))
            np.testing.assert_array_equal(getattr(ask(question), name), getattr(whole, name))


def test_decode_is_the_other_way(make_asked: Any) -> None:
    answer = make_asked()(Decode(run_id="run", codes=np.ones((2, 3))))
    assert np.array_equal(answer.images, np.full((2, *SHAPE), 0.5))
    assert answer.codes.dtype == np.float32


def test_samples_follow_the_prior_and_the_seed(make_asked: Any) -> None:
    ask = make_asked(WITH_PRIOR)
    codes = ask(Sample(run_id="run", count=2_000, temperature=0.5)).codes
    assert codes.std(axis=0) == pytest.approx([0.5] * 3, rel=0.1)
    assert codes.mean(axis=0) == pytest.approx([0] * 3, abs=0.05)
    assert np.array_equal(ask(Sample(run_id="run", count=2_000, temperature=0.5)).codes, codes)
    assert not np.array_equal(ask(Sample(run_id="run", count=2_000, temperature=0.5, seed=1)).codes, codes)


def test_a_variant_without_a_prior_is_not_sampled_and_the_answer_names_one_that_is(make_asked: Any) -> None:
    with pytest.raises(UsageError, match=f"variants that can: .*{WITH_PRIOR}"):
        make_asked()(Sample(run_id="run"))


@pytest.mark.parametrize("query", [Reconstruct(run_id="run"), Encode(run_id="run"), Probe(run_id="run")])
def test_data_that_changed_since_the_training_are_refused_and_own_inputs_need_none(
    make_asked: Any, query: Query
) -> None:
    ask = make_asked()
    ask.data = ImageData("digits", part(90, 2), part(30, 3), ("a", "b", "c"), Path("/data/digits"))
    with pytest.raises(RunError, match=r"data found now \(/data/digits\).*bring the former data back"):
        ask(query)
    for own in (Reconstruct, Encode):
        assert len(ask(own(run_id="run", inputs=DATA.test.items)).codes) == 30


def test_the_model_is_kept_until_there_is_a_newer_checkpoint(make_asked: Any) -> None:
    ask = make_asked()
    for _ in range(2):
        assert ask(Reconstruct(run_id="run")).epoch == 4
    assert ask.models == 1
    ask.train_to(5)
    assert ask(Reconstruct(run_id="run")).epoch == 5


def test_a_run_that_trains_answers_itself(make_asked: Any) -> None:
    ask = make_asked()
    checkpoint = Checkpoint(arrays={}, position=Position(epoch=10, step=2))
    training = SimpleNamespace(model=Halving(9), weights="last", checkpoint=lambda: checkpoint)
    life = SimpleNamespace(training=training, run_id="run", job=ask.run.job)
    assert ask(Reconstruct(run_id="run"), life).epoch == 9
    assert ask(Encode(run_id="run"), life).epoch == 9
    assert ask.models == 1  # what takes long is answered by a copy whose weights stay as they are
    life.training = None  # it is still being prepared
    assert ask(Reconstruct(run_id="run"), life).epoch == 4


def test_networks_for_numpy_are_those_of_the_weights_that_answer_and_say_what_they_take(make_asked: Any) -> None:
    ask = make_asked()
    answer = ask(Networks(run_id="run"))
    assert (answer.epoch, answer.version, answer.shape, answer.code_size) == (4, "epoch 5, step 0", SHAPE, 3)
    assert (answer.encoder, answer.why) == (None, "its encoder is none")
    np.testing.assert_array_equal(answer.decoder(np.float32([[2, 4, 6]])), [[1, 2, 3]])
    training = SimpleNamespace(model=Halving(9), weights="last", checkpoint=lambda: None)
    life = SimpleNamespace(training=training, run_id="run", job=ask.run.job)
    assert ask(Networks(run_id="run"), life).epoch == 9


def test_a_map_has_of_a_choice_of_items_codes_errors_classes_and_what_stands_beside(make_asked: Any) -> None:
    ask = make_asked()
    answer = ask(Explore(run_id="run", part="test"))
    assert (answer.part, answer.of, answer.epoch, answer.classes) == ("test", 30, 4, ("a", "b", "c"))
    clean = as_floats(DATA.test.items)
    np.testing.assert_array_equal(answer.codes, Halving(0).encode(clean))
    outputs = Halving(0).decode(answer.codes)
    np.testing.assert_allclose(answer.errors, np.square(outputs - clean).mean(axis=(1, 2, 3)), rtol=1e-6)
    np.testing.assert_array_equal(answer.items, DATA.test.items)
    assert answer.beside.shape == (30, 3)
    some = ask(Explore(run_id="run", part="train", most=9))
    assert len(some.places) == len(some.codes) < 12
    np.testing.assert_array_equal(some.items, DATA.train.items[some.places])
    np.testing.assert_array_equal(some.labels, DATA.train.labels[some.places])


def test_a_map_that_nobody_wants_any_more_is_given_up(make_asked: Any) -> None:
    with pytest.raises(RunError, match="stopped"):
        make_asked()(Explore(run_id="run", part="test", wanted=lambda: False))


def test_while_the_best_weights_are_measured_they_answer_and_say_so(make_asked: Any) -> None:
    ask = make_asked()
    training = SimpleNamespace(model=Halving(3), weights="best", checkpoint=lambda: None)
    life = SimpleNamespace(training=training, run_id="run", job=ask.run.job)
    answer = ask(Reconstruct(run_id="run"), life)
    assert (answer.weights, answer.epoch) == ("best", 3)
    answer = ask(Reconstruct(run_id="run", weights="last"), life)
    assert (answer.weights, answer.epoch) == ("last", 4)


def test_questions_that_cannot_be_answered_say_why(make_asked: Any) -> None:
    ask = make_asked()
    with pytest.raises(UsageError, match="no run is called"):
        ask(Encode(run_id="nobody"))
    with pytest.raises(UsageError, match="expected"):
        ask(Encode(run_id="run", inputs=np.zeros((2, 5, 5, 1), np.float32)))
    (ask.run.folder / "checkpoint.safetensors").unlink()
    with pytest.raises(RunError, match="aetui resume run"):
        ask(Encode(run_id="run"))


@pytest.mark.parametrize(("preset", "usual"), [("tuned", "best"), ("book", "last")])
def test_the_best_weights_answer_where_data_were_held_out_to_tell_them_by(
    make_asked: Any, preset: str, usual: str
) -> None:
    ask = make_asked(WITHOUT, preset)
    assert ask(Reconstruct(run_id="run")).weights == "last"  # there are no others yet
    ask.train_to(2, "best.safetensors")
    epochs = {"best": 2, "last": 4}
    for weights, said in ((None, usual), ("best", "best"), ("last", "last")):
        answer = ask(Encode(run_id="run", weights=weights))
        assert (answer.weights, answer.epoch) == (said, epochs[said])
        assert answer.held_out == (preset == "tuned")


def test_a_model_of_images_has_no_words(make_asked: Any) -> None:
    ask = make_asked()
    for query in (Similarity(run_id="run", first="a", second="b"), Neighbours(run_id="run", text="a")):
        with pytest.raises(UsageError, match="ask a run of sentence"):
            ask(query)


def test_every_query_has_an_answer(make_asked: Any) -> None:
    handlers = make_asked().questions.handlers
    assert {*handlers, Corrupt} == set(Query.__args__)  # for which there need be no run
    assert all(issubclass(kind, msgspec.Struct) for kind in handlers)


def test_a_run_answers_as_it_was_after_the_epoch_asked_for_or_the_nearest_of_which_it_has_weights(
    make_asked: Any,
) -> None:
    ask = make_asked()

    def of(epoch: int) -> tuple[int, str, int]:
        answer = ask(Encode(run_id="run", count=1, epoch=epoch))
        return answer.epoch, answer.weights, answer.asked

    assert of(2) == (4, "last", 2)  # that of its end is all that it has
    weights = WeightWriter(ask.run.folder)
    for epoch in (1, 3):
        weights.write(epoch, Checkpoint(arrays={"w": np.zeros(1)}, position=Position(epoch=epoch + 1)))
    ask.train_to(3, "best.safetensors")
    assert [of(epoch) for epoch in (1, 2, 3, 9)] == [
        (1, "last", 1),
        (1, "last", 2),
        (3, "best", 3),
        (4, "last", 9),
    ]
    assert ask(Encode(run_id="run", count=1)).asked == 0
    with pytest.raises(UsageError, match="leave one out"):
        ask(Encode(run_id="run", epoch=1, weights="last"))
    (ask.run.folder / "checkpoint.safetensors").unlink()
    assert of(4) == (3, "best", 4)
