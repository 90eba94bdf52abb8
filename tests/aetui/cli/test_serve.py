from __future__ import annotations

import asyncio
import re
import shlex
import signal
import socket
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import aiohttp
import psutil
import pytest
from aiohttp import web
from typer.testing import CliRunner

from aetui import cli
from aetui.cli import serve
from aetui.cli.options import Options
from aetui.cli.served import HEADERS, Pages
from engine.errors import EngineError
from engine.events import EpochEnded
from engine.runs.store import RunStore
from engine.storage.packages import install_extra

WORKBENCH = """
import sys
print("__GANGLION__", flush=True)
def packet(kind, text):
    sys.stdout.buffer.write(kind + len(text).to_bytes(4, "big") + text)
    sys.stdout.buffer.flush()
packet(b"D", b"drawn")
while kind := sys.stdin.buffer.read(1):
    text = sys.stdin.buffer.read(int.from_bytes(sys.stdin.buffer.read(4), "big"))
    if text == b"crash":
        break
    packet(b"D", b"got " + text)
    if b"quit" in text:
        open(sys.argv[1], "w").close()
        break
"""
"""Speaks Textual's language with its server; makes a file when it is told to end."""


@pytest.fixture
def ended(tmp_path: Path) -> Path:
    return tmp_path / "ended"


class Client:
    """A browser, and the server that it talks to."""

    def __init__(self, browser: aiohttp.ClientSession, secret: str, port: int, runner: web.AppRunner) -> None:
        self.get, self.ws_connect = browser.get, browser.ws_connect
        self.secret, self.port, self.runner = secret, port, runner

    def below(self, path: str = "") -> str:
        return f"/{self.secret}/{path}"


@pytest.fixture
async def client(ended: Path) -> AsyncIterator[Client]:
    pages = Pages("exec " + shlex.join([sys.executable, "-c", WORKBENCH, str(ended)]))
    door = serve.listening(0)
    runner = web.AppRunner(await pages.application())
    await runner.setup()
    await web.SockSite(runner, door).start()
    port = door.getsockname()[1]
    async with aiohttp.ClientSession(f"http://127.0.0.1:{port}") as browser:
        yield Client(browser, pages.secret, port, runner)
    await runner.cleanup()


async def came(page: aiohttp.ClientWebSocketResponse, what: bytes) -> None:
    text = b""
    while what not in text:
        text += await page.receive_bytes(timeout=10)


async def test_the_whole_address_leads_to_the_page_and_what_it_needs(client: Client) -> None:
    answer = await client.get(client.below())
    page = await answer.text()
    assert answer.status == 200
    for needed in re.findall(r'(?:href|src)="(/[^"]+)"', page):
        assert (await client.get(needed)).status == 200
    assert f'"ws://127.0.0.1:{client.port}{client.below("ws")}"' in page


async def test_the_page_asks_no_other_host_and_tells_none(client: Client) -> None:
    answer = await client.get(client.below())
    assert {name: answer.headers[name] for name in HEADERS} == HEADERS
    assert "http" not in answer.headers["Content-Security-Policy"]
    assert answer.headers["Referrer-Policy"] == "no-referrer"


async def test_a_tunnel_may_change_name_and_port(client: Client) -> None:
    for host in ("localhost:9000", "127.0.0.1:80", "[::1]:9000", "localhost"):
        answer = await client.get(client.below(), headers={"Host": host, "Origin": f"http://{host}"})
        assert answer.status == 200
        assert f"ws://{host}/" in await answer.text()


@pytest.mark.parametrize("path", ["", "ws", "static/js/textual.js", "download/x"])
@pytest.mark.parametrize(
    "headers",
    [
        {"Host": "evil.example"},  # a foreign name that is made to point here
        {"Host": "127.0.0.1.evil.example:8000"},
        {"Host": "localhost@evil.example"},
        {"Host": "[::1"},
        {"Origin": "http://evil.example"},  # a page of another site
        {"Origin": "http://localhost:3000"},  # another server of this machine
        {"Origin": "null"},
        {"Host": "localhost:8000", "Origin": "http://127.0.0.1:8000"},
    ],
)
async def test_foreign_names_and_foreign_pages_are_refused(client: Client, path: str, headers: dict) -> None:
    answer = await client.get(client.below(path), headers=headers)
    assert answer.status == 403
    assert "aetui serve" in await answer.text()


async def test_without_the_secret_there_is_nothing(client: Client, ended: Path) -> None:
    for path in ("/", "/ws", "/static/js/textual.js", client.below()[:-2] + "/", "//", "/%ff/", "/x/ws"):
        assert (await client.get(path)).status == 403
    with pytest.raises(aiohttp.WSServerHandshakeError):
        await client.ws_connect("/ws")


async def test_a_foreign_page_starts_no_workbench(client: Client, ended: Path) -> None:
    with pytest.raises(aiohttp.WSServerHandshakeError):
        await client.ws_connect(client.below("ws"), headers={"Origin": "http://evil.example"})
    assert not psutil.Process().children()


