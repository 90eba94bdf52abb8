"""What a model has to beat: a table of baselines, chosen by what a run is asked to do."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, NamedTuple, Protocol

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from engine.backend import Model
    from engine.datasets.array_data import ArrayData
    from engine.datasets.data import Report

Task = Literal["reconstruction", "compression", "denoising", "features", "meaning", "rating"]
"""Answer with what was seen; with the same through a code of so many bits; with the clean item; tell classes apart by
codes; find sentences of the same matter; tell ratings that were
held out."""


class Fitting(NamedTuple):
    """What a baseline is fitted to: the training part of `data` alone, as the `model` gets to see it."""

    data: ArrayData
    model: Model
    size: int
    """Numbers in the model's code."""
    cache: Path
    """Where what takes long to fit is kept."""
    report: Report


class Fitted(Protocol):
    """A baseline that can answer (reconstruction, denoising) or make codes (features)."""

    name: str
    """Beside pictures: short, and with the size of its code if it has one ("PCA-128")."""

    def answer(self, seen: NDArray[Any]) -> NDArray[np.float32]:
        """What it makes of items as the encoder gets them, (count, *shape), in [0, 1]."""

    def encode(self, items: NDArray[Any]) -> NDArray[np.float32]:
        """Codes of clean items, (count, its size)."""


class Baseline(NamedTuple):
    """One thing to beat."""

    key: str
    """Begins the names of its metrics: `pca` of `pca_mse`."""
    label: str
    """In words, for people."""
    tasks: tuple[Task, ...]
    fit: str = ""
    """The function that fits it, "module:function": from `Fitting` to `Fitted`, or to None where that would take too
    much. Without one it is measured where the other metrics of its task are."""
    rival: bool = True
    """Whether a model that loses to it has something to learn; what leaves nothing out is no rival of a code."""
    short: str = ""
    """In a column of a table; the label where it is short enough."""


_RATINGS = "engine.analysis.rating_baselines"

BASELINES = (
    Baseline("pca", "PCA of the same size", ("reconstruction", "features"), "engine.analysis.pca:fitted", short="PCA"),
    Baseline(
        "transform",
        "principal components in as many bits",
        ("compression",),
        "engine.analysis.transform_coding:fitted",
        short="as many bits",
    ),
    Baseline(
        "linear",
        "a linear map of the same rank",
        ("denoising",),
        "engine.analysis.linear_denoiser:fitted",
        short="linear",
    ),
    Baseline(
        "mean",
        "the mean item",
        ("reconstruction", "compression", "denoising"),
        "engine.analysis.mean_item:fitted",
        short="mean",
    ),
    Baseline("svd", "a truncated SVD of what was rated", ("rating",), f"{_RATINGS}:svd", short="SVD"),
    Baseline("biases", "biases of users and items", ("rating",), f"{_RATINGS}:biases", short="biases"),
    Baseline("item", "each item's mean", ("rating",), f"{_RATINGS}:items", short="item mean"),
    Baseline("user", "each user's mean", ("rating",), f"{_RATINGS}:users", short="user mean"),
    Baseline("mean_rating", "the mean rating", ("rating",), f"{_RATINGS}:constant", short="mean"),
    Baseline("raw", "raw pixels", ("features",), rival=False),
    Baseline("tfidf", "tf-idf", ("meaning",)),
    Baseline("sif", "SIF averages", ("meaning",), short="SIF"),
    Baseline("average", "averaged word vectors", ("meaning",), short="averages"),
)
"""Of those for one task, the strongest first."""


class Measure(NamedTuple):
    """A metric that models and baselines have."""

    key: str
    """Ends the names of the baselines' metrics."""
    ours: str
    """The name of the model's."""
    label: str
    higher_is_better: bool | None = None
    """None where it is neither."""
    short: str = ""
    """Before a figure in a column of a table."""


MEASURES = (
    Measure("auroc", "auroc", "AUROC", higher_is_better=True, short="AUROC"),
    Measure("mse", "test_mse", "test MSE", higher_is_better=False, short="MSE"),
    Measure("rmse", "test_rmse", "test RMSE", higher_is_better=False, short="RMSE"),
    Measure("knn", "knn", "15-NN accuracy", higher_is_better=True, short="15-NN"),
    Measure("precision_at_10", "precision_at_10", "topic precision@10", higher_is_better=True, short="prec@10"),
    Measure("word_order", "word_order", "word order"),
)


def task_of(model: Model, *, paired: bool = False) -> Task:
    """What a model of arrays is asked to do; with `paired` data to answer with other items than it sees."""
    if model.noise or paired:
        return "denoising"
    return "compression" if model.bits else "reconstruction"


def fitted(task: Task, fitting: Fitting) -> dict[str, Fitted]:
    """The baselines of `task` that have something to be fitted, by key, the strongest first.

    Raises:
        Stopped: from `fitting.report`.
    """
    found = {row.key: _function(row.fit)(fitting) for row in BASELINES if task in row.tasks and row.fit}
    return {key: baseline for key, baseline in found.items() if baseline is not None}


def strongest(task: Task, fitting: Fitting) -> Fitted | None:
    """Of the baselines of `task` the first that can be fitted. Raises Stopped from `fitting.report`."""
    rows = (row for row in BASELINES if task in row.tasks and row.fit)
    return next((found for row in rows if (found := _function(row.fit)(fitting)) is not None), None)


def _function(path: str) -> Callable[[Fitting], Fitted | None]:
    module, name = path.split(":")
    function: Callable[[Fitting], Fitted | None] = getattr(import_module(module), name)
    return function
