"""A cure that is tried on the screen: which runs it needs, how far they are, and what came of it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from textual.content import Content

from aetui.render.text import plain
from engine.cures.diagnosis import Finding, Subject

if TYPE_CHECKING:
    from aetui.render.series import Floats
    from aetui.state.run_state import RunState
    from engine.cures.trial import Trial
    from engine.cures.verdict import Verdict
    from engine.queries.messages.fidelity import Fidelities

HEIGHT = 7
"""Rows of the two curves."""
WIDEST = 72


class Attempt:
    """One of them."""

    def __init__(self, run: Subject, finding: Finding) -> None:
        self.run, self.finding = run, finding
        self.trial: Trial | None = None
        """Once its data are there."""
        self.verdict: Verdict | None = None
        self.failure = ""
        self.answers: dict[str, Fidelities | BaseException] = {}
        """What the models gave back, by their runs."""
        self.asked = self.judging = False

    @property
    def over(self) -> bool:
        """Whether nothing more comes of it."""
        return bool(self.verdict or self.failure)

    @property
    def cured(self) -> str:
        """The run that is cured; empty before it is queued."""
        return next((leg.run_id for leg in self.trial.legs if leg.role == "cure"), "") if self.trial else ""

    @property
    def faulty(self) -> str:
        """The run that is compared with it; empty while it is to be trained."""
        return next((leg.run_id for leg in self.trial.legs if leg.role == "fault"), "") if self.trial else ""

    def state(self, runs: Mapping[str, RunState]) -> object:
        """All that `lines` depend on beside the width."""
        known = [(run.status, run.last_epoch) for name in (self.faulty, self.cured) if (run := runs.get(name))]
        return self.finding.key, self.faulty, self.cured, known, self.asked, self.verdict, self.failure

    def lines(self, shown: RunState, runs: Mapping[str, RunState], width: int, *, blocks: bool) -> list[Content]:
        """What is tried, both curves, and the verdict."""
        from aetui.render.pair_plot import pair

        tried = f"{self.finding.key}: {plain(self.finding.cure(self.run.config))}"
        lines = [Content.assemble(("cure  ", "$text-muted"), (tried, "$foreground"))]
        if self.failure:
            lines.append(Content.styled(f"▲ {plain(self.failure)}", "$warning"))
        elif self.verdict is not None:
            good = self.verdict.cured
            lines.append(
                Content.styled(f"{'✓' if good else '✗'} {self.verdict.text}", "$success" if good else "$warning")
            )
        cured, faulty = runs.get(self.cured), runs.get(self.faulty, shown)
        lines += pair(_curve(faulty), _curve(cured), (min(width, WIDEST), HEIGHT), blocks=blocks)
        lines.append(Content.assemble(("━ with the fault  ", "$warning"), ("━ cured", "$success"), self._now(cured)))
        return [*lines, Content("")]

    def _now(self, cured: RunState | None) -> tuple[str, str]:
        if self.over:
            told = f"  {self.cured}"
        elif self.asked:
            told = "  measuring both"
        elif cured is None:
            told = "  it is prepared"
        elif cured.status == "queued":
            told = "  it waits for its turn"
        else:
            told = f"  epoch {cured.last_epoch:,} of {cured.planned:,}"
        return told, "$text-muted"


def _curve(run: RunState | None) -> tuple[Floats, Floats]:
    """Epochs and the reconstruction error of validation, or the loss where that is all."""
    import numpy as np

    from aetui.state.run_state import Curve

    if run is None or not run.epochs:
        return np.zeros(0), np.zeros(0)
    values = run.column(Curve("reconstruction validation", "validation", "reconstruction"))
    if not np.isfinite(values).any():
        values = run.column(Curve("validation", "validation", "loss"))
    return run.numbers, values
