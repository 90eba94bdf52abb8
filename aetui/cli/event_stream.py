"""The events of a run as JSON lines on standard output, for scripts."""

from __future__ import annotations

import errno
from typing import TYPE_CHECKING

import typer

from aetui.cli.standard_streams import drop_output
from aetui.render.text import plain_json

if TYPE_CHECKING:
    from engine.errors import EngineError
    from engine.events import Event


class EventStream:
    """Writes events until that cannot be done any more: `fault` says why, and nothing more is tried."""

    def __init__(self) -> None:
        self.fault = ""

    def write(self, event: Event) -> bool:
        """Whether it could be written.

        Raises:
            OSError: the terminal is gone.
        """
        from engine.events import encode

        if not event.run_id:
            return True
        if self.fault:
            return False
        try:
            typer.echo(plain_json(encode(event).decode()))
        except OSError as error:
            if error.errno == errno.EIO:
                raise
            self.fault = error.strerror or str(error)
            drop_output()
            return False
        return True

    def lost(self, became: str) -> EngineError:
        """What a command ends with whose events could not all be written; `became` says where that leaves the run."""
        from engine.errors import EngineError

        return EngineError("Events lost", f"the JSON lines could not be written ({self.fault}); {became}")
