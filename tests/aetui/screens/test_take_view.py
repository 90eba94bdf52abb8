"""What chart and panels show, copied and written by keys."""

from __future__ import annotations

import csv
import os
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from fakes import loss, pictures
from pilots import Make, bar, engine_desk, ready, stopped, train, until
from textual import events
from textual.pilot import Pilot
from textual.widgets import Static

from aetui.panels.sentences import Sentences
from aetui.screens.export import ExportDialog
from aetui.taking import clipboard


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder in which files are written."""
    folder = tmp_path / "here"
    folder.mkdir()
    monkeypatch.chdir(folder)
    return folder


async def copied(pilot: Pilot[None], key: str = "y") -> str:
    """What `key` puts on the clipboard; empty if it only says something."""
    pilot.app._clipboard = ""
    said = bar(pilot)
    await pilot.press(key)
    await until(pilot, lambda: pilot.app.clipboard or bar(pilot) != said)
    await pilot.pause()
    return pilot.app.clipboard


def complaint(pilot: Pilot[None]) -> str:
    return pilot.app.screen.query_one("#complaint", Static).render().plain


async def test_y_copies_what_has_the_focus_at_the_epoch_under_the_cursor(make_app: Make) -> None:
    async with make_app().run_test(size=(120, 40)) as pilot:
        await train(pilot, epochs=3)
        desk = engine_desk(pilot)
        assert (await copied(pilot)).splitlines()[1] == f"1\t{loss(1)}\t{loss(1) * 1.05}"
        assert bar(pilot) == "Loss, up to epoch 3: sent to the terminal"
        desk._tabs.focus()
        await pilot.press("left", "left")
        first = await copied(pilot)
        assert "Digits, epoch 1: " in bar(pilot)
        error = np.mean((pictures(1).outputs[0] - pictures(1).inputs[0]) ** 2)
        assert float(first.splitlines()[1].split("\t")[2]) == pytest.approx(error, rel=1e-2)  # kept in half precision
        await pilot.press("end")
        assert await copied(pilot) != first


async def test_every_panel_has_something_to_copy(make_app: Make) -> None:
    async with make_app().run_test(size=(120, 40)) as pilot:
        await stopped(pilot)
        desk = engine_desk(pilot)
        texts = {}
        for kind in desk._tabs.kinds:
            desk._tabs.focus()  # panels with keys of their own use some of the letters
            await pilot.pause()
            await pilot.press(kind.shortcut)
            texts[kind.key] = await copied(pilot)
            assert desk.focused in (desk._tabs, desk._tabs.panel)
        assert all(texts.values()), texts
        assert len(set(texts.values())) == len(texts)
        assert "aetui train vanilla --dataset digits" in texts["parameters"]
        assert "started: vanilla on digits" in texts["log"]
        assert "dead units\t3 of 128" in texts["health"]


async def test_what_cannot_be_copied_is_said(make_app: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    async with make_app().run_test(size=(80, 24)) as pilot:
        await ready(pilot)
        assert await copied(pilot) == ""
        assert "no run" in bar(pilot)
        engine = await train(pilot)
        assert await copied(pilot) == ""
        assert "nothing to copy: the loss appears after the first epoch" in bar(pilot)
        engine.play_epochs(1, 1)
        await until(pilot, lambda: engine_desk(pilot).run_shown.last_epoch == 1)
        monkeypatch.setattr(clipboard, "MOST", 20)
        assert await copied(pilot) == ""
        assert "not copied" in bar(pilot)
        assert "e writes a file" in bar(pilot)


async def test_the_command_of_the_run_is_copied_and_can_be_copied_from_the_table(make_app: Make) -> None:
    async with make_app().run_test(size=(120, 40)) as pilot:
        engine = await stopped(pilot)
        command = await copied(pilot, "Y")
        assert command.startswith("aetui train vanilla --dataset digits --preset ")
        await pilot.press("2")
        await until(pilot, lambda: pilot.app.screen.table.chosen)
        await pilot.press("y")
        await until(pilot, lambda: pilot.app.clipboard == engine.run.run_id)
        await pilot.press("Y")
        await until(pilot, lambda: pilot.app.clipboard == command)


async def test_a_file_is_written_and_none_is_replaced_unasked(make_app: Make, here: Path) -> None:
    async with make_app().run_test(size=(80, 24)) as pilot:
        await train(pilot, epochs=2)
        await pilot.press("e", "enter")
        await until(pilot, lambda: "wrote" in bar(pilot))
        [path] = here.iterdir()
        assert path.name.endswith("-loss-epoch2.csv")
        rows = list(csv.DictReader(path.read_text().splitlines()))
        assert [float(row["train"]) for row in rows] == [loss(1), loss(2)]
        await pilot.press("e", "enter")
        await until(pilot, lambda: len(list(here.iterdir())) == 2)
        await pilot.press("e")
        for key in ("escape", "escape"):  # as fast as a key that is held down
            pilot.app.post_message(events.Key(key, None))
        await until(pilot, lambda: pilot.app.screen is engine_desk(pilot))
        (here / "mine.png").write_text("before")
        await pilot.press("e", "tab", *"mine", "full_stop", *"png", "enter")
        await until(pilot, lambda: "is there already" in complaint(pilot))
        assert (here / "mine.png").read_text() == "before"
        await pilot.press("enter")
        await until(pilot, lambda: not isinstance(pilot.app.screen, ExportDialog))
        assert (here / "mine.png").read_bytes().startswith(b"\x89PNG")


async def test_what_is_wrong_with_a_path_is_said_and_can_be_mended(make_app: Make, here: Path) -> None:
    async with make_app().run_test(size=(80, 24)) as pilot:
        await train(pilot, epochs=2)
        await pilot.press("e", "tab")
        dialog: Any = pilot.app.screen
        await until(pilot, lambda: dialog._path.value)
        for typed, said in (
            ("nowhere/a.csv", "No such file"),
            ("a.npy", "cannot be written as npy; there are: csv, png, svg, npz"),
            ("", "expected a path, got nothing"),
            ("~no such user/a.csv", "there is no user 'no such user'"),
        ):
            dialog._path.value = typed
            await pilot.press("enter")
            await until(pilot, lambda said=said: said in complaint(pilot))
        if os.getuid():  # who is root may write anywhere
            here.chmod(0o500)
            dialog._path.value = "a.csv"
            await pilot.press("enter")
            await until(pilot, lambda: "Permission denied" in complaint(pilot))
            here.chmod(0o700)
        assert list(here.iterdir()) == []
        dialog._path.value = "a"
        await pilot.press("enter")
        await until(pilot, lambda: (here / "a.csv").exists())


async def test_letters_in_a_number_and_in_a_sentence_stay_letters(make_app: Make) -> None:
    async with make_app().run_test(size=(120, 40)) as pilot:
        await ready(pilot)
        await pilot.press("s")
        engine_desk(pilot)._form.select("learning_rate")
        await pilot.press("1", "e", "-", "3", "enter")
        assert engine_desk(pilot)._form.values["learning_rate"] == 1e-3
        engine_desk(pilot)._models.choose("sentence")
        await until(pilot, lambda: engine_desk(pilot).query(Sentences))
        await pilot.press("slash", *"yes", "Y", "e")
        assert engine_desk(pilot).query_one(Sentences).first.value == "yesYe"
