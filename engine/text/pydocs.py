"""Reader of English that is on every machine where this runs: docstrings of the installed packages, Python's manual.

Files are found and parsed, never imported.
"""

from __future__ import annotations

import ast
import gc
import hashlib
import inspect
import platform
import warnings
from collections.abc import Callable, Iterator
from importlib import metadata
from importlib.util import find_spec
from pathlib import Path
from typing import Any, NamedTuple

from engine.datasets.data import Report
from engine.errors import DataUnavailable
from engine.storage.workers import on_all_cores
from engine.text.docstrings import has_sentence, paragraphs
from engine.text.document import Document

PACKAGES = {
    "numpy": "numpy",
    "scipy": "scipy",
    "scikit-learn": "sklearn",
    "keras": "keras",
    "nltk": "nltk",
    "textual": "textual",
    "pillow": "PIL",
    "tensorflow": "tensorflow",
}
"""The name on the package registry, which is the topic too, → the name to import."""

MANUAL = "python"
"""The topic of what comes from Python's manual."""

_MANUAL = "pydoc_data"
_VERSION = 1  # raised when the same docstrings give other documents

_PASSED_OVER = frozenset(("tests", "test", "testing", "_tf_keras", "_api", "api"))
"""Folders without prose of their own: tests, and modules that only hand other modules' names on."""

_COPY = "tensorflow/python/keras/"  # an old state of keras, kept inside TensorFlow

_BATCH = 300_000  # bytes of source that a task parses in about a fifth of a second


class Source(NamedTuple):
    """A file to read."""

    topic: str
    name: str
    path: Path
    size: int


def fingerprint(path: Path | None = None) -> str:
    """SHA-256 over the versions of Python and of the packages that are here."""
    versions = [f"{name} {_version(name)} {root}" for name, root in _roots().items()]
    return hashlib.sha256("\n".join([str(_VERSION), platform.python_version(), *versions]).encode()).hexdigest()


def documents(path: Path | None, report: Report) -> Iterator[Document]:
    """A document for each source file with docstrings, its paragraphs as lines; `path` means nothing here.

    Raises:
        DataUnavailable: nothing of it is installed.
    """
    roots = _roots()
    if not roots:
        packages = ", ".join(PACKAGES)
        raise DataUnavailable("No data", f"pydocs is made of docstrings, and none of {packages} is installed")
    report("looking for docstrings", 0, 0)
    sources = [source for topic, root in roots.items() for source in _sources(topic, root)]
    batches = list(_batches(sources))
    total = sum(source.size for source in sources)

    def tick(done: int) -> None:
        report("reading docstrings", total * done // max(1, len(batches)), total)

    tasks = [[[source.topic, source.name, str(source.path)] for source in batch] for batch in batches]
    seen: set[str] = set()
    for found in on_all_cores("engine.text.pydocs:parser", None, tasks, tick):
        for topic, name, lines in found:
            new = [line for line in dict.fromkeys(lines) if line not in seen]
            seen.update(new)
            if new:
                yield Document(name, "\n".join(new), (topic,), "paragraphs")


def parser(_: None) -> Callable[[Any], list[Any]]:
    """The work of a worker: from [topic, name, path] of some files to [topic, name, paragraphs] of each."""
    gc.disable()  # a syntax tree has no cycles; looking for some takes a third of the time
    warnings.simplefilter("ignore")  # old escapes in other people's strings

    def parse(files: list[list[str]]) -> list[Any]:
        return [[topic, name, prose(Path(path))] for topic, name, path in files]

    return parse


def prose(path: Path) -> list[str]:
    """The paragraphs of all public docstrings of a source file; none when it cannot be read."""
    try:
        source = path.read_text(encoding="utf-8")
        tree = ast.parse(source) if '"""' in source or path.name == "topics.py" else None
    except (OSError, ValueError, SyntaxError, RecursionError):
        return []
    strings = _docstrings(tree) if tree else ()
    found = (paragraph for string in strings for paragraph in paragraphs(inspect.cleandoc(string)))
    return [paragraph for paragraph in found if has_sentence(paragraph)]


def _docstrings(tree: ast.Module) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            private = not isinstance(node, ast.Module) and node.name.startswith("_") and not node.name.endswith("__")
            yield "" if private else ast.get_docstring(node, clean=False) or ""
        elif isinstance(node, ast.Call) and _adds_a_docstring(node):
            yield from _strings(node.args)
        elif isinstance(node, ast.Assign) and isinstance(node.value, ast.Dict) and _is_manual(node):
            yield from _strings([value for value in node.value.values if value])


def _adds_a_docstring(call: ast.Call) -> bool:
    """Compiled functions get theirs from add_newdoc("numpy", "zeros", text)."""
    return isinstance(call.func, ast.Name) and call.func.id.endswith("add_newdoc")


def _is_manual(assignment: ast.Assign) -> bool:
    return any(isinstance(target, ast.Name) and target.id == "topics" for target in assignment.targets)


def _strings(nodes: list[ast.expr]) -> Iterator[str]:
    for node in nodes:
        for part in ast.walk(node):
            if isinstance(part, ast.Constant) and isinstance(part.value, str):
                yield part.value


def _roots() -> dict[str, Path]:
    """Topic → folder of the packages that are here; `find_spec` of a top-level name imports nothing."""
    roots = {}
    for topic, module in {**PACKAGES, MANUAL: _MANUAL}.items():
        spec = find_spec(module)
        if spec and spec.submodule_search_locations:
            roots[topic] = Path(next(iter(spec.submodule_search_locations)))
    return roots


def _version(package: str) -> str:
    try:
        return metadata.version(package)
    except metadata.PackageNotFoundError:
        return "unknown"


def _sources(topic: str, root: Path) -> Iterator[Source]:
    for path in sorted(root.rglob("*.py")):
        name = path.relative_to(root.parent).as_posix()
        if not _PASSED_OVER.intersection(name.split("/")) and not name.endswith("_test.py") and _COPY not in name:
            yield Source(topic, name, path, path.stat().st_size)


def _batches(sources: list[Source]) -> Iterator[list[Source]]:
    batch: list[Source] = []
    for source in sources:
        batch.append(source)
        if sum(each.size for each in batch) >= _BATCH:
            yield batch
            batch = []
    if batch:
        yield batch
