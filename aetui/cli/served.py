"""The server of `aetui serve`. A page that the user visits elsewhere, and other users of this machine, must not get in.

Three things keep them out. The address has a secret in it, which other users cannot know. The name that the browser
used must be one of this machine's own, so that no foreign name that is made to point here is served. And a page of
another origin is refused, because browsers let any page open a websocket to any address.
"""

from __future__ import annotations

import asyncio
import secrets
import signal
import socket
from collections.abc import Awaitable, Callable
from contextlib import suppress
from urllib.parse import urlsplit

import aiohttp_jinja2
from aiohttp import WSCloseCode, web
from textual_serve.app_service import AppService
from textual_serve.server import Server, to_int

LOOPBACK = {"127.0.0.1", "localhost", "::1"}
HEARTBEAT_SECONDS = 15.0
HEADERS = {
    # The page of textual-serve asks another host for a font, which has to know nothing of this and may be out of reach.
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self' 'unsafe-inline'; style-src 'self' 'unsafe-inline'; img-src 'self' data:;"
        " font-src 'self'; connect-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"
    ),
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
    "Cache-Control": "no-store",
}

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


class Tab(AppService):
    """One workbench: a process that lives as long as its page."""

    async def run(self) -> None:
        """Passes on what the workbench draws, until it is gone; tells the page however it went."""
        await super().run()
        await self.remote_close()
        if self._process is not None:
            await self._process.wait()
            self.stdin.close()
            with suppress(OSError):
                await self.stdin.wait_closed()

    async def on_data(self, payload: bytes) -> None:
        """What comes after the page has gone is read all the same: a full pipe would keep the process from ending."""
        with suppress(ConnectionResetError):
            await super().on_data(payload)


class Pages(Server):
    """Serves `command`, a workbench, below an address that has `secret` in it."""

    def __init__(self, command: str) -> None:
        super().__init__(command, title="aetui")
        self.secret = secrets.token_urlsafe(24)
        self._interrupted = False
        self._tell_ready: Callable[[], None] = lambda: None
        self._pages: set[web.WebSocketResponse] = set()

    def open(self, door: socket.socket, ready: Callable[[], None]) -> None:
        """Serve those who come to `door` until SIGTERM; call `ready` once they can.

        Raises:
            KeyboardInterrupt: it was SIGINT, that is ctrl+c.
        """
        self._tell_ready = ready
        web.run_app(self.application(), sock=door, print=None, access_log=None)
        if self._interrupted:
            raise KeyboardInterrupt

    async def application(self) -> web.Application:
        """All pages below the secret, behind the guard."""
        guarded = web.Application(middlewares=[self._guard])
        guarded.on_response_prepare.append(_add_headers)
        guarded.add_subapp(f"/{self.secret}/", await self._make_app())
        return guarded

    @web.middleware
    async def _guard(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        knows = secrets.compare_digest(
            request.path.lstrip("/").partition("/")[0].encode("utf-8", "replace"), self.secret.encode()
        )
        if not (knows and _is_ours(request)):
            raise web.HTTPForbidden(text="Use the whole address that `aetui serve` printed.\n")
        return await handler(request)

    async def handle_index(self, request: web.Request) -> web.StreamResponse:
        """The page; its addresses have the name and port that the browser used, which a tunnel may have changed."""
        router = request.app.router
        return aiohttp_jinja2.render_template(
            "app_index.html",
            request,
            {
                "font_size": to_int(request.query.get("fontsize", ""), 16),
                "app_websocket_url": f"ws://{request.host}{router['websocket'].url_for()}",
                "config": {"static": {"url": f"{router['static'].url_for(filename='')}"}},
                "application": {"name": self.title},
            },
        )

    async def handle_websocket(self, request: web.Request) -> web.WebSocketResponse:
        """A tab, from its opening to its closing: then its workbench is told to end, and waited for."""
        websocket = web.WebSocketResponse(heartbeat=HEARTBEAT_SECONDS)
        await websocket.prepare(request)
        tab = Tab(
            self.command,
            write_bytes=websocket.send_bytes,
            write_str=websocket.send_str,
            close=websocket.close,  # type: ignore[arg-type]  # returns something that nobody reads
            download_manager=self.download_manager,
        )
        self._pages.add(websocket)
        try:
            await tab.start(to_int(request.query.get("width", ""), 80), to_int(request.query.get("height", ""), 24))
            await self._process_messages(websocket, tab)
        finally:
            self._pages.discard(websocket)
            await tab.stop()
        return websocket

    async def on_startup(self, app: web.Application) -> None:
        """Notes from now on that it was ctrl+c, and only then has it said where the pages are: whoever reads that can
        end it."""
        with suppress(RuntimeError, ValueError):  # where a loop is not the main thread's
            asyncio.get_running_loop().add_signal_handler(signal.SIGINT, self._interrupt)
        self._tell_ready()

    def _interrupt(self) -> None:
        self._interrupted = True
        raise web.GracefulExit

    async def on_shutdown(self, app: web.Application) -> None:
        """The server waits for its pages, and they for nothing: without this ctrl+c would take a minute."""
        await asyncio.gather(*(page.close(code=WSCloseCode.GOING_AWAY) for page in self._pages))


def _is_ours(request: web.Request) -> bool:
    """Whether the browser came by a name of this machine, and not from a page of another origin."""
    try:
        name = urlsplit(f"//{request.host}").hostname
    except ValueError:
        return False
    return name in LOOPBACK and request.headers.get("Origin", f"http://{request.host}") == f"http://{request.host}"


async def _add_headers(request: web.Request, response: web.StreamResponse) -> None:
    del request
    response.headers.update(HEADERS)
