"""Whose processor time and memory is told."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator

import pytest

from aetui.follow.gpu import Gpus
from aetui.follow.machine import Measured, Meter

BUSY = "import time; end = time.time() + 20\nwhile time.time() < end: pass"


@pytest.fixture
def busy() -> Iterator[subprocess.Popen[bytes]]:
    """A process that has a whole core, and the name that those of a run have."""
    process = subprocess.Popen([sys.executable, "-c", BUSY, "aetui"], start_new_session=True)
    yield process
    process.kill()
    process.wait()


def test_the_share_of_what_was_started_and_of_others_that_train_is_ours(
    busy: subprocess.Popen[bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("aetui.follow.machine.SECONDS", 0.4)
    told: list[str] = []
    meter = Meter(lambda measured: bool(told.append(measured.machine.cpu)), lambda: [busy.pid, 2**30], Gpus("cpu"))
    meter._go_on()
    match = re.fullmatch(r"cpu (\d+) %, aetui (\d+) % · [\d.]+ [MG]B", told[0])
    assert match
    whole, ours = map(int, match.groups())
    assert 0 < ours <= whole <= 100


def test_it_ends_when_nobody_listens_any_more(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("aetui.follow.machine.SECONDS", 0.0)
    heard: list[Measured] = []

    def tell(measured: Measured) -> bool:
        heard.append(measured)
        return len(heard) < 3

    Meter(tell, list, Gpus("cpu"))._go_on()
    assert len(heard) == 3
