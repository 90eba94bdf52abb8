"""A run that branches off at the chart's cursor, whose settings change under way; its parent's curve behind it."""

from __future__ import annotations

from typing import Any

from aetui.render.text import plain
from aetui.screens.query_view import QueryView
from aetui.state import changing
from aetui.state.run_state import RunState
from engine.errors import EngineError, UsageError
from engine.params import Param
from engine.runs.changes import Change

STAMP = 16
"""Of a run without a name the beginning of its id, which is its time, tells which one it is."""


class BranchView(QueryView):
    """Sees to forks of the run on the screen, and to the settings of one that trains."""

    def __init__(self) -> None:
        super().__init__()
        self._settings_shown: tuple[str, tuple[Change, ...]] = ("", ())
        """The run that the form was last filled in for, and what had changed in it by then."""

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """A fork takes an epoch to branch off after; settings change of a run that is under way."""
        run = self.run_shown
        match action:
            case "fork":
                return run is not None and bool(run.epochs) and changing.trained(run)
            case "knobs":
                return run is not None and changing.changes_now(run)
        return super().check_action(action, parameters)

    def action_fork(self) -> None:
        """Ask for the settings of a run that branches off after the epoch under the cursor."""
        from aetui.screens.settings_dialog import Asked, SettingsDialog

        run, epoch = self.run_shown, self.epoch
        fields = self._fields(run, epoch)
        if run is None or not fields:
            return
        values = {field.name: field.default for field in fields}
        if epoch >= run.planned:
            values["epochs"] = epoch + run.planned
        told = f"A run of its own with the first {epoch:,} epochs of this one, which goes on with these settings."
        asked = Asked(f"Fork of {_called(run)} after epoch {epoch:,}", told, fields, values, "branches off")

        def fork(changed: dict[str, Any]) -> None:
            self.workbench.fork_run(run.run_id, epoch, changed)

        self.workbench.push_screen(SettingsDialog(asked, fork, self.workbench.key_overrides, "fork"))

    def action_knobs(self) -> None:
        """Ask for other settings of the run that trains."""
        from aetui.screens.settings_dialog import Asked, SettingsDialog

        run = self.run_shown
        # What was changed in the epoch that trains holds from its end on.
        fields = [field for field in self._fields(run, run.last_epoch + 1 if run else 0) if field.name != "epochs"]
        if run is None or not fields:
            return
        values = {field.name: field.default for field in fields}
        told = "They hold from its next epoch on. What is trained stays, and the chart marks where they changed."
        asked = Asked(f"Change {_called(run)} while it trains", told, fields, values, "changes it")

        def change(changed: dict[str, Any]) -> None:
            if not changed:
                raise UsageError("Nothing changed", "expected another value in at least one field")
            self.workbench.adjust_run(run.run_id, changed)

        self.workbench.push_screen(SettingsDialog(asked, change, self.workbench.key_overrides, "knobs"))

    def _fields(self, run: RunState | None, epoch: int) -> tuple[Param, ...]:
        """None without a run, and where this version does not know its settings, which is told."""
        try:
            return changing.fields(run, epoch) if run is not None else ()
        except EngineError as error:
            self.workbench.notice(error.title, error.message)
            return ()

    # What is drawn.

    def _show_curves(self) -> None:
        """Whoever has the settings of the run shown changed, here or elsewhere: the form takes them."""
        run, (before, known) = self.run_shown, self._settings_shown
        self._settings_shown = (run.run_id, run.changes) if run else ("", ())
        super()._show_curves()
        if run and run.run_id == before and run.changes != known:
            cursor = self.cursor
            self.show_run(run.run_id)
            if cursor is not None:
                self._go(cursor)

    def _relative(self, run: RunState) -> RunState | None:
        return self.workbench.parent_of(run)

    def _title(self, run: RunState) -> tuple[str, str]:
        """Of a fork also which run it branched off from, and where."""
        name, _ = super()._title(run)
        if not run.parent:
            return name, ""
        parent = self.workbench.parent_of(run)
        theirs = run.family.parent or (parent.name if parent else "") or run.parent[:STAMP]
        return name, f"fork of {plain(theirs, 30)} after epoch {run.forked_at:,}"


def _called(run: RunState) -> str:
    return plain(run.name or run.run_id[:STAMP], 30)
