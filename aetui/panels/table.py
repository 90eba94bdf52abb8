"""The table of panels, the views of a run. Adding one means a widget and a line here.

A variant names the panels that its runs fill (`Variant.panels`); the workbench shows those, in this order.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pkgutil import resolve_name
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol, runtime_checkable

from aetui.render.ladder import AUTO

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from textual.widget import Widget

    from aetui.panels.preview import Preview
    from aetui.state.run_state import EngineStatus, RunState
    from aetui.taking.taken import Taken
    from engine.events import DataProgress
    from engine.runs.snapshots import Samples


class View(NamedTuple):
    """What a panel is asked to show."""

    run: RunState | None
    epoch: int
    """The epoch under the chart's cursor; 0 before the first."""
    samples: Samples | None
    """The probe set as it stood after `samples_epoch`."""
    missing: str
    """Why there are no samples of it though they were kept: reading them failed, or is under way."""
    engine: EngineStatus = "ready"
    data: DataProgress | None = None
    """How far the latest thing is that keeps an answer waiting."""
    preview: Preview | None = None
    """Items of the data set, before the first epoch."""
    cells: str = AUTO
    """The cells that are asked for (`aetui.render.ladder`)."""
    zoomed: bool = False
    """Whether the panel stands alone, and size is preferred to number."""
    signed: bool = False
    """Whether errors are shown with their sign."""
    nearest: int = 0
    """The epoch that `samples` are of, where none were kept of `epoch`; else 0."""

    @property
    def samples_epoch(self) -> int:
        """The epoch that `samples` are of."""
        return self.nearest or self.epoch

    @property
    def views(self) -> Mapping[str, NDArray[Any]]:
        """What the epoch's samples show, by name (see `engine.runs.snapshots`); nothing where there are none."""
        return self.samples.views if self.samples else {}

    def instead(self, nothing_yet: str, missing: str) -> str:
        """What a panel says that has nothing to draw: nothing has come, or this run has no such view."""
        return missing if self.samples else self.missing or nothing_yet


class Panel(Protocol):
    """What a panel's widget must have."""

    def show(self, view: View) -> None:
        """Draw `view`, or say why there is nothing to draw; called again and again with what is shown already."""

    def taken(self, view: View) -> Taken:
        """What it shows of `view`, as data; called in a thread of its own, so nothing on the screen is touched."""


@runtime_checkable
class Pictures(Protocol):
    """A panel with pictures. What its methods return is said to the user."""

    def step_size(self, by: int) -> str:
        """Pictures one size larger (`by` = 1) or smaller (-1)."""

    def turn_page(self, by: int) -> str:
        """The next page (`by` = 1) or the one before (-1)."""


class PanelKind(NamedTuple):
    """A row of the table."""

    key: str
    label: str
    shortcut: str
    widget: str
    """Its class, "module:class" in this package: imported when it is first opened."""
    meaning: str
    by_epoch: bool = True
    """Whether it shows something else at every epoch."""
    of_samples: bool = True
    """Whether it shows what is kept of epochs, of a long run only of some."""
    tells_alarms: bool = False
    """Whether it is the one to look at when something is wrong."""
    has_keys: bool = False
    """Whether it has keys of its own, and so gets the focus by its key."""

    def make(self) -> Widget:
        """A new widget of the panel, which is a `Panel`; its module is imported now."""
        made: Widget = resolve_name(f"{__package__}.{self.widget}")()
        return made


PANELS: dict[str, PanelKind] = {
    panel.key: panel
    for panel in (
        PanelKind("digits", "Digits", "d", "digits:Digits", "validation images, what is made of them, and the error"),
        PanelKind(
            "columns", "Columns", "V", "columns:Columns", "a row of the table, what is made of it, column by column"
        ),
        PanelKind(
            "curves", "Windows", "W", "curves:Curves", "a window of the series, and what is made of it, over time"
        ),
        PanelKind(
            "sentences", "Sentences", "S", "sentences:Sentences", "ask with sentences of your own; what is read back"
        ),
        PanelKind(
            "ratings",
            "Ratings",
            "R",
            "ratings:Ratings",
            "what a user may like, beside what they rated",
            by_epoch=False,
        ),
        PanelKind("jacobian", "Jacobian", "J", "jacobian:Jacobian", "how fast the code moves when an image does"),
        PanelKind("codebook", "Codebook", "B", "codebook:Codebook", "how often each entry of the codebook is chosen"),
        PanelKind(
            "weights",
            "Weights",
            "w",
            "weights:Weights",
            "what each unit looks for, and how active the units are",
            has_keys=True,
        ),
        PanelKind(
            "anomalies",
            "Anomalies",
            "A",
            "anomalies:Anomalies",
            "which test items do not fit, and where the threshold cuts",
            by_epoch=False,
            of_samples=False,
            has_keys=True,
        ),
        PanelKind(
            "draw",
            "Draw",
            "D",
            "draw:Draw",
            "draw with keys or the mouse; see what the model makes of it",
            by_epoch=False,
            of_samples=False,
            has_keys=True,
        ),
        PanelKind(
            "worst",
            "Worst",
            "i",
            "worst:Worst",
            "the items where the model errs most, beside the baseline",
            by_epoch=False,
            of_samples=False,
            has_keys=True,
        ),
        PanelKind(
            "bench",
            "Noise",
            "P",
            "bench:NoiseBench",
            "PSNR and SSIM of restored images, over levels and kinds of noise",
            by_epoch=False,
            of_samples=False,
            has_keys=True,
        ),
        PanelKind(
            "latent",
            "Latent",
            "c",
            "latent:Latent",
            "codes by class, beside PCA or averages; enter explores them",
            has_keys=True,
        ),
        PanelKind(
            "samples", "Samples", "n", "samples:PriorSamples", "new images drawn from the prior, KL of each dimension"
        ),
        PanelKind(
            "health",
            "Health",
            "h",
            "health:HealthReport",
            "dead and active units, gradients; what is wrong, and its cure",
            of_samples=False,
            tells_alarms=True,
            has_keys=True,
        ),
        PanelKind(
            "parameters",
            "Parameters",
            "p",
            "parameters:Parameters",
            "layers, parameter counts, settings and data",
            by_epoch=False,
        ),
        PanelKind(
            "log",
            "Log",
            "L",
            "event_log:EventLog",
            "what happened to the run, with every warning in full",
            by_epoch=False,
        ),
    )
}


def of_variant(keys: Sequence[str], instead: Mapping[str, str] | None = None) -> list[PanelKind]:
    """The panels that a variant fills, in the table's order; `instead`: those that stand in the place of others on some
    kinds of data (`Kind.panels`)."""
    shown = {(instead or {}).get(key, key) for key in keys}
    return [panel for panel in PANELS.values() if panel.key in shown]
