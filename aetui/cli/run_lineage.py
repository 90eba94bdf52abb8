"""Where a run comes from and what was made of it, in words for `aetui runs show`."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from aetui.render.text import plain
from engine.runs import lineage

if TYPE_CHECKING:
    from engine.runs.listing.summary import Summary
    from engine.runs.store import RunRecord, RunStore


def lines(record: RunRecord, store: RunStore) -> Iterator[tuple[str, str]]:
    """The run that `record` is a fork of, settings that changed in it, and its own forks; nothing where there are
    none."""
    info = record.info
    for before in lineage.ancestors(store, record.id) if info.parent else ():
        gone = "" if before.run else ", which is not in this store: pictures and weights up to there are not here"
        yield "fork of", f"{_named(before.run, before.run_id)} after epoch {before.forked_at}{gone}"
    for change in info.changes:
        told = ", ".join(f"{name}={value}" for name, value in change.config.items())
        yield "changed", plain(f"from epoch {change.epoch + 1} on {told}")
    for fork in lineage.children(store, record.id):
        yield "forked", f"{_named(fork, fork.id)} after epoch {fork.forked_at}, {fork.status}"


def _named(run: Summary | None, run_id: str) -> str:
    return plain(f"{run_id} ({run.name})" if run and run.name else run_id)
