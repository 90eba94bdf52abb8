"""`aetui serve`: the workbench in a browser."""

from __future__ import annotations

import shlex
import socket
import sys
from typing import TYPE_CHECKING, Annotated

import typer

from aetui.render.text import plain

if TYPE_CHECKING:
    from aetui.cli.options import Options

PORT = 8000


def serve(
    context: typer.Context,
    port: Annotated[int, typer.Option(min=0, max=65_535, help="On this machine; 0 for any that is free.")] = PORT,
) -> None:
    """The workbench in a browser on this machine, and nowhere else. Each tab is a workbench of its own."""
    from engine.errors import EngineError

    try:
        from aetui.cli.served import Pages
    except ModuleNotFoundError as error:
        if error.name is None or error.name.partition(".")[0] in ("aetui", "engine"):
            raise
        from engine.storage.packages import install_extra

        told = f"expected the extra `serve`, which is not installed; {install_extra('serve')}"
        raise EngineError("Nothing to serve with", told) from error
    _ = context.obj.data_folder  # a wrong one is told here, where it can be read
    with listening(port) as door:
        pages = Pages(workbench_command(context.obj))
        pages.open(door, lambda: _say(invitation(door.getsockname()[1], pages.secret)))


def _say(text: str) -> None:
    typer.echo(text)
    sys.stdout.flush()


def listening(port: int) -> socket.socket:
    """A socket that only this machine can reach.

    Raises:
        EngineError: the port is another program's.
    """
    from engine.errors import EngineError

    try:
        return socket.create_server(("127.0.0.1", port))
    except OSError as error:
        raise EngineError(
            "Cannot serve",
            f"expected to listen on 127.0.0.1:{port}, but {error.strerror}; choose another with --port, or 0 for any",
        ) from error


def invitation(port: int, secret: str) -> str:
    """Where the workbench is, who can reach it, and how to from elsewhere."""
    return (
        f"http://127.0.0.1:{port}/{secret}/\n\n"
        "It listens on 127.0.0.1 only: no other machine can reach it, and nobody without this address.\n"
        f"From another machine: ssh -L {port}:127.0.0.1:{port} {plain(socket.gethostname())}, then the same address "
        "there.\nctrl+c ends it."
    )


def workbench_command(options: Options) -> str:
    """What a shell starts for each tab.

    `-P` because Python would otherwise look for modules in the folder that it is started in, whoever wrote what is
    there; `exec` because a shell between would not pass signals on.
    """
    given = (("--runs-dir", options.runs_dir), ("--data-dir", options.data_dir), ("--device", options.device))
    flags = [part for flag, value in given if value is not None for part in (flag, str(value))]
    flags += ["--low-bandwidth"] if options.low_bandwidth else []
    return "exec " + shlex.join([sys.executable, "-P", "-m", "aetui", *flags])
