"""The three rings, in fresh interpreters: what importing one module must not load."""

from __future__ import annotations

import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

HEAVY = ("tensorflow", "keras", "sklearn", "nltk", "scipy", "PIL", "pooch", "plotext")
SCREEN = ("textual", "rich", "typer")
ROOT = "from typer.main import get_command; from aetui.cli import app; root = get_command(app)"


def loaded_by(statement: str) -> set[str]:
    code = f"import sys; {statement}; print(*{{name.partition('.')[0] for name in sys.modules}})"
    printed = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    return set(printed.split())


@pytest.mark.parametrize(
    ("statement", "forbidden"),
    [
        ("import aetui.app", (*HEAVY, "numpy")),
        (f"{ROOT}; dict(root.commands.items())", (*HEAVY, "textual", "numpy")),
        ("import engine.session, engine.registry, engine.datasets", (*HEAVY, *SCREEN)),
        ("import engine", (*HEAVY, *SCREEN, "numpy", "msgspec")),
        ("from engine import Autoencoder; Autoencoder('vanilla')", ("tensorflow", "keras", *SCREEN, "aetui")),
    ],
)
def test_nothing_heavy_is_loaded_before_it_is_needed(statement: str, forbidden: tuple[str, ...]) -> None:
    loaded = loaded_by(statement)
    assert "engine" in loaded
    assert not loaded & set(forbidden)


def test_a_command_does_not_load_the_others() -> None:
    code = f"import sys; {ROOT}; root.commands['stop']; print(*sys.modules)"
    printed = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split()
    assert "aetui.cli.stop" in printed
    assert not {"aetui.cli.data", "aetui.cli.train", "engine.datasets.own.readers"} & set(printed)


def test_every_command_can_be_the_first_that_loads_the_engine() -> None:
    """Packages that need each other load in one order and fail in another, which depends on the command."""
    modules = [
        f"aetui.cli.{path.stem}"
        for path in sorted((Path(__file__).parents[1] / "aetui/cli").glob("[a-z]*.py"))
        if "\nfrom engine" in path.read_text("utf-8")
    ]
    code = """
import importlib, sys
for module in sys.argv[1:]:
    for name in [name for name in sys.modules if name.partition(".")[0] in ("engine", "aetui")]:
        del sys.modules[name]
    importlib.import_module(module)
"""
    done = subprocess.run([sys.executable, "-c", code, *modules], capture_output=True, text=True, check=False)
    assert not done.returncode, done.stderr[-800:]


def test_the_engine_with_tensorflow_loads_no_screen() -> None:
    loaded = loaded_by(
        "from engine.nn.tensorflow_backend import KerasBackend; KerasBackend('cpu'); import engine.nn.trainer"
    )
    assert "tensorflow" in loaded
    assert not loaded & {"textual", "typer", "aetui"}


def test_the_contract_on_ring_0_names_every_module_of_it() -> None:
    checkout = Path(__file__).parent.parent
    contracts = tomllib.loads((checkout / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"]
    [named] = [
        set(contract["source_modules"])
        for contract in contracts
        if "engine.nn" in contract["forbidden_modules"] and "aetui" not in contract["source_modules"]
    ]
    there = {f"engine.{path.stem}" for path in (checkout / "engine").iterdir() if not path.name.startswith("__")}
    assert named == there - {"engine.nn"}
