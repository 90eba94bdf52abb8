"""From the command `aetui` to the workbench on the screen, by the shortest way: the first frame waits for this."""

from __future__ import annotations

import os
import signal
import sys
import threading
from dataclasses import replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from aetui.app import Workbench
    from aetui.bridge import Emit, EngineLike
    from aetui.cli.options import Options
    from aetui.screens.plane import Open

SCRIPTS = "`aetui --help` lists the commands for scripts"
RESTORING_SECONDS = 3.0
"""How long the terminal may take to get back its former screen."""


def run(
    options: Options, open_run: str | None = None, *, tour: bool = False, plane: tuple[Open, str] | None = None
) -> None:
    """Open the workbench, with a `tour` if asked for, or nothing but a map of what `plane` reads and is called; leave
    the process when it is closed."""
    from aetui.terminal import abilities as terminal
    from aetui.terminal import background
    from engine.errors import UsageError
    from engine.storage import native_output

    served = os.environ.get("TEXTUAL_DRIVER", "").endswith(":WebDriver")  # `aetui serve`: a browser is the terminal
    if not (served or (sys.stdin.isatty() and sys.stdout.isatty())):
        raise UsageError("No terminal", f"the workbench needs a terminal; {SCRIPTS}")
    folder, store = options.data_folder, options.store
    abilities = terminal.UNASKED if served else terminal.found()
    if terminal.is_dumb() and not served:
        raise UsageError(
            "No screen", f"the workbench has to place its cursor, which TERM={os.environ['TERM']} cannot; {SCRIPTS}"
        )
    if not abilities.colours:
        os.environ["TEXTUAL_COLOR_SYSTEM"] = "truecolor"  # greys then become characters by all their shades
    question = background.Question() if terminal.can_be_asked() and not served else None
    try:
        native_output.divert()
        from aetui.app import Workbench
        from aetui.follow.gpu import Gpus
        from aetui.state import kept

        if tour:
            from aetui.touring.workbench import TourWorkbench as Workbench
        create: Callable[..., Workbench] = Workbench
        if plane is not None:
            from aetui.mapping.workbench import alone

            create = alone(*plane)
    finally:
        answer = question.answer() if question else background.Answer()

    def make(emit: Emit) -> EngineLike:
        from engine.runs import handover  # noqa: F401 (before a long run the packages are those it was started with)
        from engine.session import Engine

        return Engine(
            emit,
            store,
            device=options.device,
            data_dir=folder,
            jobs=app.jobs,
            isolate=app.isolate,
            keep_one=True,
        )

    if answer.light is not None:
        abilities = abilities._replace(light=answer.light)
    app = create(
        make,
        store,
        folder,
        open_run=open_run,
        abilities=abilities,
        low_bandwidth=options.low_bandwidth or None,
        gpus=Gpus(options.device),
        look=kept.default_path(),
    )
    app.take_orders(options.jobs, isolate=options.isolate)
    if answer.typed or answer.outstanding:
        from aetui.terminal.keyboard import listen

        listen(answer, lambda light: app.call_later(app.see_background, light))
    departure = _Departure(app, options)
    departure.when_cut_off()
    app.run()
    departure.go_on_elsewhere()
    # Python would now wait for TensorFlow's threads and take its modules down, seconds in which nothing can happen.
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(app.return_code or 0)


class _Departure:
    """Leaves a run to a process of its own: when the terminal goes, when this process is told to end, when asked to."""

    def __init__(self, app: Workbench, options: Options) -> None:
        self._app = app
        self._options = options
        self._cut_off = threading.Lock()
        self._detaching = threading.Lock()
        self._gone = False

    def when_cut_off(self) -> None:
        """Do so on SIGHUP, on SIGTERM, and when the terminal goes without a signal."""
        for number in (signal.SIGHUP, signal.SIGTERM):
            signal.signal(number, self._on_signal)
        if sys.platform == "linux":
            threading.Thread(target=_await_hang_up, args=(lambda: self._leave(signal.SIGHUP),), daemon=True).start()

    def go_on_elsewhere(self) -> None:
        """Have another process go on with what the workbench left, and say so in the shell that is back."""
        from engine.errors import EngineError

        app = self._app
        if app.left is None and app.state.active is not None and app.engine is not None:
            app.left = app.engine.hand_over()  # ended without a question: a browser that closes its page, a fault
        try:
            text = self._detach()
        except EngineError as error:
            from aetui.render.text import plain

            print(f"aetui: {plain(str(error))}", file=sys.stderr)
        else:
            if text:
                print(text)

    def _on_signal(self, number: int, frame: object) -> None:
        threading.Thread(target=self._leave, args=(number,), daemon=True).start()

    def _leave(self, number: int) -> None:
        if not self._cut_off.acquire(blocking=False):
            return
        app = self._app
        try:
            app.left = app.engine.hand_over() if app.engine is not None else None
        finally:
            if app.is_running and not _hung_up(timeout=0):
                # The terminal gets its former screen back. One that nobody reads, held by ctrl+s, blocks who writes.
                last = threading.Timer(RESTORING_SECONDS, self._end, (number,))
                last.daemon = True
                last.start()
                app.call_from_thread(app.exit, return_code=128 + number)
            else:
                self._end(number)

    def _end(self, number: int) -> None:
        """With nobody at the terminal."""
        try:
            self._detach()
        finally:
            os._exit(128 + number)

    def _detach(self) -> str:
        """What went where; nothing the second time. Who comes second waits, as it may end the process."""
        from aetui.follow.detaching import detach, told

        with self._detaching:
            handed = self._app.left
            if self._gone or handed is None or not (handed.orders or handed.living):
                return ""
            self._gone = True
            options = replace(self._options, jobs=self._app.jobs, isolate=self._app.isolate)
            return told(detach(options, handed) if handed.orders else None, handed)


def _hung_up(timeout: int | None) -> bool:
    """Whether the terminal is gone, or goes within `timeout` milliseconds (None: wait for it)."""
    import select

    poll = select.poll()
    poll.register(0, 0)  # no event asked for: only a hang-up is told
    return bool(poll.poll(timeout))


def _await_hang_up(then: Callable[[], None]) -> None:
    """A terminal can go without a signal (under nohup, for one); Textual would read its end for ever."""
    while not _hung_up(timeout=None):
        pass
    then()
