"""The whole workbench on terminals that lack something."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from fakes import FakeEngine, fake_store
from pilots import shown_epoch, train, until
from rich.segment import Segment
from textual.pilot import Pilot

from aetui.app import Workbench
from aetui.settings import DAY, NIGHT
from aetui.terminal.abilities import Abilities
from aetui.terminal.budget import BYTES_A_SECOND, LARGEST_DEBT, LOW_BYTES_A_SECOND
from aetui.widgets.image_grid import ImageGrid
from engine.runs.jobs import TrainJob

Make = Callable[..., Workbench]


@pytest.fixture
def make(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Make:
    """A workbench on a terminal with these abilities, and a run of three epochs in its store."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.delenv("NO_COLOR", raising=False)
    monkeypatch.setattr("engine.datasets.folders.SYSTEM_FOLDERS", ())
    monkeypatch.setattr("textual.constants.COLOR_SYSTEM", "truecolor")
    store = fake_store(tmp_path / "runs")
    engine = FakeEngine(lambda event: None, store)
    engine.submit(TrainJob(variant="vanilla", dataset="digits", preset="small"))
    engine.play(engine.run.started())
    engine.play_epochs(1, 3)
    engine.play(engine.run.finished("completed", 3))

    def made(abilities: Abilities, config: str = "", **options: bool) -> Workbench:
        path = tmp_path / "config.toml"
        path.write_text(config, "utf-8")
        engine_of = lambda emit: FakeEngine(emit, store)  # noqa: E731
        return Workbench(engine_of, store, None, config=path, abilities=abilities, **options)

    return made


def drawn(pilot: Pilot[None]) -> Iterator[Segment]:
    """All that is on the screen, as it would go to the terminal."""
    for strip in pilot.app.screen._compositor.render_strips():
        yield from strip


async def looked_at(pilot: Pilot[None]) -> tuple[str, set[str | None]]:
    """The text of the workbench, of its help and of a list, and the names of all colours in them."""
    app = pilot.app
    assert isinstance(app, Workbench)
    await until(pilot, lambda: app.desk.query(ImageGrid) and app.desk.query_one(ImageGrid)._rows)
    segments = []
    for keys in ((), ("question_mark",), ("escape", "2")):
        await pilot.press(*keys)
        await pilot.pause(0.05)
        segments += drawn(pilot)
    styles = [segment.style for segment in segments if segment.style]
    colours = {colour and colour.name for style in styles for colour in (style.color, style.bgcolor)}
    return "".join(segment.text for segment in segments), colours


async def test_nothing_but_ascii_gets_out_where_there_is_nothing_else(make: Make) -> None:
    async with make(Abilities("ascii")).run_test(size=(120, 40)) as pilot:
        text, colours = await looked_at(pilot)
    assert text.isascii()
    assert "Vanilla" in text
    assert len(colours) > 30  # pictures in greys


async def test_without_colours_pictures_are_ink_and_no_colour_gets_out(make: Make) -> None:
    async with make(Abilities("ascii", colours=False)).run_test(size=(120, 40)) as pilot:
        text, colours = await looked_at(pilot)
    assert text.isascii()
    assert colours == {None}
    assert sum(map(text.count, "&#*+")) > 50


async def test_the_console_of_linux_gets_what_its_font_has(make: Make) -> None:
    async with make(Abilities("console")).run_test(size=(120, 40)) as pilot:
        text, _ = await looked_at(pilot)
    assert {char for char in text if not char.isascii()} <= set("─│┌┐└┘├┤┬┴┼═║╔╗╚╝▀▄█▌▐░▒▓•►◄▲▼○→←↑↓·∙√±")
    assert text.count("▀") > 50


async def test_sixteen_colours_are_chosen_here_and_there_are_hues_among_them(
    make: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("textual.constants.COLOR_SYSTEM", "standard")
    async with make(Abilities()).run_test(size=(120, 40)) as pilot:
        text, colours = await looked_at(pilot)
    assert {f"color({number})" for number in (0, 6, 8, 11, 15)} <= colours
    assert colours <= {None, *(f"color({number})" for number in range(16))}
    assert not text.isascii()


@pytest.mark.parametrize(
    ("light", "config", "theme"),
    [
        (True, "", DAY.name),
        (True, 'theme = "auto"', DAY.name),
        (False, "", NIGHT.name),
        (None, "", NIGHT.name),
        (True, 'theme = "nord"', "nord"),
        (True, f'theme = "{NIGHT.name}"', NIGHT.name),
    ],
)
def test_the_theme_is_for_the_background_unless_one_is_chosen(
    make: Make, light: bool | None, config: str, theme: str
) -> None:
    app = make(Abilities(light=light), config)
    assert app.theme == theme
    app.see_background(True)  # told late
    assert app.theme == (theme if config and "auto" not in config else DAY.name)


@pytest.mark.parametrize(
    ("config", "given", "rate"),
    [
        ("", {}, BYTES_A_SECOND),
        ("", {"low_bandwidth": True}, LOW_BYTES_A_SECOND),
        ("low_bandwidth = true", {}, LOW_BYTES_A_SECOND),
    ],
)
def test_a_narrow_line_is_set_by_option_or_config(make: Make, config: str, given: dict[str, bool], rate: int) -> None:
    assert make(Abilities(), config, **given).budget.rate == rate


async def test_pictures_wait_while_much_was_sent_and_come_at_once_for_a_key(make_app: Make) -> None:
    async with make_app().run_test(size=(120, 40)) as pilot:
        engine = await train(pilot, epochs=2)
        await until(pilot, lambda: shown_epoch(pilot) == 2)
        app = pilot.app
        assert isinstance(app, Workbench)
        app.budget.wrote(LARGEST_DEBT)
        engine.play_epochs(3, 4)
        await until(pilot, lambda: app.desk.epoch == 4)
        await pilot.pause(0.4)
        assert shown_epoch(pilot) == 2
        for key, epoch in (("home", 1), ("end", 4), ("left", 3)):
            app.budget.wrote(LARGEST_DEBT)
            await pilot.press(key)
            await until(pilot, lambda epoch=epoch: shown_epoch(pilot) == epoch)
