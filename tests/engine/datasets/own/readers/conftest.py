"""What tests of readers share."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from pkgutil import resolve_name
from typing import Any

import pytest

from engine.datasets.own import adding
from engine.datasets.own.adding import Added

Add = Callable[..., Added]


@pytest.fixture
def add(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Add:
    """`adding.add` of a set called "mine", with options by keyword; what workers do is done here, which is sooner."""

    def here(work: str, setup: Any, tasks: list[Any], tick: Any, each: Any = None) -> list[Any]:
        prepared = resolve_name(work)(setup)
        found = [prepared(task) for task in tasks]
        for number, one in enumerate(found):
            if each:
                each(number, one)
        tick(len(tasks))
        return found

    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache-home"))
    monkeypatch.setattr("engine.datasets.decoding.on_all_cores", here)
    monkeypatch.setattr("engine.datasets.own.pictures.survey.on_all_cores", here)

    def added(path: Path, kind: str = "", **options: Any) -> Added:
        return adding.add("mine", path, kind, options, replace=True)

    return added
