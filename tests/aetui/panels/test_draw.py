"""The draw panel in the app: keys and mouse draw, the model answers, and what is missing is said."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from fake_networks import networks
from pilots import Make, engine_desk, ready, stopped, train, until
from textual.pilot import Pilot
from textual.widgets import Static

from aetui.panels.draw import Draw
from aetui.panels.drawing.beside import Beside
from aetui.panels.drawing.board import Board
from aetui.panels.drawing.shelf import Shelf
from aetui.panels.drawing.words import NO_RUN, NOT_YET
from aetui.panels.table import View
from aetui.screens import commands
from aetui.screens.commands import Typed
from aetui.taking import formats
from aetui.taking.taken import About
from aetui.widgets.plane_map import PlaneMap
from engine.errors import EngineError, RunError
from engine.queries.messages import Corrupt, Networks, Reconstruct

ABOUT = About("r", "", "vanilla", "small", "digits", {}, "")


@pytest.fixture(autouse=True)
def shelf(monkeypatch: pytest.MonkeyPatch) -> Shelf:
    """Real items: the upper half as bright as their class, the lower one black."""
    labels = np.arange(20, dtype=np.int64) % 10
    items = np.zeros((20, 28, 28, 1), np.float32)
    items[:, :14] = labels[:, None, None, None] / 10
    found = Shelf(items, labels, np.arange(1, 21), tuple("0123456789"), np.arange(25, dtype=np.int64) % 10)
    monkeypatch.setattr("aetui.panels.drawing.shelf.read", lambda *_: found)
    monkeypatch.setattr("fake_codes.networks", lambda query, epoch: networks(query, epoch=epoch))
    return found


def panel(pilot: Pilot[None]) -> Draw:
    found: Draw = engine_desk(pilot).query_one(Draw)
    return found


def said(pilot: Pilot[None], where: str = "#told") -> str:
    return str(panel(pilot).query_one(where, Static).render())


def asked(engine: Any, kind: type) -> list[Any]:
    return [query for call, query in engine.calls if call == "query" and isinstance(query, kind)]


async def opened(pilot: Pilot[None]) -> Any:
    engine = await stopped(pilot, "completed")
    await pilot.press("D")
    await until(pilot, lambda: panel(pilot).answer is not None and panel(pilot).answer.near)  # type: ignore[union-attr]
    return engine


async def test_keys_and_mouse_draw_and_output_error_and_nearest_items_follow(make_app: Make) -> None:
    async with make_app().run_test(size=(200, 60)) as pilot:
        engine = await opened(pilot)
        draw, pad = panel(pilot), panel(pilot).pad
        assert pad is not None
        assert pilot.app.focused is draw
        assert len(asked(engine, Networks)) == 1
        await pilot.press("up", "shift+left", "space")
        assert pad.cursor == (13, 10)
        assert pad.seen[13, 10] == 1
        await until(pilot, lambda: draw.answer and draw.answer.changes == pad.changes)
        answer = draw.answer
        assert answer is not None
        code = pad.seen.reshape(2, -1).mean(axis=1)
        assert np.allclose(answer.code, code)
        assert answer.error == pytest.approx(np.square(answer.output - pad.seen).mean(), rel=1e-5)
        place, distance = answer.near[0]
        assert place in (0, 10)
        assert distance == pytest.approx(float(np.linalg.norm(code)), rel=1e-4)
        words = str(draw.query_one(Beside).query_one(Static).render())
        assert "MSE" in words
        assert "epoch 3, the best" in words
        assert draw.query_one(PlaneMap).display
        await pilot.press("u")
        assert not pad.seen.any()
        await pilot.press("U", "enter", "right", "right")
        assert (pad.seen[13, 10:13] == 1).all()
        assert engine_desk(pilot).epoch == 2, "arrows are the pad's"
        table = draw.taken(View(engine_desk(pilot).run_shown, 2, None, "")).table
        assert table is not None
        assert table.rows[0][:3] == (1, 1, "0")
        await pilot.press("exclamation_mark")
        assert engine_desk(pilot)._signed
        await pilot.press("enter", "enter", "delete")
        board = draw.query_one(Board)
        await pilot.mouse_down(board, offset=(10, 6))
        await pilot.hover(board, offset=(30, 6))
        await pilot.mouse_up(board, offset=(30, 6))
        assert (pad.seen[5, 5:16] == 1).all(), "two columns and a line are a pixel here; the first line has labels"
        await pilot.mouse_down(board, offset=(20, 6), button=3)
        await pilot.mouse_up(board, offset=(20, 6))
        assert pad.seen[5, 10] == 0
        await pilot.press("u", "u")
        assert not pad.seen.any(), "what was dragged is undone in one go"
        await pilot.resize_terminal(80, 24)
        await until(pilot, lambda: not draw.query_one(PlaneMap).display)
        assert "MSE" in str(draw.query_one(Beside).query_one(Static).render())


async def test_a_drawing_outlives_panels_and_epochs_and_is_asked_about_again_after_them(
    make_app: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with make_app().run_test(size=(120, 40)) as pilot:
        engine = await train(pilot, epochs=2)
        monkeypatch.setattr("fake_codes.networks", lambda query, epoch: networks(query, epoch=epoch_now(pilot)))
        await pilot.press("D")
        await until(pilot, lambda: panel(pilot).answer)
        pad = panel(pilot).pad
        assert pad is not None
        await pilot.press("space", "d")
        drawn = pad.seen
        before = len(asked(engine, Networks))
        engine.play_epochs(3, 3)
        await until(pilot, lambda: epoch_now(pilot) == 3)
        assert len(asked(engine, Networks)) == before, "nothing is asked while another panel is open"
        await pilot.press("D")
        await until(pilot, lambda: len(asked(engine, Networks)) == before + 1)
        engine.play_epochs(4, 4)
        await until(pilot, lambda: panel(pilot)._model.epoch == 4)
        assert panel(pilot).pad is pad
        assert np.array_equal(pad.seen, drawn)
        await until(pilot, lambda: not panel(pilot)._model.stale(pad.changes))


def epoch_now(pilot: Pilot[None]) -> int:
    return int(engine_desk(pilot).run_shown.last_epoch)


async def test_what_numpy_cannot_run_the_engine_is_asked_and_only_the_newest_drawing_waits(
    make_app: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("fake_codes.networks", lambda query, epoch: networks(query, epoch=epoch, plain=False))
    async with make_app().run_test(size=(120, 40)) as pilot:
        engine = await opened(pilot)
        pad = panel(pilot).pad
        assert pad is not None
        before = len(asked(engine, Reconstruct))
        engine.late = True
        await pilot.press("space", "right", "space", "right", "space")
        assert len(asked(engine, Reconstruct)) == before + 1
        engine.answer_all()
        await until(pilot, lambda: len(asked(engine, Reconstruct)) == before + 2)
        engine.answer_all()
        await until(pilot, lambda: not panel(pilot)._model.stale(pad.changes))
        assert len(asked(engine, Reconstruct)) == before + 2
        assert np.allclose(panel(pilot).answer.output, pad.seen * np.float32(0.9))  # type: ignore[union-attr]


async def test_items_noise_and_files_come_onto_the_pad(make_app: Make, tmp_path: Path) -> None:
    app = make_app()
    async with app.run_test(size=(120, 40)) as pilot:
        with pytest.raises(EngineError, match="no pad yet"):
            commands.do(Typed(app, app.desk), "draw 3")
        engine = await opened(pilot)
        draw, pad = panel(pilot), panel(pilot).pad
        assert pad is not None
        await pilot.press("pagedown", "pagedown")
        await until(pilot, lambda: (pad.seen == np.float32(1 / 25)).all())
        assert "test item 2 (1)" in said(pilot, "#below")
        drawn = pad.sheet.drawn
        await pilot.press("N")
        await until(pilot, lambda: pad.covered == 28 * 28)
        assert asked(engine, Corrupt)[0].variant == "vanilla"
        assert np.array_equal(pad.sheet.drawn, drawn)
        await pilot.press("delete", "space", "shift+up", "space")
        await until(pilot, lambda: not draw._model.stale(pad.changes))
        drawn = pad.sheet.drawn
        taken = draw.taken(View(engine_desk(pilot).run_shown, 2, None, ""))
        for form in ("png", "npz"):
            (tmp_path / f"mine.{form}").write_bytes(formats.content(taken, form, ABOUT))
            await pilot.press("delete")
            assert not pad.seen.any()
            commands.do(Typed(app, app.desk), f"draw {tmp_path}/mine.{form}")()
            assert abs(pad.seen - drawn).max() <= (0 if form == "npz" else 0.5 / 255 + 1e-6)
        commands.do(Typed(app, app.desk), "draw 20")()
        await until(pilot, lambda: "test item 20" in said(pilot, "#below"))
        for wrong, reason in (("draw", "number of a test item"), ("draw 0", "from 1 on"), ("draw no.png", "no file")):
            with pytest.raises(EngineError, match=reason):
                commands.do(Typed(app, app.desk), wrong)


async def test_what_is_missing_is_said_in_a_sentence(make_app: Make) -> None:
    async with make_app().run_test(size=(80, 24)) as pilot:
        await ready(pilot)
        await pilot.press("D")
        await until(pilot, lambda: said(pilot) == NO_RUN)
        await pilot.press("escape")
        engine = await train(pilot)
        await pilot.press("D")
        await until(pilot, lambda: said(pilot) == NOT_YET)
        engine.wrong = RunError("No weights yet", "the run has no checkpoint")
        engine.play_epochs(1, 1)
        await until(pilot, lambda: said(pilot) == "✕ the run has no checkpoint")
        engine.wrong = None
        engine.play_epochs(2, 2)
        await until(pilot, lambda: panel(pilot).pad is not None)
        await pilot.press("m")
        for _ in range(5):
            await pilot.press("down")
        assert "draw" not in [kind.key for kind in engine_desk(pilot)._tabs.kinds], "sentences are no images"
