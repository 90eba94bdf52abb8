"""What a kind of data brings along; the engine, the command line and the panels know nothing else of it."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Generator, Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, NamedTuple

from engine.errors import SettingError, UsageError

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from engine.analysis.baselines import Fitted
    from engine.analysis.comparison import Comparison
    from engine.backend import Model, Training
    from engine.datasets.array_data import ArrayData
    from engine.datasets.catalogue import DataSet
    from engine.datasets.data import Data, Report, Source, Statistics
    from engine.datasets.folders import Location
    from engine.features.grouping import Grouping
    from engine.features.outcomes import Told
    from engine.kinds.reading import Reading
    from engine.runs.snapshots import Samples


class Features(NamedTuple):
    """What a probe is tried on beside a model's codes."""

    label: str
    encode: Callable[[NDArray[Any]], NDArray[np.float32]]
    """From compact items (count, …) to (count, its size)."""


class Described(NamedTuple):
    """Of a source: the shape of an item, the names of classes, how many items each part has."""

    shape: tuple[int, ...] = ()
    classes: tuple[str, ...] = ()
    items: tuple[int, int, int] = (0, 0, 0)
    bounded: bool = True
    """Whether its numbers lie in [0, 1]."""


class Origin(ABC):
    """Where data of one sort come from."""

    key: ClassVar[str]
    """As `DataSet.kind` says it."""
    items: ClassVar[str]
    """What they are called."""
    use: ClassVar[str] = ""
    """What they are for where nothing learns from them."""

    def folders(self) -> Mapping[Path, str]:
        """Where data of this sort may lie beside where all do: folders, and whose they are."""
        return {}

    def located(self, entry: DataSet, data_dir: Path | None) -> Location | None:
        """Where `entry` lies on this machine. Raises as `engine.datasets.locate`."""
        from engine.datasets.folders import in_folders

        return in_folders(entry, data_dir, self.folders())

    def fetched(self, entry: DataSet, report: Report | None) -> Location:
        """`entry` brought into the cache. Raises as `engine.datasets.fetch`."""
        from engine.datasets import download
        from engine.datasets.folders import Location

        return Location(entry.key, download.into_cache(entry, report), "cache")

    def state(self, location: Location) -> object:
        """Changes when what lies there may have; None for published data, which do not."""
        del location
        return None


