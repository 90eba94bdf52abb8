"""The workbench with the tour: the card looks on, and goes on when what it asked for has happened."""

from __future__ import annotations

from contextlib import suppress

from textual.binding import Binding
from textual.keys import key_to_character

from aetui import keymap
from aetui.app import Workbench
from aetui.touring.card import TourCard
from aetui.touring.steps import STEPS, Seen
from aetui.widgets.epoch_progress import EpochProgress
from engine import registry
from engine.datasets.catalogue import dataset
from engine.errors import EngineError

LOOK_SECONDS = 0.2


class TourWorkbench(Workbench):
    """Never holds anything up: all keys do what they always do, but for those of the scope `touring`."""

    # Asked before a focused list or form, which would take escape for itself.
    BINDINGS = [
        Binding(action.keys, action.act, action.label, id=action.id, priority=True)
        for action in keymap.ACTIONS
        if action.scope == "touring"
    ]

    step = 0
    """The step that is shown."""
    _card: TourCard | None = None
    _history: list[Seen]

    def begin(self) -> None:
        """As ever; then the first autoencoder with data that need no download, and the card."""
        super().begin()
        first = next(iter(registry.VARIANTS.values()))
        bundled = next((key for key in first.prefers if dataset(key).package), first.prefers[0])
        self.desk.choose_model(first.key)
        with suppress(EngineError):
            self.desk.set_value("dataset", bundled)
            self.desk.set_value("preset", registry.default_preset(first.key, bundled))
        self._card = TourCard()
        self.desk.mount(self._card, before=self.desk.query_one(EpochProgress))
        self._say_step()
        self.set_interval(LOOK_SECONDS, self._look_on)

    @property
    def touring(self) -> bool:
        """Whether the card is there."""
        return self._card is not None

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """The tour's own keys work where its card can be seen and nothing is being typed."""
        if action in ("tour_next", "tour_leave"):
            return self.touring and self.screen is self.desk and not self._taken_by_focus(action)
        return super().check_action(action, parameters)

    def action_tour_next(self) -> None:
        """Show the next step; after the last one the tour is over."""
        if self.step + 1 == len(STEPS):
            self.action_tour_leave()
        else:
            self.step += 1
            self._say_step()

    def action_tour_leave(self) -> None:
        """Take the card away."""
        if self._card is not None:
            self._card.remove()
            self._card = None

    def _taken_by_focus(self, action: str) -> bool:
        """Whether what has the focus takes the keys of `action` for itself now, such as a field that is filled in."""
        names = keymap.split(keymap.BY_ID[action], self.key_overrides)
        taken = self.desk.focused.check_consume_key if self.desk.focused else lambda key, character: False
        return any(taken(name, keymap.CHARACTERS.get(name) or key_to_character(name)) for name in names)

    def _look_on(self) -> None:
        if self._card is None:
            return
        seen = self._now_seen()
        if seen != self._history[-1]:
            self._history.append(seen)
        if not seen.dialog and STEPS[self.step].done(self._history):
            self.action_tour_next()

    def _say_step(self) -> None:
        if self._card is None:
            return
        self._history = [self._now_seen()]
        step = STEPS[self.step]
        names = ("tour_next", "next step"), ("tour_leave", "leave the tour")
        keys = ", ".join(
            f"{keymap.first_key(keymap.BY_ID[name], self.key_overrides)} {meaning}" for name, meaning in names
        )
        self._card.say(self.step + 1, len(STEPS), step.title, step.told(self.key_overrides), keys)

    def _now_seen(self) -> Seen:
        run, top = self.desk.run_shown, self.screen_stack[-1]
        ours = run is not None and run.here
        return Seen(
            dialog=type(top).__name__ if len(self.screen_stack) > 1 else "",
            mode=self.current_mode,
            run=run.run_id if run is not None and ours else "",
            epochs=run.last_epoch if run is not None and ours else 0,
            going=bool(run is not None and run.going),
            cursor=self.desk.cursor,
            panel=self.desk.open_panel,
        )
