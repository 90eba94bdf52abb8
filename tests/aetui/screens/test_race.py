from __future__ import annotations

import shutil
from typing import Any

import pytest
from pilots import Make, ready, until
from racers import begun, goes_on, over

from aetui.racing.board import Board
from aetui.racing.chart import RaceChart
from aetui.racing.reading import RaceRead, ShotsRead
from aetui.screens import race_commands
from aetui.screens.race import RaceScreen
from aetui.screens.run_list import RunList
from engine.errors import UsageError


def board(screen: Any) -> str:
    strips = screen.query_one(Board)._strips
    return "\n".join("".join(part.text for part in strip) for strip in strips)


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Looks at the runs ten times as often."""
    for name in ("LOOK_SECONDS", "CURVE_SECONDS", "PICTURE_SECONDS"):
        monkeypatch.setattr(f"aetui.screens.race.{name}", 0.05)


async def test_marked_runs_race_live_and_one_that_is_deleted_stays(make_app: Make) -> None:
    app = make_app()
    runs = [begun(app.store, number, name=f"run-{number}") for number in range(7)]
    over(runs[1], test_mse=0.01)
    async with app.run_test(size=(120, 40)) as pilot:
        await ready(pilot)
        await pilot.press("2")
        await until(pilot, lambda: isinstance(app.screen, RunList) and app.screen.table.row_count == 7)
        table: Any = app.screen
        for _ in range(7):
            await pilot.press("space", "j")
        assert len(table.marks) == 6
        assert "no more can race" in str(table.query_one("#about").render())
        await pilot.press("G", "O")
        assert len(table.marks) == 6, "whatever the order is"
        table.filter_by("run-5")
        table.filter_by("")
        assert table.marks.runs[0] == runs[6].run_id
        await pilot.press("R")
        await until(pilot, lambda: isinstance(app.screen, RaceScreen) and app.screen.race.probes and app.screen.shots)
        race: Any = app.screen
        assert len(race.shots[0].shots) == 6
        assert "run-1" in board(race)
        await until(pilot, lambda: race.query_one(RaceChart).drawn is not None)
        goes_on(runs[3], 5)
        await until(pilot, lambda: "5/10" in board(race))
        shutil.rmtree(runs[2].folder)
        await until(pilot, lambda: "deleted" in board(race))
        await pilot.press("home", "right")
        assert race.race.cursor == 2
        assert "2/10" in board(race)
        assert race.query_one(RaceChart).cursor == 2
        await pilot.press("T", "T")
        assert (race.race.unit, round(race.race.cursor, 3)) == ("seconds", 0.2)
        await pilot.press("C", "plus", "l", "M", "less_than_sign", "0", "end", "pagedown")
        assert race.race.cursor is None
        await pilot.press("escape")
        assert app.screen is table


def test_what_is_read_after_the_screen_is_gone_is_passed_over() -> None:
    race = RaceScreen({}, {})
    before = race.race
    race.on_race_read(RaceRead([], {}, {}))
    race.on_shots_read(ShotsRead({}, []))
    assert race.race is before


@pytest.mark.parametrize("size", [(80, 24)])
async def test_one_run_without_an_epoch_and_one_of_other_data_fit_at_every_size(
    make_app: Make, size: tuple[int, int]
) -> None:
    app = make_app()
    names = ["a-name-as-long-as-names-may-be-and-then-some-more-of-it-60", "b", "c"]
    runs = [
        begun(app.store, 0, name=names[0], epochs=0),
        begun(app.store, 1, name=names[1], print_="0" * 64, dataset="fashion-mnist"),
        begun(app.store, 2, name=names[2]),
    ]
    (runs[1].folder / "snapshots.bin").write_bytes(b"damaged")
    async with app.run_test(size=size) as pilot:
        await ready(pilot)
        with pytest.raises(UsageError, match="mark some"):
            race_commands.run(app, app.screen, "")
        race_commands.run(app, app.screen, " ".join(run.run_id for run in runs))()
        await until(pilot, lambda: isinstance(app.screen, RaceScreen) and app.screen.race.probes)
        race: Any = app.screen
        await until(pilot, lambda: "…" in board(race) or names[0] in board(race))
        lines = board(race).splitlines()
        assert max(map(len, lines)) <= size[0]
        assert len(lines) == 4
        for pane in ("curves", "shots", "settings", "metrics"):
            race._pane = pane
            race._arrange()
            race._show()
            await pilot.pause()
            shown = [each.id for each in race.query("#panes > *") if each.display]
            assert f"race-{pane}" in shown
        await until(pilot, lambda: race.shots)
        assert [shot.place for lane in race.shots for shot in lane.shots] == [2]
        await pilot.press("j", "enter")
        await until(pilot, lambda: app.desk.run_id == runs[1].run_id)
