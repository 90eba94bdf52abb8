"""Arrays that a Python program handed over: found by their name, kept once, in no list, within a budget."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from engine.datasets import all_sets, dataset, known, locate
from engine.datasets.cache import DatasetCache
from engine.datasets.numbers.columns import Column, Columns
from engine.datasets.own import given, records
from engine.datasets.own.given import Given
from engine.errors import BadData, DataUnavailable, UsageError
from engine.kinds.reading import Reading

HELD = Reading(validation=0.1)


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))


def rows(seed: int = 0, count: int = 10) -> Given:
    items = np.random.default_rng(seed).normal(size=(count, 3)).astype(np.float32)
    items[0, 1] = np.nan
    columns = Columns(columns=tuple(Column(name=name, becomes="number", mean=1, scale=2) for name in "abc"))
    held = np.arange(count) % 5 == 0
    return Given("vectors", items, np.arange(count) % 2, held, ("no", "yes"), columns)


def kept(what: Given) -> str:
    with given.known(what, "table", keep=True) as name:
        return name


def test_another_process_reads_the_parts_as_they_were_cut() -> None:
    what = rows()
    data: Any = DatasetCache(None).load(kept(what), HELD)
    assert np.array_equal(data.train.items, what.items[~what.held], equal_nan=True)
    assert np.array_equal(data.validation.labels, what.labels[what.held])
    assert (data.held_out, data.classes, data.columns) == (True, ("no", "yes"), what.columns)
    assert data.metadata["validation"] == "2 items held out of training; there is no other test part"


def test_images_of_which_none_is_held_out_are_judged_on_what_is_trained_on() -> None:
    images = np.arange(64, dtype=np.uint8).reshape(4, 4, 4, 1)
    what = Given("image", images, np.zeros(4, np.int64), np.zeros(4, np.bool_), ("unlabelled",), None)
    data: Any = DatasetCache(None).load(kept(what), Reading())
    assert data.shape == (4, 4, 1)
    assert not data.held_out
    assert np.array_equal(data.test.items, images)
    assert "nothing was held out" in data.metadata["validation"]


def test_it_is_found_and_in_no_list() -> None:
    name = kept(rows())
    assert name not in all_sets()
    assert dataset(name).preset == "table"
    assert locate(name, None) is not None


def test_the_same_content_is_kept_once_and_other_content_beside_it() -> None:
    assert kept(rows()) == kept(rows())
    assert kept(rows(seed=1)) != kept(rows())
    assert len(list(records.given_home().iterdir())) == 2


def test_what_is_not_kept_is_there_while_it_is_used_and_leaves_nothing() -> None:
    with given.known(rows(), "table", keep=False) as name:
        assert len(DatasetCache(None).load(name, HELD).train.items) == 8
    assert known(name) is None
    assert not records.given_home().exists()
    with pytest.raises(DataUnavailable, match="came from a Python program"):
        dataset(name)


def test_too_much_is_not_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(given, "LARGEST", 100)
    assert known(kept(rows())) is None


def test_those_used_last_stay_within_the_budget(monkeypatch: pytest.MonkeyPatch) -> None:
    names = [kept(rows(seed)) for seed in range(2)]
    for age, name in enumerate(names):
        os.utime(records.folder_of(name) / records.FILE, (1_000_000 - age, 1_000_000 - age))
    each = sum(file.stat().st_size for file in records.folder_of(names[0]).iterdir())
    monkeypatch.setattr(given, "MOST", int(1.5 * each))
    third = kept(rows(seed=2))
    assert [known(name) is not None for name in (*names, third)] == [True, False, True]


def test_a_folder_that_cannot_be_written_keeps_no_program_from_its_data() -> None:
    records.given_home().parent.mkdir(parents=True)
    records.given_home().write_text("no folder")
    with given.known(rows(), "table", keep=True) as name:
        assert len(DatasetCache(None).load(name, HELD).train.items) == 8


def test_files_that_do_not_fit_each_other_are_damage() -> None:
    name = kept(rows())
    np.save(records.folder_of(name) / given.LABELS, np.full(10, 7))
    with pytest.raises(BadData, match="labels from 0 to 1"):
        DatasetCache(None).load(name, HELD)


def test_nobody_else_may_take_such_a_name() -> None:
    with pytest.raises(UsageError, match="means something else"):
        records.check_name(rows().name)
