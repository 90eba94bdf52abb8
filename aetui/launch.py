"""From the command `aetui` to the workbench on the screen, by the shortest way: the first frame waits for this."""

from __future__ import annotations

import os
import signal
import sys
import threading
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from aetui.app import Workbench
    from aetui.bridge import Emit, EngineLike
    from aetui.options import Options

SAVING_SECONDS = 30.0
"""How long a run may take to finish its chunk and write its checkpoint once the terminal is gone."""
RESTORING_SECONDS = 3.0
"""How long the terminal may take to get back its former screen."""


def run(options: Options, open_run: str | None = None) -> None:
    """Open the workbench and leave the process when it is closed."""
    from engine import native_output
    from engine.errors import UsageError

    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        raise UsageError("No terminal", "the workbench needs a terminal; `aetui --help` lists the commands for scripts")
    folder, store = options.data_folder, options.store
    native_output.divert()
    from aetui.app import Workbench

    def make(emit: Emit) -> EngineLike:
        from engine.session import Engine

        return Engine(emit, store, device=options.device, data_dir=folder)

    app = Workbench(make, store, folder, open_run=open_run)
    _save_when_cut_off(app)
    app.run()
    # Python would now wait for TensorFlow's threads and take its modules down, seconds in which nothing can happen.
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(app.return_code or 0)


def _save_when_cut_off(app: Workbench) -> None:
    """Stop and save a run when the terminal goes away or the process is told to end; `aetui resume` goes on."""
    leaving = threading.Lock()

    def leave(number: int) -> None:
        if not leaving.acquire(blocking=False):
            return
        if app.engine is not None:
            app.engine.close(SAVING_SECONDS)
        if number == signal.SIGTERM and app.is_running:
            # A terminal that nobody reads (held by ctrl+s, say) blocks whoever writes to it.
            last = threading.Timer(RESTORING_SECONDS, os._exit, (128 + number,))
            last.daemon = True
            last.start()
            app.call_from_thread(app.exit, return_code=128 + number)  # the terminal is still there: restore it
        else:
            os._exit(128 + number)

    def on_signal(number: int, frame: object) -> None:
        threading.Thread(target=leave, args=(number,), daemon=True).start()

    for number in (signal.SIGHUP, signal.SIGTERM):
        signal.signal(number, on_signal)
    if sys.platform == "linux":
        threading.Thread(target=_await_hang_up, args=(lambda: leave(signal.SIGHUP),), daemon=True).start()


def _await_hang_up(then: Callable[[], None]) -> None:
    """A terminal can go without a signal (under nohup, for one); Textual would read its end for ever."""
    import select

    poll = select.poll()
    poll.register(0, 0)  # no event asked for: only a hang-up is told
    while not poll.poll():
        pass
    then()
