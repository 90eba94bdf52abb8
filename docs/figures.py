"""Writes the tables of `recipes.md` from `figures.json`; `aetui book` and `aetui runs show` write that with --keep."""

from __future__ import annotations

from pathlib import Path

from aetui.cli.markdown import filled
from aetui.cli.recipes import read

HERE = Path(__file__).parent
PAGE, RESULTS = HERE / "recipes.md", HERE / "figures.json"


def main() -> None:
    """Make every block between markers anew."""
    PAGE.write_text(filled(PAGE.read_text("utf-8"), read(RESULTS)), "utf-8")


if __name__ == "__main__":
    main()
