"""The terminal's clipboard, by OSC 52; what lies between says whether it can be meant to arrive.

A terminal does not answer to OSC 52, so nobody can say that a copy has arrived. tmux can: in its own buffer.
"""

from __future__ import annotations

import asyncio
import os
import subprocess
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

from aetui.render import numbers

if TYPE_CHECKING:
    from textual.app import App

MOST = 74_000
"""Bytes after encoding; some terminals drop what is longer."""
SECONDS = 1.0
"""To wait for tmux."""
TO_TERMINAL = "sent to the terminal"
CONSOLE = "the Linux console has no clipboard"
NO_ANSWER = "sent to the terminal; tmux does not say if it lets it pass"
SCREEN = "sent to GNU screen, which may keep it to itself"
AROUND = "sent to the terminal; tmux or screen may keep it to itself"
BROWSER = "sent to the browser, which may not take it"
TMUX_PASSES = "sent to tmux's buffer; tmux offers it to the terminal"
TMUX_BUFFER = "in tmux's buffer, and offered to the terminal by tmux"
TMUX_KEEPS = "in tmux's buffer only; `set -g set-clipboard on` passes it on"


class Way(NamedTuple):
    """Whether OSC 52 is to be sent, and what to say of it."""

    osc52: bool
    told: str


async def copy(app: App[Any], text: str) -> str:
    """Put `text` where it can be pasted from, as far as that can be done; returns what became of it, in words."""
    size = -(-len(text.encode("utf-8", "replace")) // 3) * 4
    if size > MOST:
        return f"not copied: {numbers.size(size)} are more than terminals take ({numbers.size(MOST)})"
    way = Way(True, BROWSER) if app.is_web else await asyncio.to_thread(way_out, text, os.environ)
    if way.osc52:
        app.copy_to_clipboard(text.encode("utf-8", "replace").decode("utf-8"))
    return way.told


def way_out(text: str, environment: Mapping[str, str]) -> Way:
    """How to send `text` from a terminal in this `environment`; tmux is asked, and where it passes nothing on from
    programs it is given the text itself."""
    term = environment.get("TERM", "")
    if environment.get("TMUX"):
        return _through_tmux(text, environment)
    if environment.get("STY"):
        return Way(True, SCREEN)
    if term == "linux":
        return Way(False, CONSOLE)
    return Way(True, AROUND if term.startswith(("tmux", "screen")) else TO_TERMINAL)


def _through_tmux(text: str, environment: Mapping[str, str]) -> Way:
    """With `set-clipboard on` tmux takes OSC 52 from programs; else it ignores it, and is given the text by its own
    command, which passes it on unless it is `off`."""
    clipboard = _tmux(["show", "-gv", "set-clipboard"], "", environment)
    if clipboard is None:
        return Way(True, NO_ANSWER)
    if clipboard == "on":
        return Way(True, TMUX_PASSES)
    # Before version 3.2 tmux has no -w.
    if clipboard == "external" and _tmux(["load-buffer", "-w", "-"], text, environment) is not None:
        return Way(False, TMUX_BUFFER)
    if _tmux(["load-buffer", "-"], text, environment) is not None:
        return Way(False, TMUX_KEEPS)
    return Way(True, NO_ANSWER)


def _tmux(arguments: list[str], given: str, environment: Mapping[str, str]) -> str | None:
    """What tmux prints; None if it fails, hangs or is not there."""
    try:
        done = subprocess.run(
            ["tmux", *arguments],
            input=given,
            capture_output=True,
            text=True,
            errors="replace",
            encoding="utf-8",
            timeout=SECONDS,
            check=True,
            env=dict(environment),
        )
    except (OSError, ValueError, subprocess.SubprocessError):
        return None
    return done.stdout.strip()
