"""The user's `config.toml`, hostile."""

from __future__ import annotations

from pathlib import Path

import pytest
from hostile.bounds import hostile, outcome
from hostile.damage import damaged
from hypothesis import given
from hypothesis import strategies as st

from aetui import keymap, settings
from aetui.keymap import ACTIONS

THEMES = ("aetui", "nord")
WHOLE = b'theme = "nord"\nlow_bandwidth = true\n\n[keys]\ntrain = "ctrl+t"\nepoch_back = "left,h"\n'
_TEXTS = (
    '"x"',
    '"\\u001b[31m"',
    '"ctrl+c"',
    '",,,"',
    '""',
    '"' + "é" * 1_000 + '"',
    '"""\n"""',
    "'left,h'",
    '"alt+alt+alt+x"',
)
_OTHERS = (
    "1",
    "-1",
    "9" * 5_000,
    "1e999",
    "nan",
    "inf",
    "1979-05-27T07:32:00Z",
    "07:32:00",
    "[]",
    "{}",
    "true",
    "[[[1]]]",
)
VALUES = st.sampled_from(_TEXTS + _OTHERS)
KEYS = st.sampled_from(('"t"', '"x,t"', '"q"', '"left"'))
NAMES = st.sampled_from(tuple(action.id for action in ACTIONS)) | st.sampled_from(
    ("x", "'a b'", "a.b", '"\\u001b"', "theme")
)


@st.composite
def tables(draw: st.DrawFn) -> bytes:
    """Settings that cannot be meant, in TOML that mostly can be read."""
    lines = [f"{name} = {draw(VALUES)}" for name in ("theme", "low_bandwidth") if draw(st.booleans())]
    lines += [f"{draw(NAMES)} = {draw(VALUES)}" for _ in range(draw(st.integers(0, 2)))]
    lines.append(draw(st.sampled_from(("[keys]", "[keys]", "[keys]", "[[keys]]", "[keys.train]", "keys = 3"))))
    chosen = draw(st.lists(NAMES, max_size=8, unique=draw(st.booleans())))
    lines += [f"{name} = {draw(VALUES | KEYS)}" for name in chosen]
    return "\n".join(lines).encode()


@hostile
@given(content=damaged(WHOLE) | tables() | tables().flatmap(damaged))
def test_a_config(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "config.toml"
    path.write_bytes(content)
    found = outcome(lambda: settings.read(path, THEMES))
    assert found.theme in ("", *THEMES, settings.AUTO)
    assert isinstance(found.low_bandwidth, bool)
    for text in found.complaints:
        assert text.isprintable() or "\n" not in text
    assert all(name in keymap.BY_ID and keymap.split(keymap.BY_ID[name], found.keys) for name in found.keys)


def test_a_whole_one_is_read(tmp_path: Path) -> None:
    (tmp_path / "config.toml").write_bytes(WHOLE)
    found = settings.read(tmp_path / "config.toml", THEMES)
    assert (found.theme, found.low_bandwidth) == ("nord", True)


@pytest.mark.parametrize(("open_", "close"), [("[", "]"), ("{a=", "}")])
def test_values_nested_without_end_are_complained_of(tmp_path: Path, open_: str, close: str) -> None:
    (tmp_path / "config.toml").write_text("a = " + open_ * 10_000 + close * 10_000)
    (complaint,) = outcome(lambda: settings.read(tmp_path / "config.toml", THEMES)).complaints
    assert "nested too deeply" in complaint


def test_a_file_above_the_limit_is_complained_of_with_the_limit(tmp_path: Path) -> None:
    (tmp_path / "config.toml").symlink_to("/dev/zero")
    (complaint,) = outcome(lambda: settings.read(tmp_path / "config.toml", THEMES)).complaints
    assert f"at most {settings.LARGEST:,} bytes" in complaint


def test_thousands_of_keys_are_not_all_looked_at(tmp_path: Path) -> None:
    lines = "\n".join(f"epoch_bac{number} = 'x'" for number in range(3_000))
    (tmp_path / "config.toml").write_text(f"[keys]\n{lines}")
    complaints = outcome(lambda: settings.read(tmp_path / "config.toml", THEMES)).complaints
    assert f"at most {settings.MOST} [keys], got 3,000" in complaints[0]
    assert len(complaints) == settings.MOST + 1
