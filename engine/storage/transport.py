"""HTTPS and nothing else, for whatever is downloaded."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from requests import Response, Session

SPOKEN = ("https://",)
"""How the addresses begin that are asked. A mirror's redirection to any other is not followed."""

TIMEOUT = (10.0, 20.0)
"""Seconds that a mirror has to accept a connection, and to send the next bytes, before it is given up."""

CHUNK = 2**16
"""Bytes that are taken at a time."""


@contextmanager
def answer(address: str, start: int = 0) -> Iterator[Response]:
    """The bytes at `address` as they are stored there, from `start` on where the mirror knows how.

    Raises:
        requests.RequestException: there are none, or not in this way; `in_brief` says it in words.
    """
    import requests

    # The bytes as stored: the checksum is of the packed file, and what unpacks on the way has no bounds.
    headers = {"Accept-Encoding": "identity"} | ({"Range": f"bytes={start}-"} if start else {})
    with _session() as session, session.get(address, headers=headers, stream=True, timeout=TIMEOUT) as response:
        response.raise_for_status()
        if response.headers.get("Content-Encoding", "identity") != "identity":
            raise requests.exceptions.ContentDecodingError
        yield response


def in_brief(error: Exception) -> str:
    """Why a mirror is of no use, in a few words."""
    import requests

    if isinstance(error, requests.HTTPError) and error.response is not None:
        return f"HTTP {error.response.status_code}"
    for kind, words in {
        requests.Timeout: "no answer in time",
        requests.exceptions.SSLError: "no secure connection: its certificate is not trusted",
        requests.ConnectionError: "no connection",
        requests.exceptions.InvalidSchema: "not over HTTPS",
        requests.exceptions.ContentDecodingError: "it packs what it sends",
        requests.RequestException: "broken off",
    }.items():
        if isinstance(error, kind):
            return words
    return "wrong file (checksum or length)"


def _session() -> Session:
    import requests
    from requests.adapters import HTTPAdapter

    session = requests.Session()
    session.adapters.clear()
    for beginning in SPOKEN:
        session.mount(beginning, HTTPAdapter())
    return session
