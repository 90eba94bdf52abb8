"""Beside the run on the screen the one that it branched off from: read once, followed while another process trains
it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual import on, work

from aetui.follow.attach import RunFollower
from aetui.follow.family import ParentNews, Relatives, Wanted, read_family
from aetui.follow.reading import follow
from aetui.state.fold import FamilyRead, Read

if TYPE_CHECKING:
    from aetui.state.run_state import RunState


class LineageFollower(RunFollower):
    """An app, not a mixin: see `RunFollower`."""

    _parent_followed: tuple[str, int] | None = None
    """The parent that another process trains, and how far its events are read."""

    def look_at_group(self, run_id: str) -> None:
        """Read what the runs of the same group reached, and those that the run is related to."""
        super().look_at_group(run_id)
        run = self.state.runs.get(run_id)
        if run is not None and run.seq:
            parent = self.state.runs.get(run.parent)
            # What another process wrote of the parent while neither was on the screen is not known.
            whole = bool(run.parent) and (parent is None or not parent.whole or parent.elsewhere)
            self._read_family(Wanted(run_id, run.parent, whole))

    @work(thread=True, exclusive=True, group="family", exit_on_error=False)
    def _read_family(self, wanted: Wanted) -> None:
        self.post_message(read_family(self.store, wanted))

    @on(Relatives)
    def _family_read(self, message: Relatives) -> None:
        if message.run_id not in self.state.runs:
            return
        if message.parent is not None:
            read = message.parent
            known = self.state.runs.get(read.run.run_id)
            if known is None or not (known.here and known.going):
                self.hear(Read(read.run))
                self._parent_followed = (read.run.run_id, read.offset)
        self.hear(FamilyRead(message.run_id, message.family))
        self.desk.refresh_run()

    def parent_of(self, run: RunState) -> RunState | None:
        """The run that it branched off from, where its past is known."""
        parent = self.state.runs.get(run.parent) if run.parent else None
        return parent if parent is not None and parent.whole else None

    def _follow(self) -> None:
        super()._follow()
        run, followed = self.desk.run_shown, self._parent_followed
        if run is None or followed is None or followed[0] != run.parent or followed[0] == (self._followed or ("",))[0]:
            return
        parent = self.state.runs.get(run.parent)
        if parent is not None and parent.elsewhere:
            self._read_parent_news(*followed)

    @work(thread=True, exclusive=True, group="parent", exit_on_error=False)
    def _read_parent_news(self, run_id: str, offset: int) -> None:
        self.post_message(ParentNews(follow(self.store, run_id, offset)))

    @on(ParentNews)
    def _parent_news(self, message: ParentNews) -> None:
        news = message.followed
        parent = self.state.runs.get(news.run_id)
        if parent is None or parent.here or self._parent_followed != (news.run_id, news.before):
            return
        now = news.applied_to(parent)
        self._parent_followed = (news.run_id, news.offset)
        if now is not parent:
            self.hear(Read(now))
            self.desk.refresh_run()
