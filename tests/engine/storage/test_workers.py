from __future__ import annotations

import os
import subprocess
import sys
import time
from itertools import chain, count
from pathlib import Path

import psutil
import pytest

from engine.errors import EngineError
from engine.runs.control import Stopped
from engine.storage import workers
from engine.storage.workers import on_all_cores


def silent(done: int) -> None:
    pass


@pytest.fixture(autouse=True)
def importable(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "toywork.py").write_text(
        "import os, time\n"
        "def add(more): return lambda number: number + more\n"
        "def pid(_): return lambda seconds: time.sleep(seconds) or os.getpid()\n"
        "def chatter(_): return lambda number: print('noise') or number\n"
        "def stray(_): return lambda number: number + 0 * os.write(1, b'a line of C\\n')\n"
        "def fail(_): return lambda number: 1 // number\n"
        "def die(_): return lambda number: os._exit(3)\n"
    )
    monkeypatch.syspath_prepend(str(tmp_path))


def test_results_come_in_the_order_of_the_tasks_and_progress_ends_at_all() -> None:
    heard: list[int] = []
    assert on_all_cores("toywork:add", 100, list(range(50)), heard.append) == list(range(100, 150))
    assert heard[0] == 0
    assert heard[-1] == 50


def test_tasks_are_made_when_a_worker_is_free(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workers, "cores", lambda: 1)
    made: list[int] = []
    with pytest.raises(EngineError, match="ZeroDivisionError"):
        on_all_cores(
            "toywork:fail", None, (made.append(number) or number for number in chain([1, 0], count(2))), silent
        )
    assert made == [1, 0]


def test_the_work_is_done_in_other_processes() -> None:
    assert os.getpid() not in on_all_cores("toywork:pid", None, [0, 0], silent)


@pytest.mark.parametrize("work", ["toywork:chatter", "toywork:stray"])
def test_what_a_library_prints_does_not_come_between(work: str) -> None:
    assert on_all_cores(work, None, [1, 2, 3], silent) == [1, 2, 3]


@pytest.mark.parametrize(("work", "reason"), [("toywork:fail", "ZeroDivisionError"), ("toywork:die", "process ended")])
def test_a_failing_worker_is_told(work: str, reason: str) -> None:
    with pytest.raises(EngineError, match=reason):
        on_all_cores(work, None, [0], silent)


def test_a_fault_on_this_side_is_told_and_not_waited_for() -> None:
    with pytest.raises(EngineError, match=r"TypeError: .*object"):
        on_all_cores("toywork:add", 1, [object()], silent)


def test_a_message_that_claims_too_much_is_told_and_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workers, "_LARGEST", 50)
    with pytest.raises(EngineError, match="at most 50 bytes, got 1"):
        on_all_cores("toywork:add", "b" * 100, ["a"], silent)


def test_a_stop_is_heeded_at_once_and_leaves_no_process() -> None:
    began = time.monotonic()

    def stop(done: int) -> None:
        if time.monotonic() - began > 0.5:
            raise Stopped

    with pytest.raises(Stopped):
        on_all_cores("toywork:pid", None, [60, 60], stop)
    assert time.monotonic() - began < 5
    assert not [child for child in psutil.Process().children() if "engine.storage.workers" in " ".join(child.cmdline())]


def test_no_tasks_need_no_worker() -> None:
    assert on_all_cores("toywork:add", 1, [], silent) == []


def test_it_works_from_a_bare_command(tmp_path: Path) -> None:
    code = "from engine.storage.workers import on_all_cores as f; print(f('toywork:add', 1, [1, 2], lambda done: None))"
    path = os.pathsep.join([str(tmp_path), *sys.path])
    done = subprocess.run(
        [sys.executable, "-c", code], env={**os.environ, "PYTHONPATH": path}, capture_output=True, text=True, check=True
    )
    assert (done.stdout, done.stderr) == ("[2, 3]\n", "")
