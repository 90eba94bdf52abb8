from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

import msgspec
import numpy as np
import pytest
from fakes import fake_store
from racers import begun, goes_on, over, race_of
from textual.color import Color

from aetui.racing import cars, curves, figures, looks, pacing, taking
from aetui.racing.board import arranged, shortened
from aetui.racing.long import MANY, Lighter
from aetui.racing.marks import MOST, Marks, places
from aetui.racing.measures import PROBE
from aetui.racing.sheet import Cell, broken, laid
from aetui.render.curves.chart import Look
from aetui.render.curves.colouring import Palette
from aetui.render.curves.layers import Line
from aetui.render.curves.legend import Inks
from aetui.render.curves.view import Settings
from aetui.state.epochs import Epochs
from engine.errors import UsageError
from engine.events import SettingsChanged
from engine.runs.store import RunStore


@pytest.fixture
def store(tmp_path: Path) -> RunStore:
    return fake_store(tmp_path / "runs")


def test_a_mark_keeps_its_place_and_a_seventh_is_refused() -> None:
    marks = Marks()
    assert all(marks.switch(run) for run in "abcdef")
    assert not marks.switch("g")
    assert marks.switch("b")
    assert marks.places == {"a": 0, "c": 2, "d": 3, "e": 4, "f": 5}
    assert marks.switch("g")
    assert marks.runs == list("agcdef")
    marks.keep({"a", "f"})
    assert marks.places == {"a": 0, "f": 5}


def test_named_runs_have_places_and_seven_are_refused(store: RunStore) -> None:
    ids = [begun(store, number, epochs=0).run_id for number in range(MOST + 1)]
    assert places(store, [ids[1], ids[0], ids[1]]) == {ids[1]: 0, ids[0]: 1}
    with pytest.raises(UsageError, match="up to 6 runs, got 7"):
        places(store, ids)


def test_what_all_share_is_compared_first_and_what_is_not_the_same_is_told(store: RunStore) -> None:
    same = race_of(store, begun(store, 0), begun(store, 1, config={"hidden_dim": 32}))
    assert (same.measure.label, same.measure.shared) == ("validation cross-entropy", True)
    mixed = race_of(store, begun(store, 2), begun(store, 3, preset="book"))
    assert mixed.measure.key == PROBE
    total = replace(mixed, chosen="loss")
    assert not total.measure.shared
    assert any("not comparable" in remark for remark in total.remarks())
    other = race_of(store, begun(store, 4), begun(store, 5), begun(store, 6, print_="0" * 64))
    assert any("≠ 3: other" in remark for remark in other.remarks())
    assert [entrant.aside for entrant in other.entrants()] == [False, False, True]


def test_the_cursor_goes_through_all_runs_in_epochs_and_seconds(store: RunStore) -> None:
    race = race_of(store, begun(store, 0, pace=1.0), begun(store, 1, pace=0.3, epochs=6))
    assert curves.stepped(race.cars, "epochs", None, -1) == 5
    assert curves.stepped(race.cars, "epochs", 5, 1) is None
    assert curves.stepped(race.cars, "epochs", 3, -10) == 1
    assert replace(race, cursor=2.0).epochs == {0: 2, 1: 2}
    assert replace(race, cursor=5.0).epochs == {0: 4, 1: 5}, "one that is over stays at its last epoch"
    at = curves.stepped(race.cars, "seconds", 0.95, 1)
    assert at == pytest.approx(1.0)
    assert replace(race, unit="seconds", cursor=at).epochs == {0: 1, 1: 3}
    assert replace(race, unit="seconds", cursor=0.1).epochs == {0: 0, 1: 0}
    assert curves.moved(race.cars, "epochs", "seconds", 2.0) == pytest.approx(0.6), "as the longest run has it"
    assert [entrant.value for entrant in replace(race, unit="seconds", cursor=0.1).entrants()] == ["–", "–"]


