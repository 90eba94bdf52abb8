from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from engine.errors import RunError
from engine.ratings import rating_files


def test_a_run_reads_back_the_ratings_that_it_kept(small_ratings: Any, tmp_path: Path) -> None:
    kept = small_ratings()
    rating_files.write(kept, tmp_path)
    found = rating_files.read(tmp_path)
    assert found.fingerprint == kept.fingerprint
    assert (found.users, found.items, found.range) == (kept.users, kept.items, kept.range)


@pytest.mark.parametrize("damage", ["names gone", "ratings cut", "fewer users", "other arrays"])
def test_damaged_files_are_said_to_be(small_ratings: Any, tmp_path: Path, damage: str) -> None:
    kept = small_ratings()
    rating_files.write(kept, tmp_path)
    if damage == "names gone":
        (tmp_path / rating_files.NAMES).unlink()
    elif damage == "ratings cut":
        (tmp_path / rating_files.GIVEN).write_bytes(b"PK")
    elif damage == "fewer users":
        (tmp_path / rating_files.NAMES).write_text('{"key": "a", "users": ["one"], "items": []}')
    else:
        np.savez(tmp_path / rating_files.GIVEN, user=kept.user, item=kept.item, value=kept.value, part=kept.user)
    with pytest.raises(RunError, match="train anew"):
        rating_files.read(tmp_path)
