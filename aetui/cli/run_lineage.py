"""Where a run comes from and what was made of it, in words for `aetui runs show`."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from aetui.render.text import plain
from engine.errors import counted
from engine.runs import lineage
from engine.storage.bounded import named

if TYPE_CHECKING:
    from engine.runs.listing.summary import Summary
    from engine.runs.store import RunRecord, RunStore


def lines(record: RunRecord, store: RunStore) -> Iterator[tuple[str, str]]:
    """The run that `record` is a fork of, settings that changed in it, and its own forks; nothing where there are
    none."""
    info = record.info
    for before in lineage.ancestors(store, record.id) if info.parent else ():
        gone = "" if before.run else ", which is not in this store: pictures and weights up to there are not here"
        yield "fork of", f"{_named(before.run, before.run_id)} {_where(before.forked_at)}{gone}"
    for change in info.changes:
        told = ", ".join(f"{name}={value}" for name, value in change.config.items())
        yield "changed", plain(f"from epoch {change.epoch + 1} on {told}")
    for fork in lineage.children(store, record.id):
        yield "forked", f"{_named(fork, fork.id)} {_where(fork.forked_at)}, {fork.status}"


def orphaned(records: Sequence[RunRecord], store: RunStore) -> str:
    """In a sentence, what the deletion of `records` takes from their forks; empty where they have none."""
    gone = {record.id for record in records}
    forks = [run.id for run in store.summaries() if run.parent in gone and run.id not in gone]
    if not forks:
        return ""
    told = f"{counted(len(forks), 'fork')} of it ({plain(named(forks))})"
    return f"{told} would lose pictures and weights of the epochs before it began; curves stay"


def _where(epoch: int) -> str:
    return f"after epoch {epoch}" if epoch else "as it began"


def _named(run: Summary | None, run_id: str) -> str:
    return plain(f"{run_id} ({run.name})" if run and run.name else run_id)
