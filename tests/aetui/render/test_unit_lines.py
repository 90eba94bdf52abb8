"""What is told of one unit."""

from __future__ import annotations

import msgspec
import numpy as np
from unit_readings import reading

from aetui.render import unit_lines
from engine.units.ablation import Errors, Without
from engine.units.dossier import dossier

ANSWER = reading()
OF = dossier(ANSWER.activations, ANSWER.table, 4)


def lines(size: tuple[int, int], unit: int = 4, blocks: bool = True) -> list[str]:
    of = dossier(ANSWER.activations, ANSWER.table, unit)
    found = unit_lines.histogram(of, ANSWER.activations, ANSWER.table, size, blocks=blocks)
    return [line.plain for line in found]


def test_each_class_has_a_line_on_one_axis_within_the_room() -> None:
    head, *classes, axis = lines((30, 10))
    assert "at 0 left out" in head
    assert [line[0] for line in classes] == ["a", "b", "c"]
    assert axis.split()[-1] == f"{ANSWER.table.highest[4]:.3g}"
    for size in ((12, 4), (30, 3), (80, 20)):
        found = lines(size)
        assert len(found) <= size[1]
        assert max(map(len, found)) <= size[0]
    assert not set("".join(lines((30, 10), blocks=False)[1:4])) & set("▁▂▃▄▅▆▇█")


def test_of_too_many_classes_those_with_the_largest_means_are_shown() -> None:
    best = int(ANSWER.table.class_means[4].argmax())
    assert lines((30, 3))[1][0] == "abc"[best]


def test_a_dead_unit_is_said_to_be_dead() -> None:
    heading = unit_lines.heading(ANSWER.activations, ANSWER.table, 2).plain
    assert "it is dead: it answers 0 to all 90 items" in heading
    assert "the same for all items" in lines((40, 8), unit=2)[1]


def test_counts_are_added_up_for_fewer_columns() -> None:
    counts = np.arange(14).reshape(2, 7)
    assert unit_lines.rebinned(counts, 3).sum(axis=1).tolist() == counts.sum(axis=1).tolist()
    assert unit_lines.rebinned(counts, 3).shape == (2, 3)
    assert unit_lines.rebinned(counts, 9) is counts


def test_what_is_lost_is_told_in_per_cent_and_large_losses_as_factors() -> None:
    kept = Errors(0.02, np.array([0.02, 0.01, np.nan]))
    zero, mean = Errors(0.03, np.array([0.05, 0.2, np.nan])), Errors(0.02, kept.by_class)
    told = [line.plain for line in unit_lines.lost(Without(kept, zero, mean, 50), ANSWER.activations, 200)]
    assert "at 0 0.03000 (+50.0 %)" in told[0]
    assert told[1] == "at 0 by class: b ×20 · a +150.0 %"
    labelless = msgspec.structs.replace(ANSWER.activations, labels=None, classes=())
    bare = Errors(0.0, np.zeros(0))
    assert len(unit_lines.lost(Without(bare, bare, bare, 1), labelless, 80)) == 1
