from __future__ import annotations

import os
from pathlib import Path

import pytest

from aetui.state import kept
from aetui.state.kept import Kept


def test_what_is_kept_is_there_again(tmp_path: Path) -> None:
    look = Kept(theme="nord", model="vq", panel="log", zoom="-zoom", log_scale=True, curves=("train",), commands=("q",))
    path = tmp_path / "not yet" / "screen.json"
    kept.write(path, look)
    assert kept.read(path) == look


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b'{"zoom": true}', b"\xff\xfe", b"[" * 10_000])
def test_a_file_that_cannot_be_meant_is_as_if_there_were_none(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "screen.json"
    path.write_bytes(content)
    assert kept.read(path) == kept.read(tmp_path / "none") == Kept()


def test_where_nothing_can_be_written_nothing_happens(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    kept.write(tmp_path / "file" / "screen.json", Kept())


def test_a_command_that_is_typed_again_moves_to_the_end_and_old_ones_are_forgotten() -> None:
    assert kept.with_command(("a", "b"), "a") == ("b", "a")
    known = tuple(map(str, range(kept.MOST_COMMANDS)))
    assert kept.with_command(known, "new") == (*known[1:], "new")


def test_what_is_kept_of_long_commands_can_be_read_again(tmp_path: Path) -> None:
    commands: tuple[str, ...] = ()
    for number in range(kept.MOST_COMMANDS):
        commands = kept.with_command(commands, f"{number:03}" + "é" * 997)
    kept.write(tmp_path / "screen.json", Kept(commands=commands))
    assert commands[-1].startswith("099")
    assert kept.read(tmp_path / "screen.json").commands == commands


def test_control_characters_do_not_come_back(tmp_path: Path) -> None:
    kept.write(tmp_path / "screen.json", Kept(commands=("\x1b[2J", "train")))
    assert kept.read(tmp_path / "screen.json").commands == ("train",)


def test_a_file_that_somebody_would_have_to_write_into_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "screen.json")
    assert kept.read(tmp_path / "screen.json") == Kept()
