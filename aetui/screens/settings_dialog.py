"""A small form of settings that may change while a run trains: for a fork of it, or for the run itself."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import Static

from aetui import keymap
from aetui.render.text import plain, plain_lines
from aetui.screens.modal import Modal
from aetui.widgets.param_form import ParamForm
from engine.errors import EngineError, SettingError
from engine.params import Param

_CHROME = 6
"""Lines of the dialog that are not the form: frame, padding, the sentence above and a complaint below."""
_HELP = 4
"""Lines for what the field in hand means."""


class Asked(NamedTuple):
    """What is asked for."""

    title: str
    told: str
    """A sentence above the form."""
    params: Sequence[Param]
    """Each with the value that holds now as its default."""
    values: Mapping[str, Any]
    """What the form begins with."""
    go: str
    """What `enter` does, in a word."""


class SettingsForm(ParamForm):
    """Enter accepts what is typed; where nothing is typed it is the whole form that is meant."""

    def __init__(self, whole: Callable[[], None]) -> None:
        super().__init__()
        self.border_title = ""
        self._whole = whole

    def action_accept(self) -> None:
        """Take over what is being typed; a field at rest asks for the whole."""
        if self.edit is None:
            self._whole()
        else:
            self.commit()


class SettingsDialog(Modal[None]):
    """Closes once `do` has done it; what cannot be is said at its field, or below."""

    BINDINGS = keymap.bindings("changing")

    DEFAULT_CSS = """
    SettingsDialog #told { height: auto; max-height: 3; color: $text-muted; margin-bottom: 1; }
    SettingsDialog #complaint { display: none; height: auto; max-height: 5; color: $error; }
    """

    def __init__(
        self, asked: Asked, do: Callable[[dict[str, Any]], object], overrides: Mapping[str, str], opened_by: str
    ) -> None:
        """`do` gets the values that are not those of now, and raises EngineError where it cannot be done. `opened_by`
        is the action whose keys, once more, do it too; `overrides` are the user's keys."""
        super().__init__()
        self._asked, self._do = asked, do
        self._form = SettingsForm(self.action_go)
        self._form.set_params(asked.params, asked.values)
        self._again = keymap.split(keymap.BY_ID[opened_by], overrides)
        self._keys = [keymap.first_key(keymap.BY_ID[name], overrides) for name in ("accept", "leave_changing")]

    def compose(self) -> ComposeResult:
        """A sentence, the form, and below it what is wrong."""
        with Vertical(classes="dialog -form") as box:
            box.border_title = Content(plain(self._asked.title))
            accept, leave = self._keys
            box.border_subtitle = Content(f"{accept} accepts, then {self._asked.go} · {leave} closes")
            yield Static(Content(plain_lines(self._asked.told)), id="told")
            yield self._form
            yield Static(id="complaint")

    def on_mount(self) -> None:
        """The first field can be typed into at once."""
        self.set_focus(self._form)

    def on_resize(self) -> None:
        """As many fields as have room; the others by going down."""
        room = int(0.9 * self.size.height) - _CHROME
        self._form.styles.height = max(2, min(len(self._asked.params) + _HELP, room))

    def key_is_again(self, key: str) -> bool:
        """Whether this key opened the dialog, and is no text now."""
        return key in self._again and not self._form.check_consume_key(key, key if len(key) == 1 else None)

    async def on_key(self, event: Any) -> None:
        """The key that opened it does what it asks."""
        if self.key_is_again(event.key):
            event.stop()
            self.action_go()

    def action_go(self) -> None:
        """Do it with what the form says."""
        form = self._form
        if not form.commit():
            self.set_focus(form)
            return
        self._complain("")
        changed = {param.name: form.values[param.name] for param in form.params}
        changed = {param.name: changed[param.name] for param in form.params if changed[param.name] != param.default}
        try:
            self._do(changed)
        except SettingError as error:
            if error.field in form.values:
                form.refuse(error.field, error.message)
            else:
                self._complain(f"{error.field}: {error.message}")
        except EngineError as error:
            self._complain(error.message)
        else:
            self.dismiss()

    def _complain(self, text: str) -> None:
        complaint = self.query_one("#complaint", Static)
        complaint.update(Content(f"✕ {plain_lines(text)}" if text else ""))
        complaint.display = bool(text)
