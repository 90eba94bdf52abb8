"""What kinds have in common whose items are the user's numbers: they are normalised, and a run keeps how."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, cast

from engine.errors import UsageError
from engine.kinds.arrays import Arrays
from engine.kinds.kind import Described

if TYPE_CHECKING:
    from collections.abc import Generator

    import numpy as np
    from numpy.typing import NDArray

    from engine.backend import Model
    from engine.datasets.catalogue import DataSet
    from engine.datasets.data import Data, Report, Source, Statistics
    from engine.datasets.folders import Location
    from engine.datasets.numbers.columns import Columns
    from engine.datasets.numbers.number_data import NumberData
    from engine.kinds.reading import Reading
    from engine.runs.snapshots import Samples


TELLING = 10_000
"""Items that tell how far numbers are spread."""


class Numbers(Arrays):
    """Rows and windows."""

    inputs = "engine.nn.inputs:Numbers"
    files = ("columns.json",)
    rank: ClassVar[int]
    """Of an item."""

    def read(self, entry: DataSet, location: Location, data_dir: Path | None, report: Report | None) -> Source:
        """Raises UsageError: such data are the user's own, which readers read (`engine.datasets.own.readers`)."""
        raise UsageError("No data set", f"{entry.key} is no data of your own; `aetui data add` brings {self.items}")

    def described(self, source: Source) -> Described:
        """All of it."""
        return super().described(source)._replace(bounded=numbers(source).bounded)

    def statistics(self, source: Source) -> Statistics:
        """What became of each column."""
        from engine.datasets.numbers import number_data

        return number_data.statistics(numbers(source))

    def keep(self, data: Data, folder: Path) -> None:
        """What the columns became: with it a run reads other rows, and answers in the user's units."""
        numbers(data).columns.write(folder)

    def kept(self, folder: Path, reading: Reading) -> Columns:
        """What `keep` wrote. Raises RunError."""
        from engine.datasets.numbers.columns import Columns

        del reading
        return Columns.kept(folder)

    def spread(self, data: Data) -> tuple[float, ...]:
        """Of the first rows: told by as many as tell it."""
        import numpy as np

        items = np.asarray(numbers(data).train.items[:TELLING], np.float64)
        rows = items.reshape(-1, items.shape[-1])
        known = ~np.isnan(rows)
        count = np.maximum(known.sum(0), 1)
        mean = np.where(known, rows, 0).sum(0) / count
        deviations = np.sqrt(np.where(known, (rows - mean) ** 2, 0).sum(0) / count)
        some = deviations[deviations > 0]
        return (float(some.min()), float(some.max())) if len(some) else ()

    def preprocessing(self, dataset: str, folder: Path, shape: tuple[int, ...], reading: Reading) -> dict[str, Any]:
        """The columns in their order, with what was taken off each and what the rest was divided by."""
        import msgspec

        del dataset
        columns = self.kept(folder, reading)
        steps = [
            f"An item is {' × '.join(map(str, shape))} numbers, the last axis in the order of `numbers`.",
            "A number is (value − mean) / scale of its column; a date counts in seconds since 1970, true is 1; a "
            "category has a number for each of its levels, 1 for that which it is and 0 for the others.",
            "What is not known is 0.",
        ]
        if columns.window:
            steps.append(f"Windows are {columns.window} steps long, one every {columns.stride}.")
        each = [(column.mean, column.scale) for column in columns.used for _ in column.numbers]
        scaling = {"mean": [mean for mean, _ in each], "scale": [scale for _, scale in each]}
        return {"steps": steps, "numbers": columns.numbers, "scaling": scaling, **msgspec.to_builtins(columns)}

    def views(
        self, data: Data, model: Model, codes: NDArray[np.float32], outputs: NDArray[np.float32]
    ) -> Generator[None, None, dict[str, NDArray[Any]]]:
        """What the numbers of an item are called, how they become values in the user's units, and which are known."""
        import numpy as np

        from engine.runs.snapshots import PROBE_ITEMS

        yield from ()
        del model, codes, outputs
        found = numbers(data)
        items = found.validation.items[:PROBE_ITEMS]
        return {
            "columns": np.array(found.columns.titles),
            "scales": found.columns.scales(),
            "known": ~np.isnan(items),
        }

    def drawable(self, samples: Samples) -> bool:
        """Whether they have the axes of such items, and the names that belong to the last one."""
        columns = samples.views.get("columns")
        return samples.inputs.ndim == self.rank + 1 and columns is not None and len(columns) == samples.inputs.shape[-1]


def numbers(data: Data | Source) -> NumberData:
    """What it is, for the type checker."""
    return cast("NumberData", data)
