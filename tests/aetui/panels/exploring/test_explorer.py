"""The explorer in the app: nothing is asked before it is opened, a key brings a picture, and everything can be left."""

from __future__ import annotations

from typing import Any

import fake_codes
import numpy as np
import pytest
from pilots import Make, engine_desk, stopped, train, until
from textual.pilot import Pilot
from textual.widgets import Static

from aetui.panels.exploring.explorer import Explorer
from aetui.panels.latent import Latent
from aetui.panels.table import View
from aetui.render.pixels import to_grey
from aetui.widgets.image_grid import ImageGrid
from aetui.widgets.plane_map import PlaneMap
from engine.errors import RunError, UsageError
from engine.plain.network import Network
from engine.queries.messages import Decode, Explore, Images, Networks


def explorer(pilot: Pilot[None]) -> Explorer:
    found: Explorer = engine_desk(pilot).query_one(Explorer)
    return found


def told(pilot: Pilot[None]) -> str:
    return str(explorer(pilot).query_one("#told", Static).render())


def asked(engine: Any, kind: type) -> list[Any]:
    return [query for call, query in engine.calls if call == "query" and isinstance(query, kind)]


def picture(pilot: Pilot[None]) -> np.ndarray:
    """Grey levels of what stands in the large grid."""
    rows = explorer(pilot).query_one("#picture", ImageGrid)._rows
    return rows[0][1][0] if rows else np.zeros((0, 0), np.uint8)


def decoded(code: np.ndarray) -> np.ndarray:
    return to_grey(fake_codes.decoder()(code[None]))[0]


async def opened(pilot: Pilot[None]) -> Any:
    engine = await stopped(pilot, "completed")
    await pilot.press("c")
    await until(pilot, lambda: engine_desk(pilot).query(Latent))
    assert not asked(engine, Explore)
    await pilot.press("enter")
    await until(pilot, lambda: explorer(pilot).place and len(picture(pilot)))
    return engine


async def test_what_lies_under_the_crosshair_is_decoded_at_every_key_as_are_ways_between_pins(
    make_app: Make,
) -> None:
    async with make_app().run_test(size=(120, 40)) as pilot:
        engine = await opened(pilot)
        place = explorer(pilot).place
        assert place is not None
        np.testing.assert_array_equal(picture(pilot), decoded(place.mean))
        code, point = place.code.copy(), place.point
        await pilot.press("right", "K")
        assert place.point[0] > point[0]
        assert place.point[1] > point[1]
        await until(pilot, lambda: np.array_equal(picture(pilot), decoded(place.code)))
        assert not np.array_equal(place.code, code)
        apart = np.linalg.norm(fake_codes.CODES - place.code, axis=1)
        assert f"item {apart.argmin() + 1} · {apart.min():.4g} away" in told(pilot)
        await pilot.press("i")
        await until(pilot, lambda: "· 0 away" in told(pilot))
        await pilot.press("2", "full_stop")
        await until(pilot, lambda: f"z2 = {place.code[1]:+.4f}" in told(pilot))
        engine_desk(pilot).set_code(2, 1.25)
        await until(pilot, lambda: "z2 = +1.2500" in told(pilot))
        with pytest.raises(UsageError, match="codes here have 4 numbers"):
            engine_desk(pilot).set_code(5, 1.0)
        assert engine_desk(pilot).cursor is None
        assert not asked(engine, Decode)
        assert (len(asked(engine, Explore)), len(asked(engine, Networks))) == (1, 1)
        # Two pins make a morph, three a grid; backspace takes back what was made.
        await pilot.press("space", "L", "space", "enter")
        await until(pilot, lambda: "a straight way from pin 1 to pin 2" in told(pilot))
        assert picture(pilot).shape != (28, 28)
        await pilot.press("K", "space", "enter")
        await until(pilot, lambda: "pins 1, 2 and 3 at the corners" in told(pilot))
        await pilot.press("backspace")
        await until(pilot, lambda: picture(pilot).shape == (28, 28))
        await pilot.press("g")
        await until(pilot, lambda: picture(pilot).shape != (28, 28))
        await pilot.press("right", "backspace", "backspace", "backspace")
        assert explorer(pilot).place.pins == []  # type: ignore[union-attr]


