"""`aetui launch`: what is refused before any worker is started, and what is told of a run that several train."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import msgspec
import pytest
from click.testing import Result

from engine.events import EpochEnded, RunFinished
from engine.launching import supervisor
from engine.launching.supervisor import Ended
from engine.runs.store import RunStore

END = RunFinished(run_id="r", seq=3, outcome="completed", epochs=1, train={"loss": 1.0}, validation={"loss": 2.0})
EPOCH = EpochEnded(
    run_id="r",
    seq=2,
    stage="train",
    epoch=1,
    train={"loss": 1.0},
    validation={"loss": 2.0},
    steps=1,
    seconds=1.0,
    samples_per_second=10.0,
)


@pytest.fixture
def supervised(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """The plans of what would be supervised, which is over after an epoch."""
    plans: list[Any] = []

    class Short:
        def __init__(self, plan: Any, places: Any, **listeners: Any) -> None:
            plans.append(plan)
            self.listeners = listeners

        def ask(self, word: str) -> None:
            raise AssertionError(word)

        def run(self) -> Ended:
            for event in (EPOCH, END):
                self.listeners["heard"](event)
            self.listeners["passed"]("aetui: from the chief")
            return Ended(0)

    monkeypatch.setattr(supervisor, "Supervisor", Short)
    monkeypatch.setattr("aetui.cli.launching.signal.signal", lambda *_: None)
    return plans


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--hosts", "a,a", "train", "vanilla"), "named twice"),
        (("--hosts", "localhost", "train", "vanila"), "there are: vanilla"),
        (("--hosts", "localhost", "runs"), "expected train or resume"),
        (("--hosts", "localhost", "resume", "last"), "there is none yet"),
        (("--hosts", "localhost", "train", "vanilla", "--seeds", "2"), "one run at a time"),
    ],
)
def test_what_cannot_be_meant_starts_no_worker(
    instantly: Callable[..., Result], supervised: list[Any], arguments: tuple[str, ...], words: str
) -> None:
    assert words in str(instantly("launch", *arguments).exception)
    assert not supervised


def test_all_workers_get_one_command_that_can_be_repeated(
    instantly: Callable[..., Result], supervised: list[Any], store: RunStore
) -> None:
    done = instantly("launch", "--hosts", "localhost", "--workers", "2", "train", "vanilla", "--epochs", "7", "--json")
    assert done.exit_code == 0, done.exception
    [plan] = supervised
    words = list(plan.command)
    assert words[words.index("--runs-dir") + 1] == str(store.root)
    assert words[words.index("--dataset") + 1] == "digits"
    for word in ("--id", "epochs=7", "--json", "--quiet"):
        assert word in words
    assert len(plan.places) == 2
    assert [msgspec.json.decode(line)["type"] for line in done.stdout.splitlines()] == ["epoch_ended", "run_finished"]
    assert "from the chief" in done.stderr  # though it is to be quiet


def test_a_run_that_is_kept_on_another_host_is_not_looked_for_here(
    instantly: Callable[..., Result], supervised: list[Any]
) -> None:
    done = instantly("launch", "--hosts", "far,away", "--dir", "/work", "--python", "/py", "resume", "20260101-x")
    assert done.exit_code == 0, done.exception
    [plan] = supervised
    assert (plan.folder, plan.python, plan.command[0]) == ("/work", "/py", "/py")
    assert "resume 20260101-x" in " ".join(plan.command)
    assert "kept on the first host" in done.stdout
