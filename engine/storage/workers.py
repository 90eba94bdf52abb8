"""Work in other interpreters, one per core, for what pure Python computes.

The processes are started afresh and joined by pipes: a fork would copy TensorFlow's threads half, and
multiprocessing's spawn imports the main script anew and falls over those that are not guarded. A worker whose pipe
closes ends, so none outlives this process, however it goes.
"""

from __future__ import annotations

import os
import queue
import struct
import subprocess
import sys
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from importlib import import_module
from itertools import chain, islice
from typing import IO, Any, cast

import msgspec

from engine.errors import EngineError

Tick = Callable[[int], None]
"""Called with the number of tasks done, at least every `PATIENCE` seconds; what it raises ends the work."""

Each = Callable[[int, Any], None]
"""Called with the number of a task and its result as soon as there is one, in any order."""

PATIENCE = 0.2

_START = "import sys; sys.path[:] = {path!r}; from engine.storage.workers import serve; serve()"
_LENGTH = struct.Struct("<Q")
_LARGEST = 2**30
"""Bytes of a message: more than the largest text takes that a corpus is read from."""


def on_all_cores(work: str, setup: Any, tasks: Iterable[Any], tick: Tick, each: Each | None = None) -> list[Any]:
    """`[prepared(task) for task in tasks]`, where `prepared = work(setup)` is made once in each worker.

    `work` is "package.module:function". Setup, tasks and results travel as MessagePack: plain data only. A task is
    taken from `tasks` when a worker is free to do it. `each` hears of every result before all are there.

    Raises:
        EngineError: a worker could not do its task, or died.
        Exception: whatever `tick` or `each` raises. No worker is left then.
    """
    tasks = iter(tasks)
    first = list(islice(tasks, cores()))
    todo = _Todo(chain(first, tasks))
    outcomes = queue.SimpleQueue[tuple[int, Any]]()
    workers: list[_Worker] = []
    try:
        for _ in first:
            workers.append(_Worker(work, setup, todo, outcomes))
        return _gathered(outcomes, len(first), tick, each)
    except OSError as error:
        raise EngineError("A worker failed", f"{sys.executable} could not be started ({error})") from error
    finally:
        for worker in workers:
            worker.end()


def cores() -> int:
    """The processor cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def serve() -> None:
    """What a worker does: read a task, write its result, until the pipe is closed."""
    source, target = sys.stdin.buffer, os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # what some library prints, in C too, must not come between the results
    try:
        work, setup = _receive(source)
        module, _, name = work.partition(":")
        prepared = getattr(import_module(module), name)(setup)
        while True:
            _send(target, [True, prepared(_receive(source))])
    except EOFError:
        return
    except Exception as error:
        _send(target, [False, f"{type(error).__name__}: {error}"])


_DONE, _FAILED = -1, -2
"""Instead of a task's number: this worker has no more to do; it broke off."""


class _Todo:
    """Numbered tasks for several threads."""

    def __init__(self, tasks: Iterator[Any]) -> None:
        self._tasks = enumerate(tasks)
        self._lock = threading.Lock()

    def next(self) -> tuple[int, Any] | None:
        with self._lock:
            return next(self._tasks, None)


class _Worker:
    """A process, and the thread that hands it tasks."""

    def __init__(self, work: str, setup: Any, todo: _Todo, outcomes: queue.SimpleQueue[Any]) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-c", _START.format(path=sys.path)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            start_new_session=True,  # an interrupt typed at the terminal is for the program, not for its workers
        )
        self._todo = todo
        self._outcomes = outcomes
        self._thread = threading.Thread(target=self._run, args=(work, setup), daemon=True, name="worker")
        self._thread.start()

    def end(self) -> None:
        """At once, in the middle of a task too."""
        self._process.kill()
        self._process.wait()
        self._thread.join()
        for pipe in (self._process.stdin, self._process.stdout):
            with suppress(OSError):  # closing flushes what nobody reads any more
                cast("IO[bytes]", pipe).close()

    def _run(self, work: str, setup: Any) -> None:
        to, back = cast("IO[bytes]", self._process.stdin), cast("IO[bytes]", self._process.stdout)
        try:
            _send(to, [work, setup])
            while numbered := self._todo.next():
                _send(to, numbered[1])
                well, result = _receive(back)
                self._outcomes.put((numbered[0] if well else _FAILED, result))
                if not well:
                    return
            self._outcomes.put((_DONE, None))
        except (OSError, EOFError):
            self._outcomes.put((_FAILED, "the process ended before its work was done"))
        except Exception as error:  # whatever it is: nobody but this thread could tell
            self._outcomes.put((_FAILED, f"{type(error).__name__}: {error}"))


def _gathered(outcomes: queue.SimpleQueue[tuple[int, Any]], workers: int, tick: Tick, each: Each | None) -> list[Any]:
    results: dict[int, Any] = {}
    tick(0)
    while workers:
        try:
            number, result = outcomes.get(timeout=PATIENCE)
        except queue.Empty:
            tick(len(results))
            continue
        if number == _FAILED:
            raise EngineError("A worker failed", f"Work on several cores broke off: {result}. Try it again.")
        if number == _DONE:
            workers -= 1
        else:
            results[number] = result
            if each is not None:
                each(number, result)
        tick(len(results))
    return [results[number] for number in range(len(results))]


def _send(pipe: IO[bytes], message: Any) -> None:
    content = msgspec.msgpack.encode(message)
    pipe.write(_LENGTH.pack(len(content)) + content)
    pipe.flush()


def _receive(pipe: IO[bytes]) -> Any:
    """Raises EOFError when the other side is gone, ValueError when it sends no message."""
    length = pipe.read(_LENGTH.size)
    if len(length) < _LENGTH.size:
        raise EOFError
    (count,) = _LENGTH.unpack(length)
    if count > _LARGEST:
        raise ValueError(f"expected a message of at most {_LARGEST:,} bytes, got {count:,}")
    content = pipe.read(count)
    if len(content) < count:
        raise EOFError
    return msgspec.msgpack.decode(content)
