"""The final figures of a run in words, each with all that it is measured against beside it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from math import isclose
from typing import Any

from aetui.render import numbers
from engine.analysis.baselines import BASELINES, MEASURES, Measure
from engine.analysis.verdict import lost, verdict
from engine.errors import counted

AVERAGE = next(row.label for row in BASELINES if row.key == "average")

_SHARE = "{:.4f}".format
_FORMATS: Mapping[str, Callable[[float], str]] = {
    "knn": _SHARE,
    "precision_at_10": _SHARE,
    "word_order": "{:.6f}".format,
}
_QUARTILES = ("cosine_q1", "cosine_median", "cosine_q3")
_VARIANCE = ("variance_left", "target_variance")


def concluded(
    figures: Mapping[str, float],
    weights: str,
    weights_epoch: int,
    variant: str,
    dataset: str,
    config: Mapping[str, Any],
) -> list[tuple[str, str]]:
    """How a run ended (`RunFinished`), label and words: with which weights, the figures, and whether it was beaten."""
    beaten = verdict(figures, variant, dataset, config)
    return [*tested(figures, weights, weights_epoch), *([("beaten", beaten)] if beaten else [])]


def tested(figures: Mapping[str, float], weights: str, weights_epoch: int) -> list[tuple[str, str]]:
    """As `concluded`, for whom being beaten is told elsewhere."""
    best = ", the best by validation loss" if weights == "best" else ""
    measured = [("tested", f"with the weights of epoch {numbers.count(weights_epoch)}{best}")] if weights_epoch else []
    return [*measured, *achieved(figures)]


def whose(weights_epoch: int) -> str:
    """Behind figures: the weights that they were measured with, where that is known."""
    return f" · weights of epoch {numbers.count(weights_epoch)}" if weights_epoch else ""


def outcome(how: str, epochs: int, planned: int) -> str:
    """How a run ended after so many epochs: "completed, stopped early in epoch 10 of 30"."""
    if how == "completed" and epochs < planned:
        return f"{how}, stopped early in epoch {numbers.count(epochs)} of {numbers.count(planned)}"
    return f"{how}, {counted(epochs, 'epoch')}"


def achieved(figures: Mapping[str, float]) -> list[tuple[str, str]]:
    """`RunFinished.figures`, label and words; figures that are not known here keep their names."""
    rows = [*_losses(figures), *_cosine(figures), *_variance(figures)]
    known = {"cosine_mean", *_QUARTILES, *_VARIANCE, *loss_names(figures)}
    for measure in MEASURES:
        known |= {measure.ours, _validation(measure), *(f"{row.key}_{measure.key}" for row in BASELINES)}
        rows += _measured(figures, measure)
    return rows + [(name, numbers.loss(value)) for name, value in figures.items() if name not in known]


def of_sentences(figures: Mapping[str, float]) -> list[tuple[str, str]]:
    """What a model of text has left over of its targets, and how well its codes find; as `achieved`."""
    search = next(measure for measure in MEASURES if measure.key == "precision_at_10")
    loss = lost(figures)
    beaten = [("", f"the codes find no better than {loss.baseline.label}")] if loss and loss.measure is search else []
    return _variance(figures) + _measured(figures, search) + beaten


def _measured(figures: Mapping[str, float], measure: Measure) -> list[tuple[str, str]]:
    if measure.ours not in figures:
        return []
    ours, chosen_by = shown(measure, figures[measure.ours]), figures.get(_validation(measure))
    validation = [] if chosen_by is None else [f"on the validation part: {shown(measure, chosen_by)}"]
    beside = ", ".join([*baselines(figures, measure), *validation])
    return [(measure.label, f"{ours} ({beside})" if beside else ours)]


def _validation(measure: Measure) -> str:
    """What the same is called on the validation part."""
    return f"validation_{measure.ours}"


def _variance(figures: Mapping[str, float]) -> list[tuple[str, str]]:
    if not all(name in figures for name in _VARIANCE):
        return []
    left, variance = (figures[name] for name in _VARIANCE)
    error = numbers.loss(left * variance)
    return [("variance left", f"{left:.1%} (squared error {error}, of the mean vector {numbers.loss(variance)})")]


def baselines(figures: Mapping[str, float], measure: Measure) -> list[str]:
    """Who is measured by `measure` beside the model, with the figure."""
    found = [(row.label, figures.get(f"{row.key}_{measure.key}")) for row in BASELINES]
    return [f"{label}: {shown(measure, figure)}" for label, figure in found if figure is not None]


def shown(measure: Measure, figure: float) -> str:
    """With as many digits as the measure is worth."""
    return _FORMATS.get(measure.key, numbers.loss)(figure)


def _losses(figures: Mapping[str, float]) -> list[tuple[str, str]]:
    """The loss terms on a test part that played no role in any choice."""
    return [(label(name), numbers.loss(value)) for name, value in loss_terms(figures).items()]


def label(name: str) -> str:
    """A loss or a term of it as people read it."""
    return name.replace("_", " ")


def loss_terms(figures: Mapping[str, float]) -> dict[str, float]:
    """The loss on the test part and its terms; one that is all of it is not said again."""
    terms = {name: figures[name] for name in loss_names(figures)}
    whole = len(terms) == 2 and "test_loss" in terms and isclose(*terms.values())
    return {"test_loss": terms["test_loss"]} if whole else terms


def loss_names(figures: Mapping[str, float]) -> list[str]:
    """Which of `figures` are the loss and its terms."""
    measured = {measure.ours for measure in MEASURES}
    return [name for name in figures if name.startswith("test_") and name not in measured]


def _cosine(figures: Mapping[str, float]) -> list[tuple[str, str]]:
    if "cosine_mean" not in figures:
        return []
    quartiles = [f"{figures[name]:.4f}" for name in _QUARTILES if name in figures]
    spread = f" (quartiles {', '.join(quartiles)})" if quartiles else ""
    return [("reconstruction cosine", f"{figures['cosine_mean']:.4f}{spread}")]
