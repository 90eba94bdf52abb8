from __future__ import annotations

from importlib.util import find_spec

import pytest

from engine.errors import UsageError
from engine.exports.format import Format
from engine.exports.table import FORMATS, format_of
from engine.kinds import KINDS
from engine.nn.exporting.opening import OPENERS


def test_every_format_has_a_writer_and_what_opens_it_again() -> None:
    for key, row in FORMATS.items():
        module, _, name = row.writer.partition(":")
        assert row.key == key
        assert find_spec(module) is not None
        assert name
        assert row.label
        assert set(row.kinds) <= set(KINDS)
        assert bool(row.requires) == bool(row.extra)
    assert {key for key, row in FORMATS.items() if row.needs == "weights"} == set(OPENERS)


def test_an_unknown_format_is_refused_with_those_that_there_are() -> None:
    with pytest.raises(UsageError, match="npz"):
        format_of("pickle")


def test_a_format_that_needs_what_is_not_installed_says_how_to_install_it() -> None:
    row = Format(
        key="strange",
        label="",
        folder=True,
        needs="weights",
        writer="engine.nowhere:write",
        requires=("no_such_module",),
        extra="onnx",
    )
    with pytest.raises(UsageError, match=r"no_such_module; install with: .*onnx"):
        row.check("image")


def test_a_format_of_some_kinds_of_data_refuses_the_others() -> None:
    row = Format(key="strange", label="", folder=False, needs="record", writer="x:y", kinds=("image",))
    row.check("image")
    with pytest.raises(UsageError, match="learned from text"):
        row.check("text")
