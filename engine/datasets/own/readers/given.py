"""What a Python program handed over; no row of the table of readers, for nobody adds it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from engine.datasets.own.readers.reader import Reader, Reading

if TYPE_CHECKING:
    from engine.datasets.array_data import ArrayData
    from engine.datasets.data import Part, Report
    from engine.datasets.own.given import Given
    from engine.datasets.own.records import OwnSet


class GivenReader(Reader):
    """Reads what `engine.datasets.own.given` keeps."""

    key = "python"
    label = "arrays of a Python program"

    def recognises(self, path: Path) -> str:
        """Never: it is told by its name."""
        return ""

    def state(self, own: OwnSet) -> object:
        """Its name says what is in it."""
        return own.name

    def there(self, own: OwnSet) -> bool:
        """Whether it is in memory, or still kept."""
        from engine.datasets.own import given

        return given.is_here(own.name) or super().there(own)

    def read(self, own: OwnSet, data_dir: Path | None, report: Report) -> Reading:
        """Its items, those to train on and those held out. What a program tests with it keeps to itself: the part that
        a run is judged on are those held out, or, where none are, all."""
        from engine.datasets.data import Part
        from engine.datasets.own import given

        del data_dir
        report("reading arrays", 0, 0)
        found = given.read(own)
        whole = Part(found.items, found.labels)
        if not found.held.any():
            return Reading(_data(own, found, whole, whole, None))
        held = whole.at(found.held)
        return Reading(_data(own, found, whole.at(~found.held), held._replace(), held))


def _data(own: OwnSet, found: Given, train: Part, test: Part, validation: Part | None) -> ArrayData:
    from engine.datasets.image_data import ImageData
    from engine.datasets.numbers.number_data import NumberData, VectorData, WindowData

    if found.columns is None:
        return ImageData(own.name, train, test, found.classes, None, validation)
    made: dict[str, type[NumberData]] = {of.kind: of for of in (VectorData, WindowData)}
    return made[found.kind](own.name, train, test, found.classes, None, validation, columns=found.columns)
