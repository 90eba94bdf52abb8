"""What several test folders share: the engine that trains nothing, and the app on top of it."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from fakes import FakeEngine, fake_store

if TYPE_CHECKING:
    from aetui.app import Workbench


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Those that are long are skipped. Among several workers (with --no-loadscope-reorder) files that start programs or
    train come first.

    Otherwise one worker has them at the end, and the others have nothing left to do.
    """
    if "AETUI_LONG" not in os.environ:
        skipped = pytest.mark.skip(reason="takes minutes; AETUI_LONG=1 runs it")
        for item in items:
            if item.get_closest_marker("long"):
                item.add_marker(skipped)
    if hasattr(config, "workerinput"):
        slow = {item.path for item in items if item.get_closest_marker("slow")}
        items.sort(key=lambda item: (item.path not in slow, "nn" not in item.path.parts))


@pytest.fixture(autouse=True)
def no_data_of_ones_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody's own data sets but those that a test adds."""
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data-home"))


@pytest.fixture
def make_app(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Workbench]:
    """A workbench on a FakeEngine; every one of a test has the same run store, and no data but `digits`."""
    from aetui.app import Workbench

    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setattr("engine.datasets.folders.SYSTEM_FOLDERS", ())
    for name in ("TMUX", "STY"):  # what is copied in a test is nothing for the clipboard of whoever runs it
        monkeypatch.delenv(name, raising=False)
    store = fake_store(tmp_path / "runs")

    def make(open_run: str | None = None, config: str = "", look: Path | None = None) -> Workbench:
        path = tmp_path / "config.toml"
        path.write_text(config, "utf-8")
        return Workbench(lambda emit: FakeEngine(emit, store), store, None, open_run=open_run, config=path, look=look)

    return make


@pytest.fixture
def quick_probes(monkeypatch: pytest.MonkeyPatch) -> None:
    """Regularisation is chosen in 5 fits instead of some 30 (all of them: tests/engine/features/test_softmax.py)."""
    monkeypatch.setattr("engine.features.softmax.STRENGTHS", (0.1, 1.0))
    monkeypatch.setattr("engine.features.softmax.FOLDS", 2)


@pytest.fixture
def eagerly() -> Iterator[None]:
    """TensorFlow without compiled steps: where there are many fits of a few steps, compiling is nearly all of it."""
    from engine.nn import runtime

    runtime.load("cpu")
    import tensorflow as tf

    tf.config.run_functions_eagerly(True)
    yield
    tf.config.run_functions_eagerly(False)
