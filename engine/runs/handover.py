"""Runs that go on without their terminal: another process, in a session of its own, takes them over.

The lock of a run that has begun is inherited by that process, as an open file: it is never free in between.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path

import msgspec

from engine import events
from engine.errors import RunError
from engine.events import EngineFailed, Event, RunCancelled, RunResumed, RunStarted
from engine.processes.spawning import start
from engine.runs import groups
from engine.runs.execution import Execution
from engine.runs.jobs import HandOver, Job, Order
from engine.runs.store import RunStore


class Mission(msgspec.Struct, frozen=True, kw_only=True):
    """All that the other process has to know; it reads it from its standard input."""

    runs: str
    data_dir: str | None
    device: str
    orders: list[Order]
    jobs: int = 1
    isolate: bool = False
    beside: list[str] = []
    """Runs of other processes that each take the room of one of these `jobs`."""


class Detached:
    """A process of its own session that carries out a mission."""

    def __init__(self, process: subprocess.Popen[bytes]) -> None:
        self.pid = process.pid
        self._process = process

    def events(self) -> Iterator[Event]:
        """What happens there until the first run begins, or none can; only of a process that is `watched`."""
        assert self._process.stdout is not None
        with self._process.stdout as lines:
            for line in lines:
                try:
                    event = events.decode(line)
                except msgspec.DecodeError:  # some library has printed something
                    continue
                yield event
                if isinstance(event, RunStarted | RunResumed | EngineFailed | RunCancelled):
                    return

    def begin(self) -> None:
        """Let it begin. Otherwise it does when this process ends."""
        if self._process.stdin is not None:
            with suppress(OSError):
                self._process.stdin.close()

    def end(self) -> None:
        """Have it stop its run, if it has begun, and end."""
        self._process.terminate()


def order(job: Job, store: RunStore) -> Order:
    """What to hand over for a run that is to begin in another process. Raises as `Engine.submit`."""
    groups.check_name(job, store)
    return Order(run_id=Execution.of(job, store).run_id, job=job)


def launch(
    runs: Path,
    data_dir: Path | None,
    device: str,
    handed: HandOver,
    *,
    watched: bool = False,
    jobs: int = 1,
    isolate: bool = False,
) -> Detached:
    """Start a process that carries out the orders, so many at once, and outlives this one.

    Raises:
        RunError: it could not be started; the runs are as if they had been interrupted.
    """
    mission = Mission(
        runs=str(runs.absolute()),
        data_dir=str(data_dir.absolute()) if data_dir else None,
        device=device,
        orders=handed.orders,
        jobs=jobs,
        isolate=isolate,
        beside=[living.run_id for living in handed.living],
    )
    try:
        detached = Detached(_started(mission, watched))
    except OSError as error:
        ids = " ".join(order.run_id for order in handed.orders)
        raise RunError(
            "Not handed over", f"{sys.executable} could not be started ({error}); `aetui resume` goes on with {ids}"
        ) from error
    finally:
        _let_go(handed.orders)
    if handed.clean:
        detached.begin()
    return detached


def _started(mission: Mission, watched: bool) -> subprocess.Popen[bytes]:
    process = start(
        "engine.__main__",
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE if watched else subprocess.DEVNULL,
        descriptors=[file for order in mission.orders for file in order.files],
    )
    assert process.stdin is not None
    process.stdin.write(msgspec.json.encode(mission))
    process.stdin.flush()
    return process


def _let_go(orders: Sequence[Order]) -> None:
    for order in orders:
        for file in order.files:
            os.close(file)
