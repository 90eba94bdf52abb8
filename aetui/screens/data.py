"""The screen of all data sets: what can be done with the one under the cursor."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, ClassVar

from textual import on, work
from textual.message import Message
from textual.timer import Timer

from aetui import keymap
from aetui.bringing import set_rows
from aetui.bringing.looks import Given
from aetui.bringing.task import Task
from aetui.screens.add_data import TICK_SECONDS, AddDialog
from aetui.screens.set_list import SetList
from aetui.widgets.set_table import SetTable
from engine import datasets
from engine.datasets.own import adding, records
from engine.errors import EngineError, SettingError
from engine.runs.control import Stopped

if TYPE_CHECKING:
    from engine.datasets import Location

RENAME = "rename"
OWN = frozenset({"rename", "forget"})
"""What can be done with the user's own only."""


class DataScreen(SetList):
    """Enter has the chosen model learn from a data set."""

    scope: ClassVar[keymap.Scope] = "data"

    class Done(Message):
        """A set was forgotten or renamed: what to say of it, and where the cursor is to be; or why not."""

        def __init__(self, said: str, name: str = "", error: EngineError | None = None) -> None:
            super().__init__()
            self.said = said
            self.name = name
            self.error = error

    class Fetched(Message):
        """A download is over, or cannot be."""

        def __init__(self, key: str, error: BaseException | None) -> None:
            super().__init__()
            self.key = key
            self.error = error

    def __init__(self) -> None:
        super().__init__()
        self._renamed = ""
        self._download: Task[Location] | None = None
        self._ticking: Timer | None = None

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Only the user's own can be renamed and forgotten, only what others published fetched."""
        if action in OWN:
            return self.chosen is not None and self.chosen.own is not None
        if action == "fetch":
            row = self.chosen
            return row is not None and row.location is None and not row.entry.own and self._download is None
        return self.chosen is not None if action == "use" else True

    # Using, adding.

    @on(SetTable.Opened)
    def action_use(self) -> None:
        """Have the chosen model learn from the data set under the cursor; where it cannot, say which ones can."""
        row, desk = self.chosen, self.workbench.desk
        if row is None:
            return
        if row.gone:
            self.say(f"{row.key} is {row.place}; bring it back, or add it anew")
            return
        desk.refresh_data()
        try:
            desk.set_value("dataset", row.key)
        except SettingError:
            able = ", ".join(set_rows.learners(row.entry.kind))
            models = keymap.first_key(keymap.BY_ID["models"], self.workbench.key_overrides)
            told = f"choose another ({models} in the workbench): {able}" if able else "nor does another by itself"
            self.say(f"the chosen model does not take {row.kind}; {told}")  # a narrow line shows the beginning
        else:
            self.workbench.show_workbench()

    def action_add(self) -> None:
        """Ask for data to add."""
        self.add(Given())

    def add(self, given: Given) -> None:
        """Ask for data to add; `given` is what the form begins with."""
        dialog = AddDialog(self.workbench.data_dir, self.workbench.key_overrides, given)
        self.app.push_screen(dialog, self._added)

    def _added(self, name: str | None) -> None:
        if name:
            use = keymap.first_key(keymap.BY_ID["use_set"], self.workbench.key_overrides)
            self._done(self.Done(f"{name} is added; {use} has the chosen model learn from it", name))

    # Fetching.

    def action_fetch(self) -> None:
        """Download the published data set under the cursor."""
        if self.chosen is None:
            return
        key = self.chosen.key
        self._download = Task(
            partial(datasets.fetch, key),
            lambda _, error: self.post_message(self.Fetched(key, error)),
            f"fetching {key}",
        )
        self._download.start()
        self._ticking = self.set_interval(TICK_SECONDS, self.tell)
        self.refresh_bindings()

    @property
    def doing(self) -> str:
        """How far the download is."""
        return " ".join(self._download.wait.lines.split("\n")) if self._download is not None else ""

    @on(Fetched)
    def _fetched(self, message: Fetched) -> None:
        self._download = None
        if self._ticking is not None:
            self._ticking.stop()
        match message.error:
            case None:
                self._done(self.Done(f"{message.key} is fetched"))
            case Stopped():
                self._done(self.Done(f"{message.key}: the download was stopped"))
            case EngineError() as error:
                self._done(self.Done("", error=error))
            case error:
                self.action_reload()
                raise error

    def action_all(self) -> None:
        """Stop a download that is under way; else drop the filter."""
        if self._download is not None:
            self._download.stop()
        else:
            super().action_all()

    def on_unmount(self) -> None:
        """Nothing goes on for nobody."""
        if self._download is not None:
            self._download.stop()

    # Renaming, forgetting.

    def action_rename(self) -> None:
        """Ask what the user's own data under the cursor are to be called."""
        if self.chosen is not None and self.chosen.own is not None:
            self._renamed = self.chosen.key
            self.line.ask(RENAME, f"name of {self._renamed}:", self._renamed, "what to call it from now on")

    def label(self, purpose: str, text: str) -> None:
        """Give the new name; the present one changes nothing."""
        name = text.strip()
        if purpose == RENAME and name != self._renamed:
            self._rename(self._renamed, name)
        else:
            self.close_line()

    @work(thread=True, group="records", exit_on_error=False)
    def _rename(self, name: str, to: str) -> None:
        try:
            adding.rename(name, to)
        except EngineError as error:
            self.post_message(self.Done("", error=error))
        else:
            self.post_message(self.Done(f"{name} is called {to} now; runs know it by the name that it had", to))

    def action_forget(self) -> None:
        """Ask, then forget the user's own data under the cursor."""
        from aetui.screens.forget_dialog import ForgetDialog

        row = self.chosen
        if row is None or row.own is None:
            return
        name = row.key
        files = f"Its copy in {row.own.path} is deleted" if row.own.copied else f"{row.own.path} stays as it is"
        what = f"{files}, and so do runs that learned from it." if not row.own.copied else f"{files}; runs stay."

        def answered(go: bool | None) -> None:
            if go:
                self._forget(name)

        self.app.push_screen(ForgetDialog(name, what, self.workbench.key_overrides), answered)

    @work(thread=True, group="records", exit_on_error=False)
    def _forget(self, name: str) -> None:
        try:
            own = records.remove(name)
        except EngineError as error:
            self.post_message(self.Done("", error=error))
        else:
            kept = "its copy is gone" if own.copied else f"{own.path} stays as it is"
            self.post_message(self.Done(f"{name} is forgotten; {kept}"))

    @on(Done)
    def _done(self, message: Done) -> None:
        if message.error is not None and self.line.purpose == RENAME:
            self.line.complain(message.error.message)
            return
        if message.error is not None:
            self.workbench.notice(message.error.title, message.error.message)
        elif self.line.purpose == RENAME:
            self.close_line()
        if message.name:
            self.choose(message.name)
        if message.said:
            self.say(message.said)
        self.action_reload()
