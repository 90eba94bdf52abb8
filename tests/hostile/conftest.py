"""`AETUI_HOSTILE=2000 pytest tests/hostile` says in the end what the dearest input cost each reader."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest
from hostile.bounds import readings

_figures: list[str] = []
_LONG = "AETUI_HOSTILE" in os.environ


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    if _LONG:
        for item in items:
            item.add_marker(pytest.mark.timeout(7_200))


@pytest.fixture(autouse=True)
def told(request: pytest.FixtureRequest) -> Iterator[None]:
    readings.clear()
    yield
    if readings:
        seconds, allocated, resident = map(max, zip(*readings, strict=True))
        figures = f"{len(readings):>7,} {seconds:>9.3f} s {allocated / 2**20:>9.1f} MiB {resident / 2**20:>9.1f} MiB"
        _figures.append(f"{figures}  {request.node.name[:80]}")


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    if _LONG:
        terminalreporter.section("dearest input: readings, processor time, allocated, resident")
        terminalreporter.write_line("\n".join(_figures))
