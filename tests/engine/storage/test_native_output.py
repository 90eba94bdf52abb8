from __future__ import annotations

import subprocess
import sys
from pathlib import Path


def test_native_lines_go_to_the_log_and_pythons_to_the_terminal(tmp_path: Path) -> None:
    log = tmp_path / "state/native.log"
    code = f"""
import os, sys
from pathlib import Path
from engine.storage import native_output
assert native_output.divert(Path({str(log)!r})) == native_output.divert()
os.write(2, b"from native code\\n")
import warnings, logging
warnings.warn("a warning")
logging.getLogger("tensorflow").warning("a record")
print("from python", file=sys.stderr)
print("from textual", file=sys.__stderr__)
"""
    printed = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stderr
    assert printed == "from python\nfrom textual\n"
    written = log.read_text()
    for expected in ("from native code\n", "a warning", "a record"):
        assert expected in written


def test_a_log_that_cannot_be_written_is_dropped() -> None:
    code = """
import os
from pathlib import Path
from engine.storage import native_output
native_output.divert(Path("/dev/null/nowhere/native.log"))
os.write(2, b"from native code")
"""
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stderr == ""
