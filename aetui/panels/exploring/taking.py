"""What the explorer shows, as data: items with codes and places, the picture, pins."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from aetui.panels.exploring.pictures import pictured
from aetui.panels.table import PANELS, View
from aetui.taking.taken import Pictures, Plot, Series, Table, Taken

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from aetui.panels.exploring.explorer import Explorer
    from aetui.panels.exploring.place import Place

NOTHING = "the items of the map have not come yet"


def explored(explorer: Explorer, view: View) -> Taken:
    """All items of the map, or those that are marked: part, number, class, name, error, places on both maps, and
    cluster where it is known; with their codes, that of the crosshair and what is decoded there."""
    place, title = explorer.place, PANELS["latent"].label
    if place is None:
        return Taken("latent", title, missing=view.missing or NOTHING)
    found = place.found
    chosen = np.arange(len(found.codes)) if place.marked is None else place.marked
    own, beside = np.asarray(place.map.points)[chosen], np.asarray(place.beside.points)[chosen]
    columns: dict[str, Any] = {"item": (found.places[chosen] + 1).tolist(), "part": [found.part] * len(chosen)}
    if found.labels is not None:
        columns["class"] = [place.label(item) for item in chosen.tolist()]
    if found.names is not None:
        columns["name"] = [found.names[item] for item in chosen.tolist()]
    columns["error"] = list(found.errors[chosen])
    if explorer.clusters is not None:
        columns["cluster"] = (explorer.clusters[chosen] + 1).tolist()
    columns |= {"x": list(own[:, 0]), "y": list(own[:, 1])}
    columns |= {f"{found.beside_name} x": list(beside[:, 0]), f"{found.beside_name} y": list(beside[:, 1])}
    arrays: dict[str, NDArray[Any]] = {"codes": found.codes[chosen], "points": own, "baseline_points": beside}
    arrays["crosshair"] = place.code
    if place.pins:
        arrays["pins"] = np.stack([pin.code for pin in place.pins])
    output = explorer.output
    shown = () if output is None else (Pictures("decoded at the crosshair", output[None]),)
    if output is not None:
        arrays["decoded"] = output
    return Taken(
        "latent",
        title,
        found.epoch,
        table=Table(tuple(columns), list(zip(*columns.values(), strict=True))),
        arrays=arrays,
        pictures=shown if output is not None and pictured(output.shape) else (),
        plots=tuple(
            Plot(name, tuple(_clouds(place, points, chosen)))
            for name, points in ((place.map.titles[0], own), (found.beside_name, beside))
        ),
    )


def _clouds(place: Place, points: NDArray[Any], chosen: NDArray[np.int64]) -> list[Series]:
    labels = place.found.labels
    if labels is None:
        return [Series("", points[:, 0], points[:, 1], "points")]
    of = labels[chosen]
    return [
        Series(str(place.found.classes[label]), points[of == label, 0], points[of == label, 1], "points", label)
        for label in np.unique(of).tolist()
    ]
