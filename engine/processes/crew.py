"""The processes that train for one engine: who of them does what, and what becomes of a run whose process is gone."""

from __future__ import annotations

import os
import selectors
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import suppress

from engine.errors import EngineError
from engine.events import (
    DataProgress,
    EngineFailed,
    EngineLoading,
    EngineReady,
    Event,
    Logged,
    RunCancelled,
    RunFinished,
    RunInterrupted,
)
from engine.processes import deaths, messages, shares
from engine.processes.messages import Tell, Terms
from engine.processes.worker import Hire, Worker, hired
from engine.runs.every import Every
from engine.runs.jobs import Living, Order
from engine.runs.record import has_begun
from engine.runs.store import RunStore
from engine.runs.writer import RunWriter

LOOK_SECONDS = 0.2
"""How often it is looked whether a process is gone without a word."""
MOST_RUNS = 8
"""That one process trains, one after the other: TensorFlow keeps some 16 MB of each that differs from the others."""
END = RunFinished | RunCancelled | EngineFailed | RunInterrupted
"""Each run has one of them as its last event."""


class Crew:
    """`tell`, `ring`, `living` may be called from any thread, the rest from the engine's.

    At most `size` runs at once; the machine is shared among `jobs` of them.
    """

    def __init__(
        self,
        size: int,
        jobs: int,
        terms: Terms,
        store: RunStore,
        hire: Hire = hired,
        gpus: Callable[[], list[shares.Gpu]] | None = None,
    ) -> None:
        self.size = size
        self.heard_ready = False
        """Whether TensorFlow was ever loaded in one of them."""
        self._jobs = jobs
        self._terms = terms
        self._store = store
        self._hire = hire
        self._gpus = gpus or shares.Gpus().found
        self._workers: list[Worker] = []
        self._lock = threading.RLock()
        self._selector = selectors.DefaultSelector()
        self._bell, ringer = socket.socketpair()
        self._ringer = ringer
        self._bell.setblocking(False)
        ringer.setblocking(False)
        self._selector.register(self._bell, selectors.EVENT_READ)
        self._look = Every(LOOK_SECONDS)
        self._outside: list[str] = []
        self._look_outside = Every(LOOK_SECONDS)

    @property
    def at_work(self) -> list[str]:
        """The runs that are trained."""
        with self._lock:
            return [worker.run_id for worker in self._workers if worker.run_id]

    def living(self) -> list[Living]:
        """The same with their processes."""
        with self._lock:
            return [Living(worker.run_id, worker.process.pid) for worker in self._workers if worker.run_id]

    def wait_for(self, run_ids: list[str]) -> None:
        """Runs of processes that are nobody's: each takes the room of one of ours for as long as it lives."""
        self._outside = list(run_ids)

    def has_room(self) -> bool:
        """Whether one more run can be trained."""
        if self._outside and self._look_outside():
            self._outside = [run_id for run_id in self._outside if self._store.in_hand(run_id)]
        return len(self.at_work) + len(self._outside) < self.size

    def warm(self) -> Iterator[Event]:
        """Have a process ready for the next run. It may fail: then there is one event that says so."""
        try:
            self._idle()
        except OSError as error:
            yield EngineFailed(title="No process", message=_not_started(error))

    def begin(self, order: Order, *, place: int | None, seq: int) -> Iterator[Event]:
        """Have a run trained; `place` is the lock of its place in the queue, `seq` the number of its last event."""
        descriptors = [given for given in (order.descriptor, place) if given is not None]
        message = messages.Begin(
            order=order.without_files(),
            run_locked=order.descriptor is not None,
            place_locked=place is not None,
        )
        try:
            worker = self._idle()
            with self._lock:
                worker.begin(message, descriptors, seq)
            doing = "loading TensorFlow" if not worker.ready else "handing it to another process"
            yield DataProgress(run_id=order.run_id, dataset="", activity=doing, done=0, total=0)
        except OSError as error:
            yield EngineFailed(run_id=order.run_id, title="No process", message=_not_started(error))
        finally:
            for descriptor in descriptors:
                os.close(descriptor)

    def _idle(self) -> Worker:
        """One that waits for a run. Raises OSError."""
        for worker in [worker for worker in self._workers if not worker.run_id]:
            if worker.runs < MOST_RUNS and worker.process.poll() is None:
                return worker
            self._dismiss(worker)
        used = {worker.place for worker in self._workers}
        place = next(place for place in range(len(used) + 1) if place not in used)
        changes = shares.environment(place, self._jobs)
        gpu = shares.chosen(self._terms.device, self._gpus(), (worker.gpu for worker in self._workers if worker.gpu))
        if gpu:
            changes["CUDA_VISIBLE_DEVICES"] = gpu
        process, channel = self._hire(self._terms, changes)
        worker = Worker(process, channel, place, gpu)
        with self._lock:
            self._workers.append(worker)
        self._selector.register(channel, selectors.EVENT_READ)
        return worker

    def rest(self, keep: int) -> None:
        """Nothing waits: let processes without a run go, all but so many."""
        for worker in [worker for worker in self._workers if not worker.run_id][keep:]:
            self._dismiss(worker)

    def _dismiss(self, worker: Worker) -> None:
        """It ends by itself: at once, or with its run."""
        with self._lock:
            self._workers.remove(worker)
        with suppress(KeyError, ValueError):
            self._selector.unregister(worker.channel)
        worker.channel.close()
        # Once it has ended it must be asked how, or it stays in the system's table.
        threading.Thread(target=worker.process.wait, name="aetui-worker-end", daemon=True).start()

    def tell(self, command: Tell) -> None:
        """Pass something on to whoever trains the run."""
        with self._lock:
            for worker in self._workers:
                if worker.run_id == command.run_id:
                    worker.say(command)

    def ring(self) -> None:
        """Have `listen` return."""
        with suppress(OSError):  # full: it will
            self._ringer.send(b"!")

    def listen(self, seconds: float) -> Iterator[Event]:
        """What happened, waiting for something to happen; exactly one `END` for each run that began or was to begin.

        An event without a run is about the engine: that it is ready, or that there can be none.
        """
        if self.at_work or self._outside:
            seconds = min(seconds, LOOK_SECONDS)
        ready = {key.fileobj for key, _ in self._selector.select(seconds)}
        with suppress(OSError):
            self._bell.recv(4096)
        everyone = self._look()
        for worker in list(self._workers):
            if everyone or worker.channel in ready:
                yield from self._of(worker)

    def _of(self, worker: Worker) -> Iterator[Event]:
        told, lives = worker.heard()
        for event in told:
            yield from self._taken(worker, event)
        if not lives:
            yield from self._buried(worker)

    def _taken(self, worker: Worker, event: Event) -> Iterator[Event]:
        match event:
            case EngineLoading():
                return
            case EngineReady():
                worker.ready = True
                if not self.heard_ready:
                    self.heard_ready = True
                    yield event
                return
            case EngineFailed(run_id="") if not self.heard_ready:
                with self._lock:
                    run_id, worker.run_id = worker.run_id, ""
                yield event
                if run_id:
                    yield RunCancelled(run_id=run_id)
                return
            case EngineFailed(run_id=""):
                worker.failure = event.message  # it ends now, and then its run has its end
                return
        if event.run_id == worker.run_id and isinstance(event, END):
            with self._lock:
                worker.run_id = ""
        yield event

    def _buried(self, worker: Worker) -> Iterator[Event]:
        """The process is gone; its run, if it had one, has an end all the same."""
        code = worker.code()
        with self._lock:
            self._workers.remove(worker)
            run_id, worker.run_id = worker.run_id, ""
        with suppress(KeyError, ValueError):
            self._selector.unregister(worker.channel)
        worker.channel.close()
        cause = deaths.cause(code, worker.swept_log())
        if run_id:
            yield from self._end_of(run_id, worker, worker.failure or cause)
        elif not worker.ready and not self.heard_ready and code:
            yield EngineFailed(title="TensorFlow did not load", message=f"in a process of its own: {cause}")

    def _end_of(self, run_id: str, worker: Worker, cause: str) -> Iterator[Event]:
        folder = self._store.root / run_id
        record = self._store.get(run_id)
        missed = record.events()[0] if record else []
        for event in missed:
            if event.seq > worker.seq:  # written, but not told any more
                yield event
                worker.begun = True
                if isinstance(event, RunFinished):
                    return
        if record is None or not (worker.begun and has_begun(folder)):
            message = f"its process {worker.process.pid} is gone: {cause}"
            if record is not None and has_begun(folder):
                message = f"{message}; `aetui resume {run_id}` tries again"
            yield EngineFailed(run_id=run_id, title="The run could not begin", message=message)
            return
        message = (
            f"its process {worker.process.pid} is gone: {cause}; `aetui resume {run_id}` goes on from its checkpoint"
        )
        with suppress(EngineError), RunWriter(folder, record.info) as writer:
            yield writer.record(Logged(level="error", text=message))
        yield RunInterrupted(run_id=run_id, message=message)

    def close(self) -> None:
        """Let go of all: those without a run end, the others go on to its end, whoever lives."""
        for worker in list(self._workers):
            self._dismiss(worker)
        self._selector.close()
        self._bell.close()
        self._ringer.close()


def _not_started(error: OSError) -> str:
    return f"a process to train in could not be started: {error}; close other programs and try again"
