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
    _Figure("topic precision@10", "precision_at_10", "average_precision_at_10", AVERAGE, "{:.4f}".format),
    _Figure("word order", "word_order", "average_word_order", AVERAGE, "{:.6f}".format),
)
_QUARTILES = ("cosine_q1", "cosine_median", "cosine_q3")


def achieved(figures: Mapping[str, float]) -> list[tuple[str, str]]:
    """`RunFinished.figures`, label and words; figures that are not known here keep their names."""
    rows = _cosine(figures)
    known = {"cosine_mean", *_QUARTILES}
    for figure in _FIGURES:
        known |= {figure.ours, figure.baseline}
        if figure.ours in figures:
            baseline = figures.get(figure.baseline)
            beside = f" ({figure.of}: {figure.shown(baseline)})" if baseline is not None else ""
            rows.append((figure.label, figure.shown(figures[figure.ours]) + beside))
    return rows + [(name, numbers.loss(value)) for name, value in figures.items() if name not in known]


def _cosine(figures: Mapping[str, float]) -> list[tuple[str, str]]:
    if "cosine_mean" not in figures:
        return []
    quartiles = [f"{figures[name]:.4f}" for name in _QUARTILES if name in figures]
    spread = f" (quartiles {', '.join(quartiles)})" if quartiles else ""
    return [("reconstruction cosine", f"{figures['cosine_mean']:.4f}{spread}")]
