"""A process that trains for an engine: it is told what to do through a channel, and tells what happens.

It outlives the engine's process: a run that is in its hands when nobody listens any more goes on to its end.
"""

from __future__ import annotations

import os
import signal
import socket
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from queue import Empty, SimpleQueue
from typing import Any

import msgspec

from engine import events
from engine.errors import EngineError
from engine.events import EngineFailed, Event, Progress
from engine.processes import messages
from engine.processes.channel import Channel
from engine.processes.crew import END
from engine.processes.messages import Begin, Message, Tell, Terms
from engine.processes.spawning import hear_hang_ups_no_more
from engine.processes.worker import log_of
from engine.runs import waiting
from engine.runs.jobs import ResumeJob
from engine.runs.reins import REQUEST_SECONDS
from engine.runs.store import RunStore
from engine.session import Engine, failure
from engine.storage import native_output

BACKLOG = 1000
"""Events that wait for somebody to read them; beyond that passing ones are left out."""


def main() -> None:
    """Train what the other end of standard input orders, and leave."""
    hear_hang_ups_no_more()
    channel = Channel(socket.socket(fileno=os.dup(0)))
    nowhere = os.open(os.devnull, os.O_RDWR)
    os.dup2(nowhere, 0)
    log = native_output.divert(log_of(os.getpid()))
    well = Child(channel).work()
    if well:
        log.unlink(missing_ok=True)  # TensorFlow has always something to say
    os._exit(0 if well else 1)  # Python would wait for TensorFlow's threads


class Child:
    """The work of such a process."""

    def __init__(self, channel: Channel, signals: bool = True, **engine: Any) -> None:
        """`engine` are arguments for the engine that is made here, beside the terms."""
        self._channel = channel
        self._signals = signals
        self._arguments = engine
        self._heard: SimpleQueue[Event | None] = SimpleQueue()
        self._runs: set[str] = set()
        """In hand or before us."""
        self._alone = False
        """Whether nobody gives orders any more."""
        self._listened_to = True

    def work(self) -> bool:
        """Until nobody gives orders any more and nothing is left to do; whether there was an engine for it."""
        orders = map(messages.decode, self._channel.lines())
        terms = next(orders, None)
        if not isinstance(terms, Terms):
            return True
        self._root = Path(terms.runs)
        self._engine = Engine(
            self._heard.put,
            RunStore(self._root),
            device=terms.device,
            data_dir=Path(terms.data_dir) if terms.data_dir else None,
            niceness=terms.niceness,
            **self._arguments,
        )
        if self._signals:
            _stop_on_signals(self._stop)
        self._engine.start()
        threading.Thread(target=self._obey, args=(orders,), name="orders", daemon=True).start()
        well = True
        while well and (self._runs or not self._alone):
            well = self._look()
        self._engine.close()
        self._channel.close()
        return well

    def _obey(self, orders: Iterator[Message]) -> None:
        """In a thread of its own."""
        for message in orders:
            if isinstance(message, Begin):
                self._begin(message)
            elif isinstance(message, Tell):
                _ASK[message.command](self._engine, message.run_id)
        self._alone = True
        self._heard.put(None)

    def _begin(self, message: Begin) -> None:
        order = message.order
        lock = self._channel.descriptors.popleft() if message.run_locked else None
        place = self._channel.descriptors.popleft() if message.place_locked else None
        self._runs.add(order.run_id)
        try:
            if isinstance(order.job, ResumeJob) and lock is None:
                self._engine.submit(order.job, place)
                if order.paused:
                    self._engine.pause(order.run_id)
            else:
                self._engine.adopt(msgspec.structs.replace(order, descriptor=lock, place=place))
        except Exception as error:  # whatever it is, somebody waits for the end of this run
            for descriptor in (lock, place):
                if descriptor is not None:
                    os.close(descriptor)
            if place is not None:
                waiting.forget(self._root, order.run_id)  # it was refused, which is told: nobody has to take it up
            known = error if isinstance(error, EngineError) else EngineError("The run could not start", repr(error))
            self._heard.put(failure(known, order.run_id))

    def _look(self) -> bool:
        """What happened since the last time; False where there can be no engine."""
        early = not self._engine.ready
        for run_id in self._engine.heed():
            if early:  # nothing has begun, and what is cancelled will not
                self._engine.forget(run_id)
        try:
            event = self._heard.get(timeout=REQUEST_SECONDS)
        except Empty:
            return True
        if event is None:
            return True
        if isinstance(event, END):
            self._runs.discard(event.run_id)
        if self._listened_to and not (isinstance(event, Progress) and self._heard.qsize() > BACKLOG):
            self._listened_to = self._channel.send(events.encode(event))
        return not (isinstance(event, EngineFailed) and not event.run_id)

    def _stop(self, number: int) -> None:
        """Also while TensorFlow loads, which cannot be interrupted: nothing is being trained then."""
        for run_id in list(self._runs):
            self._engine.cancel(run_id)
        self._alone = True
        if not self._engine.ready:
            self._engine.withdraw()
            os._exit(128 + number)


_ASK: dict[str, Callable[[Engine, str], None]] = {
    "run": Engine.resume,
    "pause": Engine.pause,
    "stop": Engine.cancel,
}


def _stop_on_signals(stop: Callable[[int], None]) -> None:
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda number, frame: stop(number))
