"""The process that goes on with runs when their terminal is gone; it reads its mission from standard input.

It writes events as JSON lines until the first run has begun; then nobody may be listening any more.
"""

from __future__ import annotations

import io
import os
import signal
import sys
from pathlib import Path
from queue import Empty, SimpleQueue

import msgspec

from engine import events
from engine.errors import EngineError
from engine.events import EngineFailed, Event, RunInterrupted, RunResumed, RunStarted
from engine.processes.crew import END
from engine.processes.spawning import hear_hang_ups_no_more
from engine.runs.handover import Mission
from engine.runs.reins import REQUEST_SECONDS
from engine.runs.store import RunStore
from engine.session import Engine, failure
from engine.storage import native_output


def main() -> None:
    """Carry out the mission and leave."""
    hear_hang_ups_no_more()
    # Whoever ordered it closes the input as soon as nothing of the runs is in its hands any more.
    mission = msgspec.json.decode(sys.stdin.buffer.read(), type=Mission)
    log = native_output.divert(native_output.log_path().with_name(f"detached-{os.getpid()}.log"))
    sys.stderr = sys.__stderr__ = io.TextIOWrapper(io.FileIO(2, "w", closefd=False), write_through=True)  # type: ignore[misc]
    heard: SimpleQueue[Event] = SimpleQueue()
    engine = Engine(
        heard.put,
        RunStore(Path(mission.runs)),
        device=mission.device,
        data_dir=Path(mission.data_dir) if mission.data_dir else None,
        jobs=mission.jobs,
        isolate=mission.isolate,
    )
    waiting = _adopted(mission, engine)
    well = len(waiting) == len(mission.orders)
    engine.behind(mission.beside)
    _stop_on_signals(engine, waiting)
    engine.start()
    while waiting:
        early = not engine.ready  # nothing has begun then, and what is cancelled will not
        for run_id in engine.heed():
            if early:
                engine.forget(run_id)
                waiting.discard(run_id)
        try:
            event = heard.get(timeout=REQUEST_SECONDS)
        except Empty:
            continue
        _tell(event)
        if isinstance(event, END):
            waiting.discard(event.run_id)
        if isinstance(event, EngineFailed | RunInterrupted):
            well = False
            if not event.run_id:
                break  # without an engine nothing begins
    engine.close()
    if well:
        log.unlink(missing_ok=True)
    os._exit(0)  # Python would wait for TensorFlow's threads


def _adopted(mission: Mission, engine: Engine) -> set[str]:
    """The runs that can be gone on with; of the others it is told why not."""
    run_ids = set()
    for order in mission.orders:
        try:
            run_ids.add(engine.adopt(order))
        except EngineError as error:
            _tell(failure(error, order.run_id))
            for file in order.files:
                os.close(file)
    return run_ids


def _stop_on_signals(engine: Engine, run_ids: set[str]) -> None:
    """Also while TensorFlow loads, which cannot be interrupted: nothing is being trained then."""

    def stop(number: int, frame: object) -> None:
        for run_id in list(run_ids):
            engine.cancel(run_id)
        if not engine.ready:
            engine.withdraw()
            os._exit(128 + number)

    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, stop)


def _tell(event: Event) -> None:
    """To whoever waits for the first run to begin; one that stops reading must not hold the run up."""
    if isinstance(event, EngineFailed | RunInterrupted):
        title = event.title if isinstance(event, EngineFailed) else "Interrupted"
        print(f"{event.run_id} {title}: {event.message}", file=sys.stderr)
    begun = isinstance(event, RunStarted | RunResumed)
    try:
        print(events.encode(event).decode(), flush=True)
    except OSError:
        begun = True
    if begun:  # standard output stays open: the next file would take its number, and native code writes there
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, 1)
        os.close(nowhere)


if __name__ == "__main__":
    main()
