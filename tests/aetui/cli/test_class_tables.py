from __future__ import annotations

from aetui.cli import class_tables
from engine.features.outcomes import Bin


def test_one_figure_stands_alone_and_several_have_a_spread() -> None:
    assert class_tables.spread([0.5]) == "0.5000"
    assert class_tables.spread([0.5, 0.7]) == "0.6000 ± 0.1414"


def test_a_confusion_matrix_has_named_rows_and_fits_a_terminal() -> None:
    classes = ("T-shirt/top", "trouser", "pullover", "dress", "coat", "sandal", "shirt", "sneaker", "bag", "ankle boot")
    matrix = [[1000 if row == column else 0 for column in range(10)] for row in range(10)]
    matrix[0][6] = 31
    told = class_tables.confusion(matrix, classes).splitlines()
    assert max(map(len, told)) <= 80
    assert told[1].split() == ["T-shirt/top", "1", "1000", *["·"] * 5, "31", *["·"] * 3, "0.970"]


def test_one_that_is_too_wide_becomes_what_is_found_of_each_class_and_what_is_confused_most() -> None:
    classes = tuple(f"class {number}" for number in range(40))
    matrix = [[9 if row == column else 0 for column in range(40)] for row in range(40)]
    matrix[3][5] = 7
    told = class_tables.confusion(matrix, classes)
    assert max(map(len, told.splitlines())) <= 80
    assert told.splitlines()[-1].split() == ["7", "class", "3", "class", "5"]


def test_bins_without_items_say_nothing() -> None:
    told = class_tables.reliability([Bin(0, 0.0, 0.0), Bin(4, 0.9, 0.75)]).splitlines()
    assert told[1].split() == ["0.0", "to", "0.5", "0", "–", "–", "–"]
    assert told[2].split() == ["0.5", "to", "1.0", "4", "0.900", "0.750", "-0.150"]
