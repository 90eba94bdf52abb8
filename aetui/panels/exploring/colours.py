"""By what the points of a map are coloured."""

from __future__ import annotations

from typing import Literal

import numpy as np
from numpy.typing import NDArray

from aetui.panels.exploring.place import Place
from aetui.render.plane.colouring import ByClass, ByNumber, Colouring
from aetui.render.text import plain

Colour = Literal["class", "error", "cluster", "number"]


def colouring(place: Place, colour: Colour, clusters: NDArray[np.int64] | None) -> Colouring:
    """Of every item on the map; none while clusters are still looked for."""
    found = place.found
    match colour:
        case "class" if found.labels is not None:
            known, members = np.unique(found.labels, return_inverse=True)
            return ByClass(members.astype(np.int64), tuple(plain(str(found.classes[at])) for at in known.tolist()))
        case "error":
            return ByNumber(found.errors, "error")
        case "cluster" if clusters is not None and len(clusters) == len(found.codes):
            return ByClass(clusters, tuple(str(number + 1) for number in range(int(clusters.max()) + 1)))
        case "number":
            return ByNumber(found.codes[:, place.dimension], f"z{place.dimension + 1}")
    return None
