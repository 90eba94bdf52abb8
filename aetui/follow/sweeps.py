"""Sweeps of the store for the screen: read again where files have changed, and begun in processes of their own."""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from engine.errors import EngineError, RunError

if TYPE_CHECKING:
    from engine.runs.store import RunStore
    from engine.sweeps.importance import Importance
    from engine.sweeps.sweep import Sweep
    from engine.sweeps.trials import Trial

_START = "import sys; sys.path[:] = {path!r}; from aetui.__main__ import main; main()"
BEGIN_SECONDS = 90.0
"""How long a process may take until it says what it searches for."""


class Reading(NamedTuple):
    """A sweep as it stands."""

    sweep: Sweep
    trials: Mapping[int, Trial]
    running: bool
    under_way: Mapping[int, str]
    """How far the trials are that are trained, in words."""
    importance: Importance | None
    stamp: tuple[int, ...] = ()
    place: tuple[int, int] = (0, 1)
    """Which of how many sweeps it is, the newest first."""


def read(store: RunStore, wanted: str, before: Reading | None = None) -> Reading | None:
    """The sweep that `wanted` means, "" for the newest; None where there is none yet. What did not change since
    `before` is taken from there.

    Raises:
        UsageError: there is none of that name.
    """
    from engine.sweeps import sweep as sweeps
    from engine.sweeps import trials

    known = sweeps.kept(store)
    if not known:
        return None
    chosen = sweeps.find(store, wanted or "last")
    folder = sweeps.folder(store, chosen.id)
    stamp = _stamp(folder / trials.FILE)
    place = ([each.id for each in known][::-1].index(chosen.id), len(known))
    same = before is not None and before.sweep.id == chosen.id and before.stamp == stamp
    found = before.trials if same and before else trials.read(folder)
    told = before.importance if before is not None and before.sweep.id == chosen.id else None
    running = sweeps.lives(store, chosen.id)
    return Reading(chosen, found, running, _under_way(store, chosen, found) if running else {}, told, stamp, place)


def weighed(reading: Reading) -> Reading:
    """With how much each setting matters now; loads a library, the first time for seconds."""
    from engine.sweeps.importance import importance

    return reading._replace(importance=importance(reading.sweep, reading.trials.values()))


def neighbour(store: RunStore, sweep_id: str, by: int) -> str:
    """The sweep `by` places older."""
    from engine.sweeps import sweep as sweeps

    ids = [each.id for each in sweeps.kept(store)][::-1]
    at = ids.index(sweep_id) if sweep_id in ids else 0
    return ids[max(0, min(len(ids) - 1, at + by))] if ids else ""


def _stamp(path: Path) -> tuple[int, ...]:
    try:
        status = path.stat()
    except OSError:
        return ()
    return status.st_mtime_ns, status.st_size


def _under_way(store: RunStore, sweep: Sweep, found: Mapping[int, Trial]) -> dict[int, str]:
    told = {}
    for trial in found.values():
        if trial.state != "running":
            continue
        for seed in range(sweep.seed, sweep.seed + sweep.seeds):
            record = store.get(sweep.run_id(trial.number, seed))
            if record is not None and record.lives:
                last = record.last_epoch
                told[trial.number] = f"{last.epoch if last else 0}/{record.epochs}"
    return told


def begin(store: RunStore, data_dir: Path | None, arguments: Sequence[str]) -> str:
    """Have a process of its own carry out `aetui sweep` with `arguments`; returns the id of the sweep once it has said
    so.

    Raises:
        EngineError: it cannot be meant, or no process could be started.
    """
    from engine.sweeps import sweep as sweeps

    path = [str(Path(place).absolute()) for place in sys.path if place]
    places = ["--runs-dir", str(store.root.absolute())] + (["--data-dir", str(data_dir.absolute())] if data_dir else [])
    command = [sys.executable, "-c", _START.format(path=path), *places, "sweep", *arguments]
    with tempfile.TemporaryFile() as said:
        try:
            process = subprocess.Popen(
                command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=said, start_new_session=True
            )
        except OSError as error:
            raise RunError("Not begun", f"{sys.executable} could not be started: {error}") from error
        until = time.monotonic() + BEGIN_SECONDS
        while time.monotonic() < until:
            ended = process.poll() is not None
            said.seek(0)
            text = said.read().decode("utf-8", "replace")
            if ended and process.returncode:
                raise EngineError("The sweep did not begin", text.strip().removeprefix("aetui: ") or "it says not why")
            said_first = {line.partition(":")[0] for line in text.splitlines()}
            named = next((each.id for each in sweeps.kept(store) if each.id in said_first), "")
            if named or ended:  # what is wrong has lines, too, from a process that is about to end
                return named
            time.sleep(0.05)
    process.terminate()
    raise RunError("Not begun", f"the process said nothing for {BEGIN_SECONDS:.0f} s; try it in a terminal")
