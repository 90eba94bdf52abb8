"""What a reader of the user's own data brings along; command line, form and engine know nothing else of it."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, NamedTuple

import msgspec

from engine.datasets.own.cutting import Cutting, shares
from engine.errors import UsageError

if TYPE_CHECKING:
    from engine.datasets.data import Report, Source
    from engine.datasets.own.readers.looking import Preview
    from engine.datasets.own.records import OwnSet
    from engine.kinds.kind import Described


FEW = 2_000
"""Items to train on, with batches of 256 as they are published less than eight steps an epoch: 30 epochs of fewer leave
a model that answers with little more than the mean."""


class Reading(NamedTuple):
    """What came of reading."""

    source: Source
    how: Mapping[str, str] = {}
    """What was read and how, label and words, for people."""


class Reader(ABC):
    """One way in which files become data."""

    key: ClassVar[str]
    """What `--kind` calls it."""
    label: ClassVar[str]
    """What it reads, in a few words."""
    Options: ClassVar[type[Cutting]] = Cutting
    """Its options: each field has a default and a description, and is an option of `aetui data add` and a field of the
    form."""
    endings: ClassVar[tuple[str, ...]] = ()
    """Of files that it reads though it does not take them for its own: an option that it alone has tells."""
    places: ClassVar[tuple[str, ...]] = ()
    """Those options that name further files or folders of the data."""
    suits: ClassVar[str] = "tuned"
    """The preset that suits what it reads, for autoencoders that have one of this name."""

    suits_few: ClassVar[str] = ""
    """The same for fewer than `FEW` items to train on; empty where it does not matter."""

    def preset(self, known: Described) -> str:
        """The preset that suits data of which so much is `known`."""
        return self.suits_few if self.suits_few and known.items[0] < FEW else self.suits

    @abstractmethod
    def recognises(self, path: Path) -> str:
        """Why `path`, which exists, is taken for something that it reads ("a folder of PNG files"); empty if it is not.

        Cheap: names and the first bytes tell.
        """

    @abstractmethod
    def read(self, own: OwnSet, data_dir: Path | None, report: Report) -> Reading:
        """The data at `own.path`, by `own.options` (see `options`); `data_dir` may hold what reading takes.

        Raises:
            UsageError: the options do not fit the data, or nothing can be learned from them.
            BadData: a file is broken, or is not what its name says.
            Stopped: from `report`.
        """

    def preview(self, path: Path, options: Any) -> Preview:
        """What a first look at `path`, which exists, finds; `options`: an instance of `Options`. At most some tenths of
        a second, whatever lies there: it is asked again while a path is typed. By itself: the first rows of a table,
        of other files names and sizes.

        Raises:
            EngineError, OSError: it cannot be looked into, or the options do not fit.
        """
        from engine.datasets.own.readers import looking, table_look

        del options
        table = path.is_file() and path.suffix.lower() in table_look.SUFFIXES
        return table_look.look(path) if table else looking.listed(path)

    def options(self, own: OwnSet) -> Any:
        """The options of `own`, an instance of `Options`. Raises UsageError for impossible ones."""
        return self.parsed(own.options)

    def parsed(self, values: Mapping[str, Any]) -> Any:
        """`values`, typed or as text, as an instance of `Options`.

        Raises:
            UsageError: one is impossible, or is no option of this reader.
        """
        from engine import params

        if not self.knows(values):
            unknown = [name for name in values if name not in self.Options.__struct_fields__]
            flags = ", ".join(f"--{name.replace('_', '-')}" for name in unknown)
            raise UsageError("Option does not fit", f"{flags} is nothing for {self.key} ({self.label}); leave it out")
        options = params.configure(self.Options(), values)
        shares(options.split)
        further = self.further(msgspec.to_builtins(options))
        return msgspec.structs.replace(options, **{name: str(path.absolute()) for name, path in further.items()})

    def further(self, options: Mapping[str, Any]) -> dict[str, Path]:
        """Files and folders that `options` name beside the path of the data, by option."""
        return {name: Path(value).expanduser() for name in self.places if (value := options.get(name))}

    def files(self, own: OwnSet) -> list[Path]:
        """All files and folders that `own` is read from."""
        return [Path(own.path), *self.further(own.options).values()]

    def knows(self, options: Collection[str]) -> bool:
        """Whether it has all of these options."""
        return set(options) <= set(self.Options.__struct_fields__)

    def changed(self, options: Any) -> dict[str, Any]:
        """Those of `options` that differ from what the reader does by itself: what is kept of them."""
        plain = self.Options()
        found = msgspec.to_builtins(options)
        return {name: value for name, value in found.items() if getattr(plain, name) != getattr(options, name)}

    def there(self, own: OwnSet) -> bool:
        """Whether the data still are where they were."""
        return Path(own.path).exists()

    def state(self, own: OwnSet) -> object:
        """Changes when the data may have; cheap."""
        from engine.datasets.own import fingerprints

        return [fingerprints.state(path) for path in self.files(own)]
