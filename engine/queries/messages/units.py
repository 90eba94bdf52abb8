"""What a run can be asked for about the units of its layers."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar, Literal

import numpy as np
from numpy.typing import NDArray

from engine.queries.messages.message import PartName, RunAnswer, RunQuery
from engine.units.ablation import Asked
from engine.units.collecting import Activations
from engine.units.onward import Onward
from engine.units.table import UnitTable

LayerName = Literal["code", "first"]


class Units(RunQuery, frozen=True, kw_only=True):
    """What do the units of a layer answer to the items of a part? One pass; what is asked of single units afterwards
    needs no model any more."""

    doing: ClassVar[str] = "reading the units"

    layer: LayerName | None = "code"
    """The code, or the first layer of the encoder, where that is a dense one before the code; None: the first of these
    that there is, whose weights are shown as tiles."""
    part: PartName | None = None
    """None: the validation part, or the test part where nothing was held out for it."""
    items: int = 0
    """Of so many at most, of each class its share; 0: of as many as memory has room for."""
    above: float | None = None
    """A unit is active where its activation lies further from 0; None: as `engine.units.table.threshold` says."""
    told: Callable[[int, int], bool] | None = None
    """Hears on the engine's thread how many items are done of how many; says whether to go on."""


class UnitsRead(RunAnswer, frozen=True, kw_only=True):
    """The answer."""

    layer: LayerName
    part: PartName
    activations: Activations
    table: UnitTable
    compared: Asked
    """Items to see by what is lost without a unit."""
    onward: Onward | None
    """From the layer to the output, in NumPy; None: `why` says why not, and `Decode` queries are left."""
    why: str = ""
    look: Callable[[NDArray[np.int64]], NDArray[np.float32]]
    """Items of the part by their places in it, (n, *shape), as they should be answered."""
    names: Any = None
    """Of the items of the part, by place, where they have any."""
    error: float
    """Mean squared, of the reconstruction of all items of the pass."""
    explained_variance: float
    shrinkage: float
    has_first: bool = False
    """Whether there is a first layer of the encoder to be asked about beside the code."""
    seconds: float = 0.0
    """How long the pass took, without what came in between."""

    @property
    def shape(self) -> tuple[int, ...]:
        """Of an item."""
        return self.compared.targets.shape[1:]