def test_runs_are_followed_and_one_that_is_deleted_or_damaged_stays_in_the_race(store: RunStore) -> None:
    first, second, third = begun(store, 0, epochs=2), begun(store, 1), begun(store, 2)
    (third.folder / "run.json").write_text("{")
    race = race_of(store, first, second, third)
    assert (race.cars[2].wrong, race.cars[2].run.last_epoch) == ("its run.json is damaged", 0)
    goes_on(first, 3)
    now = cars.followed(store, race.cars)
    assert now[0].run.last_epoch == 3
    assert now[1] is race.cars[1]
    shutil.move(second.folder, store.root.parent / "gone")
    gone = cars.followed(store, now)
    assert (gone[1].wrong, gone[1].run.last_epoch) == ("deleted", 4)
    assert gone[0] is now[0]
    shutil.move(store.root.parent / "gone", second.folder)
    assert cars.followed(store, gone)[1].wrong == ""
    assert len(replace(race, cars=gone).entrants()) == 3


def drawn(race: object, size: tuple[int, int] = (80, 16), *, colourless: bool = True) -> str:
    data = race.data()  # type: ignore[attr-defined]
    palette = Palette({}, "none", colourless, Color.parse("#000000"))
    view = curves.view(data, Settings(), size, palette, Look(), Inks(), [""] * MOST)
    return "\n".join("".join(part.text for part in strip) for strip in view.strips(None))


def test_curves_are_told_apart_without_colours(store: RunStore) -> None:
    race = race_of(store, *(begun(store, number, epochs=8) for number in range(MOST)))
    text = drawn(race)
    assert all(str(number) in text for number in range(1, MOST + 1))
    assert len({looks.sample(place) for place in range(MOST)}) == MOST


@pytest.mark.parametrize("mode", ["truecolor", "256", "16"])
def test_six_places_have_colours_of_their_own(mode: str) -> None:
    from aetui.settings import NIGHT

    found = looks.colours(NIGHT.to_color_system().generate(), mode, colourless=False)  # type: ignore[arg-type]
    assert len(set(found)) == MOST
    assert looks.colours({}, mode, colourless=True) == [""] * MOST  # type: ignore[arg-type]


def test_long_curves_keep_their_extremes() -> None:
    x = np.arange(1.0, 10 * MANY)
    y = np.ones(len(x))
    y[12_345] = 9
    line, lighter = Line("1", x, y), Lighter()
    light = lighter.shown(line, (x[0], x[-1]))
    assert len(np.asarray(light.x)) <= MANY
    assert np.asarray(light.y).max() == 9
    assert lighter.shown(line, (100, 200)) is line
    assert np.asarray(lighter.smoothed(line, 5_000).y).max() < 1.1


def test_the_winner_is_marked_beyond_the_spread_where_seeds_allow(store: RunStore) -> None:
    for number, seed in enumerate((1, 2, 3)):
        over(begun(store, number, config={"seed": seed}), test_mse=0.010 + seed / 1e5, pca_mse=0.012)
    for number, seed in enumerate((1, 2, 3), 3):
        better = begun(store, number, config={"seed": seed, "hidden_dim": 32})
        over(better, test_mse=0.008 + seed / 1e5, pca_mse=0.006)
    lone = begun(store, 6, config={"hidden_dim": 8})
    over(lone, test_mse=0.02, pca_mse=0.03)
    known = cars.loaded(store, {run.id: place for place, run in enumerate(store.summaries()[::-1])})
    [line] = figures.lines([known[0], known[3]], figures.seeds(store, known))
    assert figures.told(line, 3) == "★ 0.008010"
    assert figures.told(line, 0) == "0.01001"
    assert (line.beats(0), line.beats(3)) == (True, False), "a baseline that wins is shown as winning"
    assert figures.rival(line, 3).startswith("✕ PCA-128")
    [unsure] = figures.lines([known[0], known[3], known[6]], figures.seeds(store, known))
    assert figures.told(unsure, 3) == "☆ 0.008010"
    assert figures.scatter(unsure, 0) == "0.01002 ± 1e-05 (3)"


