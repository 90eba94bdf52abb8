from __future__ import annotations

import subprocess
import sys

import numpy as np
import pytest

from engine.datasets import DATASETS, digits, load


@pytest.fixture(scope="module")
def parts():
    return digits.read()


def test_all_1797_items_are_there_as_28_by_28_bytes(parts) -> None:
    train, test = parts
    assert len(train.labels) + len(test.labels) == 1_797
    assert train.items.shape == (1_442, 28, 28, 1)
    assert test.items.shape == (355, 28, 28, 1)
    assert (train.items.dtype, train.labels.dtype) == (np.uint8, np.int64)


def test_the_test_part_has_as_many_of_each_class(parts) -> None:
    assert {*np.bincount(parts[1].labels)} <= {34, 35, 36}


def test_they_use_the_whole_range_and_leave_a_margin_as_mnist_does(parts) -> None:
    images = parts[0].items
    assert images.max() == 255
    # Smooth resampling lets a stroke at the rim of the 8×8 grid bleed a little into the margin, never to its edge.
    border = np.concatenate([images[:, 0], images[:, -1], images[:, :, 0], images[:, :, -1]])
    assert images.min() == 0
    assert border.max() < 16


def test_each_item_still_shows_what_scikit_learn_has(parts) -> None:
    """Brightness inside the margin, averaged over the cells of the old 8×8 grid, follows the original."""
    from PIL import Image
    from sklearn.datasets import load_digits

    images, labels = load_digits(return_X_y=True)
    test_items = images[[np.sum(labels[:i] == label) % 5 == 4 for i, label in enumerate(labels)]]
    small = [Image.fromarray(image[..., 0]).resize((10, 10), Image.Resampling.BOX) for image in parts[1].items]
    shown = np.stack([np.asarray(image)[1:-1, 1:-1].ravel() for image in small])
    likeness = [np.corrcoef(a, b)[0, 1] for a, b in zip(shown, test_items, strict=True)]
    assert min(likeness) > 0.9


def test_both_ways_to_the_table_agree() -> None:
    assert np.array_equal(digits._packaged(), digits._from_scikit_learn())


def test_without_the_packaged_file_scikit_learn_is_asked(parts, monkeypatch) -> None:
    monkeypatch.setattr(digits, "find_spec", lambda name: None)
    assert np.array_equal(digits.read()[0].items, parts[0].items)


def test_loading_does_not_import_scikit_learn() -> None:
    program = "import sys; from engine.datasets import load; load('digits', None); print('sklearn' in sys.modules)"
    result = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert result.stdout.strip() == "False"


def test_the_table_says_the_same() -> None:
    data = load("digits", None)
    assert data.path is None
    assert data.classes == DATASETS["digits"].classes
    assert data.fingerprint == load("digits", None).fingerprint
