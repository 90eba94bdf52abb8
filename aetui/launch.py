"""From the command `aetui` to the workbench on the screen, by the shortest way: the first frame waits for this."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from aetui.bridge import Emit, EngineLike
    from aetui.options import Options


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
    app.run()
    # Python would now wait for TensorFlow's threads and take its modules down, seconds in which nothing can happen.
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(app.return_code or 0)
