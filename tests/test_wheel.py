"""The wheel, installed into an environment without this checkout, runs."""

from __future__ import annotations

import os
import subprocess
import sys
import sysconfig
import venv
from pathlib import Path

import pytest
from pseudo_terminal import Terminal

pytestmark = pytest.mark.slow

CHECKOUT = Path(__file__).parent.parent


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The binaries of an environment that has the wheel and, from here, what it depends on."""
    folder = tmp_path_factory.mktemp("wheel")
    build = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(folder), str(CHECKOUT)]
    subprocess.run(build, check=True, capture_output=True)
    venv.create(folder / "venv", with_pip=False)
    python = folder / "venv/bin/python"
    [wheel] = folder.glob("*.whl")
    pip = [sys.executable, "-m", "pip", "--python", str(python), "install", "--no-deps", "--no-index", str(wheel)]
    subprocess.run(pip, check=True, capture_output=True)
    found = subprocess.run(
        [python, "-c", "import sysconfig; print(sysconfig.get_path('purelib'))"],
        capture_output=True,
        text=True,
        check=True,
    )
    # A folder named in a .pth file is searched, but the .pth files in it, an editable install's for one, do not count.
    Path(found.stdout.strip(), "dependencies.pth").write_text(sysconfig.get_path("purelib"))
    return python.parent


def test_it_trains_and_shows_the_workbench(installed: Path, tmp_path: Path) -> None:
    environment = {"PATH": os.environ["PATH"], "HOME": str(tmp_path), "TERM": "xterm-256color", "LANG": "C.UTF-8"}
    command = str(installed / "aetui")

    def run(*arguments: str) -> str:
        ran = subprocess.run(arguments, env=environment, cwd=tmp_path, capture_output=True, text=True, check=True)
        return ran.stdout

    where = run(str(installed / "python"), "-c", "import aetui, engine, assets; print(aetui, engine, assets)")
    assert where.count(str(installed.parent)) == 3
    explained = run(command, "explain", "vanilla")
    assert "25,888 parameters" in explained  # the layers of preset small on the bundled digits
    assert "is missing" not in explained  # pictures come along
    assert "completed, 1 epoch" in run(command, "train", "vanilla", "--epochs", "1")
    terminal = Terminal([command], environment)
    try:
        terminal.until("ready")
        assert "Vanilla" in terminal.text
        terminal.press("?")
        terminal.until("Time machine")  # a heading of the packaged page
    finally:
        terminal.close()
