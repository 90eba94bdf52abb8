"""Chromium without a window, driven by its own protocol (https://chromedevtools.github.io/devtools-protocol/)."""

from __future__ import annotations

import asyncio
import base64
import json
import shutil
import subprocess
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any

import aiohttp
import pyte

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
FLAGS = ("--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run")


def program() -> str | None:
    """The browser of this machine."""
    return next(filter(None, map(shutil.which, NAMES)), None)


class Page:
    """One page with a terminal in it. What the terminal was sent is shown by an emulator too, where it can be read."""

    def __init__(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        self._socket = socket
        self._number = 0
        self._answers: dict[int, asyncio.Future[dict[str, Any]]] = {}
        self._screen = pyte.Screen(80, 24)
        self._stream = pyte.ByteStream(self._screen)
        self._listening = asyncio.create_task(self._listen())

    async def ask(self, method: str, **parameters: Any) -> dict[str, Any]:
        """Call a method of the protocol and wait for its answer."""
        self._number += 1
        answer = self._answers[self._number] = asyncio.get_running_loop().create_future()
        await self._socket.send_json({"id": self._number, "method": method, "params": parameters})
        return await asyncio.wait_for(answer, 30)

    @property
    def text(self) -> str:
        return "\n".join(self._screen.display)

    async def until(self, fits: str | Callable[[str], object], timeout: float) -> str:
        """Wait until the terminal shows something; returns what it shows."""
        end = time.monotonic() + timeout
        while not (fits in self.text if isinstance(fits, str) else fits(self.text)):
            assert time.monotonic() < end, f"expected {fits!r}; the page shows\n{self.text}"
            await asyncio.sleep(0.05)
        return self.text

    async def press(self, *keys: str) -> None:
        """Press keys that are one character each, as a user does."""
        for key in keys:
            await self.ask("Input.dispatchKeyEvent", type="keyDown", key=key, text=key)
            await self.ask("Input.dispatchKeyEvent", type="keyUp", key=key)

    async def picture(self) -> bytes:
        """What a user sees, as a PNG."""
        answer = await self.ask("Page.captureScreenshot", format="png")
        return base64.b64decode(answer["data"])

    async def _listen(self) -> None:
        async for message in self._socket:
            told = json.loads(message.data)
            if told.get("id") in self._answers:
                self._answers.pop(told["id"]).set_result(told.get("result", {}))
            elif told.get("method") == "Network.webSocketFrameReceived":
                self._received(told["params"]["response"])
            elif told.get("method") == "Network.webSocketFrameSent":
                self._sent(told["params"]["response"])

    def _received(self, frame: dict[str, Any]) -> None:
        if frame["opcode"] == 2:
            self._stream.feed(base64.b64decode(frame["payloadData"]))

    def _sent(self, frame: dict[str, Any]) -> None:
        with suppress(ValueError):
            kind, *values = json.loads(frame["payloadData"])
            if kind == "resize":
                self._screen.resize(values[0]["height"], values[0]["width"])


@asynccontextmanager
async def opened(browser: str, profile: Path) -> AsyncIterator[Page]:
    """The browser with an empty page, until the end of the block."""
    command = [browser, *FLAGS, f"--user-data-dir={profile}", "--remote-debugging-port=0"]
    process = subprocess.Popen(
        [*command, "--window-size=1200,800", "about:blank"],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        async with aiohttp.ClientSession() as session:
            port = await _port(profile / "DevToolsActivePort")
            async with session.get(f"http://127.0.0.1:{port}/json") as answer:
                [target] = [target for target in await answer.json() if target["type"] == "page"]
            async with session.ws_connect(target["webSocketDebuggerUrl"], max_msg_size=0) as socket:
                page = Page(socket)
                for domain in ("Page", "Network", "Runtime"):
                    await page.ask(f"{domain}.enable")
                yield page
    finally:
        process.terminate()
        process.wait(10)


async def _port(file: Path) -> int:
    """Where the browser listens, once it has written it down."""
    end = time.monotonic() + 30
    while not (file.exists() and "\n" in file.read_text()):
        assert time.monotonic() < end, "the browser did not start"
        await asyncio.sleep(0.05)
    return int(file.read_text().split()[0])