async def test_a_tab_is_a_workbench_that_ends_with_it(client: Client, ended: Path) -> None:
    async with client.ws_connect(client.below("ws?width=90&height=30")) as page:
        await came(page, b"drawn")
        await page.send_json(["stdin", "t"])
        await came(page, b"got t")
        assert not ended.exists()
    for _ in range(200):
        if not psutil.Process().children():
            break
        await asyncio.sleep(0.02)
    assert ended.exists()
    assert not psutil.Process().children()


async def test_the_page_is_told_that_its_workbench_crashed(client: Client) -> None:
    async with client.ws_connect(client.below("ws")) as page:
        await came(page, b"drawn")
        await page.send_json(["stdin", "crash"])
        assert (await page.receive(timeout=10)).type == aiohttp.WSMsgType.CLOSE


async def test_the_server_closes_its_pages_at_its_own_end(client: Client, ended: Path) -> None:
    async with client.ws_connect(client.below("ws")) as page:
        await came(page, b"drawn")
        closing = asyncio.create_task(client.runner.cleanup())
        while (await page.receive(timeout=10)).type != aiohttp.WSMsgType.CLOSE:
            pass
        await closing
    assert ended.exists()


def test_each_server_has_a_secret_of_its_own_that_cannot_be_guessed() -> None:
    secrets = {Pages("true").secret for _ in range(20)}
    assert len(secrets) == 20
    assert min(map(len, secrets)) >= 32


def test_the_options_reach_the_workbench_and_no_module_of_its_folder_does(tmp_path: Path) -> None:
    options = Options(tmp_path / "it's; $(mine)", tmp_path, "gpu:0", False)
    program, *arguments = shlex.split(serve.workbench_command(options))
    assert program == "exec"
    given = ["--runs-dir", str(options.runs_dir), "--data-dir", str(tmp_path), "--device", "gpu:0"]
    assert arguments == [sys.executable, "-P", "-m", "aetui", *given]


def test_the_door_is_on_the_loopback_only() -> None:
    with serve.listening(0) as door:
        assert door.family is socket.AF_INET
        assert door.getsockname()[0] == "127.0.0.1"


def refused(*arguments: str) -> EngineError:
    result = CliRunner().invoke(cli.app, ["serve", *arguments])
    assert isinstance(result.exception, EngineError), result.output
    assert result.exception.exit_code == 1
    return result.exception


def test_a_port_in_use_is_said_with_what_to_do() -> None:
    with serve.listening(0) as door:
        port = door.getsockname()[1]
        assert re.search(rf"127.0.0.1:{port}.*in use.*--port", str(refused("--port", str(port))))


def test_without_the_extra_the_command_that_installs_it_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(sys.modules, "aetui.cli.served")
    monkeypatch.setitem(sys.modules, "textual_serve.server", None)
    assert install_extra("serve") in str(refused("--port", "0"))


@pytest.fixture
def served(home: dict[str, str], command: list[str]) -> Iterator[subprocess.Popen[str]]:
    server = subprocess.Popen(
        [*command, "serve", "--port", "0"],
        env=home,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    yield server
    server.kill()
    server.communicate()


async def test_the_real_workbench_is_drawn_in_a_page(served: subprocess.Popen[str]) -> None:
    assert served.stdout is not None
    address = served.stdout.readline().strip()
    said = "".join(served.stdout.readline() for _ in range(4))
    port = int(address.split("/")[2].rpartition(":")[2])
    assert "127.0.0.1 only" in said
    assert f"ssh -L {port}:127.0.0.1:{port}" in said
    listens = [each for each in psutil.Process(served.pid).net_connections("all") if each.status == "LISTEN"]
    assert [each.laddr for each in listens] == [("127.0.0.1", port)]
    async with aiohttp.ClientSession() as browser, browser.ws_connect(f"{address}ws?width=100&height=30") as page:
        await came(page, b"Vanilla")
        await page.send_json(["stdin", "q"])
        while (await page.receive(timeout=20)).type is not aiohttp.WSMsgType.CLOSE:
            pass
    served.terminate()
    assert served.wait(20) == 0


def test_ctrl_c_ends_the_server_like_any_command(served: subprocess.Popen[str]) -> None:
    assert served.stdout is not None
    served.stdout.readline()
    served.send_signal(signal.SIGINT)
    assert served.wait(20) == 130
    assert served.stderr is not None
    assert served.stderr.read() == ""


@pytest.mark.long
@pytest.mark.parametrize("how", ["tab closed", "server ended", "server killed"])
async def test_a_run_outlives_its_tab(served: subprocess.Popen[str], home: dict[str, str], how: str) -> None:
    assert served.stdout is not None
    address = served.stdout.readline().strip()
    async with aiohttp.ClientSession() as browser, browser.ws_connect(f"{address}ws?width=120&height=40") as page:
        await came(page, b"ready")
        await page.send_json(["stdin", "t"])
        await came(page, b"epoch 1/")
        if how != "tab closed":
            served.send_signal(signal.SIGTERM if how == "server ended" else signal.SIGKILL)
    store = RunStore(Path(home["HOME"]) / ".local/share/aetui/runs")
    for _ in range(1200):
        [run] = store.runs()
        if run.status == "completed":
            break
        await asyncio.sleep(0.05)
    epochs = [event.epoch for event in run.events()[0] if isinstance(event, EpochEnded)]
    assert epochs == list(range(1, run.epochs + 1))
