"""Decoding once and in parallel: many items to shards of rows, in worker processes, to go on where it was broken off.

What decodes is named, not handed over, because it runs in fresh interpreters: "package.module:function", a function
that takes a `setup` (plain data: numbers, text, lists, dicts) once and gives back the decoder proper, which takes some
items (plain data too, such as paths) and returns their rows, (count, …) uint8 or float32, with a note:

    def decoder(setup: Any) -> Callable[[list[Any]], tuple[NDArray[Any], Any]]: ...

Rows may be fewer than the items (some could not be read); the note is plain data, kept in the index and given back when
all is done (labels, faults): it has to say which items the rows are of if that is not plain. All rows have one shape.
Items that are sorted by class should be shuffled first, by a fixed key: training reads stretches of neighbours.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Sequence
from importlib import import_module
from pathlib import Path
from typing import Any

import msgspec
from numpy.typing import NDArray

from engine.datasets.data import Report
from engine.storage.rows import grain
from engine.storage.shards import SHARD_BYTES, Shard, ShardedArray, open_shards, write_shard, writing
from engine.storage.workers import on_all_cores

Decode = Callable[[list[Any]], tuple[NDArray[Any], Any]]
TASKS = 64
"""Shards that few items make at least, so that several cores have something to do and progress can be seen."""
FEWEST = 256
"""Items in a shard for all that."""


def decoded(
    folder: Path, decode: str, setup: Any, items: Sequence[Any], row_bytes: int, activity: str, report: Report
) -> ShardedArray:
    """The rows of `items`, decoded into `folder` unless they are there; its `notes` are those of the shards in order.

    `decode`, `setup`: see above; `row_bytes`: of one row, from which follows how many go in a shard. `report` hears
    under `activity` how many items are done, five times a second. Broken off, by what `report` raises too, the next
    call with the same arguments goes on: finished shards are kept. The folder belongs to this work alone.

    Raises:
        EngineError: a worker failed, another process writes there, the disk is full.
        Exception: whatever `report` raises.
    """
    count = rows_in_shard(len(items), row_bytes)
    key = hashlib.sha256(msgspec.msgpack.encode([decode, setup, list(items), count])).hexdigest()
    found = open_shards(folder, key)
    if found is not None:
        return found
    with writing(folder, key) as index:
        tasks = [
            (number, list(items[start : start + count]))
            for number, start in enumerate(range(0, len(items), count))
            if number not in index.done
        ]
        done = len(items) - sum(len(task) for _, task in tasks)

        def each(place: int, shard: Any) -> None:
            nonlocal done
            index.add(msgspec.convert(shard, Shard))
            done += len(tasks[place][1])

        def tick(_: int) -> None:
            report(activity, done, len(items))

        own = [os.fspath(folder.absolute()), decode, setup]
        on_all_cores("engine.datasets.decoding:worker", own, tasks, tick, each)
        return index.finish()


def rows_in_shard(items: int, row_bytes: int) -> int:
    """A few seconds' worth where there are many; whole grains where there is more than one, so that borders fit."""
    share = max(FEWEST, -(-items // TASKS))
    each = grain(row_bytes)
    return max(1, min(share // each * each or share, SHARD_BYTES // max(1, row_bytes) // each * each or each))


def worker(setup: Any) -> Callable[[Any], Any]:
    """What a worker does with a task: decode it and write the shard; only its line of the index travels back."""
    folder, name, own = setup
    module, _, function = name.partition(":")
    decode: Decode = getattr(import_module(module), function)(own)

    def work(task: Any) -> Any:
        number, items = task
        rows, notes = decode(items)
        return msgspec.to_builtins(write_shard(Path(folder), number, rows, notes))

    return work
