"""What kinds of data have in common whose items are arrays of numbers: images, rows of tables, windows."""

from __future__ import annotations

from math import prod
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar, cast

from engine.datasets.classes import class_of
from engine.errors import SettingError, UsageError
from engine.kinds.kind import Described, Features, Kind

if TYPE_CHECKING:
    from engine.analysis.baselines import Fitted
    from engine.analysis.comparison import Comparison
    from engine.backend import Model, Training
    from engine.datasets.array_data import ArrayData
    from engine.datasets.catalogue import DataSet
    from engine.datasets.data import Data, Report, Source
    from engine.kinds.reading import Reading


class Arrays(Kind):
    """Seen in parts, and compared with principal components and linear maps."""

    points: ClassVar[tuple[str, ...]]
    beside = "pca"
    scores: ClassVar[tuple[str, ...]] = ("error", "standardised", "code", "cosine")
    commands = "`aetui encode`, `aetui decode`, `aetui reconstruct`"
    trained_by = "`aetui train vanilla`"

    def described(self, source: Source) -> Described:
        """All of it: items of one shape, in the parts that they came in."""
        data = arrays(source)
        validation = len(data.validation.labels) if data.held_out else 0
        classes = data.classes if len(data.classes) > 1 else ()
        return Described(data.shape, classes, (len(data.train.labels), validation, len(data.test.labels)))

    def seen(
        self, source: Source, reading: Reading, folder: Path | None, data_dir: Path | None, report: Report
    ) -> Data:
        """With `reading.validation` of the training part held out, unless the data brought a validation part along; of
        the class `reading.normal` alone, where there is one.

        Raises UsageError if it has fewer than two items.
        """
        del folder, data_dir, report
        return arrays(source).only(reading.normal).with_validation(reading.validation)

    def check_normal(self, normal: str, entry: DataSet) -> None:
        """Raises SettingError where the data have no such class."""
        try:
            if normal:
                class_of(normal, entry.classes)
        except UsageError as error:
            raise SettingError("normal", error.message) from error

    def comparison(self, data: Data, training: Training, cache: Path, report: Report) -> Comparison:
        """The baselines of what the model is asked to do, fitted to the training part before this returns."""
        from engine.analysis.array_comparison import ArrayComparison
        from engine.analysis.baselines import Fitting

        return ArrayComparison(Fitting(arrays(data), training.model, training.code_size, cache, report))

    def features(self, data: Data, size: int, cache: Path) -> Features:
        """`size` principal components, fitted to the training part."""
        from engine.analysis import pca

        fitted = pca.fit(arrays(data), size, cache)
        return Features("PCA", lambda items: fitted.encode(data.as_floats(items)))

    def rival(self, data: Data, model: Model, cache: Path, report: Report) -> Fitted | None:
        """As pictures of epochs have it beside them."""
        from engine.analysis.baselines import Fitting, strongest, task_of

        fitting = Fitting(arrays(data), model, model.code_size, cache, report)
        return strongest(task_of(model, paired=data.paired), fitting)

    def projection(self, data: Data, size: int, seed: int) -> Features | None:
        """All numbers of an item in sums with random weights."""
        from engine.features.projection import random_projection

        return Features("random projection", random_projection(data, size, seed))

    def raw(self, data: Data, items: int) -> ArrayData | None:
        """`data` where comparing each test item's numbers with those of `items` others does not take too long."""
        from engine.analysis import raw_items

        found = arrays(data)
        return found if raw_items.affordable(found, items) else None

    def size(self, shape: tuple[int, ...]) -> tuple[int, ...]:
        """One number, all of an item: (784,) for (28, 28, 1)."""
        return (prod(shape),)


def arrays(data: Data | Source) -> ArrayData:
    """What it is, for the type checker."""
    return cast("ArrayData", data)
