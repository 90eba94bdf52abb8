from __future__ import annotations

import errno
import os
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import msgspec
import pytest

from engine.datasets import DATASETS, cache_dir, download, fetch, load, locate
from engine.errors import DataUnavailable
from engine.storage import transport


class Mirrors:
    """A web server on this machine; each first part of a path is a mirror that behaves in its own way."""

    def __init__(self, files: dict[str, bytes]) -> None:
        self.files = files
        self.requests: list[str] = []
        self.release = threading.Event()
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        threading.Thread(target=self.server.serve_forever, args=(0.01,), daemon=True).start()

    def use(self, *names: str) -> None:
        """Makes these the mirrors of the toy set."""
        addresses = tuple(f"http://127.0.0.1:{self.server.server_port}/{name}/" for name in names)
        DATASETS["toy"] = msgspec.structs.replace(DATASETS["toy"], mirrors=addresses)

    def close(self) -> None:
        self.release.set()
        self.server.shutdown()
        self.server.server_close()

    def answer(self, mirror: str, name: str) -> bytes | None:
        content = self.files[name]
        answers: dict[str, Callable[[], bytes | None]] = {
            "good": lambda: content,
            "missing": lambda: None,
            "half": lambda: content if name.startswith("train") else None,
            "corrupt": lambda: content[:-1] + b"?",
            "broken-off": lambda: content,
            "endless": lambda: content + bytes(500_000),
            "stalled": lambda: self.release.wait(30) and None,
            "slow": lambda: (self.release.wait(30), content)[1],
        }
        return answers[mirror]()

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        mirrors = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                mirrors.requests.append(self.path)
                _, mirror, name = self.path.split("/")
                content = mirrors.answer(mirror, name)
                self.send_response(404 if content is None else 200)
                self.send_header("Content-Length", str(len(content or b"")))
                self.end_headers()
                self.wfile.write((content or b"")[: -1 if mirror == "broken-off" else None])

            def handle(self) -> None:
                try:
                    super().handle()
                except ConnectionError:
                    """The client gave up, as the test wanted."""

            def log_message(self, *arguments: object) -> None:
                """Silence."""

        return Handler


@pytest.fixture
def mirrors(toy, monkeypatch: pytest.MonkeyPatch) -> Iterator[Mirrors]:
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    monkeypatch.setattr(transport, "SPOKEN", ("http://127.0.0.1:",))
    mirrors = Mirrors(toy.packed_files())
    yield mirrors
    mirrors.close()


def in_cache() -> list[str]:
    return sorted(path.name for path in cache_dir().iterdir()) if cache_dir().exists() else []


def test_files_are_fetched_into_the_cache_and_read_from_there(toy, mirrors: Mirrors) -> None:
    mirrors.use("good")
    data = load("toy", None)
    assert (data.train.items[..., 0] == toy.x_train).all()
    assert data.path == cache_dir() / "toy"
    assert sorted(path.name for path in (cache_dir() / "toy").iterdir()) == sorted(mirrors.files)
    assert in_cache() == ["toy"]


def test_a_second_fetch_downloads_nothing(mirrors: Mirrors) -> None:
    mirrors.use("good")
    fetch("toy")
    assert fetch("toy") == locate("toy", None)
    assert len(mirrors.requests) == 4


@pytest.mark.parametrize("bad", ["missing", "corrupt", "broken-off", "endless", "stalled"])
def test_a_bad_mirror_is_passed_over(mirrors: Mirrors, monkeypatch, bad: str) -> None:
    monkeypatch.setattr(transport, "TIMEOUT", (0.3, 0.3))
    mirrors.use(bad, "good")
    assert load("toy", None).key == "toy"


def test_a_mirror_that_speaks_no_tls_is_not_asked(mirrors: Mirrors, monkeypatch) -> None:
    monkeypatch.setattr(transport, "SPOKEN", ("https://",))
    mirrors.use("good")
    with pytest.raises(DataUnavailable, match="not over HTTPS"):
        fetch("toy")
    assert not mirrors.requests
    assert in_cache() == []


def test_nothing_takes_its_place_before_its_checksum_is_right(mirrors: Mirrors, monkeypatch) -> None:
    there: list[set[str]] = []
    monkeypatch.setattr(download, "_PAUSE", 0.0)
    mirrors.use("corrupt")
    with pytest.raises(DataUnavailable):
        fetch("toy", lambda *report: there.append({path.name for path in cache_dir().rglob("*")}))
    assert there
    assert not set(mirrors.files) & set().union(*there)


@pytest.mark.parametrize("umask", [0o000, 0o022])
def test_the_cache_is_the_user_s_alone(mirrors: Mirrors, umask: int) -> None:
    mirrors.use("good")
    before = os.umask(umask)
    try:
        fetch("toy")
    finally:
        os.umask(before)
    made = [cache_dir(), *cache_dir().rglob("*")]
    assert {path.stat().st_mode & 0o777 for path in made if path.is_dir()} == {0o700}
    assert {path.stat().st_mode & 0o777 for path in made if path.is_file()} == {0o600}


