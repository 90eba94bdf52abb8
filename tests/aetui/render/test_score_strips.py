from __future__ import annotations

import numpy as np
import pytest

from aetui.render.score_strips import Group, axis_of, label_width, strips

NORMAL = Group("normal", np.linspace(0.0, 1.0, 100, dtype=np.float32))
OTHERS = Group("others", np.linspace(0.5, 3.0, 50, dtype=np.float32))


@pytest.mark.parametrize("width", [20, 60, 100])
@pytest.mark.parametrize("height", [2, 4, 9])
@pytest.mark.parametrize("blocks", [True, False])
def test_strips_have_the_size_asked_for_and_the_mark_stands_below_the_line(
    width: int, height: int, blocks: bool
) -> None:
    groups = [NORMAL, OTHERS]
    axis = axis_of(groups, 1.2, width - label_width(width))
    lines = [line.plain for line in strips(groups, axis, 1.2, (width, height), blocks=blocks)]
    assert len(lines) <= height
    assert {len(line) for line in lines} == {width}
    at = lines[-1].index("▲" if blocks else "^")
    assert at == label_width(width) + axis.column(1.2)
    assert lines[0][at] != " "
    assert "1.2" in lines[-1]
    assert blocks or "\n".join(lines).isascii()


def test_whatever_is_there_is_seen_and_what_lies_beyond_the_axis_is_in_its_last_column() -> None:
    scores = np.r_[np.full(1_000, 0.1), 0.5, np.full(2, 1e6)].astype(np.float32)
    axis = axis_of([Group("items", scores)], 0.6, 40)
    assert axis.high < 1
    (line, _) = strips([Group("items", scores)], axis, 0.6, (40, 2))
    assert line.plain[0] == "█"
    assert line.plain[axis.column(0.5)] == "▁"
    assert line.plain[-1] == "▁"
