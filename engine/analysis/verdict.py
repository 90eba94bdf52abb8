"""Where a trained model loses to a baseline: one plain sentence, with what to try."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

import msgspec

from engine import params, registry
from engine.analysis.baselines import BASELINES, MEASURES, Baseline, Measure
from engine.datasets import catalogue
from engine.errors import EngineError
from engine.params import TrainingConfig

LEARNING = ("activation", "output", "reconstruction", "schedule", "learning_rate")
"""Settings that decide how well a network of the same size learns: taken over from a preset that learns well."""
WIDTHS = {"filters": "more filters", "layers": "wider layers", "hidden": "wider hidden layers"}
"""Settings that make the network larger and leave the code as it is."""
EXACT = 1e-4
"""Below this squared error PCA leaves nothing out that can be seen."""


class Loss(NamedTuple):
    """A model that is worse than a baseline."""

    measure: Measure
    ours: float
    baseline: Baseline
    theirs: float


def lost(metrics: Mapping[str, float]) -> Loss | None:
    """To the strongest baseline that is a rival, by the first measure where there is a stronger one."""
    for measure in MEASURES:
        ours = metrics.get(measure.ours)
        if ours is None or measure.higher_is_better is None:
            continue
        sign = 1 if measure.higher_is_better else -1
        theirs = {row: metrics.get(f"{row.key}_{measure.key}") for row in BASELINES if row.rival}
        known = {row: value for row, value in theirs.items() if value is not None}
        strongest = max(known, key=lambda row: sign * known[row], default=None)
        if strongest is not None and sign * known[strongest] > sign * ours:
            return Loss(measure, ours, strongest, known[strongest])
    return None


def verdict(metrics: Mapping[str, float], variant: str, dataset: str, config: Mapping[str, Any]) -> str:
    """Says that the model is beaten and what to try, of settings that it has and that differ; empty if it is not.

    `metrics` as in `engine.events.RunFinished`; `dataset` and `config` may be of an older version.
    """
    loss = lost(metrics)
    if loss is None:
        return ""
    told = f"the model loses to {loss.baseline.label}: {loss.measure.label} {loss.ours:#.4g} against {loss.theirs:#.4g}"
    if metrics.get("pca_mse", 1.0) < EXACT:
        return f"{told}; a code of this size leaves nothing out, so that there is nothing to beat: take a smaller code"
    advice = _advice(variant, dataset, config)
    return f"{told}; try {', '.join(advice)}" if advice else told


def _advice(variant: str, dataset: str, config: Mapping[str, Any]) -> list[str]:
    try:
        now = params.stored(registry.preset(variant, registry.variant(variant).default_preset), config)
    except EngineError:  # of another version
        return []
    if not registry.variant(variant).trained:
        return []
    wider = [text for name, text in WIDTHS.items() if name in config][:1]
    if "corruption" in config and "hidden_dim" in config:  # noise is told from images by more units than a code needs
        wider = ["more units (hidden_dim)"]
    return [*_differences(variant, _well(variant, dataset), now), *wider, "more epochs"]


def _well(variant: str, dataset: str) -> TrainingConfig | None:
    """The preset that learns well: the one that suits the data set, if it names any, else `tuned`."""
    presets = registry.variant(variant).presets
    known = catalogue.known(dataset)
    return presets.get(known.preset if known else "") or presets.get("tuned")


def _differences(variant: str, well: TrainingConfig | None, now: TrainingConfig) -> list[str]:
    """What preset `well` sets otherwise, as far as it is possible together with the rest of `now`."""
    kind = registry.variant(variant)
    found: list[str] = []
    for name in LEARNING if well is not None else ():
        better = getattr(well, name, None)
        if better is None or better == getattr(now, name):
            continue
        changed = msgspec.structs.replace(now, **{name: better})
        try:
            kind.check(changed)
        except EngineError:
            continue
        now = changed
        found.append(f"{name} {better:g}" if isinstance(better, float) else f"{name} {better}")
    return found
