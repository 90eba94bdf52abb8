"""What the other runs of a group say beside the one on the screen: the mean of their losses and its scatter."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from textual.message import Message

from engine.errors import EngineError, counted

if TYPE_CHECKING:
    from aetui.cli.repeats import Repeats
    from engine.runs.groups import Group
    from engine.runs.store import RunStore


class Others(NamedTuple):
    """Validation loss of the other runs: mean and standard deviation (0 where there is but one) of each epoch."""

    runs: int
    epochs: tuple[int, ...]
    mean: tuple[float, ...]
    sd: tuple[float, ...]


class OthersRead(Message):
    """Those of the run `run_id`, and a line for its log on what all the runs of its group reached, if any did."""

    def __init__(self, run_id: str, others: Others | None, reached: str) -> None:
        super().__init__()
        self.run_id = run_id
        self.others = others
        self.reached = reached


def read_others(store: RunStore, run_id: str, group: str) -> OthersRead:
    """Read the whole group; takes milliseconds a run."""
    from aetui.cli.repeats import repeats
    from engine.runs import groups

    try:
        found = groups.find(store, group)
        if found is None:
            return OthersRead(run_id, None, "")
        return OthersRead(run_id, _others(store, run_id, found), _reached(repeats(found, store)))
    except EngineError:  # a file of the group was damaged
        return OthersRead(run_id, None, "")


def _others(store: RunStore, run_id: str, group: Group) -> Others | None:
    from engine.analysis.spread import spread
    from engine.events import complete_epochs

    records = [store.get(member.run_id) for member in group.members if member.run_id != run_id]
    losses: dict[int, list[float]] = {}
    for record in records:
        for ended in complete_epochs(record.events()[0]) if record else ():
            losses.setdefault(ended.epoch, []).append(ended.validation["loss"])
    spreads = {epoch: found for epoch in sorted(losses) if (found := spread(losses[epoch]))}
    if not spreads:
        return None
    return Others(
        runs=max(found.n for found in spreads.values()),
        epochs=tuple(spreads),
        mean=tuple(found.mean for found in spreads.values()),
        sd=tuple(found.sd or 0.0 for found in spreads.values()),
    )


def _reached(found: Repeats) -> str:
    from aetui.render.numbers import mean_and_sd

    return "; ".join(
        f"mean ± sd of {counted(mean.runs, 'seed')}, {counted(mean.epochs, 'epoch')}: "
        + ", ".join(f"{name} {mean_and_sd(spread.mean, spread.sd)}" for name, spread in mean.metrics.items())
        for mean in found.means
        if mean.runs > 1
    )
