from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from engine.backend import Checkpoint, Position
from engine.runs.checkpoint import read_checkpoint, write_checkpoint

NAMES = [
    ("guesser/guess/kernel", "bag_of_words/logits/kernel"),
    ("guesser/guess/bias", "bag_of_words/logits/bias"),
    ("optimizer/adam/guess_kernel_momentum", "optimizer/adam/logits_kernel_momentum"),
]


def read_back(path: Path, names: list[str], sums: dict[str, float]) -> Checkpoint:
    arrays = {name: np.full(2, place, np.float32) for place, name in enumerate(names)}
    write_checkpoint(
        path / "checkpoint", Checkpoint(arrays=arrays, position=Position(epoch=2, step=3, sums=sums, train=sums))
    )
    found = read_checkpoint(path / "checkpoint")
    assert found is not None
    return found


def test_the_bag_of_words_head_of_an_earlier_version_is_read_with_its_sums(tmp_path: Path) -> None:
    found = read_back(tmp_path, [former for former, _ in NAMES], {"words": 0.1, "guessing": 0.2})
    assert {name: array.tolist() for name, array in found.arrays.items()} == {
        name: [place, place] for place, (_, name) in enumerate(NAMES)
    }
    assert found.position.sums == found.position.train == {"words": 0.1, "bag_of_words": 0.2}


@pytest.mark.parametrize("name", ["encoder/guess/kernel", "optimizer/adam/guess_kernel_momentum"])
def test_names_of_other_networks_stay_as_they_are(name: str, tmp_path: Path) -> None:
    found = read_back(tmp_path, [name], {"guessing": 0.2})
    assert list(found.arrays) == [name]
    assert found.position.sums == {"guessing": 0.2}
