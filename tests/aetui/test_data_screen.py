"""The screen of data sets: data of one's own come, are used, and go."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
import pytest
from pilots import Make, ready, train, until
from textual.pilot import Pilot
from textual.widgets import Static

from aetui.bringing import looks
from aetui.screens.add_data import STOPPED, AddDialog
from aetui.screens.command_line import CommandLine
from aetui.screens.data import DataScreen
from aetui.screens.forget_dialog import ForgetDialog
from aetui.widgets.file_preview import FilePreview
from aetui.widgets.image_grid import ImageGrid
from aetui.widgets.run_preview import RunPreview
from aetui.widgets.set_form import SetForm
from engine.datasets.data import Part
from engine.datasets.image_data import ImageData
from engine.datasets.own import records
from engine.datasets.own.readers import READERS
from engine.datasets.own.readers.looking import Preview
from engine.datasets.own.readers.reader import Reader, Reading
from engine.errors import BadData


class Squares(Reader):
    """Reads a file of grey levels, one a line, as squares of them."""

    key, label = "squares", "levels of grey, one a line"
    going: ClassVar[threading.Event]
    """Reading goes on once it is set."""

    def recognises(self, path: Path) -> str:
        return "a file of squares" if path.suffix == ".squares" else ""

    def preview(self, path: Path, options: Any) -> Preview:
        return Preview(["squares of 4×4"], self._images(path)[:8], ["dark"] * 2)

    def read(self, own: Any, data_dir: Path | None, report: Any) -> Reading:
        for done in range(1_000):
            report("reading squares", done, 1_000)
            if self.going.wait(0.01):
                break
        part = Part(self._images(Path(own.path)), np.zeros(2, np.int64))
        return Reading(ImageData(own.name, part, part, ("dark",), Path(own.path)), {"squares": "two"})

    def _images(self, path: Path) -> Any:
        try:
            levels = [int(line) for line in path.read_text().split()]
        except ValueError as error:
            raise BadData(path, f"expected levels, {error}") from error
        return np.array(levels, np.uint8)[:, None, None, None].repeat(4, 1).repeat(4, 2)


@pytest.fixture(autouse=True)
def squares(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> threading.Event:
    """A reader that waits where a test says so, and a file for it."""
    monkeypatch.setattr(looks, "REST_SECONDS", 0.01)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setitem(READERS, "squares", Squares())
    (tmp_path / "My tiles.squares").write_text("10\n200")
    Squares.going = threading.Event()
    Squares.going.set()
    return Squares.going


async def opened(pilot: Pilot[None]) -> DataScreen:
    await ready(pilot)
    await pilot.press("3")
    await until(pilot, lambda: isinstance(pilot.app.screen, DataScreen) and pilot.app.screen.table.rows)
    assert isinstance(pilot.app.screen, DataScreen)
    return pilot.app.screen


async def adding(pilot: Pilot[None], *keys: str) -> AddDialog:
    await pilot.press("a", *keys)
    await until(pilot, lambda: isinstance(pilot.app.screen, AddDialog))
    assert isinstance(pilot.app.screen, AddDialog)
    return pilot.app.screen


async def added(pilot: Pilot[None]) -> DataScreen:
    """A set called my-tiles, by keys alone."""
    screen = await opened(pilot)
    dialog = await adding(pilot, *"My", "tab")
    await until(pilot, lambda: dialog.query_one(SetForm).values["name"] == "my-tiles")
    await pilot.press("enter", "enter")
    await until(pilot, lambda: screen.is_current and screen.chosen and screen.chosen.key == "my-tiles")
    return screen


def said(screen: Any, place: str) -> str:
    return str(screen.query_one(place, Static).render())


async def test_data_are_added_by_keys_and_then_chosen_in_the_form(make_app: Make) -> None:
    async with make_app().run_test(size=(120, 40)) as pilot:
        screen = await opened(pilot)
        dialog = await adding(pilot, *"My", "tab")
        form = dialog.query_one(SetForm)
        await until(pilot, lambda: form.values["name"] == "my-tiles")
        assert "squares, because it is a file of squares" in form.notes["kind", "guessed"].text
        assert len(dialog.query_one(ImageGrid)._rows[0][1]) == 2
        await pilot.press("enter")
        assert form.param.name == "name"
        await pilot.press(*"tiles", "enter", "ctrl+s")
        await until(pilot, lambda: screen.is_current and screen.chosen and screen.chosen.key == "tiles")
        own = records.existing("tiles")
        assert (own.path, own.items, own.shape) == (str(Path("My tiles.squares").absolute()), (2, 0, 2), (4, 4, 1))
        assert "tiles is added" in said(screen, "#about")
        assert "squares two" in said(screen, "#told")
        await until(pilot, lambda: screen.query_one(ImageGrid)._rows)
        await pilot.press("enter")
        await until(pilot, lambda: pilot.app.current_mode == "workbench")
        assert pilot.app.desk._form.values["dataset"] == "tiles"


async def test_what_cannot_be_added_is_said_at_its_field_and_nothing_is_kept(make_app: Make) -> None:
    async with make_app().run_test(size=(80, 24)) as pilot:
        await added(pilot)
        dialog = await adding(pilot, *"nowhere", "enter", *"x", "ctrl+s")
        form = dialog.query_one(SetForm)
        assert form.param.name == "path"
        assert "does not exist" in form.error
        await pilot.press(*"My", "tab", "enter", *"my-tiles", "ctrl+s")
        assert form.param.name == "name"
        assert "taken by another data set of yours" in form.error
        await pilot.press(*"digits", "ctrl+s")
        assert "is the data set 'handwritten digits, small'" in form.error
        Path("strange").write_text("x")
        await pilot.press(*"x", "enter", "up", "up", *"strange", "enter")
        await until(
            pilot, lambda: "nothing tells what" in str(dialog.query_one(FilePreview).query_one(Static).render())
        )
        await pilot.press("ctrl+s")
        await until(pilot, lambda: form.param.name == "kind" and "nothing tells what" in form.error)
        Path("broken.squares").write_text("ten")
        await pilot.press("up", "up", *"broken.squares", "ctrl+s")
        await until(pilot, lambda: "expected levels" in said(dialog, "#complaint"))
        await pilot.press("escape")
        assert list(records.all_own()) == ["my-tiles"]


async def test_escape_while_data_are_read_adds_nothing(make_app: Make, squares: threading.Event) -> None:
    squares.clear()
    async with make_app().run_test(size=(60, 20)) as pilot:
        screen = await opened(pilot)
        dialog = await adding(pilot, *"My", "tab", "enter", *"tiles", "ctrl+s")
        await until(pilot, lambda: "of 1,000" in said(dialog, "#wait"))
        await pilot.press("escape")
        await until(pilot, lambda: STOPPED in said(dialog, "#complaint"))
        await pilot.press("ctrl+s")
        await until(pilot, lambda: "of 1,000" in said(dialog, "#wait") and dialog.query_one("#wait").display)
        await pilot.press("escape", "escape")
        await until(pilot, lambda: screen.is_current)
        assert not list(records.home().glob("*/set.json"))


async def test_own_data_are_renamed_and_forgotten_after_a_question(make_app: Make) -> None:
    async with make_app().run_test(size=(120, 40)) as pilot:
        screen = await added(pilot)
        await pilot.press("n", "ctrl+u", *"mnist", "enter")
        await until(pilot, lambda: "is the data set" in said(screen.line, "#complaint"))
        await pilot.press("ctrl+u", *"tiles", "enter")
        await until(pilot, lambda: list(records.all_own()) == ["tiles"])
        await until(pilot, lambda: screen.chosen and screen.chosen.key == "tiles")
        await pilot.press("enter")
        await until(pilot, lambda: pilot.app.current_mode == "workbench")
        await pilot.press("3", "d")
        await until(pilot, lambda: isinstance(pilot.app.screen, ForgetDialog))
        assert "stays as it is" in pilot.app.screen.what
        await pilot.press("escape", "d", "y")
        await until(pilot, lambda: not records.all_own() and "tiles" not in [row.key for row in screen.table.rows])
        assert Path("My tiles.squares").exists()
        assert screen.check_action("forget", ()) is False
        desk = pilot.app.desk
        assert desk._form.notes["dataset", "tiles"].text.startswith("there is no data set of this name any more")
        await pilot.press("1", "t")
        assert "there is no data set of this name any more" in desk._form.error
        assert not desk.workbench.engine.runs


async def test_what_other_programs_add_is_offered_without_a_restart(make_app: Make, tmp_path: Path) -> None:
    from engine.datasets.own import adding as engine_adding

    async with make_app().run_test(size=(120, 40)) as pilot:
        await ready(pilot)
        engine_adding.add("theirs", tmp_path / "My tiles.squares")
        pilot.app._look_at_own_sets()
        assert "theirs" in pilot.app.desk._form.params[1].choices


async def test_data_that_the_chosen_model_cannot_take_tell_which_can(make_app: Make) -> None:
    async with make_app().run_test(size=(120, 40)) as pilot:
        screen = await opened(pilot)
        await pilot.press("slash", *"sentences pyth", "enter")
        await until(pilot, lambda: [row.key for row in screen.table.rows] == ["pydocs"])
        await pilot.press("enter")
        assert "does not take sentences; choose another (m in the workbench): sentence" in said(screen, "#about")
        await pilot.press("escape")
        assert len(screen.table.rows) > 5


async def test_published_data_are_fetched_and_escape_stops_it(make_app: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    going = threading.Event()

    def fetch(key: str, report: Any) -> None:
        for done in range(1_000):
            report(f"fetching {key}", done, 1_000)
            if going.wait(0.01):
                return

    monkeypatch.setattr("engine.datasets.fetch", fetch)
    async with make_app().run_test(size=(80, 24)) as pilot:
        screen = await opened(pilot)
        assert screen.check_action("fetch", ()) is False  # digits are there
        await pilot.press("down", "f")
        await until(pilot, lambda: "fetching mnist" in said(screen, "#about") and "of 1,000" in said(screen, "#about"))
        await pilot.press("escape")
        await until(pilot, lambda: "mnist: the download was stopped" in said(screen, "#about"))
        going.set()
        await pilot.press("f")
        await until(pilot, lambda: "mnist is fetched" in said(screen, "#about"))


async def test_a_run_whose_data_are_gone_says_so_where_it_names_them(make_app: Make) -> None:
    async with make_app().run_test(size=(120, 40)) as pilot:
        await added(pilot)
        await pilot.press("enter")
        await until(pilot, lambda: pilot.app.current_mode == "workbench")
        app: Any = pilot.app
        engine = await train(pilot, epochs=1)
        engine.play(engine.run.finished("completed", 1))
        Path("My tiles.squares").unlink()
        assert "gone" in app.status("my-tiles").data
        await pilot.press("2")
        await until(pilot, lambda: app.screen.query("RunTable").first().row_count == 1)
        await until(pilot, lambda: "gone from" in str(app.screen.query_one(RunPreview).query_one("#told").render()))


async def test_commands_do_the_same(make_app: Make, tmp_path: Path) -> None:
    async with make_app().run_test(size=(120, 40)) as pilot:
        await train(pilot, epochs=1)  # while something trains
        await pilot.press("colon", *"data add tiles My", "tab", "enter")
        await until(pilot, lambda: list(records.all_own()) == ["tiles"])
        await until(pilot, lambda: isinstance(pilot.app.screen, DataScreen) and pilot.app.screen.chosen.key == "tiles")
        await pilot.press("colon", *"data add tiles My", "tab", "enter")
        await until(pilot, lambda: "is taken" in said(pilot.app.screen, "#hint"))
        assert isinstance(pilot.app.screen, CommandLine)
        await pilot.press("ctrl+u", *"data rename ti", "tab", "space", *"t2", "enter")
        await until(pilot, lambda: list(records.all_own()) == ["t2"])
        await until(pilot, lambda: isinstance(pilot.app.screen, DataScreen) and pilot.app.screen.chosen.key == "t2")
        await pilot.press("colon", *"data show digits", "enter")
        await until(pilot, lambda: isinstance(pilot.app.screen, DataScreen) and pilot.app.screen.chosen.key == "digits")
        await pilot.press("colon", *"data remove t2", "enter")
        await until(pilot, lambda: isinstance(pilot.app.screen, ForgetDialog))
        await pilot.press("y")
        await until(pilot, lambda: not records.all_own())
