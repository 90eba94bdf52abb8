"""The final metrics of a run in words, each with all that it is measured against beside it."""

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
    metrics: Mapping[str, float],
    weights: str,
    weights_epoch: int,
    variant: str,
    dataset: str,
    config: Mapping[str, Any],
) -> list[tuple[str, str]]:
    """How a run ended (`RunFinished`), label and words: with which weights, the metrics, and whether it was beaten."""
    beaten = verdict(metrics, variant, dataset, config)
    return [*tested(metrics, weights, weights_epoch), *([("beaten", beaten)] if beaten else [])]


def tested(metrics: Mapping[str, float], weights: str, weights_epoch: int) -> list[tuple[str, str]]:
    """As `concluded`, for whom being beaten is told elsewhere."""
    best = ", the best by validation loss" if weights == "best" else ""
    measured = [("tested", f"with the weights of epoch {numbers.count(weights_epoch)}{best}")] if weights_epoch else []
    return [*measured, *achieved(metrics)]


def whose(weights_epoch: int) -> str:
    """Behind metrics: the weights that they were measured with, where that is known."""
    return f" · weights of epoch {numbers.count(weights_epoch)}" if weights_epoch else ""


def outcome(how: str, epochs: int, planned: int) -> str:
    """How a run ended after so many epochs: "completed, stopped early in epoch 10 of 30"."""
    if how == "completed" and epochs < planned:
        return f"{how}, stopped early in epoch {numbers.count(epochs)} of {numbers.count(planned)}"
    return f"{how}, {counted(epochs, 'epoch')}"


def achieved(metrics: Mapping[str, float]) -> list[tuple[str, str]]:
    """`RunFinished.metrics`, label and words; metrics that are not known here keep their names."""
    rows = [*_losses(metrics), *_cosine(metrics), *_variance(metrics)]
    known = {"cosine_mean", *_QUARTILES, *_VARIANCE, *loss_names(metrics)}
    for measure in MEASURES:
        known |= {measure.ours, _validation(measure), *(f"{row.key}_{measure.key}" for row in BASELINES)}
        rows += _measured(metrics, measure)
    return rows + [(name, numbers.loss(value)) for name, value in metrics.items() if name not in known]


def of_sentences(metrics: Mapping[str, float]) -> list[tuple[str, str]]:
    """What a model of text has left over of its targets, and how well its codes find; as `achieved`."""
    search = next(measure for measure in MEASURES if measure.key == "precision_at_10")
    loss = lost(metrics)
    beaten = [("", f"the codes find no better than {loss.baseline.label}")] if loss and loss.measure is search else []
    return _variance(metrics) + _measured(metrics, search) + beaten


def _measured(metrics: Mapping[str, float], measure: Measure) -> list[tuple[str, str]]:
    if measure.ours not in metrics:
        return []
    ours, chosen_by = shown(measure, metrics[measure.ours]), metrics.get(_validation(measure))
    validation = [] if chosen_by is None else [f"on the validation part: {shown(measure, chosen_by)}"]
    beside = ", ".join([*baselines(metrics, measure), *validation])
    return [(measure.label, f"{ours} ({beside})" if beside else ours)]


def _validation(measure: Measure) -> str:
    """What the same is called on the validation part."""
    return f"validation_{measure.ours}"


def _variance(metrics: Mapping[str, float]) -> list[tuple[str, str]]:
    if not all(name in metrics for name in _VARIANCE):
        return []
    left, variance = (metrics[name] for name in _VARIANCE)
    error = numbers.loss(left * variance)
    return [("variance left", f"{left:.1%} (squared error {error}, of the mean vector {numbers.loss(variance)})")]


def baselines(metrics: Mapping[str, float], measure: Measure) -> list[str]:
    """Who is measured by `measure` beside the model, with the value."""
    found = [(row.label, metrics.get(f"{row.key}_{measure.key}")) for row in BASELINES]
    return [f"{label}: {shown(measure, value)}" for label, value in found if value is not None]


def shown(measure: Measure, value: float) -> str:
    """With as many digits as the measure is worth."""
    return _FORMATS.get(measure.key, numbers.loss)(value)


def _losses(metrics: Mapping[str, float]) -> list[tuple[str, str]]:
    """The loss terms on a test part that played no role in any choice."""
    return [(label(name), numbers.loss(value)) for name, value in loss_terms(metrics).items()]


def label(name: str) -> str:
    """A loss or a term of it as people read it."""
    return name.replace("_", " ")


def loss_terms(metrics: Mapping[str, float]) -> dict[str, float]:
    """The loss on the test part and its terms; one that is all of it is not said again."""
    terms = {name: metrics[name] for name in loss_names(metrics)}
    whole = len(terms) == 2 and "test_loss" in terms and isclose(*terms.values())
    return {"test_loss": terms["test_loss"]} if whole else terms


def loss_names(metrics: Mapping[str, float]) -> list[str]:
    """Which of `metrics` are the loss and its terms."""
    measured = {measure.ours for measure in MEASURES}
    return [name for name in metrics if name.startswith("test_") and name not in measured]


def _cosine(metrics: Mapping[str, float]) -> list[tuple[str, str]]:
    if "cosine_mean" not in metrics:
        return []
    quartiles = [f"{metrics[name]:.4f}" for name in _QUARTILES if name in metrics]
    spread = f" (quartiles {', '.join(quartiles)})" if quartiles else ""
    return [("reconstruction cosine", f"{metrics['cosine_mean']:.4f}{spread}")]
