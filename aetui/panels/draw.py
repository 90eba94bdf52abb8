"""The draw panel: a pad of the model's own size, and beside it what the model makes of what is drawn."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

import numpy as np
from numpy.typing import NDArray
from textual import events, on, work
from textual.app import ComposeResult
from textual.containers import Container, Horizontal
from textual.content import Content
from textual.message import Message
from textual.widgets import Static

from aetui import keymap
from aetui.bridge import Answered, Queried
from aetui.panels.drawing import shelf as shelves
from aetui.panels.drawing import words
from aetui.panels.drawing.answers import Answer, Drawing
from aetui.panels.drawing.beside import Beside
from aetui.panels.drawing.board import Board, Shown
from aetui.panels.drawing.items import Items
from aetui.panels.drawing.model import Model, reason
from aetui.panels.drawing.pad import Pad
from aetui.panels.drawing.pictures import compared
from aetui.panels.drawing.shelf import Shelf
from aetui.panels.drawing.view import GAP, Frame, framed
from aetui.panels.table import View
from aetui.render import ladder
from aetui.render.pixels import colour_mode
from aetui.render.text import plain
from aetui.taking import of_drawing
from aetui.taking.taken import Taken
from engine import datasets
from engine.errors import EngineError
from engine.queries.messages import Corrupt, Corrupted, Reconstruct, Reconstruction

if TYPE_CHECKING:
    from aetui.screens.host import Workbench
    from engine.runs.store import RunStore

PENS = {"": "pen up", "paint": "pen paints", "erase": "pen erases"}
DRAWS = 8
"""Draws of the run's noise that a key goes through."""
NO_NOISE = "this model learned from clean items: it has no noise of its own; o takes the noise brush"
NO_MORE, NO_LESS = "the test part ends here", "this is the first test item"


