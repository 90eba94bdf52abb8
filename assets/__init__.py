"""Style sheet and pages that the screen shows; in the wheel as data files beside this module."""

from pathlib import Path

FOLDER = Path(__file__).parent
