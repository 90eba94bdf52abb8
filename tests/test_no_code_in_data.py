"""Nothing that is read may bring code along: what could make it run is nowhere in the packages."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

CHECKOUT = Path(__file__).parents[1]
MODULES = frozenset({"pickle", "cPickle", "marshal", "shelve", "dill", "cloudpickle", "joblib", "torch", "yaml"})
CALLS = frozenset({"eval", "exec", "read_pickle", "enable_unsafe_deserialization"})


def dangers(tree: ast.Module) -> Iterator[str]:
    for node in ast.walk(tree):
        match node:
            case ast.Import(names=names):
                yield from (alias.name for alias in names if alias.name.partition(".")[0] in MODULES)
            case ast.ImportFrom(module=str(module)) if module.partition(".")[0] in MODULES:
                yield module
            case ast.Call(func=ast.Name(id=name) | ast.Attribute(attr=name), keywords=keywords):
                yield from [name] if name in CALLS else _unpickling(ast.unparse(node.func), keywords)
                yield from _unsafe(name, keywords)


def _unpickling(name: str, keywords: list[ast.keyword]) -> Iterator[str]:
    """NumPy's readers and writers without `allow_pickle=False`; the writers of arrays of one kind do without."""
    allowed = [ast.unparse(keyword.value) for keyword in keywords if keyword.arg == "allow_pickle"]
    if allowed != ["False"] and (allowed or name in ("np.load", "numpy.load")):
        yield f"{name} without allow_pickle=False"


def _unsafe(name: str, keywords: list[ast.keyword]) -> Iterator[str]:
    """Keras's reader without `safe_mode=True`, which refuses layers that bring code."""
    if name == "load_model" and "True" not in [ast.unparse(each.value) for each in keywords if each.arg == "safe_mode"]:
        yield "load_model without safe_mode=True"


@pytest.mark.parametrize("package", ["engine", "aetui"])
def test_nothing_can_run_code_out_of_data(package: str) -> None:
    files = sorted((CHECKOUT / package).rglob("*.py"))
    found = {file.name: names for file in files if (names := list(dangers(ast.parse(file.read_bytes()))))}
    assert files
    assert not found


@pytest.mark.parametrize(
    "line",
    [
        "import pickle",
        "from joblib import load",
        "import torch.serialization",
        "eval(text)",
        "np.load(path)",
        "np.load(path, allow_pickle=True)",
        "numpy.lib.format.read_array(file, allow_pickle=yes)",
        "keras.models.load_model(path)",
        "keras.models.load_model(path, safe_mode=False)",
    ],
)
def test_what_could_is_seen(line: str) -> None:
    assert list(dangers(ast.parse(line)))
