"""A process that trains for the engine, as the engine sees it."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Protocol

from engine import events
from engine.events import Event, RunResumed, RunStarted
from engine.processes import messages
from engine.processes.channel import Channel, pair
from engine.processes.messages import Message, Terms
from engine.processes.spawning import start
from engine.storage import native_output

MODULE = "engine.processes.child"
ENDING_SECONDS = 5.0
"""How long a process that has closed its end may take to be gone."""


class Process(Protocol):
    """What is needed of `subprocess.Popen`."""

    @property
    def pid(self) -> int:
        """Its number."""

    def poll(self) -> int | None:
        """How it ended: an exit status, a negative signal; None while it lives."""

    def wait(self, timeout: float | None = None) -> int:
        """The same, once it has ended. Raises subprocess.TimeoutExpired."""


Hire = Callable[[Terms, Mapping[str, str]], tuple[Process, Channel]]
"""Starts a process by its terms, with changes of the environment. Raises OSError."""


def hired(terms: Terms, changes: Mapping[str, str]) -> tuple[Process, Channel]:
    """A real one; it loads TensorFlow and waits for something to train."""
    channel, there = pair()
    try:
        with there:
            process = start(MODULE, stdin=there.fileno(), environment={**os.environ, **changes})
    except BaseException:
        channel.close()
        raise
    channel.send(messages.encode(terms))
    return process, channel


def log_of(pid: int) -> Path:
    """Where a process that trains for another one writes what goes wrong."""
    return native_output.log_path().with_name(f"worker-{pid}.log")


class Worker:
    """One process; it trains one run at a time, `run_id`, or waits for one."""

    def __init__(self, process: Process, channel: Channel, place: int, gpu: str = "") -> None:
        self.process = process
        self.channel = channel
        self.place = place
        """Which part of the machine it has, from 0."""
        self.gpu = gpu
        """UUID of the one that it was given, if any."""
        self.run_id = ""
        self.seq = 0
        """Of the run's last recorded event that came."""
        self.begun = False
        """Whether its run has begun, or gone on."""
        self.runs = 0
        """That it was given so far."""
        self.ready = False
        """Whether TensorFlow is loaded there."""
        self.failure = ""
        """Why it is not and never will be."""

    def begin(self, message: messages.Begin, descriptors: Sequence[int], seq: int) -> None:
        """Have it train a run whose last recorded event is number `seq`. That it is gone shows in `heard`."""
        self.run_id, self.seq, self.begun = message.order.run_id, seq, False
        self.runs += 1
        self.say(message, descriptors)

    def say(self, message: Message, descriptors: Sequence[int] = ()) -> None:
        """Tell it something; one that is gone does not hear it."""
        self.channel.send(messages.encode(message), descriptors)

    def heard(self) -> tuple[list[Event], bool]:
        """What it told since the last time, and whether it lives."""
        gone = self.process.poll() is not None  # asked first: all it ever said is there then
        lines, more = self.channel.waiting()
        told = []
        for line in lines:
            try:
                event = events.decode(line)
            except events.UNREADABLE:
                continue
            if event.run_id and event.recorded:
                self.seq = max(self.seq, event.seq)
            self.begun |= isinstance(event, RunStarted | RunResumed)
            told.append(event)
        return told, more and not gone

    def code(self) -> int | None:
        """How the process ended, once it has told all; None where it does not end."""
        try:
            return self.process.wait(ENDING_SECONDS)
        except subprocess.TimeoutExpired:
            return None

    def swept_log(self) -> Path | None:
        """Its log, if there is anything in it; an empty one is removed."""
        log = log_of(self.process.pid)
        try:
            if log.stat().st_size == 0:
                log.unlink()
                return None
        except OSError:
            return None
        return log
