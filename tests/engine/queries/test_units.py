"""The one pass over a part of the data, by a model of two dense layers."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from unit_readings import ended

from engine.backend import PlainHalves
from engine.datasets.data import Part
from engine.datasets.image_data import ImageData, as_floats
from engine.errors import RunError, UsageError
from engine.plain.layers import Dense, Reshape
from engine.plain.network import GIVEN, Network, Node
from engine.queries.messages import Units, UnitsRead
from engine.queries.units import read

RANDOM = np.random.default_rng(0)
SHAPE, HIDDEN, CODE = (3, 3, 1), 6, 4
FLAT = Node("flat", "Flatten", Reshape((9,)), (GIVEN,), (9,))
KERNELS = [RANDOM.normal(0, 0.5, shape).astype(np.float32) for shape in ((9, HIDDEN), (HIDDEN, CODE), (CODE, 9))]
ENCODER = Network(
    SHAPE,
    (
        FLAT,
        Node("hidden", "Dense", Dense(KERNELS[0], None, "relu"), (0,), (HIDDEN,)),
        Node("code", "Dense", Dense(KERNELS[1]), (1,), (CODE,)),
    ),
)
DECODER = Network(
    (CODE,),
    (
        Node("pixels", "Dense", Dense(KERNELS[2], None, "sigmoid"), (GIVEN,), (9,)),
        Node("image", "Reshape", Reshape(SHAPE), (0,), SHAPE),
    ),
)


def part(count: int) -> Part:
    return Part(RANDOM.integers(0, 256, (count, *SHAPE), np.uint8), RANDOM.integers(0, 3, count))


DATA = ImageData("digits", part(90), part(40), ("a", "b", "c"), None)


class Model:
    shape, code_size, block, bits, epoch = SHAPE, CODE, 16, 0, 5

    def encode(self, images: Any) -> Any:
        return ENCODER(images)

    def decode(self, codes: Any) -> Any:
        return DECODER(codes)

    def plain(self) -> PlainHalves:
        return PlainHalves(ENCODER, DECODER, "")


def asked(model: Any, **query: Any) -> UnitsRead:
    context: Any = SimpleNamespace(still=lambda: model, data=lambda: DATA)
    answer: UnitsRead = ended(read(context, Units(run_id="run", **query)))
    return answer


def test_the_pass_keeps_what_the_model_gives_to_every_item() -> None:
    told: list[tuple[int, int]] = []
    answer = asked(Model(), part="train", told=lambda done, total: not told.append((done, total)))
    items = as_floats(DATA.train.items)
    codes = ENCODER(items)
    np.testing.assert_allclose(answer.activations.values.T, codes, rtol=1e-6)
    assert answer.activations.labels is not None
    assert answer.activations.labels.tolist() == DATA.train.labels.tolist()
    assert told[-1] == (90, 90)
    outputs = DECODER(codes)
    assert answer.error == pytest.approx(np.square(outputs - items).mean())
    assert answer.explained_variance == pytest.approx(
        1 - np.square(outputs - items).sum() / np.square(items - items.mean(axis=0)).sum()
    )
    np.testing.assert_array_equal(answer.look(np.array([3, 1])), items[[3, 1]])
    assert (answer.part, answer.epoch, answer.has_first) == ("train", 5, True)
    assert asked(Model()).part == "test"  # nothing was held out


def test_the_first_layer_is_read_where_it_is_asked_for_or_where_its_weights_are_shown() -> None:
    hidden = ENCODER.through(as_floats(DATA.test.items), "hidden")
    for layer in ("first", None):
        answer = asked(Model(), layer=layer, part="test")
        assert answer.layer == "first"
        np.testing.assert_allclose(answer.activations.values.T, hidden, rtol=1e-6)
        assert answer.onward is not None
        np.testing.assert_allclose(answer.onward.run(hidden), DECODER(ENCODER(as_floats(DATA.test.items))), rtol=1e-5)


def test_of_many_items_so_many_are_read_as_are_asked_for() -> None:
    answer = asked(Model(), part="train", items=30)
    assert (answer.activations.items, answer.activations.of) == (30, 90)
    np.testing.assert_allclose(
        answer.activations.values.T, ENCODER(as_floats(DATA.train.items[answer.activations.places])), rtol=1e-6
    )


def test_a_model_without_networks_in_numpy_is_read_all_the_same() -> None:
    class Recurrent(Model):
        def plain(self) -> PlainHalves:
            return PlainHalves(None, None, "it has recurrent layers")

    answer = asked(Recurrent())
    assert (answer.onward, answer.why, answer.has_first) == (None, "it has recurrent layers", False)
    assert asked(Recurrent(), layer=None).layer == "code"
    with pytest.raises(UsageError):
        asked(Recurrent(), layer="first")


def test_codes_from_a_codebook_and_codes_that_are_no_numbers_are_refused_and_a_pass_can_be_stopped() -> None:
    class Chosen(Model):
        bits = 8

    class Diverged(Model):
        def encode(self, images: Any) -> Any:
            return np.full((len(images), CODE), np.nan, np.float32)

    with pytest.raises(UsageError, match="Codebook"):
        asked(Chosen())
    assert asked(Diverged()).table.dead.all()
    with pytest.raises(RunError, match="stopped"):
        asked(Model(), told=lambda done, total: done < 20)
