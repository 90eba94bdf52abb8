"""Style sheet and pages that the screen shows; in the wheel as data files beside this module."""

from pathlib import Path

FOLDER = Path(__file__).parent
PAGES = FOLDER if (FOLDER / "models").is_dir() else FOLDER.parent / "docs"
"""Holds `models` and `answers`, the pages that explain. They belong to the docs, where a browser finds them; the wheel
brings them along beside this module."""
