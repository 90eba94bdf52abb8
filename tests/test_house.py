"""The house: no circles among files, kinds of data in one room, a short corridor, files that can be read."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Sequence
from functools import cache
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

CHECKOUT = Path(__file__).parent.parent
FILES = sorted(path for package in ("engine", "aetui") for path in (CHECKOUT / package).rglob("*.py"))
LONGEST = 400
DOCUMENTED = 0.9
"""Share of the public functions that say more than their names."""
TOP = 8

BRANCHES = re.compile(
    r"isinstance\([\w.]+, \(?(ImageData|TextData|Corpus)|reads_text"
    r"|\b(data|entry|row|source|dataset\([^)]*\))\.kind [!=]="
)
"""Ways to ask for the kind of data."""


PAGES = [path for path in (*(CHECKOUT / "docs").glob("*.md"), *CHECKOUT.glob("*.md")) if path.name != "CHANGELOG.md"]
"""CHANGELOG.md tells of files that were there."""
NAMED = re.compile(r"\b(?:aetui|engine|tests|docs|assets)/[\w/.-]*\w\.(?:py|md|json|tcss)\b")


@cache
def parsed(path: Path) -> ast.Module:
    return ast.parse(path.read_text("utf-8"))


def module_of(path: Path) -> str:
    parts = path.relative_to(CHECKOUT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def imported(path: Path, known: set[str]) -> Iterator[str]:
    """Modules of ours that the file imports anywhere: at its top, in a function, for the type checker."""
    for node in ast.walk(parsed(path)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names if alias.name in known)
        elif isinstance(node, ast.ImportFrom) and node.module:
            for alias in node.names:
                within = f"{node.module}.{alias.name}"
                yield within if within in known else node.module


def test_no_files_import_each_other_in_a_circle() -> None:
    known = {module_of(path) for path in FILES}
    graph = {module_of(path): set(imported(path, known)) & known - {module_of(path)} for path in FILES}
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        pytest.fail(" imports ".join(reversed(error.args[1])))


@pytest.mark.parametrize("statement", ["isinstance(data, TextData)", "if entry.kind == 'text'", "variant.reads_text"])
def test_a_branch_on_the_kind_of_data_is_noticed(statement: str) -> None:
    assert BRANCHES.search(statement)


def test_nobody_asks_for_the_kind_of_data_but_the_kinds() -> None:
    found = [
        f"{path.relative_to(CHECKOUT)}:{number}: {line.strip()}"
        for path in FILES
        if path.parent.name != "kinds"
        for number, line in enumerate(path.read_text("utf-8").splitlines(), 1)
        if BRANCHES.search(line)
    ]
    assert not found


@pytest.mark.parametrize("package", ["engine", "aetui"])
def test_the_corridor_is_short(package: str) -> None:
    assert len(list((CHECKOUT / package).glob("*.py"))) <= TOP


def test_every_file_can_be_read_in_one_go() -> None:
    every = [*FILES, *(CHECKOUT / "tests").rglob("*.py")]
    assert not [path for path in every if len(path.read_text("utf-8").splitlines()) > LONGEST]


def functions(body: Sequence[ast.stmt]) -> Iterator[tuple[str, ast.FunctionDef | ast.AsyncFunctionDef]]:
    """Those of a module and of its classes by their dotted names; not those within functions."""
    for node in body:
        if isinstance(node, ast.ClassDef):
            yield from ((f"{node.name}.{name}", found) for name, found in functions(node.body))
        elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node.name, node


def test_public_functions_say_what_their_names_do_not() -> None:
    public = [
        (f"{module_of(path)}.{name}", ast.get_docstring(node))
        for path in FILES
        for name, node in functions(parsed(path).body)
        if not any(part.startswith("_") for part in name.split("."))
    ]
    silent = [name for name, docstring in public if not docstring]
    assert len(silent) <= (1 - DOCUMENTED) * len(public), silent


def test_networks_and_layers_say_shapes_in_and_out() -> None:
    """Whatever is called `networks`, and `call` of Keras's layers: in their packages nothing else is called so."""
    found = {
        f"{module_of(path)}.{name}": ast.get_docstring(node) or ""
        for path in FILES
        if path.is_relative_to(CHECKOUT / "engine")
        for name, node in functions(parsed(path).body)
        if name.split(".")[-1] in ("networks", "call")
    }
    assert found
    assert not [name for name, docstring in found.items() if not re.search(r"→|\bshape", docstring)]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_file_that_a_page_names_is_there(page: Path) -> None:
    assert not [name for name in NAMED.findall(page.read_text("utf-8")) if not (CHECKOUT / name).exists()]
