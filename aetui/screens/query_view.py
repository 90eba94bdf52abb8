"""A run that can be asked: queries of its panels go to the engine, answers come back, the screen never waits."""

from __future__ import annotations

from concurrent.futures import Future
from typing import TYPE_CHECKING, Any, cast

from textual import on, work
from textual.message import Message

from aetui import bridge
from aetui.render.metrics import AVERAGE
from aetui.screens import model_export
from aetui.screens.take_view import TakeView
from aetui.state.fold import QueryOver
from engine.errors import EngineError, RunError, UsageError
from engine.registry import VARIANTS

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from textual.message_pump import MessagePump

    from aetui.panels.draw import Draw
    from aetui.panels.ratings import Ratings
    from aetui.panels.sentence_queries import Question
    from aetui.panels.sentences import Sentences

PANEL = "sentences"
ASKED = (PANEL, "ratings")
"""Panels with a field to ask in."""
PAD = "draw"
ALONE = "no other run here has sentences; train another, or one with other settings"


class QueryView(TakeView):
    """Sees to the panel in which the model shown can be asked, if it has one."""

    class Found(Message):
        """The runs that can be asked beside the one shown, newest first, as id and name."""

        def __init__(self, of: str, runs: list[tuple[str, str]]) -> None:
            super().__init__()
            self.of = of
            self.runs = runs

    def __init__(self) -> None:
        super().__init__()
        self._pending: list[tuple[MessagePump, Future[Any]]] = []
        self._stamps: dict[MessagePump, int] = {}

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Asking takes a model with a panel for it; a run beside takes the sentences panel open, with a run."""
        match action:
            case "ask":
                return self._asked is not None
            case "beside" | "next_way":
                return self._tabs.open_key == PANEL and self.run_shown is not None
        return super().check_action(action, parameters)

    @property
    def _asked(self) -> str | None:
        """The panel in which the model shown can be asked."""
        return next((kind.key for kind in self._tabs.kinds if kind.key in ASKED), None)

    def _panel(self, key: str) -> Any:
        found = self._tabs.query_children(f"#panel-{key}")
        return found.first() if found else None

    @property
    def _sentences(self) -> Sentences | None:
        return cast("Sentences | None", self._panel(PANEL))

    @on(bridge.Queried)
    def _queried(self, message: bridge.Queried) -> None:
        message.stop()
        if message.stamp != self._stamps.get(message.sender):
            self._stamps[message.sender] = message.stamp
            for sender, future in self._pending:
                if sender is message.sender:
                    # What has begun runs to its end, unless it is dropped; its answer comes with an old stamp.
                    (getattr(future, "drop", future.cancel) if message.stop_old else future.cancel)()
        self._pending = [(sender, future) for sender, future in self._pending if not future.done()]
        engine, failure = self.workbench.engine, self.workbench.state.failure
        for query in message.queries:
            if engine is None or failure is not None:
                reason = f"{failure.title}: {failure.message}" if failure else "the engine did not start"
                error = RunError("No engine", reason)
                message.sender.post_message(bridge.Answered(query, message.stamp, None, error))
            else:
                future = bridge.query(engine, query, message.stamp, message.sender)
                self._pending.append((message.sender, future))

    @on(bridge.Answered)
    def _answered(self, message: bridge.Answered) -> None:
        """Whatever kept the answer waiting is over, also where it broke off."""
        # It imports numpy; the one who asked has done so before.
        from engine.queries.messages import Cluster, Detect, Explore, Export, Judge, Neighbours, Recommend, Walk

        if isinstance(message.query, Cluster | Detect | Explore | Judge | Neighbours | Recommend | Walk):
            self.workbench.hear(QueryOver(message.query.run_id))
            self.refresh_run()
        if isinstance(message.query, Export):
            self.workbench.hear(QueryOver(message.query.run_id))
            model_export.tell(self.workbench, message.query, message.answer, message.error)

    def action_panel(self, key: str) -> None:
        """A panel with keys of its own gets the focus. The key bar is drawn anew too: some keys work in one panel
        only."""
        super().action_panel(key)
        panel = self._tabs.panel
        if panel is not None and any(kind.key == key and kind.has_keys for kind in self._tabs.kinds):
            self.remove_class("-drawer")
            self.set_focus(panel)
        self.refresh_bindings()

    def action_step(self, by: int) -> None:
        """Draws the key bar anew, as `action_panel`."""
        super().action_step(by)
        self.refresh_bindings()

    @property
    def _pad(self) -> Draw:
        """Raises UsageError where there is nothing to draw on."""
        panel = cast("Draw | None", self._panel(PAD))
        if panel is None or PAD not in [kind.key for kind in self._tabs.kinds]:
            raise UsageError("No pad", "the model shown does not learn from images, so there is nothing to draw on")
        if panel.pad is None:
            raise UsageError("No pad", "there is no pad yet; open the panel Draw of a run that has weights")
        return panel

    @property
    def pad_shape(self) -> tuple[int, ...]:
        """Of a drawing, (height, width, channels). Raises UsageError where there is nothing to draw on."""
        pad = self._pad.pad
        return pad.shape if pad else ()

    def draw_item(self, place: int) -> None:
        """Open the panel Draw with a test item on its pad, counted from 0. Raises as `pad_shape`."""
        told = self._pad.put_item(place)
        self.action_panel(PAD)
        if told:
            self.say(told)

    def draw_picture(self, image: NDArray[Any], name: str) -> None:
        """Open the panel Draw with `image` of the pad's shape. Raises as `pad_shape`."""
        self._pad.put_drawing(image, name)
        self.action_panel(PAD)

    def set_code(self, number: int, value: float) -> None:
        """Give a number of the code that is explored, from 1 on, a value. Raises UsageError where there is none."""
        panel = self._panel("latent")
        if panel is None or not panel.exploring:
            raise UsageError("No explorer", "expected the latent explorer to be open: c, then enter")
        panel.set_number(number, value)

    def action_ask(self) -> None:
        """Open the panel and let it be typed at once: the next key may be there already."""
        key = self._asked
        if key is None:
            return
        self.action_panel(key)
        panel: Sentences | Ratings | None = self._panel(key)
        if panel is not None:
            self.remove_class("-drawer")
            self.set_focus(panel.first)

    def action_next_way(self) -> None:
        """Have the sentences panel ask in the next way, and say what that is."""
        panel = self._sentences
        if panel is not None:
            self.say(panel.turn())

    def check_sentences(self) -> None:
        """Raises UsageError where the model shown has no sentences."""
        if PANEL not in (kind.key for kind in self._tabs.kinds):
            raise UsageError("No sentences", "the model shown knows none; `:model sentence` chooses one that does")

    def put_question(self, question: Question) -> None:
        """Open the sentences panel and have it ask."""
        self.action_panel(PANEL)
        panel = self._sentences
        if panel is not None:
            panel.go(question)

    async def action_leave_field(self) -> None:
        """Stop asking where an answer is still to come; else leave the field."""
        panel = self._sentences
        if panel is not None and panel.waiting and isinstance(self.focused, type(panel.first)):
            panel.stop()
            self.say("stopped asking")
        else:
            await self.run_action("screen.chart")

    def action_beside(self) -> None:
        """Ask the next run beside ours too, newest first; after the last one none."""
        self._find_runs(self.run_id)

    @work(thread=True, exclusive=True, group="beside")
    def _find_runs(self, of: str) -> None:
        try:
            records = self.workbench.store.summaries()
        except (EngineError, OSError):
            records = []
        able = {key for key, variant in VARIANTS.items() if "text" in variant.accepts}
        found = [(each.id, each.name or each.id) for each in records if each.id != of and each.variant in able]
        self.post_message(self.Found(of, found))

    @on(Found)
    def _found(self, message: Found) -> None:
        panel = self._sentences
        if panel is None or message.of != self.run_id:
            return
        choices = [*message.runs, None]
        at = choices.index(panel.beside) if panel.beside in choices else -1
        chosen = choices[(at + 1) % len(choices)]
        panel.put_beside(chosen)
        if chosen is None:
            self.say(f"{AVERAGE} stand beside" if message.runs else ALONE)
        else:
            self.say(f"beside: {chosen[1]}")