async def test_a_rectangle_on_either_map_lists_its_items_and_they_are_what_is_taken(
    make_app: Make,
) -> None:
    async with make_app().run_test(size=(120, 40)) as pilot:
        await opened(pilot)
        panel, place = engine_desk(pilot).query_one(Latent), explorer(pilot).place
        assert place is not None
        view = View(engine_desk(pilot).run_shown, 2, None, "")
        whole = panel.taken(view)
        assert len(whole.table.rows) == fake_codes.ITEMS
        assert whole.arrays["codes"].shape == fake_codes.CODES.shape
        assert whole.epoch == 3
        await pilot.press("v", "L", "K", "v")
        await until(pilot, lambda: place.marked is not None)
        corners = explorer(pilot).query_one("#own", PlaneMap).rectangle
        assert corners is not None
        assert place.marked.tolist() == [  # type: ignore[union-attr]
            item
            for item, (x, y) in enumerate(place.map.points.tolist())
            if corners.x0 <= x <= corners.x1 and corners.y0 <= y <= corners.y1
        ]
        words = explorer(pilot).query_one("#words", Static)
        await until(pilot, lambda: f"{len(place.marked)} marked" in str(words.render()))  # type: ignore[arg-type]
        assert len(panel.taken(view).table.rows) == len(place.marked)  # type: ignore[arg-type]
        explorer(pilot).query_one("#beside", PlaneMap).mark((-1e3, -1e3), (1e3, 1e3))
        await until(pilot, lambda: len(place.marked) == fake_codes.ITEMS)  # type: ignore[arg-type]
        await pilot.press("backspace")
        assert place.marked is None
        # Left again, the keys are the time machine's.
        await pilot.press("escape")
        assert not panel.exploring
        assert explorer(pilot).place is None
        await pilot.press("left")
        await until(pilot, lambda: engine_desk(pilot).cursor == 1)


async def test_a_refusal_is_said_and_newer_weights_are_asked_for(
    make_app: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("aetui.panels.exploring.asking.LIVE_SECONDS", 0)
    async with make_app().run_test(size=(120, 40)) as pilot:
        engine = await train(pilot, epochs=1)
        engine.wrong = RunError("No weights yet", "the run has no checkpoint")
        await pilot.press("c", "enter")
        await until(pilot, lambda: "✕ the run has no checkpoint" in told(pilot))
        engine.wrong = None
        await pilot.press("u")
        await until(pilot, lambda: explorer(pilot).place)
        before = len(asked(engine, Explore))
        engine.play_epochs(2, 2)
        await until(pilot, lambda: len(asked(engine, Explore)) > before)
        await pilot.press("P")
        await until(pilot, lambda: asked(engine, Explore)[-1].part == "train")
        await pilot.press("a")
        await until(pilot, lambda: asked(engine, Explore)[-1].most == 0)


async def test_what_numpy_cannot_decode_the_engine_is_asked_for_once_for_each_code(
    make_app: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    network: Network | None = None
    answers = fake_codes.networks

    def none(query: Networks, epoch: int) -> Any:
        import msgspec

        return msgspec.structs.replace(answers(query, epoch), decoder=network, why="speaker is a layer Lstm")

    monkeypatch.setattr(fake_codes, "networks", none)
    monkeypatch.setattr(
        "fakes.answer",
        lambda query: (
            Images(images=fake_codes.decoder()(query.codes), codes=query.codes, epoch=3)
            if isinstance(query, Decode)
            else __import__("fake_answers").answer(query)
        ),
    )
    async with make_app().run_test(size=(120, 40)) as pilot:
        engine = await opened(pilot)
        place = explorer(pilot).place
        assert place is not None
        await pilot.press("right")
        await until(pilot, lambda: np.array_equal(picture(pilot), decoded(place.code)))
        assert "speaker is a layer Lstm" in told(pilot)
        assert len(asked(engine, Decode)) == 2
