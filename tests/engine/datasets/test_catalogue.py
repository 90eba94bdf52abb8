from __future__ import annotations

import subprocess
import sys

import pytest

from engine.datasets import DATASETS, DataSet, dataset
from engine.errors import UsageError

FETCHED = [entry for entry in DATASETS.values() if entry.files]
IMAGES = [entry for entry in DATASETS.values() if entry.kind == "image"]


@pytest.mark.parametrize("entry", DATASETS.values(), ids=lambda entry: entry.key)
def test_every_row_says_what_it_is_and_whose(entry: DataSet) -> None:
    assert DATASETS[entry.key] is entry
    assert entry.title
    assert entry.source
    assert entry.licence


@pytest.mark.parametrize("entry", IMAGES, ids=lambda entry: entry.key)
def test_images_have_classes_and_two_parts(entry: DataSet) -> None:
    assert len(set(entry.classes)) == len(entry.classes) == 10
    assert entry.train_items > entry.test_items > 0
    assert "https://" in entry.source


def test_of_every_kind_to_learn_from_something_needs_no_network() -> None:
    assert {entry.kind for entry in DATASETS.values() if entry.package} == {"image", "text", "ratings"}


@pytest.mark.parametrize("entry", FETCHED, ids=lambda entry: entry.key)
def test_every_download_has_several_mirrors_all_with_https_and_checksums(entry: DataSet) -> None:
    assert len({mirror.split("/")[2] for mirror in entry.mirrors}) >= 2
    assert all(mirror.startswith("https://") and mirror.endswith("/") for mirror in entry.mirrors)
    for file in entry.files:
        algorithm, _, digest = file.known_hash.partition(":")
        assert len(bytes.fromhex(digest)) == {"sha256": 32, "md5": 16}[algorithm]
        assert file.size > 0


def test_an_unknown_key_is_refused_with_the_known_ones() -> None:
    with pytest.raises(UsageError, match=r"'minst'.*digits, mnist, fashion-mnist"):
        dataset("minst")


def test_importing_the_package_loads_nothing_heavy() -> None:
    heavy = ("numpy", "sklearn", "PIL", "pooch", "requests", "tensorflow", "textual")
    program = f"import sys, engine.datasets; print([m for m in {heavy} if m in sys.modules])"
    result = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert result.stdout.strip() == "[]"
