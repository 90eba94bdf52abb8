"""`python -m aetui` and the `aetui` command."""

from __future__ import annotations

import sys

from engine.errors import EngineError


def main() -> None:
    """Open the workbench, or run a command; a fault a user can act on is one line and an exit status."""
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
        print(f"aetui: {error}", file=sys.stderr)
        sys.exit(error.exit_code)


if __name__ == "__main__":
    main()
