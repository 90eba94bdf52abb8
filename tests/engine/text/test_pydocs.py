from __future__ import annotations

import sys
from pathlib import Path

import pytest

from engine.datasets.data import silence
from engine.errors import DataUnavailable
from engine.text import pydocs

MODULE = '''"""What this module is for, in one sentence."""
raise RuntimeError("never to be imported")

def public():
    """Return all that is known of it.

    >>> public()
    """

def _private():
    """Nobody should read what this is about."""

add_newdoc("numpy", "zeros", """Return a new array of the given shape.""")
'''


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A package that cannot be imported, and no other."""
    folder = tmp_path / "site" / "toypackage"
    (folder / "tests").mkdir(parents=True)
    (folder / "__init__.py").write_text(MODULE)
    (folder / "copy.py").write_text(MODULE)
    (folder / "broken.py").write_text('"""Not closed.')
    (folder / "tests" / "test_it.py").write_text('"""Nobody wants to read what the tests say."""')
    monkeypatch.setattr(pydocs, "PACKAGES", {"toy": "toypackage", "not-there": "notthereatall"})
    monkeypatch.setattr(pydocs, "_MANUAL", "nomanualatall")
    monkeypatch.setattr(sys, "path", [*sys.path, str(tmp_path / "site")])
    return folder


def test_docstrings_are_read_without_importing_and_equal_ones_once(package: Path) -> None:
    (document,) = pydocs.documents(None, silence)
    assert (document.name, document.topics, document.layout) == ("toypackage/__init__.py", ("toy",), "paragraphs")
    assert document.text.split("\n") == [
        "What this module is for, in one sentence.",
        "Return all that is known of it.",
        "Return a new array of the given shape.",
    ]
    assert "toypackage" not in sys.modules


def test_the_fingerprint_names_versions_and_packages(package: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = pydocs.fingerprint()
    assert pydocs.fingerprint() == before
    monkeypatch.setattr(pydocs, "_version", lambda package: "2.0")
    assert pydocs.fingerprint() != before


def test_nothing_installed_is_said(package: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pydocs, "PACKAGES", {"not-there": "notthereatall"})
    with pytest.raises(DataUnavailable, match="not-there"):
        list(pydocs.documents(None, silence))


def test_pythons_manual_is_found() -> None:
    topics = Path(pydocs._roots()["python"]) / "topics.py"
    assert len(pydocs.prose(topics)) > 500
