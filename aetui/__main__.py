"""`python -m aetui` and the `aetui` command."""

from __future__ import annotations

import io
import os
import sys
from contextlib import suppress

from aetui.cli.standard_streams import drop_output, open_closed, told

VALIDATOR = "Value error, "
"""What the validation library of newer versions of Typer puts before Typer's own words."""


def main() -> None:
    """Open the workbench, or run a command; a fault a user can act on is one line and an exit status.

    Whatever a message quotes, from a file, a library or what was typed, reaches the terminal as plain text.
    """
    open_closed()
    try:
        _run()
        sys.stdout.flush()
    except KeyboardInterrupt:
        sys.exit(130)
    except BrokenPipeError:
        drop_output()  # whoever read it has seen enough
        sys.exit(1)
    except OSError as error:
        _complain(f"aetui: {told(error)}")
        drop_output()
        sys.exit(1)
    except Exception:
        import traceback

        _complain(traceback.format_exc())
        sys.exit(1)


def _run() -> None:
    from engine.errors import EngineError

    try:
        if "_AETUI_COMPLETE" in os.environ:  # a shell asks what may follow, see `aetui completion`
            from aetui.cli import completing

            completing.answer()
        elif len(sys.argv) == 1:
            # Past the command line, whose import would hold the first frame up by 0.1 s.
            from aetui import launch
            from aetui.cli.options import Options

            launch.run(Options.of_environment())
        else:
            _command()
    except EngineError as error:
        from aetui.render.text import plain

        _complain(f"aetui: {plain(str(error))}")
        sys.exit(error.exit_code)


def _command() -> None:
    from typer import Abort

    from aetui.cli import app

    try:
        sys.exit(app(standalone_mode=False))
    except Abort:
        sys.exit(130)
    except Exception as error:
        if not hasattr(error, "format_message"):
            raise
        if isinstance(getattr(error, "message", None), str):
            error.message = error.message.removeprefix(VALIDATOR)  # type: ignore[attr-defined]
        said = io.StringIO()  # Typer quotes what was typed, which may be the name of a file
        error.show(said)  # type: ignore[attr-defined]  # of Click's exceptions, which have no public name in Typer
        _complain(said.getvalue())
        sys.exit(error.exit_code)  # type: ignore[attr-defined]


def _complain(text: str) -> None:
    from aetui.render.text import plain_lines

    with suppress(OSError):  # a full disk there, too: the exit status has to say it
        print(plain_lines(text), file=sys.stderr)


if __name__ == "__main__":
    main()
