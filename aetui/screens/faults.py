"""The last resort: a fault of the screen goes to the log and into a dialog; the screen lives on, and so does the run.

Textual ends the program when a handler, an action, a timer, a worker or the drawing of a widget raises. What it would
have to be asked instead is private, so pyproject.toml has an upper bound for its version.
"""

from __future__ import annotations

import logging
import traceback
from collections import Counter
from collections.abc import Callable
from functools import wraps
from typing import Any

from rich.style import Style
from rich.text import Text
from textual.dom import DOMNode
from textual.geometry import Region
from textual.message import Message
from textual.strip import Strip
from textual.widget import Widget
from textual.worker import WorkerFailed

from aetui.render.text import plain, plain_lines
from aetui.terminal.calm import Calm
from engine.storage.native_output import log_path

UNDRAWN = "✕ cannot be drawn; see the log"
REASON_WIDTH = 120


class Unfailing(Calm):
    """An app that only a fault before its first frame ends."""

    def __init__(self) -> None:
        super().__init__()
        self.faults: Counter[tuple[str, str]] = Counter()
        """How often each kind of fault happened, by the exception's name and the place that raised it."""
        self._stands = False

    def on_ready(self) -> None:
        """The first frame stands: faults from here on are reported and no longer end the app."""
        self._stands = True

    def notice(self, title: str, message: str) -> None:
        """Say in a dialog what went wrong."""
        from aetui.screens.dialogs import Notice

        self.push_screen(Notice(title, message))

    def fault(self, error: Exception) -> None:
        """Keep what `error` tells for the log; say it in a dialog if it is the first of its kind."""
        kind = type(error).__name__, _place(error)
        self.faults[kind] += 1
        if self.faults[kind] > 1:
            if _is_round(self.faults[kind]):
                logging.getLogger("aetui").error("again, %d times by now: %s in %s", self.faults[kind], *kind)
            return
        logging.getLogger("aetui").error(plain_lines("".join(traceback.format_exception(error))))
        if self.is_running and not self._exit:
            self.call_later(self._tell, error)

    def _tell(self, error: Exception) -> None:
        """One dialog at a time; what happens meanwhile is in the log."""
        from aetui.screens.dialogs import FaultNotice

        if not any(isinstance(screen, FaultNotice) for screen in self.screen_stack):
            reason = plain(f"{type(error).__name__}: {error}", REASON_WIDTH)
            self.push_screen(FaultNotice(reason, log_path()))

    # What Textual calls.

    def _handle_exception(self, error: Exception) -> None:
        if not self._stands:
            super()._handle_exception(error)
            return
        if isinstance(error, WorkerFailed) and isinstance(error.error, Exception):
            error = error.error
        if self._exception is None and not self._exit:
            self._exception = error  # `run_test` raises it in the end, so that no test passes over a fault
        self.fault(error)

    def _fatal_error(self) -> None:
        """Textual's own shows the values of variables, and what they hold as it is."""
        self.bell()
        self._exit_renderables.append(Text(plain_lines(traceback.format_exc())))
        self._close_messages_no_wait()

    async def _dispatch_message(self, message: Message) -> None:
        try:
            await super()._dispatch_message(message)
        except Exception as error:
            self._handle_exception(error)

    def _register_child(self, parent: DOMNode, child: Widget, before: int | None, after: int | None) -> None:
        _guard(child, self._handle_exception)
        super()._register_child(parent, child, before, after)

    def _start_widget(self, parent: Widget, widget: Widget) -> None:
        _guard(widget, self._handle_exception)  # a scrollbar
        super()._start_widget(parent, widget)


def _guard(widget: Widget, report: Callable[[Exception], None]) -> None:
    """Have `widget` report what it raises: its messages are handled and it is drawn on all the same."""
    dispatch = widget._dispatch_message

    async def dispatch_message(message: Message) -> None:
        try:
            await dispatch(message)
        except Exception as error:
            # Textual would stop handling messages of this widget for good.
            report(error)

    def guarded(method: Callable[..., Any], instead: Callable[..., Any]) -> Callable[..., Any]:
        @wraps(method)
        def call(*arguments: Any) -> Any:
            try:
                return method(*arguments)
            except Exception as error:
                report(error)
                return instead(*arguments)

        return call

    vars(widget).update(
        _dispatch_message=dispatch_message,
        render=guarded(widget.render, lambda: UNDRAWN),
        render_lines=guarded(widget.render_lines, _blank),
        get_content_width=guarded(widget.get_content_width, lambda *_: len(UNDRAWN)),
        get_content_height=guarded(widget.get_content_height, lambda *_: 1),
    )


def _blank(crop: Region) -> list[Strip]:
    # A segment without any style breaks Textual's NO_COLOR filter.
    return [Strip.blank(crop.width, Style())] * crop.height


def _place(error: Exception) -> str:
    frames = traceback.extract_tb(error.__traceback__)
    return f"{frames[-1].filename}:{frames[-1].lineno}" if frames else ""


def _is_round(count: int) -> bool:
    """Whether it is 10, 100, 1000 …: what repeats for ever must not fill the disk."""
    return str(count).strip("0") == "1"
