"""A film from the workbench."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Any

import pytest
from pilots import Make, bar, engine_desk, stopped, train, until
from textual.widgets import Static

from aetui.screens import film as screen
from aetui.screens.dialogs import FaultNotice
from aetui.screens.film import FilmDialog, meant


@pytest.fixture(autouse=True)
def _here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


async def test_a_key_asks_for_a_file_and_makes_the_film_there(make_app: Make, tmp_path: Path) -> None:
    async with make_app().run_test(size=(120, 40)) as pilot:
        await stopped(pilot, "completed", 2)
        await pilot.press("E")
        await until(pilot, lambda: isinstance(pilot.app.screen, FilmDialog))
        await pilot.press("enter")
        await until(pilot, lambda: not isinstance(pilot.app.screen, FilmDialog))
        [path] = tmp_path.glob("*-film.gif")
        assert f"wrote {path.name}: 2 frames" in bar(pilot)


async def test_a_film_of_a_run_that_goes_on_can_be_stopped_and_nothing_is_left(
    make_app: Make, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun = threading.Event()

    def slow(record: Any, path: Path, wish: Any, report: Any, *, force: bool) -> None:
        del record, path, wish, force
        begun.set()
        while True:
            report("painting", 1, 50)

    monkeypatch.setattr(screen, "film", slow)
    async with make_app().run_test(size=(80, 24)) as pilot:
        await train(pilot, epochs=2)
        engine_desk(pilot).make_film(tmp_path / "run.gif")
        await until(pilot, begun.is_set)
        progress = pilot.app.screen.query_one("#progress", Static)
        await until(pilot, lambda: "1 of 50" in str(progress.render()))
        await pilot.press("escape")
        complaint = pilot.app.screen.query_one("#complaint", Static)
        await until(pilot, lambda: "stopped" in str(complaint.render()))
        await pilot.press("escape")
        await until(pilot, lambda: not isinstance(pilot.app.screen, FilmDialog))
        assert not list(tmp_path.glob("*.gif"))


async def test_a_film_that_breaks_off_says_why_and_the_dialog_can_be_closed(
    make_app: Make, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: Any, **__: Any) -> None:
        raise ArithmeticError("no such colour")

    monkeypatch.setattr(screen, "film", broken)
    async with make_app().run_test(size=(80, 24)) as pilot:
        await stopped(pilot, "completed", 1)
        engine_desk(pilot).make_film(tmp_path / "run.gif")
        await until(pilot, lambda: isinstance(pilot.app.screen, FaultNotice))
        await pilot.press("escape")
        complaint = pilot.app.screen.query_one("#complaint", Static)
        assert "ArithmeticError: no such colour" in str(complaint.render())
        await pilot.press("escape")
        await until(pilot, lambda: not isinstance(pilot.app.screen, FilmDialog))
        assert isinstance(pilot.app._exception, ArithmeticError)
        pilot.app._exception = None  # it was planted


@pytest.mark.parametrize(
    ("typed", "path"),
    [
        (".", "a-film-2.gif"),
        ("..", "../a-film.gif"),
        ("films/", "films/a-film.gif"),
        ("/", "/a-film.gif"),
        ("other", "other.gif"),
        ("other.cast", "other.cast"),
    ],
)
def test_in_a_folder_the_film_has_the_name_that_is_suggested(typed: str, path: str, tmp_path: Path) -> None:
    (tmp_path / "a-film.gif").touch()
    assert meant(typed, tmp_path, "a-film.gif") == tmp_path / path


@pytest.mark.parametrize(("typed", "told"), [("", "got nothing"), ("~nobody-at-all/x", "no user"), ("x" * 999, "long")])
def test_what_is_no_path_is_said(typed: str, told: str, tmp_path: Path) -> None:
    with pytest.raises((OSError, ValueError), match=told):
        meant(typed, tmp_path, "a-film.gif")


async def test_what_cannot_be_written_is_told_in_the_dialog(make_app: Make, tmp_path: Path) -> None:
    (tmp_path / "notes.gif").write_bytes(b"mine")
    async with make_app().run_test(size=(120, 40)) as pilot:
        await stopped(pilot, "completed", 1)
        await pilot.press("E")
        await until(pilot, lambda: isinstance(pilot.app.screen, FilmDialog))
        dialog = pilot.app.screen
        complaint = dialog.query_one("#complaint", Static)
        for name, told in (("run.mp4", "ends in .gif"), ("notes.gif", "there already"), ("", "got nothing")):
            dialog._path.value = name
            await pilot.pause()
            await pilot.press("enter")
            await until(pilot, lambda told=told: told in str(complaint.render()))
        dialog._path.value = "notes.gif"
        await pilot.pause()
        await pilot.press("enter", "enter")
        await until(pilot, lambda: "holds other things" in str(complaint.render()))
    assert (tmp_path / "notes.gif").read_bytes() == b"mine"
