from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))  # what Python does itself for a script that is started here

from scripted_runs import crashed, go_on, scripted, store  # noqa: F401 (fixtures)
