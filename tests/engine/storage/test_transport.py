from __future__ import annotations

import shutil
import ssl
import subprocess
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
import requests

from engine.storage import transport


class Site:
    """A web server on this machine with one page; `came` are the paths that were asked for."""

    def __init__(self, certificate: Path | None, headers: dict[str, str]) -> None:
        self.came: list[str] = []
        site = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                site.came.append(self.path)
                self.send_response(302 if "Location" in headers else 200)
                for header in ({"Content-Length": "4"} | headers).items():
                    self.send_header(*header)
                self.end_headers()
                self.wfile.write(b"page")

            def log_message(self, *arguments: object) -> None:
                """Silence."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.handle_error = lambda *arguments: None  # type: ignore[method-assign]  # a refused handshake
        if certificate:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(certificate, certificate.with_suffix(".key"))
            self.server.socket = context.wrap_socket(self.server.socket, server_side=True)
        threading.Thread(target=self.server.serve_forever, args=(0.01,), daemon=True).start()
        scheme = "https" if certificate else "http"
        self.address = f"{scheme}://127.0.0.1:{self.server.server_port}/page"


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Of 127.0.0.1, which nobody but a test vouches for."""
    if shutil.which("openssl") is None:
        pytest.skip("openssl, which makes the certificate, is not installed")
    path = tmp_path_factory.mktemp("tls") / "site.pem"
    subprocess.run(
        [
            *("openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"),
            *("-subj", "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1", "-days", "2"),
            *("-out", str(path), "-keyout", str(path.with_suffix(".key"))),
        ],
        check=True,
        capture_output=True,
    )
    return path


@pytest.fixture
def site(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., Site]]:
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    sites: list[Site] = []

    def make(certificate: Path | None = None, **headers: str) -> Site:
        sites.append(Site(certificate, {name.replace("_", "-"): text for name, text in headers.items()}))
        return sites[-1]

    yield make
    for each in sites:
        each.server.shutdown()
        each.server.server_close()


def page(address: str) -> bytes:
    with transport.answer(address) as response:
        return response.content


def refusal(address: str) -> str:
    with pytest.raises(requests.RequestException) as caught:
        page(address)
    return transport.in_brief(caught.value)


@pytest.fixture
def trusted(certificate: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A certificate that this machine trusts."""
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(certificate))
    return certificate


def test_a_trusted_site_is_read(site, trusted: Path) -> None:
    assert page(site(trusted).address) == b"page"


def test_a_certificate_that_nobody_vouches_for_is_refused_before_anything_is_asked(site, certificate: Path) -> None:
    spoofed = site(certificate)
    assert "certificate" in refusal(spoofed.address)
    assert not spoofed.came


def test_what_is_not_https_is_not_asked(site) -> None:
    plain = site()
    assert refusal(plain.address) == "not over HTTPS"
    assert not plain.came


def test_a_redirection_that_leaves_https_is_not_followed(site, trusted: Path) -> None:
    plain = site()
    assert refusal(site(trusted, Location=plain.address).address) == "not over HTTPS"
    assert not plain.came


def test_a_redirection_within_https_is_followed(site, trusted: Path) -> None:
    assert page(site(trusted, Location=site(trusted).address).address) == b"page"


def test_what_would_have_to_be_unpacked_on_the_way_is_refused(site, trusted: Path) -> None:
    assert refusal(site(trusted, Content_Encoding="gzip").address) == "it packs what it sends"