def test_a_mirror_that_cannot_be_reached_is_passed_over(mirrors: Mirrors) -> None:
    mirrors.use("good")
    entry = DATASETS["toy"]
    DATASETS["toy"] = msgspec.structs.replace(entry, mirrors=("http://127.0.0.1:9/", *entry.mirrors))
    assert load("toy", None).key == "toy"


def test_what_one_mirror_had_whole_is_not_fetched_again(mirrors: Mirrors) -> None:
    mirrors.use("half", "good")
    fetch("toy")
    assert sorted(path for path in mirrors.requests if path.startswith("/good")) == [
        "/good/t10k-images-idx3-ubyte.gz",
        "/good/t10k-labels-idx1-ubyte.gz",
    ]


def test_no_mirror_left_is_an_error_with_each_one_s_reason_and_leaves_nothing(mirrors: Mirrors, monkeypatch) -> None:
    monkeypatch.setattr(transport, "TIMEOUT", (0.3, 0.3))
    mirrors.use("missing", "endless", "stalled")
    with pytest.raises(DataUnavailable) as caught:
        load("toy", None)
    for expected in ("HTTP 404", "checksum", "no answer in time", "aetui data fetch toy", "looked for", "digits"):
        assert expected in str(caught.value)
    assert in_cache() == []


def test_an_interrupted_download_leaves_nothing(mirrors: Mirrors) -> None:
    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    mirrors.use("good")
    with pytest.raises(KeyboardInterrupt):
        fetch("toy", interrupt)
    assert in_cache() == []
    assert locate("toy", None) is None


def test_what_a_killed_process_left_is_swept_away(mirrors: Mirrors) -> None:
    mirrors.use("good")
    left = cache_dir() / "toy.part"
    left.mkdir(parents=True)
    (left / "tmp1234").write_bytes(b"half a fi")
    fetch("toy")
    assert in_cache() == ["toy"]
    assert not (cache_dir() / "toy" / "tmp1234").exists()


def test_a_broken_copy_in_the_cache_is_replaced(toy, mirrors: Mirrors) -> None:
    mirrors.use("good")
    folder = toy.write_idx(cache_dir())
    (folder / "train-images-idx3-ubyte.gz").write_bytes(b"broken")
    fetch("toy")
    assert (load("toy", None).train.items[..., 0] == toy.x_train).all()


def test_two_at_once_download_once(mirrors: Mirrors) -> None:
    mirrors.use("slow")
    waits: list[str] = []

    def report(activity: str, *_: object) -> None:
        if activity.startswith("waiting"):
            waits.append(activity)
            mirrors.release.set()

    with ThreadPoolExecutor(2) as pool:
        found = list(pool.map(lambda _: fetch("toy", report), range(2)))
    assert found[0] == found[1] == locate("toy", None)
    assert waits
    assert len(mirrors.requests) == 4


def test_a_lock_is_held_by_one_at_a_time_though_its_file_is_removed_after_each(tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setattr(download, "_PAUSE", 0)
    path, inside, most = tmp_path / "toy.lock", [], []

    def turn(number: int) -> None:
        with download.locked(path, "toy", lambda *_: None):
            inside.append(number)
            time.sleep(0.001)
            most.append(len(inside))
            inside.remove(number)

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(turn, range(100)))
    assert (max(most), len(most), path.exists()) == (1, 100, False)


def test_progress_covers_the_bytes_of_all_files_and_ends_at_the_total(mirrors: Mirrors, monkeypatch) -> None:
    monkeypatch.setattr(download, "_PAUSE", 0.0)
    mirrors.use("good")
    reports: list[tuple[str, int, int, str]] = []
    fetch("toy", lambda *report: reports.append(report))
    size = sum(map(len, mirrors.files.values()))
    done = [report[1] for report in reports]
    assert {report[2:] for report in reports} == {(size, "B")}
    assert done == sorted(done)
    assert reports[-1] == ("fetched toy", size, size, "B")


def test_between_two_reports_lies_a_pause(mirrors: Mirrors, monkeypatch) -> None:
    monkeypatch.setattr(download, "_PAUSE", 3600.0)
    mirrors.use("good")
    reports: list[str] = []
    fetch("toy", lambda activity, *_: reports.append(activity))
    assert reports == ["downloading train-images-idx3-ubyte.gz", "fetched toy"]


def test_a_cache_that_cannot_be_written_is_an_error_that_names_it(mirrors: Mirrors, tmp_path: Path) -> None:
    mirrors.use("good")
    (tmp_path / "xdg-cache").write_text("a file where a folder should be")
    with pytest.raises(DataUnavailable, match=r"cannot be stored in .*xdg-cache/aetui/toy"):
        fetch("toy")


def test_a_full_disk_is_not_taken_for_a_bad_mirror(mirrors: Mirrors, monkeypatch) -> None:
    def full(*arguments: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    mirrors.use("good")
    monkeypatch.setattr("pooch.core.shutil.move", full)
    with pytest.raises(DataUnavailable, match="No space left on device"):
        fetch("toy")
    assert in_cache() == []


def test_what_comes_with_a_package_needs_no_download() -> None:
    assert fetch("digits") == locate("digits", None)
