"""The table of panels, the views of a run. Adding one means a widget and a line here.

A variant names the panels that its runs fill (`Variant.panels`); the workbench shows those, in this order.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, NamedTuple, Protocol

if TYPE_CHECKING:
    from textual.widget import Widget

    from aetui.state import EngineStatus, RunState
    from engine.events import DataProgress
    from engine.kinds.kind import Kind
    from engine.runs.snapshots import Samples


class View(NamedTuple):
    """What a panel is asked to show."""

    run: RunState | None
    epoch: int
    """The epoch under the chart's cursor; 0 before the first."""
    samples: Samples | None
    """The probe set as it stood after that epoch."""
    failure: str
    """Why there are no samples of it, if reading them failed."""
    engine: EngineStatus = "ready"
    data: DataProgress | None = None
    """How far the latest thing is that keeps an answer waiting."""


class Panel(Protocol):
    """The one thing a panel's widget must have."""

    def show(self, view: View) -> None: ...


class PanelKind(NamedTuple):
    """A row of the table."""

    key: str
    label: str
    shortcut: str
    meaning: str
    by_epoch: bool
    """Whether it shows something else at every epoch."""
    make: Callable[[], Widget]


def _digits() -> Widget:
    from aetui.panels.digits import Digits

    return Digits()


def _sentences() -> Widget:
    from aetui.panels.sentences import Sentences

    return Sentences()


def _weights() -> Widget:
    from aetui.panels.weights import Weights

    return Weights()


def _latent() -> Widget:
    from aetui.panels.latent import Latent

    return Latent()


def _samples() -> Widget:
    from aetui.widgets.samples import PriorSamples

    return PriorSamples()


def _health() -> Widget:
    from aetui.panels.health import HealthReport

    return HealthReport()


def _parameters() -> Widget:
    from aetui.panels.parameters import Parameters

    return Parameters()


def _log() -> Widget:
    from aetui.panels.event_log import EventLog

    return EventLog()


PANELS: dict[str, PanelKind] = {
    panel.key: panel
    for panel in (
        PanelKind("digits", "Digits", "d", "validation images, what is made of them, and the error", True, _digits),
        PanelKind("sentences", "Sentences", "S", "ask with sentences of your own; what is read back", True, _sentences),
        PanelKind("weights", "Weights", "w", "what each unit looks for, and how active the units are", True, _weights),
        PanelKind("latent", "Latent", "c", "validation codes by class, beside PCA or averages", True, _latent),
        PanelKind("samples", "Samples", "n", "new images drawn from the prior, KL of each dimension", True, _samples),
        PanelKind("health", "Health", "h", "dead and active units, gradients, and what to change", True, _health),
        PanelKind("parameters", "Parameters", "p", "layers, parameter counts, settings and data", False, _parameters),
        PanelKind("log", "Log", "L", "what happened to the run, with every warning in full", False, _log),
    )
}


def of_variant(keys: Sequence[str]) -> list[PanelKind]:
    """The panels that a variant fills, in the table's order."""
    return [panel for panel in PANELS.values() if panel.key in keys]


def drawable(samples: Samples, kind: Kind) -> bool:
    """Whether the panels of a run on data of this `kind` can show them. A file may hold something else than its run's
    name promises."""
    planes = [points.shape[1] for points in (samples.points, samples.baseline_points) if points is not None]
    return kind.drawable(samples) and set(planes) <= {2}
