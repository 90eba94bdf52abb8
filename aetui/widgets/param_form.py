"""A form for typed settings: one line each, the meaning of the one in hand below, refusals at the field."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import Any, ClassVar, NamedTuple

from textual import events
from textual.content import Content
from textual.message import Message
from textual.widget import Widget

from aetui import keymap
from aetui.render import more
from aetui.render.text import plain, plain_lines
from engine.errors import SettingError
from engine.params import Param, named, parse

NUMBER_KEYS = frozenset("0123456789.,_+-eE")
BEGIN_KEYS = frozenset("0123456789.+-")
"""What a number can begin with; other characters are commands until one has begun."""
LONGEST = {"int": 32, "float": 32, "text": 1_000}
"""Characters that a field takes, by kind."""
EDIT_KEYS = frozenset({"backspace", "delete", "home", "end", "ctrl+u"})


class Edit(NamedTuple):
    """Text being typed, and the caret in it."""

    text: str
    caret: int

    def insert(self, text: str) -> Edit:
        """`text` put in at the caret, which then stands behind it."""
        return Edit(self.text[: self.caret] + text + self.text[self.caret :], self.caret + len(text))

    def move(self, by: int) -> Edit:
        """The caret `by` characters to the right, at the ends at most."""
        return Edit(self.text, max(0, min(len(self.text), self.caret + by)))

    def press(self, key: str) -> Edit:
        """The text after one of `EDIT_KEYS`."""
        before, after = self.text[: self.caret], self.text[self.caret :]
        match key:
            case "backspace":
                return Edit(before[:-1] + after, max(0, self.caret - 1))
            case "delete":
                return Edit(before + after[1:], self.caret)
            case "ctrl+u":
                return Edit("", 0)
            case "home":
                return Edit(self.text, 0)
        return Edit(self.text, len(self.text))


class Note(NamedTuple):
    """What there is to say about one choice: a mark beside it, and a sentence for the help below."""

    mark: str
    text: str


class ParamForm(Widget, can_focus=True):
    """Arrow keys go from field to field and through choices; typing replaces a number.

    A value takes effect when the field is left or accepted. An impossible one keeps the field, with the reason.
    """

    BINDINGS = keymap.bindings("settings")

    commands: ClassVar[str] = ":"
    """Characters that stay keys as long as no text is being typed: what is set on the command line takes its field in
    hand, and the next command is meant for the line again."""

    class Changed(Message):
        """A field has a new value; the form may be about something else than `about` by now."""

        def __init__(self, about: object, name: str, value: Any) -> None:
            super().__init__()
            self.about = about
            self.name = name
            self.value = value

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.border_title = "Settings"
        self.params: tuple[Param, ...] = ()
        self.values: dict[str, Any] = {}
        self.notes: Mapping[tuple[str, str], Note] = {}
        self.edit: Edit | None = None
        self.error = ""
        self.about = object()
        """Another one after each `set_params`."""
        self._row = 0

    def set_params(
        self,
        params: Sequence[Param],
        values: Mapping[str, Any],
        notes: Mapping[tuple[str, str], Note] | None = None,
    ) -> None:
        """Show `params` with `values`; `notes` by (name, choice). The field in hand stays so if it still exists."""
        at = self.param.name if self.params else ""
        self.params, self.values, self.notes = tuple(params), dict(values), notes or {}
        self.about = object()
        names = [param.name for param in params]
        self._row = names.index(at) if at in names else 0
        self._stop_editing()

    def renew(self, params: Sequence[Param], notes: Mapping[tuple[str, str], Note] | None = None) -> None:
        """Have other fields, choices or notes for the same thing: values stay, and so does what is being typed, where
        there still is a field for them."""
        at = self.param.name if self.params else ""
        self.values = {param.name: self.values.get(param.name, param.default) for param in params}
        self.params, self.notes = tuple(params), notes or {}
        names = [param.name for param in params]
        self._row = names.index(at) if at in names else 0
        if at not in names:
            self._stop_editing()
        self.refresh()

    @property
    def param(self) -> Param:
        """The field in hand."""
        return self.params[self._row]

    def current(self, name: str) -> Any:
        """The value of the field `name`, with what is being typed into it where that is possible."""
        if self.edit is not None and self.param.name == name:
            with suppress(SettingError):
                return parse(self.param, self.edit.text)
        return self.values[name]

    def select(self, name: str) -> None:
        """Take the field `name` in hand."""
        self._row = [param.name for param in self.params].index(name)
        self._stop_editing()

    def put(self, name: str, text: str) -> None:
        """The value that `text` says for the setting that `name` means. Raises SettingError, and nothing is changed."""
        param = named(name, self.params)
        value = parse(param, text)
        self.select(param.name)
        self._set(value)

    def refuse(self, name: str, message: str) -> None:
        """Show at the field `name` why its value cannot be."""
        if name in self.values:
            self.select(name)
        self.error = plain_lines(message)
        self.refresh()

    def commit(self) -> bool:
        """Take over what is being typed; False, and the reason at the field, if it is impossible."""
        if self.edit is None:
            return True
        try:
            value = parse(self.param, self.edit.text)
        except SettingError as error:
            self.error = plain_lines(error.message)
            self.refresh()
            return False
        self._stop_editing()
        self._set(value)
        return True

    def _set(self, value: Any) -> None:
        if value != self.values[self.param.name]:
            self.values[self.param.name] = value
            self.post_message(self.Changed(self.about, self.param.name, value))
        self.refresh()

    def _stop_editing(self) -> None:
        self.edit, self.error = None, ""
        self.refresh()

    # Keys. A character that no number begins with keeps its meaning, so that `t` trains from here too. Once one is
    # being typed every character is the field's: a slip must not train or stop a run.

    def takes(self, key: str, character: str | None) -> bool:
        """Whether the field in hand consumes this key."""
        if not self.params or self.param.kind in ("choice", "bool"):
            return False
        if key in EDIT_KEYS or (key == "escape" and self.edit is not None):
            return True
        if character is None or not character.isprintable():
            return False
        if character in self.commands and self.edit is None:
            return False
        return self.param.kind == "text" or self.edit is not None or character in BEGIN_KEYS

    def check_consume_key(self, key: str, character: str | None) -> bool:
        """As `takes`, also for keys whose character Textual does not know, such as the slash."""
        return self.takes(key, character or keymap.CHARACTERS.get(key))

    async def on_key(self, event: events.Key) -> None:
        """Put in what the field in hand can hold; do at once what other keys of the form mean."""
        if self.takes(event.key, event.character):
            event.stop()
            self._press(event)
            return
        # Textual runs bindings only when the key has bubbled up to the app; a digit typed right after an arrow would
        # be put into the field before.
        active = self.screen.active_bindings.get(event.key)
        if active is not None and active.node is self:
            event.stop()
            await self.run_action(active.binding.action)

    def _press(self, event: events.Key) -> None:
        if event.key == "escape":
            self._stop_editing()
        elif event.key in EDIT_KEYS:
            self._typed((self.edit or self._whole_value()).press(event.key))
        elif event.character:
            self._put_in(event.character)

    def on_paste(self, event: events.Paste) -> None:
        """Put in those characters that the field in hand can hold; a choice can hold none."""
        event.stop()
        if self.params and self.param.kind in LONGEST:
            self._put_in("".join(event.text.splitlines()).strip())

    def _put_in(self, text: str) -> None:
        """`text` at the caret, as far as the field can hold it; what it cannot is said."""
        edit = self.edit or Edit("", 0)
        number = self.param.kind != "text"
        fitting = "".join(c for c in text if (c in NUMBER_KEYS if number else c.isprintable()))
        room = LONGEST[self.param.kind] - len(edit.text)
        if fitting or self.edit is not None:
            self._typed(edit.insert(fitting[: max(0, room)]))
        if len(fitting) > room:
            self.error = f"{LONGEST[self.param.kind]:,} characters at most; the rest was left out"
        elif len(fitting) < len(text) and number:
            left_out = next(c for c in text if c not in NUMBER_KEYS)
            self.error = f"no number has {plain(left_out)!r}; enter accepts what stands there"

    def _whole_value(self) -> Edit:
        text = self._text(self.param)
        return Edit(text, len(text))

    def _typed(self, edit: Edit) -> None:
        self.edit, self.error = edit, ""
        self.refresh()

    def on_blur(self) -> None:
        """Take over what is being typed; an impossible value stays in the field, with the reason."""
        if self.edit is not None:
            self.commit()

    def action_move(self, by: int) -> None:
        """Take over the value and go `by` fields down, in a circle; an impossible value keeps the field."""
        if self.commit():
            self._row = (self._row + by) % len(self.params)
            self._stop_editing()

    def action_turn(self, by: int) -> None:
        """The choice `by` places on, in a circle; in other fields the caret, which comes from the end it moves from."""
        param = self.param
        if param.kind in ("choice", "bool"):
            choices = param.choices or (True, False)
            at = choices.index(self.values[param.name]) if self.values[param.name] in choices else -by
            self._set(choices[(at + by) % len(choices)])
        else:
            edit = self.edit or (self._whole_value() if by < 0 else Edit(self._text(param), 0))
            self._typed(edit.move(by if self.edit else 0))

    def action_accept(self) -> None:
        """The next choice; in other fields what is being typed is taken over, if it is possible."""
        if self.param.kind in ("choice", "bool"):
            self.action_turn(1)
        else:
            self.commit()

    def action_preset_value(self) -> None:
        """The preset's value for the field in hand; what is being typed is given up."""
        self._stop_editing()
        self._set(self.param.default)

    def on_click(self, event: events.Click) -> None:
        """Take the field that was hit in hand; if it is already, do as `action_accept`."""
        offset = event.get_content_offset(self)
        row = -1 if offset is None else offset.y + self._top
        if 0 <= row < len(self.params) and self.commit():
            again = row == self._row
            self._row = row
            self._stop_editing()
            if again:
                self.action_accept()

    # Drawing.

    @property
    def _top(self) -> int:
        """The first row shown, so that the one in hand is on the screen."""
        room = max(1, self.size.height - self._help_lines)
        return max(0, min(self._row - room // 2, len(self.params) - room))

    @property
    def _help_lines(self) -> int:
        lines = textwrap.wrap(self._help().plain, max(1, self.size.width))
        return min(len(lines), self.size.height // 2)

    def on_resize(self) -> None:
        """Which fields have room depends on the height."""
        self.refresh()

    def render(self) -> Content:
        """The fields that have room, the one in hand among them, and its meaning below."""
        room = max(1, self.size.height - self._help_lines)
        top = self._top
        rows = [self._line(index) for index in range(len(self.params))[top : top + room]]
        rows = more.marked(rows, self.size.width, above=top, below=len(self.params) - top - len(rows))
        if len(self.params) < room:
            rows.append(Content(""))
        return Content("\n").join([*rows, self._help()])

    def _line(self, index: int) -> Content:
        param = self.params[index]
        width = max(len(p.name) for p in self.params) + 1
        in_hand = index == self._row and self.has_focus
        mark = ("▸ ", "$accent") if in_hand else ("  ", "")
        room = self.size.width - width - 5  # beside mark, name and margin, and for the caret
        value = self._value(param, in_hand, room)
        # A long choice has some of the space that lines the values up.
        width = max(len(param.name) + 1, min(width, self.size.width - 2 - value.cell_length))
        name = (param.name.ljust(width), "$foreground" if in_hand else "$text-muted")
        line = Content.assemble(mark, name, value)
        return line.truncate(max(1, self.size.width), ellipsis=True)

    def _value(self, param: Param, in_hand: bool, room: int) -> Content:
        if in_hand and self.edit is not None:
            return self._edited(self.edit, max(1, room))
        text = self._text(param)
        style = "$foreground" if self.values[param.name] == param.default else "$accent"
        note = self.notes.get((param.name, text))
        mark = (f" {note.mark}" if note and note.mark else "", "$text-muted")
        if in_hand and param.kind in ("choice", "bool"):
            arrow = "bold $accent"
            return Content.assemble(("◂ ", arrow), (text, f"bold {style}"), mark, (" ▸", arrow))
        return Content.assemble("  ", (text, f"bold {style}" if in_hand else style), mark)

    def _edited(self, edit: Edit, room: int) -> Content:
        """What is typed, from as far on as the caret needs to be seen."""
        style = "underline $error" if self.error else "underline $foreground"
        before = edit.text[max(0, edit.caret - room) : edit.caret]
        under = edit.text[edit.caret : edit.caret + 1] or " "
        rest = edit.text[edit.caret + 1 :]
        return Content.assemble("  ", (before, style), (under, f"{style} reverse"), (rest, style))

    def _text(self, param: Param) -> str:
        value = self.values[param.name]
        if isinstance(value, bool):
            return "on" if value else "off"
        return f"{value:g}" if isinstance(value, float) else str(value)

    def _help(self) -> Content:
        if not self.params or not (self.has_focus or self.error):
            return Content("")
        if self.error:
            return Content.styled(f"✕ {self.error}{'; esc undoes' if self.edit else ''}", "$error")
        param = self.param
        known = f"; {param.range}" if param.kind != "text" or param.pattern else ""
        if self.edit is not None:
            back = f" (back to {text})" if (text := self._text(param)) else ""
            return Content.styled(f"esc undoes{back}, enter accepts{known}", "$warning")
        note = self.notes.get((param.name, self._text(param)))
        if note:
            return Content.styled(note.text, "$text-muted")
        text = param.meaning if param.kind == "choice" else f"{param.meaning}{known}"
        return Content.styled(text, "$text-muted")
