"""The user's own file, `$XDG_CONFIG_HOME/aetui/config.toml`, and the house's colours.

theme = "nord"
cells = "octant"
low_bandwidth = true
jobs = 2
isolate = true

[keys]
train = "ctrl+t"
epoch_back = "left,h"
"""

from __future__ import annotations

import tomllib
from collections.abc import Collection, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any, NamedTuple

import platformdirs
from textual.theme import Theme

from aetui.render import ladder
from aetui.render.text import plain
from aetui.terminal import own_keys

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

# The same light on paper: each colour as dark as text has to be there (4.5 to 1), panels a shade of the paper.
DAY = Theme(
    name="aetui-light",
    dark=False,
    primary="#1f6f66",
    secondary="#2f5f9e",
    accent="#8f5b00",
    warning="#8f5b00",
    error="#b02a37",
    success="#2f6f36",
    foreground="#23272e",
    background="#faf8f4",
    surface="#faf8f4",
    panel="#ece8e0",
    variables={
        "border-blurred": "#c5beb1",
        "border": "#8f5b00",
        "text-muted": "#626a76",
        "block-cursor-background": "#8f5b00",
        "block-cursor-foreground": "#faf8f4",
        "scrollbar": "#c5beb1",
        "scrollbar-background": "#faf8f4",
        "scrollbar-hover": "#a39a89",
        "scrollbar-active": "#8f5b00",
        "footer-key-foreground": "#8f5b00",
    },
)
AUTO = "auto"
"""For a theme: the house's own, for the background that the terminal has."""


LARGEST = 2**16
"""Bytes of the file."""
KNOWN = "theme, low_bandwidth, cells, jobs, isolate"
MOST_JOBS = 64
"""As `engine.processes.shares` has it, which is not needed before the first frame."""
MOST = 200
"""Entries of one kind that are looked at; there are fewer actions."""


class Settings(NamedTuple):
    """What the file holds, as far as it can be meant."""

    theme: str = ""
    """`AUTO` follows the terminal; empty where the file says nothing of it."""
    low_bandwidth: bool = False
    keys: Mapping[str, str] = MappingProxyType({})
    cells: str = ladder.AUTO
    """What pictures are drawn with, of `aetui.render.ladder.CHOICES`."""
    jobs: int = 1
    """Runs that are trained at once."""
    isolate: bool = False
    """Whether the workbench trains none of them in its own process."""
    complaints: tuple[str, ...] = ()
    """What is wrong with the rest, and what counts instead."""


def default_path() -> Path:
    """Where the file is looked for."""
    return platformdirs.user_config_path("aetui") / "config.toml"


def read(path: Path, themes: Collection[str]) -> Settings:
    """The user's settings; the defaults if there is no file. One bad entry does not void the others."""
    try:
        table: dict[str, Any] = tomllib.loads(_text(path))
    except FileNotFoundError:
        return Settings()
    except (OSError, ValueError) as error:
        return Settings(complaints=(f"{plain(str(error), 200)}; mend or remove the file",))
    except RecursionError:
        return Settings(complaints=("its values are nested too deeply; mend or remove the file",))
    theme, keys = table.pop("theme", ""), table.pop("keys", {})
    low_bandwidth, cells = table.pop("low_bandwidth", False), table.pop("cells", ladder.AUTO)
    jobs, isolate = table.pop("jobs", 1), table.pop("isolate", False)
    complaints = [
        f"there is no setting {plain(name, 80)!r}; there are {KNOWN} and [keys]" for name in list(table)[:MOST]
    ]
    if theme != "" and theme not in [AUTO, *themes]:
        complaints.append(f"there is no theme {plain(repr(theme), 80)}; there are {', '.join([AUTO, *themes])}")
        theme = ""
    flags = {"low_bandwidth": low_bandwidth, "isolate": isolate}
    for name, flag in flags.items():
        if not isinstance(flag, bool):
            complaints.append(f"expected true or false for {name}, got {plain(repr(flag), 80)}")
            flags[name] = False
    if type(jobs) is not int or not 1 <= jobs <= MOST_JOBS:
        complaints.append(f"expected 1 to {MOST_JOBS} for jobs, the runs at once, got {plain(repr(jobs), 80)}")
        jobs = 1
    if cells not in ladder.CHOICES:
        complaints.append(f"there are no cells {plain(repr(cells), 80)}; there are {', '.join(ladder.CHOICES)}")
        cells = ladder.AUTO
    if not isinstance(keys, dict):
        complaints.append(f"expected a table [keys], got {plain(repr(keys), 80)}")
        keys = {}
    if len(keys) > MOST:
        complaints.append(f"expected at most {MOST} [keys], got {len(keys):,}; only the first ones count")
    accepted, refused = own_keys.accept(dict(list(keys.items())[:MOST]))
    return Settings(
        theme,
        low_bandwidth=flags["low_bandwidth"],
        keys=accepted,
        cells=cells,
        jobs=jobs,
        isolate=flags["isolate"],
        complaints=(*complaints, *refused),
    )


def _text(path: Path) -> str:
    with path.open("rb") as file:
        content = file.read(LARGEST + 1)
    if len(content) > LARGEST:
        raise ValueError(f"expected at most {LARGEST:,} bytes, found more")
    return content.decode()
