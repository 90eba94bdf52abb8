"""What a bundle says of itself: `manifest.json`, the last member of the archive.

A bundle is a zip archive. Its members are the files of one run's folder (see `engine.runs.files`), stored and not
packed: the same run makes the same bytes wherever it is bundled, and an archive holds no more than its own length.
"""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec
from msgspec import Meta

FORMAT, VERSION = "aetui run", 1
NAME = "manifest.json"
LARGEST = 2**26
"""Bytes of it: a line for each file of a run of an earlier version that kept 100,000 epochs takes 2**24."""

Text = Annotated[str, Meta(max_length=1_000)]


class Bundled(msgspec.Struct, frozen=True, kw_only=True):
    """One file."""

    name: Text
    bytes: Annotated[int, Meta(ge=0, le=2**53)]
    sha256: Annotated[str, Meta(pattern=r"\A[0-9a-f]{64}\Z")]


class Head(msgspec.Struct, frozen=True, kw_only=True):
    """What every version of the format has."""

    format: Literal["aetui run"]
    version: Annotated[int, Meta(ge=1, le=2**31)]


class Manifest(msgspec.Struct, frozen=True, kw_only=True):
    """Of a bundle of one run."""

    format: Literal["aetui run"] = "aetui run"
    version: Literal[1] = 1
    program: Text
    """The version of this program that made it."""
    id: Text
    """Of the run."""
    variant: Text
    dataset: Text
    fingerprint: Text
    """Of the data, which are not in the bundle."""
    files: tuple[Bundled, ...]
    """By name."""
