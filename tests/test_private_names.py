"""What is used of other packages though it is private there: named here, held by version bounds, and nothing else."""

from __future__ import annotations

import ast
import importlib
import inspect
import re
import string
import tomllib
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from plotext._figure import _figure_class
from textual._xterm_parser import XTermParser
from textual.app import App
from textual.drivers import linux_driver
from textual.keys import _character_to_key
from textual.widget import Widget
from textual_serve.app_service import AppService
from textual_serve.server import Server

import aetui
from aetui.keymap import NAMES

PACKAGES = ("textual", "textual_serve", "plotext", "rich")
USED = {
    "aetui.terminal.keyboard": {"_xterm_parser"},
    "aetui.cli.served": {"_make_app", "_process", "_process_messages"},
    "aetui.screens.faults": {
        "_close_messages_no_wait",
        "_dispatch_message",
        "_exception",
        "_exit",
        "_exit_renderables",
        "_fatal_error",
        "_handle_exception",
        "_register_child",
        "_start_widget",
    },
    "aetui.render.plot": {"_figure", "_figure_class", "_limit_size"},
}
"""Private names of other packages by the module that uses or overrides them."""

FOLDER = Path(aetui.__file__).parent
MODULES = {
    ".".join(("aetui", *path.relative_to(FOLDER).with_suffix("").parts)): path
    for path in FOLDER.rglob("*.py")
    if path.stem != "__main__"
}


def private(name: str) -> bool:
    return name.startswith("_") and not name.startswith("__")


def names_of(bases: list[type]) -> set[str]:
    """Private names that classes of other packages have or give themselves."""
    return set[str]().union(*map(names_of_one, bases))


@cache  # half of the modules derive from the same few
def names_of_one(base: type) -> set[str]:
    return {*filter(private, vars(base)), *re.findall(r"\bself\.(_[a-z]\w*)", inspect.getsource(base))}


def mentioned(node: ast.AST) -> set[str]:
    """Private names that are defined, set or used in `node`."""
    functions = {each.name for each in ast.walk(node) if isinstance(each, ast.FunctionDef | ast.AsyncFunctionDef)}
    return {*attributes(node), *filter(private, functions)}


def attributes(node: ast.AST) -> set[str]:
    """Private names after a dot in `node`."""
    return {each.attr for each in ast.walk(node) if isinstance(each, ast.Attribute) and private(each.attr)}


def taken(module: str) -> Iterator[str]:
    """Private names that `module` imports from other packages or shares with what its classes derive from there."""
    tree = ast.parse(MODULES[module].read_text("utf-8"))
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module and node.module.split(".")[0] in PACKAGES:
            yield from filter(private, (*node.module.split("."), *(each.name for each in node.names)))
        elif isinstance(node, ast.ClassDef):
            made = getattr(importlib.import_module(module), node.name, None)
            bases = [base for base in inspect.getmro(made) if base.__module__.split(".")[0] in PACKAGES] if made else []
            yield from mentioned(node) & names_of(bases)
    if module in USED:  # what it calls on objects of theirs
        yield from attributes(tree) & names_of([Widget, App, _figure_class])


@pytest.mark.parametrize("module", sorted(MODULES))
def test_no_private_name_of_another_package_is_used_or_met_by_chance_but_those_named_here(module: str) -> None:
    assert set(taken(module)) == USED.get(module, set())


def test_the_packages_still_have_the_private_names() -> None:
    assert USED["aetui.cli.served"] <= names_of([Server, AppService])
    assert USED["aetui.screens.faults"] <= names_of([*App.__mro__[:-1]])
    assert "_limit_size" in names_of([_figure_class])
    assert linux_driver.XTermParser is XTermParser  # where aetui.terminal.keyboard puts another


def test_packages_whose_private_names_are_used_have_an_upper_bound_below_the_next_minor_version() -> None:
    project = tomllib.loads((Path(__file__).parent.parent / "pyproject.toml").read_text("utf-8"))["project"]
    extras = project["optional-dependencies"].values()
    wanted = [*project["dependencies"], *(each for extra in extras for each in extra)]
    bounds = [
        {clause.operator: clause.version.split(".")[:2] for clause in requirement.specifier}
        for requirement in map(Requirement, wanted)
        if requirement.name in {"textual", "textual-serve", "plotext"}
    ]
    assert len(bounds) == 4
    for bound in bounds:
        (major, minor), below = bound[">="], bound["<"]
        assert below == [major, str(int(minor) + 1)]


def test_characters_have_textuals_names() -> None:
    assert {char: _character_to_key(char) for char in string.punctuation + " "} == NAMES
