"""`python -m aetui` and the `aetui` command."""

from __future__ import annotations

import os
import sys


def main() -> None:
    """Open the workbench, or run a command; a fault a user can act on is one line and an exit status."""
    try:
        _run()
        sys.stdout.flush()
    except KeyboardInterrupt:
        sys.exit(130)
    except BrokenPipeError:
        # Whoever read our output has seen enough. Python would flush once more at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
        sys.exit(1)
    except OSError as error:
        print(f"aetui: {error}", file=sys.stderr)
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
        sys.exit(1)


def _run() -> None:
    from engine.errors import EngineError

    try:
        if len(sys.argv) == 1:
            # Past the command line, whose import would hold the first frame up by 0.1 s.
            from aetui import launch
            from aetui.options import Options

            launch.run(Options.of_environment())
        else:
            from aetui.cli import app

            app()
    except EngineError as error:
        from aetui.render.text import plain

        print(f"aetui: {plain(str(error))}", file=sys.stderr)
        sys.exit(error.exit_code)


if __name__ == "__main__":
    main()
