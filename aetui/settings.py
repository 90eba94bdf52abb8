"""The user's own file, `$XDG_CONFIG_HOME/aetui/config.toml`, and the house's colours.

theme = "nord"

[keys]
train = "ctrl+t"
epoch_back = "left,h"
"""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import msgspec
import platformdirs
from textual.theme import Theme

from aetui import keymap
from engine.errors import UsageError

# Ink and paper with one warm light: amber marks where the user is, teal what the machine does. Background and panel are
# grey enough that 256 colours keep them apart (Rich takes a saturation of 0.15 and more for a colour, here black).
NIGHT = Theme(
    name="aetui",
    primary="#5fb3a8",
    secondary="#7aa2d6",
    accent="#e3b063",
    warning="#e3b063",
    error="#e8717d",
    success="#86c98a",
    foreground="#d3d8e0",
    background="#111316",
    surface="#111316",
    panel="#20242a",
    variables={
        "border-blurred": "#323b49",
        "border": "#e3b063",
        "text-muted": "#8792a3",
        "block-cursor-background": "#e3b063",
        "block-cursor-foreground": "#111316",
        "scrollbar": "#323b49",
        "scrollbar-background": "#111316",
        "scrollbar-hover": "#4a5567",
        "scrollbar-active": "#e3b063",
        "footer-key-foreground": "#e3b063",
    },
)


class Settings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What the file may hold."""

    theme: str = NIGHT.name
    keys: dict[str, str] = {}


def default_path() -> Path:
    """Where the file is looked for."""
    return platformdirs.user_config_path("aetui") / "config.toml"


def read(path: Path) -> Settings:
    """The user's settings; the defaults if there is no file.

    Raises:
        UsageError: the file cannot be read or holds something else than expected.
    """
    try:
        table: dict[str, Any] = tomllib.loads(path.read_text("utf-8"))
        settings = msgspec.convert(table, Settings)
    except FileNotFoundError:
        return Settings()
    except (OSError, ValueError) as error:
        raise UsageError("Configuration", f"{path}: {error}; mend or remove the file") from error
    strangers = keymap.unknown(settings.keys)
    if strangers:
        raise UsageError(
            "Configuration",
            f"{path}: [keys] names {', '.join(strangers)}; the actions are {', '.join(keymap.BY_ID)}",
        )
    return settings
