"""Paths as people type, paste and drop them."""

from __future__ import annotations

from pathlib import Path

import pytest

from aetui.bringing.typed_paths import agreed, completions, meant, suggested_name
from engine.errors import UsageError


@pytest.mark.parametrize(
    ("text", "path"),
    [
        ("/a/b c.txt", "/a/b c.txt"),
        ("  '/a/b c.txt' ", "/a/b c.txt"),
        ('"/a/b"', "/a/b"),
        ("/a/b\\ c.txt", "/a/b c.txt"),
        ("file:///a/b%20c.txt", "/a/b c.txt"),
        ("~/b", "/home/me/b"),
        ("'~/b'", "/home/me/b"),
        ("b", "b"),
    ],
)
def test_a_path_is_what_was_meant(text: str, path: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", "/home/me")
    assert meant(text) == Path(path)


@pytest.mark.parametrize("text", ["", "  ", "''", "~nobody-of-this-name/x"])
def test_a_path_that_cannot_be_meant_is_refused(text: str) -> None:
    with pytest.raises(UsageError, match=r"expected the path|there is no user"):
        meant(text)


def test_a_path_is_completed_as_far_as_it_is_clear(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("one.csv", "one.txt", ".hidden"):
        (tmp_path / name).touch()
    (tmp_path / "only").mkdir()
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path))
    assert completions("on") == ["one.csv", "one.txt", "only/"]
    assert completions(f"'{tmp_path}/onl") == [f"{tmp_path}/only/"]
    assert completions("~/.h") == ["~/.hidden"]
    assert completions("nowhere/") == completions("one.csv/") == []
    assert agreed("o", ["one.csv", "one.txt"]) == "one."
    assert agreed("one.", ["one.csv", "one.txt"]) == "one."


def test_a_name_is_suggested_that_can_be_given(tmp_path: Path) -> None:
    (tmp_path / "v1.2 photos").mkdir()
    assert suggested_name(tmp_path / "v1.2 photos") == "v1.2-photos"
    assert suggested_name(Path("/x/Häuser & Gärten.tar.csv")) == "h-user-g-rten.tar"
    assert suggested_name(Path("/")) == suggested_name(Path("/…")) == ""
