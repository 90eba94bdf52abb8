"""What every row of the table of kinds has to keep."""

from __future__ import annotations

from importlib.util import find_spec
from types import SimpleNamespace

import numpy as np
import pytest

from engine.analysis.baselines import BASELINES
from engine.datasets import DATASETS
from engine.errors import UsageError
from engine.kinds import KINDS, ORIGINS
from engine.registry import VARIANTS, kind


@pytest.mark.parametrize("row", KINDS.values(), ids=list(KINDS))
def test_a_kind_says_all_that_is_asked_of_it(row) -> None:
    assert all((row.items, row.unit))
    assert row.beside in {baseline.key for baseline in BASELINES}
    assert [len(title) for title in row.points] == sorted(map(len, row.points), reverse=True)
    assert find_spec(row.inputs.partition(":")[0])


def test_data_sets_and_autoencoders_are_of_kinds_that_there_are() -> None:
    assert {entry.kind for entry in DATASETS.values()} <= set(ORIGINS)
    assert {key for variant in VARIANTS.values() for key in variant.accepts} <= set(KINDS)
    assert all(DATASETS[entry.instead].package for entry in DATASETS.values())


def test_a_data_set_of_another_kind_is_refused() -> None:
    KINDS["image"].check(DATASETS["digits"])
    with pytest.raises(UsageError, match="expected images, but pydocs is text"):
        KINDS["image"].check(DATASETS["pydocs"])


def test_the_kind_of_a_run_is_that_of_its_data_else_of_its_model() -> None:
    assert kind("vanilla", "digits") is KINDS["image"]
    assert kind("sentence", "gone") is KINDS["text"]
    assert kind("vanilla", "gone", "text") is KINDS["text"]
    assert kind("gone", "gone") is KINDS["image"]


def test_dead_pixels_are_those_that_images_light_and_no_output_does() -> None:
    items = np.zeros((3, 2, 2, 1), np.float32)
    items[:, 0] = 1
    outputs = items.copy()
    outputs[:, 0, 0] = 0
    data = SimpleNamespace(targets=lambda found: found)
    assert KINDS["image"].dead_outputs(data, items, outputs) == (4, 1)
    assert KINDS["text"].dead_outputs(data, items, outputs) == (0, 0)


def test_errors_of_sentences_are_told_over_their_words_without_the_padding(small_text) -> None:
    data = small_text(length=6, dimensions=5)
    counted = KINDS["text"].counted(data, data.test.items)
    assert counted.shape == data.targets(data.test.items).shape
    assert (counted.all(axis=2) == (data.test.items != 0)).all()
    assert (data.test.items == 0).any()
