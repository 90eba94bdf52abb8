"""From the command `aetui` to the workbench on the screen, by the shortest way: the first frame waits for this."""

from __future__ import annotations

import os
import signal
import sys
import threading
from contextlib import suppress
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from aetui.app import Workbench
    from aetui.bridge import Emit, EngineLike
    from aetui.options import Options
    from engine.jobs import HandOver

RESTORING_SECONDS = 3.0
"""How long the terminal may take to get back its former screen."""


def run(options: Options, open_run: str | None = None) -> None:
    """Open the workbench and leave the process when it is closed."""
    from engine import native_output
    from engine.errors import UsageError

    served = os.environ.get("TEXTUAL_DRIVER", "").endswith(":WebDriver")  # `aetui serve`: a browser is the terminal
    if not (served or (sys.stdin.isatty() and sys.stdout.isatty())):
        raise UsageError("No terminal", "the workbench needs a terminal; `aetui --help` lists the commands for scripts")
    folder, store = options.data_folder, options.store
    native_output.divert()
    from aetui.app import Workbench

    def make(emit: Emit) -> EngineLike:
        from engine.session import Engine

        return Engine(emit, store, device=options.device, data_dir=folder)

    app = Workbench(make, store, folder, open_run=open_run)
    _hand_over_when_cut_off(app, options)
    app.run()
    _go_on_elsewhere(app.left, options)
    # Python would now wait for TensorFlow's threads and take its modules down, seconds in which nothing can happen.
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(app.return_code or 0)


def _hand_over_when_cut_off(app: Workbench, options: Options) -> None:
    """Leave a run to a process of its own when the terminal goes away or this process is told to end."""
    leaving = threading.Lock()

    def leave(number: int) -> None:
        if not leaving.acquire(blocking=False):
            return
        handed = app.engine.hand_over() if app.engine is not None else None
        if number == signal.SIGTERM and app.is_running:
            # A terminal that nobody reads (held by ctrl+s, say) blocks whoever writes to it.
            last = threading.Timer(RESTORING_SECONDS, _end, (handed, options, number))
            last.daemon = True
            last.start()
            app.left = handed
            app.call_from_thread(app.exit, return_code=128 + number)  # the terminal is still there: restore it
        else:
            _end(handed, options, number)

    def on_signal(number: int, frame: object) -> None:
        threading.Thread(target=leave, args=(number,), daemon=True).start()

    for number in (signal.SIGHUP, signal.SIGTERM):
        signal.signal(number, on_signal)
    if sys.platform == "linux":
        threading.Thread(target=_await_hang_up, args=(lambda: leave(signal.SIGHUP),), daemon=True).start()


def _end(handed: HandOver | None, options: Options, number: int) -> None:
    """End with nobody at the terminal."""
    if handed is not None and handed.orders:
        from aetui.detaching import detach
        from engine.errors import EngineError

        with suppress(EngineError):  # the run can be resumed
            detach(options, handed)
    os._exit(128 + number)


def _go_on_elsewhere(handed: HandOver | None, options: Options) -> None:
    """Have another process go on with what the workbench left, and say so in the shell that is back."""
    if handed is None or not handed.orders:
        return
    from aetui.detaching import detach, told
    from engine.errors import EngineError

    try:
        print(told(detach(options, handed), handed))
    except EngineError as error:
        print(f"aetui: {error}", file=sys.stderr)


def _await_hang_up(then: Callable[[], None]) -> None:
    """A terminal can go without a signal (under nohup, for one); Textual would read its end for ever."""
    import select

    poll = select.poll()
    poll.register(0, 0)  # no event asked for: only a hang-up is told
    while not poll.poll():
        pass
    then()
