"""The engines of this process: one thread for each place where runs are kept, started when it is first needed."""

from __future__ import annotations

import atexit
import fcntl
import os
import shutil
import sys
import tempfile
import threading
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from engine.errors import EngineError
from engine.events import EngineFailed, EngineReady, Event
from engine.runs.store import RunStore, default_root, is_held
from engine.session import Engine
from engine.storage import native_output

if TYPE_CHECKING:
    from engine.queries.messages import Query

TICK = 0.1
Listener = Callable[[Event], None]


class Shared:
    """An engine and whoever listens to it."""

    def __init__(self, root: Path, device: str, data_dir: Path | None) -> None:
        self.store = RunStore(root)
        self.engine = Engine(self._told, self.store, device=device, data_dir=data_dir, niceness=0)
        self.listeners: list[Listener] = []
        self._begun = False
        self._loaded = threading.Event()
        self._failure: EngineFailed | None = None

    def ready(self) -> None:
        """Wait until TensorFlow is loaded, whose greetings go to a file meanwhile.

        Raises:
            EngineError: it does not load.
        """
        if not self._loaded.is_set():
            with native_output.aside():
                if not self._begun:
                    self._begun = True
                    self.engine.start()
                while not self._loaded.wait(TICK):
                    pass
        self.check()

    def check(self) -> None:
        """Raises EngineError where the engine could not begin."""
        if self._failure is not None:
            raise EngineError(self._failure.title, self._failure.message)

    def ask(self, query: Query) -> Any:
        """The answer to a query. Raises EngineError."""
        future = self.engine.query(query)
        while True:
            with suppress(TimeoutError):
                return future.result(TICK)  # not for ever: an interrupt has to get through

    def _told(self, event: Event) -> None:
        if isinstance(event, EngineReady):
            self._loaded.set()
        elif isinstance(event, EngineFailed) and not event.run_id:
            self._failure = event
            self._loaded.set()
        for listener in list(self.listeners):
            listener(event)


_ENGINES: dict[tuple[Path, str, Path | None], Shared] = {}
_STARTING = threading.Lock()
_FORKED = False
_PASSING: list[Path] = []
PREFIX, LOCK = "aetui-python-", "lock"


def engine(root: Path, device: str = "auto", data_dir: Path | None = None) -> Shared:
    """The engine of this process for the runs in `root`, started.

    Raises:
        RuntimeError: this process was forked from one in which TensorFlow was loaded.
        EngineError: TensorFlow does not load.
    """
    if _FORKED:
        raise RuntimeError(
            "expected a process that was started anew, but this one was forked from one in which TensorFlow was "
            "loaded, which does not survive that; use joblib's own processes (loky) or the start method 'spawn'"
        )
    key = root.absolute(), device, data_dir
    with _STARTING:
        if key not in _ENGINES:
            _ENGINES[key] = Shared(*key)
        shared = _ENGINES[key]
        try:
            shared.ready()
        except EngineError:
            del _ENGINES[key]  # whoever asks again gets a new one
            raise
    return shared


def root_of(runs_dir: str | os.PathLike[str] | None) -> Path:
    """Where runs are kept: `runs_dir`, else $AETUI_RUNS, else the user's data folder."""
    return Path(runs_dir or os.environ.get("AETUI_RUNS") or default_root()).expanduser()


def passing_root() -> Path:
    """A folder for runs that nobody keeps; it goes with this process, or when the next one needs such a folder."""
    if not _PASSING:
        _sweep(Path(tempfile.gettempdir()))
        _PASSING.append(Path(tempfile.mkdtemp(prefix=PREFIX)))
        held = os.open(_PASSING[0] / LOCK, os.O_WRONLY | os.O_CREAT, 0o600)  # until the process ends
        fcntl.flock(held, fcntl.LOCK_EX)
    return _PASSING[0]


def _sweep(folder: Path) -> None:
    """Remove what processes left that were ended from outside, as joblib ends its own: their locks are free."""
    for left in folder.glob(f"{PREFIX}*"):
        with suppress(OSError):
            if left.stat().st_uid == os.getuid() and (left / LOCK).exists() and not is_held(left / LOCK):
                shutil.rmtree(left, ignore_errors=True)


def _leave(process: int) -> None:
    if os.getpid() != process or _FORKED:
        return
    for shared in list(_ENGINES.values()):
        shared.engine.close()
    for folder in _PASSING:
        shutil.rmtree(folder, ignore_errors=True)


def _after_fork() -> None:
    """A child has none of its parent's threads, and TensorFlow's locks as they were."""
    global _FORKED, _STARTING
    _FORKED = _FORKED or (bool(_ENGINES) and "tensorflow" in sys.modules)
    _STARTING = threading.Lock()
    _ENGINES.clear()
    _PASSING.clear()
    atexit.register(partial(_leave, os.getpid()))


atexit.register(partial(_leave, os.getpid()))
os.register_at_fork(after_in_child=_after_fork)
