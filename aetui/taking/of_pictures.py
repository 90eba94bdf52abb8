"""Panels that show pictures, points and bars, as data."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from aetui.panels.table import PANELS, View
from aetui.render.tiles import pictured, signed_grey, symmetric_scale
from aetui.taking.taken import Pictures, Plot, Series, Table, Taken
from engine import datasets

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from engine.runs.snapshots import Samples

NOT_YET = "there is nothing of it before the first epoch"
MISSING = "this run keeps nothing of the kind"


def nothing(key: str, view: View) -> Taken:
    """Why the panel `key` has nothing to give."""
    return Taken(key, PANELS[key].label, missing=view.instead(NOT_YET, MISSING))


def digits(view: View, rows: Sequence[tuple[str, NDArray[Any]]]) -> Taken:
    """The probe set as the rows of pictures that the panel knows by label, with the error of each item."""
    samples = view.samples
    if samples is None or not rows:
        return nothing("digits", view)
    dataset = view.run.dataset if view.run else ""
    errors = {"mse": _errors(samples.outputs, samples)}
    arrays: dict[str, NDArray[Any]] = {
        "inputs": samples.inputs,
        "targets": samples.targets,
        "outputs": samples.outputs,
        "codes": samples.codes,
        "labels": samples.labels,
    }
    if (baseline := view.views.get("baseline")) is not None:
        arrays["baseline"] = baseline
        errors["baseline mse"] = _errors(baseline, samples)
    names = class_names(samples.labels.tolist(), samples, dataset)
    return Taken(
        "digits",
        PANELS["digits"].label,
        view.samples_epoch,
        table=Table(
            ("item", "class", *errors), list(zip(range(1, len(names) + 1), names, *errors.values(), strict=True))
        ),
        arrays=arrays,
        pictures=tuple(Pictures(label, images) for label, images in rows),
    )


def _errors(images: NDArray[Any], samples: Samples) -> list[float]:
    """Mean squared error of each image."""
    squares = (images.astype(np.float64) - samples.targets) ** 2
    return [float(value) for value in squares.reshape(len(squares), -1).mean(axis=1)]


def class_names(labels: Sequence[int], samples: Samples, dataset: str) -> list[str]:
    """What each label is called; the number where that is not known."""
    entry = datasets.known(dataset)
    known: Sequence[str] = entry.classes if entry else ()
    if samples.classes is not None:
        known = [str(name) for name in samples.classes.tolist()]
    return [known[label] if 0 <= label < len(known) else str(label) for label in labels]


def weights(view: View, beside: Mapping[str, NDArray[Any]]) -> Taken:
    """Weights of the first units, mean activation of each unit of the code, and the weights of the run `beside`."""
    own, activations = view.views.get("weights"), view.views.get("activations")
    if own is None and activations is None:
        return nothing("weights", view)
    arrays = {} if own is None else {"weights": own, **beside}
    scale = symmetric_scale(*arrays.values()) if arrays else 1.0
    pictures = tuple(
        Pictures(f"{name}, black to white −{scale:g} to {scale:g}", _signed(array, scale))
        for name, array in arrays.items()
    )
    rows = [] if activations is None else [(unit, value) for unit, value in enumerate(activations, 1)]
    return Taken(
        "weights",
        PANELS["weights"].label,
        view.samples_epoch,
        table=Table(("unit", "mean activation"), rows) if rows else None,
        arrays=arrays if activations is None else {**arrays, "activations": activations},
        pictures=pictures,
    )


def _signed(array: NDArray[Any], scale: float) -> NDArray[Any]:
    grey = signed_grey(pictured(array), scale) / np.float32(255)
    return grey if grey.ndim == 4 else grey[..., None]


def latent(view: View, members: NDArray[np.int64], names: Sequence[str], titles: tuple[str, str]) -> Taken:
    """The points of codes and baseline in the plane; `members`: for each its place among `names` of classes, which may
    be none; `titles`: of both planes."""
    points, beside = view.views.get("points"), view.views.get("baseline_points")
    if points is None:
        return nothing("latent", view)
    arrays = {"points": points, **({} if beside is None else {"baseline_points": beside})}
    columns = {"class": [names[member] for member in members.tolist()]} if names else {}
    flat = {name: array.reshape(len(array), -1) for name, array in arrays.items()}
    for name, array in flat.items():
        axes = "xy"[: array.shape[1]]
        columns |= {f"{name} {axis}": list(array[:, at]) for at, axis in enumerate(axes)}
    plots = tuple(
        Plot(title, tuple(_clouds(array, members, names)))
        for title, array in zip(titles, flat.values(), strict=False)
        if array.shape[1] > 1
    )
    labels = {"classes": np.asarray(columns["class"])} if names else {}
    return Taken(
        "latent",
        PANELS["latent"].label,
        view.samples_epoch,
        table=Table(tuple(columns), list(zip(*columns.values(), strict=True))),
        arrays={**arrays, **labels},
        plots=plots,
    )


def _clouds(points: NDArray[Any], members: NDArray[np.int64], names: Sequence[str]) -> list[Series]:
    groups = [members == place for place in range(len(names))] or [np.ones(len(points), bool)]
    return [
        Series(name, points[group, 0], points[group, 1], "points")
        for name, group in zip(names or [""], groups, strict=True)
    ]


def samples(view: View) -> Taken:
    """Images from the prior, and what each dimension of the code carries."""
    generated, kl = view.views.get("generated"), view.views.get("kl")
    if generated is None and kl is None:
        return nothing("samples", view)
    pairs = (("generated", generated), ("kl", kl))
    return Taken(
        "samples",
        PANELS["samples"].label,
        view.samples_epoch,
        table=None if kl is None else Table(("dimension", "KL in nats"), list(enumerate(kl, 1))),
        arrays={name: array for name, array in pairs if array is not None},
        pictures=(Pictures("drawn from the prior", generated),)
        if generated is not None and generated.ndim == 4
        else (),
    )


def ranked(key: str, view: View, name: str, value: str, place: str = "") -> Taken:
    """The numbers of view `name`, the largest first. `value` is what a number is, `place` what it belongs to, where
    that is more than its rank."""
    values = view.views.get(name)
    if values is None or values.ndim != 1:
        return nothing(key, view)
    order = np.argsort(-np.nan_to_num(values), kind="stable")
    ranks = np.arange(1, len(values) + 1)
    columns = {"rank": ranks.tolist(), **({place: (order + 1).tolist()} if place else {}), value: list(values[order])}
    return Taken(
        key,
        PANELS[key].label,
        view.samples_epoch,
        table=Table(tuple(columns), list(zip(*columns.values(), strict=True))),
        arrays={name: values},
        plots=(Plot(f"{value} by rank", (Series(value, ranks, values[order]),), "rank", value),),
    )
