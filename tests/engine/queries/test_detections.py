"""What does not fit a model that answers everything with the mean of what it learned."""

from __future__ import annotations

from collections.abc import Generator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from engine.datasets.array_data import as_floats
from engine.datasets.data import Part
from engine.datasets.image_data import ImageData
from engine.errors import UsageError
from engine.queries.detections import Detections
from engine.queries.messages import Detect, Detection

SHAPE = (2, 2, 1)


class Grey:
    """Answers every image with grey; the code is its mean."""

    shape, code_size, block, epoch = SHAPE, 1, 16, 3

    def __init__(self) -> None:
        self.encoded = 0

    def encode(self, images: np.ndarray) -> np.ndarray:
        self.encoded += len(images)
        return as_floats(images).reshape(len(images), 4).mean(axis=1, keepdims=True)

    def decode(self, codes: np.ndarray) -> np.ndarray:
        return np.full((len(codes), *SHAPE), 0.5, np.float32)

    def corrupted(self, images: np.ndarray, start: int = 0) -> np.ndarray:
        return as_floats(images) + np.arange(start, start + len(images), dtype=np.float32)[:, None, None, None]


def part(count: int, seed: int, odd: int = 0) -> Part:
    """Grey images of class 0; the last `odd` are of class 1 and have a white pixel."""
    images = np.random.default_rng(seed).integers(118, 138, (count, *SHAPE), np.uint8)
    labels = np.zeros(count, np.int64)
    if odd:
        images[-odd:, 0, 1], labels[-odd:] = 255, 1
    return Part(images, labels, [f"image {place}" for place in range(count)])


DATA = ImageData("things", part(80, 0), part(40, 1, odd=4), ("grey", "spotted"), None, part(50, 2))


def ask(query: Detect, data: ImageData = DATA, model: Grey | None = None, by: Detections | None = None) -> Detection:
    found = model or Grey()
    context: Any = SimpleNamespace(
        variant=SimpleNamespace(scores={}),
        preset="small",
        still=lambda: found,
        data=lambda: data,
        folder=Path("run"),
        version="epoch 3",
        live=False,
        kept=lambda: None,
    )
    steps: Generator[Any, None, Any] = (by or Detections()).detect(context, query)
    while True:
        try:
            next(steps)
        except StopIteration as end:
            return end.value  # type: ignore[no-any-return]


def test_the_known_anomalies_lie_above_the_threshold_of_validation() -> None:
    found = ask(Detect(run_id="run", normal="grey", strangest=2))
    assert found.anomalous[-4:].all()
    assert found.anomalous[:-4].sum() <= 2  # one in 50 is expected
    assert (found.auroc, found.average_precision) == (1, 1)
    assert (found.reference, len(found.validation_scores)) == ("validation", 50)
    assert found.names is not None
    assert found.names[39] == "image 39"
    assert (found.normal, found.score) == ("grey", "error")
    assert found.errors.shape == (2, *SHAPE)
    assert all(errors.argmax() == 1 for errors in found.errors)


def test_one_class_learned_alone_is_the_normal_one_and_the_test_part_is_whole() -> None:
    data = ImageData("things", part(80, 0, odd=20), part(40, 1, odd=4), ("grey", "spotted"), None).only("0")
    data = data.with_validation(0.25)
    found = ask(Detect(run_id="run"), data)
    assert (len(data.train.labels), len(data.validation.labels), len(found.scores)) == (45, 15, 40)
    assert found.normal == "grey"
    assert found.strange is not None
    assert found.strange.sum() == 4


def test_without_items_held_out_training_items_tell_the_threshold_and_the_answer_says_so() -> None:
    data = ImageData("things", part(80, 0), part(40, 1, odd=4), ("grey", "spotted"), None)
    found = ask(Detect(run_id="run"), data)
    assert (found.reference, len(found.validation_scores)) == ("train", 80)
    assert found.auroc is None


def test_an_expected_share_is_of_the_items_that_are_asked_about() -> None:
    inputs = part(20, 5).items
    found = ask(Detect(run_id="run", inputs=inputs, share=0.25, strange=np.arange(20) < 3))
    assert found.anomalous.sum() == 5
    assert found.labels is None
    assert found.auroc is not None


def test_numbers_that_are_not_known_add_nothing_and_what_is_no_number_is_strangest() -> None:
    class Broken(Grey):
        def decode(self, codes: np.ndarray) -> np.ndarray:
            return np.where(codes[:, :, None, None] > 0.9, np.nan, super().decode(codes)).astype(np.float32)

    inputs = np.full((3, *SHAPE), 0.5, np.float32)
    inputs[1, 0, 0], inputs[2] = np.nan, 1
    found = ask(Detect(run_id="run", inputs=inputs, explain=(1,)), model=Broken())
    assert found.scores[:2].tolist() == [0, 0]
    assert found.scores[2] == np.finfo(np.float32).max
    assert found.known is not None
    assert not found.known[0, 0, 0]


def test_noise_is_that_of_the_place_also_where_an_item_is_explained() -> None:
    class Mean(Grey):
        def decode(self, codes: np.ndarray) -> np.ndarray:
            return np.ones((len(codes), *SHAPE), np.float32) * codes[:, :, None, None]

    found = ask(Detect(run_id="run", noise=True, explain=(18,)), model=Mean())
    assert found.scores[18] == pytest.approx(18**2, rel=1e-3)
    assert found.errors[0].mean() == pytest.approx(found.scores[18], rel=1e-5)
    assert ask(Detect(run_id="run"), model=Mean()).scores[18] < 1


def test_what_validation_says_is_kept_for_the_next_question() -> None:
    detections, model = Detections(), Grey()
    ask(Detect(run_id="run", count=1), model=model, by=detections)
    before = model.encoded
    ask(Detect(run_id="run", count=1), model=model, by=detections)
    assert model.encoded - before == 1


def test_detectors_judge_the_same_items_by_their_own_thresholds() -> None:
    found = ask(Detect(run_id="run", normal="grey", baselines=("forest", "neighbours")))
    assert [each.key for each in found.baselines] == ["forest", "neighbours"]
    for each in found.baselines:
        assert len(each.scores) == 40
        assert each.auroc is not None
        assert each.auroc > 0.8
        assert each.threshold < each.scores.max()


@pytest.mark.parametrize(
    ("fields", "told"),
    [
        ({"normal": "blue"}, "0 grey, 1 spotted"),
        ({"score": "guess"}, "error .*standardised"),
        ({"quantile": 1.5}, "quantile"),
        ({"share": 1.0}, "share"),
        ({"baselines": ("magic",)}, "expected one of pca"),
        ({"explain": (40,)}, "places from 0 to 39"),
        ({"inputs": np.zeros((0, *SHAPE), np.float32)}, "at least one item"),
    ],
)
def test_what_cannot_be_meant_is_refused_with_what_can(fields: dict[str, Any], told: str) -> None:
    with pytest.raises(UsageError, match=told):
        ask(Detect(run_id="run", **fields))


@pytest.mark.parametrize("score", ["standardised", "code", "cosine"])
def test_every_score_has_a_number_for_every_item(score: str) -> None:
    found = ask(Detect(run_id="run", score=score, strangest=1))
    assert np.isfinite(found.scores).all()
    assert found.errors.shape == (1, *SHAPE)
