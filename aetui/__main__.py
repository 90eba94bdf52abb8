"""`python -m aetui` and the `aetui` command."""

from __future__ import annotations

import sys

import typer

from aetui.cli import app
from engine.errors import EngineError


def main() -> None:
    """Run the command line; a fault a user can act on is one line on standard error and an exit status."""
    try:
        app()
    except EngineError as error:
        typer.echo(f"aetui: {error}", err=True)
        sys.exit(error.exit_code)


if __name__ == "__main__":
    main()