class Draw(Container):
    """Asks for the networks once it is open, and again after epochs while it is shown; never waits itself."""

    BINDINGS = keymap.bindings("draw")

    DEFAULT_CSS = """
    Draw { layout: vertical; }
    Draw > #told { height: 1fr; content-align: center middle; text-align: center; color: $text-muted; display: none; }
    Draw > Horizontal { height: 1fr; }
    Draw > #below { height: 1; text-wrap: nowrap; }
    Draw.-told > Horizontal, Draw.-told > #below { display: none; }
    Draw.-told > #told { display: block; }
    """

    can_focus = True

    class ShelfRead(Message):
        """Real items of the run, or why there are none."""

        def __init__(self, run_id: str, shelf: Shelf | None, failure: str) -> None:
            super().__init__()
            self.run_id = run_id
            self.shelf = shelf
            self.failure = failure

    def __init__(self) -> None:
        super().__init__()
        self._view: View | None = None
        self._pads: dict[tuple[int, ...], Pad] = {}
        """By shape, so that a drawing outlives the run that it was begun for."""
        self._model = Model(self, self._heard, self._look_again)
        self._shelf: Shelf | None = None
        self._shelf_failure = ""
        self._stamp = 0
        self._drawable = self._changing = False
        self._pen = ""
        self._items = Items()
        self._source = ""
        """Where the drawing came from, for people."""
        self._draws = 0
        self._frame: Frame | None = None
        self._shown: object = None

    def compose(self) -> ComposeResult:
        """A sentence for when nothing can be drawn; pictures with numbers, items and map beside them; the brush."""
        yield Static(words.NO_RUN, id="told", markup=False)
        with Horizontal():
            yield Board()
            yield Beside()
        yield Static(id="below")

    @property
    def pad(self) -> Pad | None:
        """What is drawn on; None while no model says how large it is."""
        shape = self._model.shape
        if len(shape) != 3 or shape[2] not in (1, 3):
            return None
        if shape not in self._pads:
            self._pads[shape] = Pad(shape)
        return self._pads[shape]

    @property
    def answer(self) -> Answer | None:
        """What the model made of the newest drawing that it was asked about."""
        return self._model.answer

    # What is shown.

    def show(self, view: View) -> None:
        """Take the run; another one, or one that has come further since it was asked, is asked for its networks."""
        before, self._view, run = self._view, view, view.run
        if (before and before.run and before.run.run_id) != (run and run.run_id):
            self._forget()
        if run is not None and run.epochs:
            if (query := self._model.wanted(run)) is not None:
                self.post_message(Queried(self, self._stamp, (query,)))
            if self._shelf is None and not self._shelf_failure:
                self._shelf_failure = "the data are being read …"
                self._read_shelf(run.run_id)
        self._draw()

    def _look_again(self) -> None:
        if self._view is not None and self.display:
            self.show(self._view)

    def _forget(self) -> None:
        """All of the run that was shown, answers still to come too; not what is drawn."""
        self._stamp += 1
        self.post_message(Queried(self, self._stamp, ()))
        self._model.forget(self._stamp)
        self._shelf, self._shelf_failure = None, ""
        self._items = Items()

    def on_resize(self, _event: events.Resize) -> None:
        """What has room depends on the size."""
        self._draw()

    @on(events.Focus)
    @on(events.Blur)
    def _focus_changed(self) -> None:
        """The cursor is seen while keys move it."""
        self._draw()

    def taken(self, view: View) -> Taken:
        """The drawing, what the model saw and made of it, its code, and the nearest items."""
        return of_drawing.drawing(view, self.pad, self.answer, self._shelf, self._model.epoch)

    @work(thread=True, exclusive=True, group="shelf")
    def _read_shelf(self, run_id: str) -> None:
        app = cast("Workbench", self.app)
        store: RunStore = app.store
        try:
            found = self.ShelfRead(run_id, shelves.read(store, run_id, app.data_dir), "")
        except (EngineError, OSError) as error:
            found = self.ShelfRead(run_id, None, f"no real items beside it: {reason(error)}")
        self.post_message(found)

    @on(ShelfRead)
    def _shelf_read(self, message: ShelfRead) -> None:
        message.stop()
        if self._view and self._view.run and message.run_id == self._view.run.run_id:
            self._shelf, self._shelf_failure = message.shelf, message.failure
            self._model.compare_with(message.shelf)
            self._draw()

    # What comes back.

    @on(Answered)
    def _answered(self, message: Answered) -> None:
        if message.stamp != self._stamp:
            return
        query, answer = message.query, message.answer
        if isinstance(query, Reconstruct) and query.inputs is None:
            self._items_came(query, message)
        elif isinstance(query, Corrupt):
            if isinstance(answer, Corrupted) and (pad := self.pad) is not None and pad.shape == answer.items.shape[1:]:
                pad.cover(answer.items[self._draws % DRAWS])
                self._changed()
            elif message.error is not None:
                self._say(reason(message.error))
        else:
            self._model.hear(message)

    def _heard(self) -> None:
        """The model has something new: networks, an answer, real items' codes, or a reason."""
        pad = self.pad
        if (pad is not None) != self._drawable:
            self._drawable = pad is not None
            self.refresh_bindings()
        if pad is not None and self._model.stale(pad.changes):
            self._ask()
        if not self._changing:
            self._draw()

    def _ask(self) -> None:
        if (pad := self.pad) is not None:
            self._model.ask(Drawing(pad.changes, pad.sheet.drawn, pad.seen))

    def _changed(self) -> None:
        """Ask about the drawing, and draw once: the answer may be there by then."""
        self._changing = True
        self._ask()
        self._changing = False
        self._draw()

    def _say(self, text: str) -> None:
        cast("Workbench", self.app).desk.say(plain(text, 300))

    # Keys.

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Without a pad its keys are those of the workbench; colours are for pictures that have some."""
        pad = self.pad
        if pad is None:
            return action not in DRAWN
        return pad.shape[2] == 3 or (action, *parameters) != ("pad", "next_colour")

    def action_go(self, down: int, right: int) -> None:
        """Move the cursor; with the pen down it draws."""
        if (pad := self.pad) is not None:
            pad.move(down, right)
            if self._pen:
                pad.dab(erases=self._pen == "erase")
                self._changed()
            else:
                self._draw()

    def action_dab(self, erases: bool) -> None:
        """Put the brush down at the cursor, once."""
        if (pad := self.pad) is not None:
            pad.dab(erases=erases)
            if not self._pen:
                pad.lift()
            self._changed()

    def action_pen(self) -> None:
        """The pen down so that it paints, then so that it erases, then up."""
        if (pad := self.pad) is not None:
            keys = list(PENS)
            self._pen = keys[(keys.index(self._pen) + 1) % len(keys)]
            pad.lift()
            if self._pen:
                pad.dab(erases=self._pen == "erase")
            self._changed()

    def action_pad(self, change: str, *arguments: int) -> None:
        """Have the pad do what its method `change` does."""
        if (pad := self.pad) is not None:
            if getattr(pad, change)(*arguments) is False:
                self._say(f"nothing to {change}")
            self._changed()

    def action_clear(self) -> None:
        """A black pad."""
        self._source = ""
        self.action_pad("clear")

    def action_corrupt(self) -> None:
        """Have the model see the drawing with the noise that it learned from, each time as drawn for another item."""
        pad, run = self.pad, self._view.run if self._view else None
        if pad is None or run is None:
            return
        if not self._model.noise:
            self._say(NO_NOISE)
            return
        self._draws += 1
        items = np.repeat(pad.sheet.drawn[None], DRAWS, axis=0)
        query = Corrupt(run_id=run.run_id, variant=run.variant, preset=run.preset, config=run.config, items=items)
        self.post_message(Queried(self, self._stamp, (query,)))

    # Items of the data set.

    @property
    def _test_items(self) -> int:
        """How many there are; 0 where nobody knows."""
        run = self._view.run if self._view else None
        entry = datasets.known(run.dataset) if run else None
        return len(self._shelf.test_labels) if self._shelf else entry.test_items if entry else 0

    def step_size(self, by: int) -> str:
        """The pad is as large as there is room."""
        return ""

    def turn_page(self, by: int) -> str:
        """The next test item on the pad, or the one before."""
        at = self._items.latest
        if at is not None and at + by < 0:
            return NO_LESS
        return self.put_item(0 if at is None else at + by)

    def action_any_item(self) -> None:
        """A test item by chance."""
        if self._test_items:
            self.put_item(int(np.random.default_rng().integers(self._test_items)))

    def put_item(self, place: int) -> str:
        """Draw test item `place`, from 0 on; returns what is to be said to the user."""
        run = self._view.run if self._view else None
        if self.pad is None or run is None:
            return ""
        if self._test_items and place >= self._test_items:
            return f"{NO_MORE}: it has {self._test_items:,} items"
        query = self._items.ask(place, run.run_id)
        if query is not None:
            self.post_message(Queried(self, self._stamp, (query,)))
        self._put_awaited()
        return ""

    def _items_came(self, query: Reconstruct, message: Answered) -> None:
        if isinstance(message.answer, Reconstruction):
            self._items.came(query, message.answer)
            self._put_awaited()
        else:
            self._items.give_up()
            self._say(reason(message.error))

    def _put_awaited(self) -> None:
        image, place = self._items.found(), self._items.at
        if image is not None and place is not None and self.pad is not None and image.shape == self.pad.shape:
            label = self._shelf.test_label(place) if self._shelf else ""
            self.put_drawing(image, f"test item {place + 1:,}" + f" ({label})" * bool(label))

    def put_drawing(self, image: NDArray[np.float32], source: str) -> None:
        """Draw `image` of the pad's shape, which came from `source`."""
        if (pad := self.pad) is not None:
            pad.put(image)
            self._source = source
            self._changed()

    # The mouse.

    @on(Board.Touched)
    def _touched(self, message: Board.Touched) -> None:
        message.stop()
        if (pad := self.pad) is not None:
            pad.touch(message.place, erases=message.erases)
            height, width, _ = pad.shape
            row, column = (round(at) for at in message.place)
            pad.cursor = max(0, min(row, height - 1)), max(0, min(column, width - 1))
            self._changed()

    @on(Board.Lifted)
    def _lifted(self, message: Board.Lifted) -> None:
        message.stop()
        if (pad := self.pad) is not None:
            pad.lift()

    # Drawing.

    def _draw(self) -> None:
        if self._view is None or not self.is_mounted or not self.size:
            return
        pad = self.pad
        sentence = words.instead(self._view, self._model.shape, self._model.failure, drawable=pad is not None)
        self.set_class(bool(sentence), "-told")
        if sentence or pad is None:
            self.query_one("#told", Static).update(Content(sentence))
            return
        self._draw_pictures(pad, self._view)

    def _draw_pictures(self, pad: Pad, view: View) -> None:
        mode = colour_mode(self.app.console.color_system)
        kind = ladder.chosen(view.cells, exact=True, colours=mode != "none")
        labels = self.size.height >= 9
        room = self.size.width, self.size.height - 1 - labels
        frame = framed((pad.shape[0], pad.shape[1]), room, kind)
        if frame is None:
            return
        board, beside = self.query_one(Board), self.query_one(Beside)
        if frame != self._frame:
            self._frame = frame
            board.styles.width = frame.width
            beside.display = frame.words > 0
            beside.styles.margin = (0, 0, 0, GAP)
        answer = self.answer
        cursor = pad.cursor if self.has_focus else None
        erases = self._pen == "erase"
        coloured = mode != "none" and not kind.ramp and not self.app.no_color
        shown = Shown(frame, kind, mode, cursor, erases=erases, coloured=coloured, labels=labels)
        board.show(compared(pad, answer, mode, signed=view.signed), shown)
        told = words.Told(
            self._model.told(view.run), words.waiting(view, self._model.failure, self.answer), self._shelf_failure
        )
        beside.show(told, answer, pad, self._shelf, self._model.neighbours)
        below = words.below(pad, PENS[self._pen], self._source, frame, answer, self.size.width)
        if below != self._shown:
            self._shown = below
            self.query_one("#below", Static).update(below, layout=False)


DRAWN = {action.act.partition("(")[0] for action in keymap.ACTIONS if action.scope == "draw"}