def test_the_pacing_car_is_that_of_runs_that_can_be_compared(store: RunStore) -> None:
    one, far = begun(store, 0, preset="book"), begun(store, 1, preset="book", print_="0" * 64)
    over(one, test_mse=0.01, pca_mse=0.012)
    over(far, test_mse=0.01, pca_mse=0.001)
    race = race_of(store, one, begun(store, 2, preset="book"), far)
    assert race.measure.squared
    level = race.data().level
    assert level is not None
    assert (level.name, level.value) == ("PCA-128", 0.012)
    live = race_of(store, begun(store, 3, preset="book"), begun(store, 4, preset="book"))
    assert live.data().level is None
    assert pacing.PENDING in live.remarks()
    assert replace(live, chosen=PROBE).data().level is not None, "what is kept has the baseline from the first epoch on"


def test_settings_differ_and_all_of_it_can_be_taken(store: RunStore) -> None:
    race = race_of(store, begun(store, 0), begun(store, 1, config={"hidden_dim": 32, "seed": 5}))
    assert {row.name for row in figures.differing(race.cars)} == {"hidden_dim", "seed"}
    taken = taking.of_curves(race.cars, race.measure, race.probes)
    assert taken.table is not None
    assert len(taken.table.rows) == 8
    assert set(taken.arrays) == {f"{n} {what}" for n in (1, 2) for what in ("epoch", "seconds", "value")}
    assert taking.of_metrics(race.cars, []).empty
    assert taking.about(race.cars).command.startswith("aetui race 2026")
    assert taking.of_curves([], race.measure, {}).missing


def test_what_is_not_there_is_no_winner_and_nothing_else_is_taken_for_it(store: RunStore) -> None:
    race = race_of(store, begun(store, 0, preset="book"), begun(store, 1, preset="book"))
    race = replace(race, chosen=PROBE)
    assert [entrant.leads for entrant in race.entrants()] == [True, False]
    unknown = Epochs(error._replace(error=float("nan")) for error in race.probes[0].errors)
    lost = replace(race, probes={**race.probes, 0: race.probes[0]._replace(errors=unknown)})
    assert [entrant.leads for entrant in lost.entrants()] == [False, False]
    first = taking.everything(race, [], "shots", log=False)[0]
    assert first.empty
    assert first.missing


def test_after_a_change_of_the_loss_a_run_is_compared_by_what_came_since(store: RunStore) -> None:
    changed, other = (begun(store, number, variant="sparse", preset="kl") for number in range(2))
    race = replace(race_of(store, changed, other), chosen="loss")
    assert race.measure.shared
    before = race.entrants()[0].best
    path = changed.folder / "run.json"
    info = msgspec.json.decode(path.read_bytes())
    info["config"]["beta"] = 7.0
    path.write_bytes(msgspec.json.encode(info))
    changed.stamp(SettingsChanged(epoch=4, config={"beta": 7.0}))
    told = replace(race, cars=cars.followed(store, race.cars))
    assert told.entrants()[0].best == before, "no epoch has the new loss as yet"
    goes_on(changed, 5, 90)
    now = replace(race, cars=cars.followed(store, race.cars))
    assert list(curves.series_of(now.cars[0], now.measure, "epochs", {}).x) == [5]
    assert list(curves.series_of(now.cars[1], now.measure, "epochs", {}).x) == [1, 2, 3, 4]
    assert now.entrants()[0].best.endswith("@ 5")
    assert not now.measure.shared, "the weights are others now"
    assert any("1: from epoch 5 on" in remark for remark in now.remarks())


def test_text_is_broken_or_shortened_in_its_middle_and_never_cut_off() -> None:
    assert shortened("sparse-with-a-long-name-seed-11", 12) == "sparse…ed-11"
    assert broken("learning_rate of it", 10) == ["learning_", "rate of it"]
    cells = [Cell("a_rather_long_setting"), *(Cell("variational") for _ in range(6))]
    lines = laid([Cell("setting"), *(Cell(str(n)) for n in range(1, 7))], [cells], 60)
    assert all(line.cell_length <= 60 for line in lines)
    assert sum(line.plain.count("l") for line in lines) >= 6
    rows = [dict.fromkeys(("run", "name", "value", "best", "epoch", "time", "model", "data", "state"), "x" * 14)]
    assert sum(arranged(rows, dict.fromkeys(rows[0], ""), 60).values()) <= 60
