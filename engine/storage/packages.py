"""Commands that install packages for the Python that runs this, however this project came here."""

from __future__ import annotations

import re
import shlex
import sys
from pathlib import Path

PROJECT = "aetui"
CHECKOUT = Path(__file__).parent.parent.parent


def install(*requirements: str) -> str:
    """The shell command that installs `requirements` beside this project."""
    from importlib.util import find_spec
    from shutil import which

    if find_spec("pip") is None and which("uv"):  # an environment that uv made
        return shlex.join(["uv", "pip", "install", "--python", sys.executable, *requirements])
    return shlex.join([sys.executable, "-m", "pip", "install", *requirements])


def install_extra(extra: str) -> str:
    """The shell command that installs what the extra `extra` names.

    It names these packages: the project itself is in no registry, and a copy of it may be gone after its installation.
    """
    wanted = required(extra)
    return install(*wanted) if wanted else install("--editable", f"{CHECKOUT}[{extra}]")


def required(extra: str) -> list[str]:
    """The requirements of an extra, with their bounds; none where the project runs without being installed."""
    from importlib.metadata import PackageNotFoundError, requires

    try:
        every = requires(PROJECT) or []
    except PackageNotFoundError:
        return []
    marked = [text.partition(";") for text in every]
    wanted = re.compile(rf"extra\s*==\s*['\"]{re.escape(extra)}['\"]")
    return [requirement.strip() for requirement, _, marker in marked if wanted.search(marker)]
