"""The curves of a run as data."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from math import nan

import numpy as np

from aetui.state.run_state import Curve, RunState
from aetui.taking.taken import Plot, Series, Table, Taken

KEY, TITLE = "loss", "Loss"
NO_LOSS = "the loss appears after the first epoch"
NO_CURVE = "no curve of this run is switched on"


def loss(
    run: RunState | None,
    offered: Sequence[Curve],
    shown: Collection[str],
    *,
    log: bool = False,
    cursor: int | None = None,
) -> Taken:
    """Those of the curves `offered` with the names `shown`, all epochs of them, and what the other runs of the group
    scatter round."""
    curves = [curve for curve in offered if curve.name in shown]
    if run is None or not run.epochs:
        return Taken(KEY, TITLE, missing=NO_LOSS)
    if not curves:
        return Taken(KEY, TITLE, missing=NO_CURVE)
    epochs = [ended.epoch for ended in run.epochs]
    columns: dict[str, Sequence[float]] = {curve.name: [curve.value(ended) for ended in run.epochs] for curve in curves}
    places = [curve.name for curve in offered]
    series = [Series(name, epochs, values, place=places.index(name)) for name, values in columns.items()]
    if run.others is not None:
        _, at, mean, sd = run.others
        series.append(Series("others", at, mean, "thin"))
        for name, values in (("others mean", mean), ("others sd", sd)):
            found = dict(zip(at, values, strict=True))
            columns[name] = [found.get(epoch, nan) for epoch in epochs]
    stages = [ended.stage for ended in run.epochs] if len(run.stages) > 1 else []
    named = {"stage": stages} if stages else {}
    return Taken(
        KEY,
        TITLE,
        run.last_epoch,
        up_to=True,
        table=Table(("epoch", *named, *columns), list(zip(epochs, *named.values(), *columns.values(), strict=True))),
        arrays={"epoch": np.asarray(epochs), **{name: np.asarray(values) for name, values in columns.items()}},
        plots=(Plot(f"{run.name or run.variant} on {run.dataset}: loss", tuple(series), "epoch", "loss", log, cursor),),
    )
