"""Ratings: rows of a table with gaps, what is seen of them and what is asked, (count, 2, columns)."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, cast

from engine.errors import UsageError
from engine.kinds.kind import Described, Features, Kind
from engine.kinds.reading import RatingsReading, Reading

if TYPE_CHECKING:
    from engine.analysis.comparison import Comparison
    from engine.backend import Training
    from engine.datasets.catalogue import DataSet
    from engine.datasets.data import Data, Report, Source, Statistics
    from engine.datasets.folders import Location
    from engine.ratings.rating_data import RatingsData
    from engine.ratings.ratings import Ratings as Given
    from engine.runs.snapshots import Samples


class Ratings(Kind):
    """A row of the table."""

    key = "ratings"
    items, unit = "ratings", "row"
    keeps = True
    pictured = False
    points: ClassVar[tuple[str, ...]] = ("SVD of what was rated", "SVD")
    beside = "svd"
    unscored = "a row of ratings is judged on those that are held out of it, too few to say whether it is strange"
    commands = "`aetui recommend RUN USER`, `aetui encode`, `aetui reconstruct`"
    trained_by = "`aetui train autorec`"
    inputs = "engine.nn.inputs:Ratings"
    files = ("ratings.npz", "rating-names.json")

    def read(self, entry: DataSet, location: Location, data_dir: Path | None, report: Report | None) -> Source:
        """Those that this program makes; the user's own are read by a reader."""
        from engine.ratings import made

        del location, data_dir
        if report:
            report("making ratings", 0, 0)
        return made.made(entry.key)

    def statistics(self, source: Source) -> Statistics:
        """Users, items and ratings, and how many each user and item has."""
        from engine.ratings import rating_statistics

        return rating_statistics.of(_given(source))

    def described(self, source: Source) -> Described:
        """The ratings of each part; the table's shape, users × items."""
        from engine.ratings.ratings import TEST, TRAIN, VALIDATION

        ratings = _given(source)
        train, validation, test = (int((ratings.part == part).sum()) for part in (TRAIN, VALIDATION, TEST))
        return Described((len(ratings.users), len(ratings.items)), (), (train, validation, test))

    def item_shape(self, shape: tuple[int, ...], reading: Reading) -> tuple[int, ...]:
        """The columns of the table, which is (users, items) large: a row that is an item has one of each user."""
        if not isinstance(reading, RatingsReading) or len(shape) != 2:
            return ()
        users, items = shape
        return (users if reading.rows == "items" else items,)

    def seen(
        self, source: Source, reading: Reading, folder: Path | None, data_dir: Path | None, report: Report
    ) -> Data:
        """As a table whose rows are what `reading` says.

        Raises UsageError for a variant that learns from other data, for too large a table, or too few ratings.
        """
        from engine.ratings.rating_data import RatingsData, with_validation

        del folder, data_dir, report
        rows = _reading(reading, source.key).rows
        return RatingsData(with_validation(_given(source), reading.validation), rows)

    def keep(self, data: Data, folder: Path) -> None:
        """The ratings with the names of users and items."""
        from engine.ratings import rating_files

        rating_files.write(cast("RatingsData", data).ratings, folder)

    def kept(self, folder: Path, reading: Reading) -> RatingsData:
        """What `keep` wrote, in rows as `reading` says. Raises RunError."""
        from engine.ratings import rating_files
        from engine.ratings.rating_data import RatingsData

        return RatingsData(rating_files.read(folder), _reading(reading, folder.name).rows)

    def preprocessing(self, dataset: str, folder: Path, shape: tuple[int, ...], reading: Reading) -> dict[str, Any]:
        """What ratings are normalised by, and the columns of a row by their names."""
        del dataset
        kept, rows = self.kept(folder, reading), _reading(reading, folder.name).rows
        ratings = kept.ratings
        return {
            "steps": [
                f"A row has {shape[0]:,} numbers, in the order of `columns`; it is one of the {rows}.",
                "A number is (rating − mean) / scale; 0 where there is no rating.",
                "Answers times scale, plus mean, are ratings; those beyond `range` are cut.",
            ],
            "rows": rows,
            "columns": list(ratings.names("users" if rows == "items" else "items")),
            "scaling": {"mean": ratings.mean, "scale": ratings.deviation},
            "range": list(ratings.range),
        }

    def comparison(self, data: Data, training: Training, cache: Path, report: Report) -> Comparison:
        """Means, biases, and a truncated SVD of what was rated, fitted to the training part before this returns."""
        from engine.analysis.baselines import Fitting
        from engine.analysis.rating_comparison import RatingComparison

        found = cast("RatingsData", data)
        return RatingComparison(Fitting(found, training.model, training.code_size, cache, report))

    def features(self, data: Data, size: int, cache: Path) -> Features:
        """The factors of the rows, by the SVD that is the strongest rival, of at most `size` numbers."""
        from engine.analysis import rating_baselines

        found = cast("RatingsData", data)
        return Features("SVD", rating_baselines.svd_of(found, size, cache).encode)

    def drawable(self, samples: Samples) -> bool:
        """Whether they are rows, (count, columns)."""
        return samples.inputs.ndim == 2

    def size(self, shape: tuple[int, ...]) -> tuple[int, ...]:
        """The columns of the table."""
        return shape


def _given(source: Source) -> Given:
    return cast("Given", source)


def _reading(reading: Reading, key: str) -> RatingsReading:
    if not isinstance(reading, RatingsReading):
        raise UsageError("Data do not fit", f"{key} holds ratings; choose a variant that learns from ratings: autorec")
    return reading
