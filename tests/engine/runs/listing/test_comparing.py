from __future__ import annotations

from pathlib import Path

import msgspec
from many_runs import many_runs

from engine.runs.listing.comparing import abreast, side_by_side
from engine.runs.store import RunStore


def test_as_many_runs_as_one_likes_stand_abreast_and_two_of_them_side_by_side(tmp_path: Path) -> None:
    many_runs(tmp_path, 3)
    runs = RunStore(tmp_path).summaries()
    runs[1] = msgspec.structs.replace(runs[1], config={**runs[0].config, "extra": 1})
    runs[0] = msgspec.structs.replace(runs[0], config=runs[0].config)
    rows = {row.name: row for row in abreast([runs[0], runs[1], runs[0]]) if row.section == "setting"}
    assert rows["extra"].values == (None, 1, None)
    assert rows["extra"].differs
    assert not rows["epochs"].differs
    two = {line.name: line for line in side_by_side(runs[0], runs[1]) if line.section == "setting"}
    assert (two["extra"].one, two["extra"].other) == (None, 1)
    assert abreast([]) is not None