class Kind(Origin):
    """One kind of data that a model can learn from."""

    unit: ClassVar[str]
    """Of a rate, short: "img" a second."""
    keeps: ClassVar[bool] = False
    """Whether a run keeps something of its data, so that they are seen in a way of its own (see `keep`)."""
    files: ClassVar[tuple[str, ...]] = ()
    """Names of the files that `keep` writes."""

    numbers: ClassVar[str] = "numbers"
    """What the numbers of an item are, as they stand there."""

    pictured: ClassVar[bool] = True
    """Whether the weights of a unit, in the shape of an item, are worth being looked at and kept of every epoch."""

    covered: ClassVar[str] = ""
    """What the fingerprint of a run's data covers beside the data as they lie there; empty where it is the same."""

    presets: ClassVar[tuple[str, ...]] = ()
    """Names of presets that are made for data of this kind, and mean nothing to any other."""

    # What stands beside a model.
    points: ClassVar[tuple[str, ...]]
    """Titles of the plane beside that of the codes, the longest first."""
    beside: ClassVar[str]
    """The baseline whose metrics stand there (a key of `engine.analysis.baselines`)."""
    commands: ClassVar[str]
    """What there is on the command line for runs on such data."""
    trained_by: ClassVar[str]
    """The command that makes such a run."""
    panels: ClassVar[Mapping[str, str]] = {}
    """Panels in the place of those that a variant names: its pictures may be none here."""
    adds: ClassVar[tuple[str, ...]] = ()
    """Panels that every model on such data fills, whatever it names."""
    scores: ClassVar[tuple[str, ...]] = ()
    """How strange an item is can be told by these (keys of `engine.anomalies.scores.SCORES`), the first unless another
    one is asked for; none: not at all."""
    unscored: ClassVar[str] = ""
    """Why not."""
    inputs: ClassVar[str]
    """What turns compact items into tensors, "module:class" in `engine.nn`; made of the data."""

    def check(self, entry: DataSet) -> None:
        """Raises UsageError where `entry` is of another kind."""
        if entry.kind != self.key:
            raise UsageError(f"No {self.items}", f"expected {self.items}, but {entry.key} is {entry.kind}")

    def check_normal(self, normal: str, entry: DataSet) -> None:
        """Raises SettingError where not one class `normal` of `entry` can be learned alone (empty: all are)."""
        if normal:
            told = f"{entry.key} holds {self.items}, which are learned all together"
            raise SettingError("normal", f"{told}; leave it empty")

    # What lies there.

    @abstractmethod
    def read(self, entry: DataSet, location: Location, data_dir: Path | None, report: Report | None) -> Source:
        """What lies there, as it is before a model's settings say how to see it.

        Raises:
            UsageError: nothing can be learned from it.
            BadData: a file is broken, or is not what its name says.
        """

    @abstractmethod
    def statistics(self, source: Source) -> Statistics:
        """What is in it, in figures."""

    def described(self, source: Source) -> Described:
        """What a table of data sets says of the user's own; nothing where only a model's settings tell."""
        del source
        return Described()

    # How a run learns from it.

    def item_shape(self, shape: tuple[int, ...], reading: Reading) -> tuple[int, ...]:
        """Of an item as a network sees it, told before anything is read; `shape` as in the table of data sets. Empty
        where only reading tells."""
        del reading
        return shape

    @abstractmethod
    def seen(
        self, source: Source, reading: Reading, folder: Path | None, data_dir: Path | None, report: Report
    ) -> Data:
        """`source` in parts, as a model with `reading` sees it; `folder`: of a run that has kept what it needs to."""

    def keep(self, data: Data, folder: Path) -> None:
        """Write into the run's `folder` what it must have whatever becomes of the data. Raises OSError."""

    def kept(self, folder: Path, reading: Reading) -> Any:
        """What `keep` wrote. Raises RunError where it is gone or damaged."""
        del folder, reading

    # How other programs use its models.

    vocabulary: ClassVar[tuple[str, ...]] = ()
    """Files in a run's folder that whoever uses its networks elsewhere must have, beside what `preprocessing` says."""

    @abstractmethod
    def preprocessing(self, dataset: str, folder: Path, shape: tuple[int, ...], reading: Reading) -> dict[str, Any]:
        """What becomes of data before a network sees them as items of `shape`, for a program elsewhere: `steps` is a
        list of sentences, the rest the numbers and names that they speak of. `folder`: of the run.

        Raises RunError where what the run keeps is gone.
        """

    # What it is looked at and compared with.

    @abstractmethod
    def comparison(self, data: Data, training: Training, cache: Path, report: Report) -> Comparison:
        """What stands beside a model that learns from `data`; what takes long to compute is kept in `cache`.

        Raises:
            Stopped: from `report`.
        """

    @abstractmethod
    def features(self, data: Data, size: int, cache: Path) -> Features:
        """The strongest simple codes, of `size` numbers where that can be chosen."""

    def rival(self, data: Data, model: Model, cache: Path, report: Report) -> Fitted | None:
        """What stands beside the model's answers to single items: the strongest baseline of its task, fitted to the
        training part; None where none gives back items. Raises Stopped from `report`."""
        del data, model, cache, report
        return None

    def in_words(
        self, data: Data, items: NDArray[Any], outputs: NDArray[np.float32]
    ) -> tuple[tuple[str, str], ...] | None:
        """Compact items and what a model answers in words; None where they are pictures or numbers."""
        del data, items, outputs
        return None

    def projection(self, data: Data, size: int, seed: int) -> Features | None:
        """A random projection to `size` numbers; None where an item is no array of numbers that say something."""
        del data, size, seed
        return None

    def raw(self, data: Data, items: int) -> ArrayData | None:
        """`data` where a probe of them as they are is worth a row and affordable on so many labelled `items`."""
        del data, items
        return None

    def told(self, data: Data, grouping: Grouping) -> Iterable[Told]:
        """What is in each cluster, in words; nothing where items have none."""
        del data, grouping
        return ()

    def views(
        self, data: Data, model: Model, codes: NDArray[np.float32], outputs: NDArray[np.float32]
    ) -> Generator[None, None, dict[str, NDArray[Any]]]:
        """What a snapshot keeps of the first validation items beside what it keeps of every kind, by name, each in a
        form that `engine.runs.snapshots` knows; yields every few tenths of a second."""
        del data, model, codes, outputs
        yield from ()
        return {}

    def said(self, data: Data, part: str, places: NDArray[np.int64]) -> tuple[str, ...] | None:
        """What the items at `places` of a part ("train", "validation", "test") say, where they are words; else None."""
        del data, part, places
        return None

    def spread(self, data: Data) -> tuple[float, ...]:
        """As `engine.events.RunStarted.spread`."""
        del data
        return ()

    def counted(self, data: Data, items: NDArray[Any]) -> NDArray[np.bool_] | None:
        """Which numbers of the targets of compact `items` count in errors that are told, (count, *shape); None: all."""
        return data.known(items)

    def dead_outputs(self, data: Data, items: NDArray[Any], outputs: NDArray[np.float32]) -> tuple[int, int]:
        """How many output places there are to watch, and at how many of them the model says nothing; 0, 0 where no
        place means the same in every item."""
        del data, items, outputs
        return 0, 0

    @abstractmethod
    def drawable(self, samples: Samples) -> bool:
        """Whether what a snapshot keeps as items can be such of this kind."""

    @abstractmethod
    def size(self, shape: tuple[int, ...]) -> tuple[int, ...]:
        """The numbers in an item of `shape`, as people are told them."""
