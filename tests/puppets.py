"""Processes that train for an engine, played in this one: a test says what they tell and when they die."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
from collections.abc import Mapping
from queue import Empty, SimpleQueue
from threading import Event as Flag
from threading import Thread
from typing import Any

from fakes import FakeRun

from engine import events
from engine.events import EngineReady, Event
from engine.processes import messages
from engine.processes.channel import Channel, pair
from engine.processes.messages import Begin, Terms
from engine.runs.jobs import TrainJob
from engine.runs.store import RunStore
from engine.runs.waiting import FOLDER, Waiting


class Puppet:
    """One process; as such it can be asked how it ended."""

    def __init__(self, store: RunStore, there: socket.socket, pid: int) -> None:
        self.pid = pid
        self.code: int | None = None
        self.heard: SimpleQueue[messages.Message | None] = SimpleQueue()
        self.run: FakeRun
        self._store = store
        self._dead = Flag()
        self._channel = Channel(there)
        Thread(target=self._listen, daemon=True).start()

    def _listen(self) -> None:
        for line in self._channel.lines():
            self.heard.put(messages.decode(line))
        self.heard.put(None)

    def told(self, kind: Any) -> Any:
        """The next message, which is of this kind."""
        message = self.heard.get(timeout=60)
        assert isinstance(message, kind), message
        if isinstance(message, Begin) and message.place_locked:
            shutil.rmtree(self._store.root / FOLDER / message.order.run_id)
            os.close(self._channel.descriptors.popleft())
        if isinstance(message, Begin) and isinstance(message.order.job, TrainJob):
            self.run = FakeRun(self._store, message.order.run_id, message.order.job)
        return message

    def tell(self, *told: Event) -> None:
        for event in told:
            self._channel.send(events.encode(event))

    def play(self, *played: Event) -> None:
        """Let these happen to its run."""
        self.tell(*(self.run.stamp(event) for event in played))

    def die(self, code: int) -> None:
        self.code = code
        self._dead.set()
        self._channel._socket.shutdown(socket.SHUT_RDWR)

    def poll(self) -> int | None:
        return self.code

    def wait(self, timeout: float | None = None) -> int:
        if timeout is None:
            self._dead.wait()
        if self.code is None:
            raise subprocess.TimeoutExpired("puppet", timeout or 0)
        return self.code


class Agency:
    """Hands out puppets."""

    def __init__(self, store: RunStore) -> None:
        self.store = store
        self.changes: list[Mapping[str, str]] = []
        self.hired: SimpleQueue[Puppet] = SimpleQueue()
        self._count = 0

    def hire(self, terms: Terms, changes: Mapping[str, str]) -> tuple[Puppet, Channel]:
        channel, there = pair()
        self._count += 1
        puppet = Puppet(self.store, there, 2**22 + self._count)  # no such process
        self.changes.append(changes)
        self.hired.put(puppet)
        channel.send(messages.encode(terms))
        return puppet, channel

    def next(self) -> Puppet:
        """The next one that is asked for, its TensorFlow loaded."""
        puppet = self.hired.get(timeout=60)
        puppet.told(Terms)
        puppet.tell(EngineReady(device="CPU, 2 cores", seconds=0.1))
        return puppet

    def nobody(self) -> bool:
        """Whether nobody else is asked for."""
        try:
            self.hired.get(timeout=0.1)
        except Empty:
            return True
        return False


def killed(waiting: Waiting, *run_ids: str) -> None:
    """The system drops the locks of a process that dies; all else stays as it is."""
    for run_id in run_ids:
        lock = waiting.passed_on(run_id)
        assert lock is not None
        os.close(lock)
