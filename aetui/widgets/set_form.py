"""The form by which data are added: where they lie, what to call them, what they are, how they are read."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, ClassVar

from aetui import keymap
from aetui.bringing import typed_paths
from aetui.widgets.param_form import Edit, Note, ParamForm
from engine.datasets.own.cutting import Cutting
from engine.datasets.own.readers import READERS
from engine.params import Param, describe

GUESSED = "guessed"
PATH, NAME, KIND, COPY = "path", "name", "kind", "copy"
ABOUT = (
    Param(PATH, "text", "the file or the folder that they lie in", ""),
    Param(NAME, "text", "what to call them from now on, wherever a data set is named", ""),
    Param(KIND, "choice", "what they are, where the files do not tell", GUESSED, choices=(GUESSED, *READERS)),
    Param(COPY, "bool", "have the files copied beside the record; else they are read where they lie", False),
)
"""Of all data."""


def fields(reader: str) -> tuple[Param, ...]:
    """Those of all data and those of a reader, its own before what all have; "" for no reader yet."""
    if reader not in READERS:
        return ABOUT
    shared = set(Cutting.__struct_fields__)
    options = sorted(describe(READERS[reader].Options()), key=lambda param: param.name in shared)
    taken = {param.name for param in ABOUT}
    return (*ABOUT, *(param for param in options if param.name not in taken))


class SetForm(ParamForm):
    """Enter accepts what is typed, and asks for the whole to be added where nothing is. Tab completes a path."""

    BINDINGS = keymap.bindings("adding")
    commands: ClassVar[str] = ""

    def __init__(self, heard: Callable[[], None], whole: Callable[[], None]) -> None:
        """`heard` is told of every change, also while something is typed; `whole` that enter was pressed for all."""
        super().__init__()
        self.border_title = ""
        self._heard_of = heard
        self._whole = whole
        self._turn: list[str] = []
        """What tab goes through, while nothing else is pressed."""
        self.set_params(ABOUT, {param.name: param.default for param in ABOUT})

    @property
    def kind(self) -> str:
        """The kind that the user chose; empty where it is guessed."""
        kind = str(self.values[KIND])
        return "" if kind == GUESSED else kind

    @property
    def options(self) -> dict[str, Any]:
        """The reader's options that differ from what it does by itself, with what is being typed."""
        about = {param.name for param in ABOUT}
        found = ((param, self.current(param.name)) for param in self.params if param.name not in about)
        return {param.name: value for param, value in found if value != param.default}

    def fill(self, values: Mapping[str, Any]) -> None:
        """Put these values in; there are fields for all of them."""
        self.values |= values
        self._stop_editing()

    def read_as(self, reader: str, notes: Mapping[tuple[str, str], Note]) -> None:
        """Show the options of `reader`, and what there is to say."""
        self.renew(fields(reader), notes)

    def action_accept(self) -> None:
        """Take over what is being typed, and go on to the next field of a path or a name."""
        if self.edit is None:
            self._whole()
        elif self.commit() and self.param.name in (PATH, NAME):
            self.action_move(1)

    def complete(self, by: int) -> None:
        """Complete the path as far as it is clear; then one possibility after the other. In a field for another thing
        than text nothing happens."""
        if self.param.kind != "text":
            return
        text = self.edit.text if self.edit is not None else str(self.values[self.param.name])
        if text not in self._turn:
            found = typed_paths.completions(text)
            agreed = typed_paths.agreed(text, found)
            if agreed != text or not found:
                self._put_whole(agreed)
                return
            self._turn = found
            at = -1 if by > 0 else 0
        else:
            at = self._turn.index(text)
        turn = self._turn
        self._put_whole(turn[(at + by) % len(turn)])
        self._turn = turn

    def _put_whole(self, text: str) -> None:
        self._typed(Edit(text, len(text)))

    def _typed(self, edit: Edit) -> None:
        self._turn = []
        super()._typed(edit)
        self._heard_of()

    def _stop_editing(self) -> None:
        super()._stop_editing()
        self._heard_of()

    def _set(self, value: Any) -> None:
        super()._set(value)
        self._heard_of()
