"""The ratings that a run keeps in its folder: it recommends by them, whatever becomes of the data."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec
import numpy as np

from engine.errors import RunError
from engine.ratings.ratings import TEST, Ratings
from engine.storage.atomic import replacing
from engine.storage.npz import Malformed, read_npz

GIVEN, NAMES = "ratings.npz", "rating-names.json"
ARRAYS = {"user": np.int32, "item": np.int32, "value": np.float32, "part": np.int8}
LARGEST = 2**31


class Names(msgspec.Struct, frozen=True):
    """Of users and items, by their places."""

    key: str
    users: tuple[str, ...]
    items: tuple[str, ...]


def write(ratings: Ratings, folder: Path) -> None:
    """Into `ratings.npz` and `rating-names.json`; each whole or not at all. Raises OSError."""
    names = Names(ratings.key, ratings.users, ratings.items)
    with replacing(folder / NAMES) as file:
        file.write(msgspec.json.encode(names))
    with replacing(folder / GIVEN) as file:
        np.savez_compressed(file, allow_pickle=False, **{name: getattr(ratings, name) for name in ARRAYS})


def read(folder: Path) -> Ratings:
    """What `write` wrote. Raises RunError where a file is missing, broken or does not fit the other."""
    try:
        with (folder / NAMES).open("rb") as file:
            names = msgspec.json.decode(file.read(LARGEST), type=Names)
    except (OSError, msgspec.DecodeError) as error:
        raise _broken(folder / NAMES, f"the names of users and items, but {error}") from error
    try:
        found = read_npz(folder / GIVEN, lambda _: ARRAYS, LARGEST)
    except Malformed as error:
        raise _broken(folder / GIVEN, f"the ratings, but {error.fault}") from error
    if any(array.dtype != ARRAYS[name] or array.shape != found["value"].shape for name, array in found.items()):
        raise _broken(folder / GIVEN, f"arrays {', '.join(ARRAYS)} of one length")
    limits = {"user": len(names.users), "item": len(names.items), "part": TEST + 1}
    if not len(found["value"]) or any(
        found[name].min() < 0 or found[name].max() >= limit for name, limit in limits.items()
    ):
        raise _broken(folder / GIVEN, f"places among {limits['user']:,} users and {limits['item']:,} items")
    if not np.isfinite(found["value"]).all():
        raise _broken(folder / GIVEN, "finite ratings")
    given: dict[str, Any] = found
    return Ratings(key=names.key, users=names.users, items=names.items, **given)


def _broken(path: Path, expected: str) -> RunError:
    return RunError("Ratings damaged", f"expected {path} to hold {expected}; train anew, or bring back a copy")
