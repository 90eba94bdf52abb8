"""What an interrupt does, by how far the run has come."""

from __future__ import annotations

import os
import signal
from collections import deque
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from fakes import FakeEngine, fake_store

from aetui.cli.follower import LEAVING_SECONDS, Follower
from aetui.cli.options import Options
from engine.events import DataProgress, EngineLoading, EngineReady, Event, RunFinished, RunStarted
from engine.runs.jobs import HandOver, Order, ResumeJob

LOADING = (EngineLoading(),)
READING = (*LOADING, EngineReady(device="CPU", seconds=1), DataProgress(dataset="d", activity="a", done=1, total=2))
STARTED = RunStarted(run_id="r", seq=1, variant="sentence", preset="small", config={}, dataset="d", device="CPU")
STOPPED = RunFinished(run_id="r", seq=2, outcome="stopped", epochs=0, train={}, validation={})


class Interrupted(deque[Event]):
    """Events; SIGINT comes after the last one, and then the run is stopped."""

    def get(self) -> Event:
        if not self:
            signal.raise_signal(signal.SIGINT)
            return STOPPED
        return self.popleft()

    put = deque.append


LATER = HandOver([Order(run_id="r", job=ResumeJob(run_id="r"))], clean=True)


@pytest.fixture(autouse=True)
def contained(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """What would end the process ends the test's call; its own handlers come back."""
    before = {
        number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGUSR1)
    }

    def leave(status: int) -> None:
        raise SystemExit(status)

    monkeypatch.setattr(os, "_exit", leave)
    yield
    for number, handler in before.items():
        signal.signal(number, handler)


def follower(folder: Path, *events: Event) -> tuple[Follower, list[tuple[str, Any]]]:
    """It, and what it asks of its engine."""
    engine = FakeEngine(lambda event: None, fake_store(folder))
    return Follower(engine, Interrupted(events), ["r"], Options(quiet=True)), engine.calls  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("events", "asked"),
    [
        (LOADING, [("cancel", "r"), ("withdraw", None)]),
        (READING, [("cancel", "r"), ("withdraw", None), ("close", LEAVING_SECONDS)]),
    ],
    ids=["loading", "reading"],
)
def test_before_the_training_an_interrupt_leaves_and_takes_the_readers_of_data_along(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], events: tuple[Event, ...], asked: list[tuple[str, Any]]
) -> None:
    following, calls = follower(tmp_path, *events)
    with pytest.raises(SystemExit, match="130"):
        following.follow("r")
    assert calls == asked
    assert "nothing new was kept" in capsys.readouterr().err


def test_a_training_is_stopped_and_waited_for(tmp_path: Path) -> None:
    following, calls = follower(tmp_path, *READING, STARTED)
    assert following.follow("r") is STOPPED
    assert calls == [("cancel", "r")]


def test_a_hang_up_hands_everything_over_once(tmp_path: Path) -> None:
    signal.signal(signal.SIGHUP, signal.SIG_DFL)  # whoever runs the tests under nohup has it ignored
    _, calls = follower(tmp_path)
    with pytest.raises(SystemExit, match=str(128 + signal.SIGHUP)):
        signal.raise_signal(signal.SIGHUP)
    signal.raise_signal(signal.SIGHUP)  # the system may send it again
    assert [name for name, _ in calls] == ["hand over"]


def test_under_nohup_a_hang_up_stays_ignored(tmp_path: Path) -> None:
    signal.signal(signal.SIGHUP, signal.SIG_IGN)
    _, calls = follower(tmp_path)
    signal.raise_signal(signal.SIGHUP)
    assert calls == []


def test_at_a_batch_queue_s_notice_what_is_left_to_do_is_left_for_later(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    following, _ = follower(tmp_path, *READING, STARTED, STOPPED)
    signal.raise_signal(signal.SIGUSR1)  # all has just ended: the program comes to its own end
    assert following.follow("r") is STOPPED
    monkeypatch.setattr(FakeEngine, "hand_over", lambda self: LATER)
    following, _ = follower(tmp_path, *READING, STARTED)
    signal.raise_signal(signal.SIGUSR1)
    with pytest.raises(SystemExit, match="75"):
        following.follow("r")
    assert "`aetui resume` goes on with r" in capsys.readouterr().err
