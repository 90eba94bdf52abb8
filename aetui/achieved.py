"""The final figures of a run in words, each with what it is measured against beside it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import NamedTuple

from aetui.render import numbers

PCA = "PCA of the same size"
AVERAGE = "averaged word vectors"


class _Figure(NamedTuple):
    label: str
    ours: str
    baseline: str
    of: str
    """Whose the baseline is."""
    shown: Callable[[float], str]


_FIGURES = (
    _Figure("test MSE", "test_mse", "pca_mse", PCA, numbers.loss),
    _Figure("15-NN accuracy", "knn", "pca_knn", PCA, "{:.4f}".format),
    _Figure("word order", "word_order", "average_word_order", AVERAGE, "{:.6f}".format),
)
_SEARCHED = {
    "average_precision_at_10": AVERAGE,
    "sif_precision_at_10": "SIF averages",
    "tfidf_precision_at_10": "tf-idf",
}
"""What finds sentences without a model."""
_VARIANCE = ("variance_left", "target_variance")
_QUARTILES = ("cosine_q1", "cosine_median", "cosine_q3")


def achieved(figures: Mapping[str, float]) -> list[tuple[str, str]]:
    """`RunFinished.figures`, label and words; figures that are not known here keep their names."""
    rows = _cosine(figures) + of_sentences(figures)
    known = {"cosine_mean", *_QUARTILES, *_VARIANCE, "precision_at_10", *_SEARCHED}
    for figure in _FIGURES:
        known |= {figure.ours, figure.baseline}
        if figure.ours in figures:
            baseline = figures.get(figure.baseline)
            beside = f" ({figure.of}: {figure.shown(baseline)})" if baseline is not None else ""
            rows.append((figure.label, figure.shown(figures[figure.ours]) + beside))
    return rows + [(name, numbers.loss(value)) for name, value in figures.items() if name not in known]


def of_sentences(figures: Mapping[str, float]) -> list[tuple[str, str]]:
    """What a model of text has left over of its targets, and how well its codes find; as `achieved`."""
    return _variance(figures) + _search(figures)


def _cosine(figures: Mapping[str, float]) -> list[tuple[str, str]]:
    if "cosine_mean" not in figures:
        return []
    quartiles = [f"{figures[name]:.4f}" for name in _QUARTILES if name in figures]
    spread = f" (quartiles {', '.join(quartiles)})" if quartiles else ""
    return [("reconstruction cosine", f"{figures['cosine_mean']:.4f}{spread}")]


def _variance(figures: Mapping[str, float]) -> list[tuple[str, str]]:
    if not all(name in figures for name in _VARIANCE):
        return []
    left, variance = (figures[name] for name in _VARIANCE)
    error = numbers.loss(left * variance)
    return [("variance left", f"{left:.1%} (squared error {error}, of the mean vector {numbers.loss(variance)})")]


def _search(figures: Mapping[str, float]) -> list[tuple[str, str]]:
    if "precision_at_10" not in figures:
        return []
    ours = figures["precision_at_10"]
    without = {label: figures[name] for name, label in _SEARCHED.items() if name in figures}
    beside = ", ".join(f"{label}: {value:.4f}" for label, value in without.items())
    rows = [("topic precision@10", f"{ours:.4f}{f' ({beside})' * bool(beside)}")]
    best = max(without, key=lambda label: without[label], default="")
    if best and without[best] >= ours:
        rows.append(("", f"the codes find no better than {best}, which takes no training"))
    return rows
