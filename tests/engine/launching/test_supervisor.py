"""What becomes of all workers when one ends: on stand-ins that train nothing."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest
from launched import Launched

from engine.launching.hosts import Place, free_ports
from engine.launching.supervisor import Ended, error_of

WAITS = ["wait"]


def until(condition: object, seconds: float = 60.0) -> bool:
    ends = time.monotonic() + seconds
    while not condition() and time.monotonic() < ends:  # type: ignore[operator]
        time.sleep(0.02)
    return bool(condition())  # type: ignore[operator]


def test_all_begin_again_while_there_is_a_newer_checkpoint_between_two_deaths(launched: Launched) -> None:
    lives = [
        [["save 1", "wait"], ["die"]],
        [["save 2", "die"], WAITS],
        [["say a warning", "save 3", "exit 0"], ["exit 0"]],
    ]
    assert launched.run(lives, restarts=0) == Ended(0)
    assert [len(launched.pids(index)) for index in (0, 1)] == [3, 3]
    assert [getattr(event, "epoch", 0) for event in launched.events] == [1, 2, 3]
    assert launched.passed == ["a warning"]
    first, second = launched.said
    assert "worker 1 on localhost was ended by signal 9" in first
    assert "worker 0" in second
    assert "from epoch 2, step 0" in second
    assert not launched.alive()


def test_deaths_without_a_newer_checkpoint_are_given_up(launched: Launched) -> None:
    ended = launched.run([[["save 1", "wait"], ["die"]]], restarts=1)
    assert ended.status == 1
    assert "started 3 times, the last 2 without a checkpoint in between: given up" in ended.message
    assert not launched.alive()


def test_a_failure_is_not_tried_again_and_says_whose_it_is(launched: Launched) -> None:
    ended = launched.run([[["exit 75"], ["say no such data here", "exit 3"]]], restarts=5)
    error = error_of(ended)
    assert error is not None
    assert (error.exit_code, "worker 1 on localhost failed: no such data here" in error.message) == (3, True)
    assert not launched.alive()
    assert error_of(Ended(1)) is None  # of the chief's own failure nothing is left to say


@pytest.mark.slow
@pytest.mark.parametrize(("word", "status"), [("stop", 130), ("leave", 75)])
def test_a_request_to_end_goes_to_the_chief_and_no_worker_is_left(launched: Launched, word: str, status: int) -> None:
    supervisor = launched.supervisor([[WAITS, WAITS]], lambda: [Place("localhost", p, True) for p in free_ports(2)])
    ends: list[Ended] = []
    thread = threading.Thread(target=lambda: ends.append(supervisor.run()))
    thread.start()
    assert until(lambda: launched.pids(0) and launched.pids(1))
    time.sleep(0.3)
    supervisor.ask(word)  # type: ignore[arg-type]
    thread.join(60)
    assert ends == [Ended(status)]
    assert not launched.alive()


SUPERVISES = """
import sys
from pathlib import Path
sys.path[:] = {path!r}
from launched import Launched
from engine.launching.hosts import Place, places
ssh = {ssh!r}
where = lambda: [Place("far", 1, False), Place("away", 1, False)] if ssh else places("localhost", 2)
Launched(Path({folder!r})).supervisor([[["wait"], ["wait"]]], where, ssh=ssh).run()
"""


def supervising(folder: Path, ssh: str = "") -> subprocess.Popen[bytes]:
    """A process that supervises two workers which wait."""
    code = SUPERVISES.format(path=sys.path, folder=str(folder), ssh=ssh)
    return subprocess.Popen([sys.executable, "-c", code])


@pytest.mark.slow
@pytest.mark.parametrize("through", ["this host", "ssh"])
def test_no_worker_outlives_a_supervisor_that_is_killed(launched: Launched, tmp_path: Path, through: str) -> None:
    ssh = tmp_path / "ssh"
    ssh.write_text('#!/bin/sh\nfor last; do :; done\nexec sh -c "$last"\n')  # the command is the last word
    ssh.chmod(0o700)
    process = supervising(tmp_path, str(ssh) if through == "ssh" else "")
    assert until(lambda: launched.pids(0) and launched.pids(1))
    time.sleep(0.3)
    process.kill()
    process.wait()
    assert until(lambda: not launched.alive(), 30)


@pytest.mark.slow
def test_no_worker_outlives_its_keeper(launched: Launched, tmp_path: Path) -> None:
    process = supervising(tmp_path)
    assert until(lambda: launched.pids(0) and launched.pids(1))
    keeper = int(Path(f"/proc/{launched.pids(1)[0]}/stat").read_text().rpartition(")")[2].split()[1])
    os.kill(keeper, signal.SIGKILL)
    process.wait(60)
    assert until(lambda: not launched.alive(), 10)


@pytest.mark.slow
def test_a_host_that_cannot_be_reached_is_named_with_the_words_of_ssh(launched: Launched, tmp_path: Path) -> None:
    ssh = tmp_path / "ssh"
    ssh.write_text("#!/bin/sh\necho 'ssh: Could not resolve hostname far' >&2\nexit 255\n")
    ssh.chmod(0o700)
    where = [Place("localhost", 1, True), Place("far", 1, False)]
    ended = launched.supervisor([[WAITS, WAITS]], lambda: where, 5, str(ssh)).run()
    assert ended == Ended(1, "far could not be reached: ssh: Could not resolve hostname far")
    assert not launched.alive()
