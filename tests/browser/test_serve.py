"""`aetui serve` as it is used: a real browser types, and the curve moves in it."""

from __future__ import annotations

import io
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from browser.chromium import opened, program
from PIL import Image, ImageChops

BROWSER = program()
pytestmark = [
    pytest.mark.browser,
    pytest.mark.timeout(300),
    pytest.mark.skipif(BROWSER is None, reason="no Chromium here; apt-get install chromium"),
]
LOADING, TRAINING = 120, 60
"""Seconds that TensorFlow and some epochs may take on a machine that does something else as well."""


@pytest.fixture
def address(tmp_path: Path) -> Iterator[str]:
    """Where the workbench is served, with nothing in its store."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("XDG_", "AETUI_", "NO_COLOR"))}
    environment = {**kept, "HOME": str(tmp_path), "LANG": "C.UTF-8"}
    command = [sys.executable, "-m", "aetui", "serve", "--port", "0"]
    server = subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True)
    assert server.stdout is not None
    yield server.stdout.readline().strip()
    server.terminate()
    server.wait(20)


def curve(screen: str) -> list[str]:
    """The lines that have braille in them."""
    return [line for line in screen.splitlines() if any("\u2801" <= cell <= "\u28ff" for cell in line)]


async def test_a_browser_types_and_sees_the_curve_move(address: str, tmp_path: Path) -> None:
    assert BROWSER is not None
    async with opened(BROWSER, tmp_path / "profile") as page:
        await page.ask("Page.navigate", url=address)
        await page.until("Vanilla", LOADING)
        await page.until("ready", LOADING)
        await page.ask("Runtime.evaluate", expression="document.querySelector('textarea').focus()")
        before = seen(await page.picture())
        await page.press("t")
        first = curve(await page.until(curve, TRAINING))
        await page.until(lambda screen: curve(screen) not in ([], first), TRAINING)
        await page.press("x")
        await page.until(lambda screen: "stopped" in screen or "completed" in screen, TRAINING)
        after = seen(await page.picture())
        (tmp_path / "workbench.png").write_bytes(await page.picture())
    changed = ImageChops.difference(before, after).getbbox()
    assert changed is not None
    left, top, right, bottom = changed
    assert (right - left) * (bottom - top) > after.width * after.height / 4  # chart and pictures, not a word
    colours = after.getcolors(after.width * after.height)
    assert colours is not None
    assert len(colours) > 100  # glyphs are drawn, and pictures in greys


def seen(picture: bytes) -> Image.Image:
    return Image.open(io.BytesIO(picture)).convert("RGB")
