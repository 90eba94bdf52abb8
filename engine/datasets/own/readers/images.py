"""The user's own images: a folder of files, whatever they were saved as."""

from __future__ import annotations

import os
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

from msgspec import Meta

from engine.datasets.own.cutting import Cutting
from engine.datasets.own.readers.reader import Reader, Reading
from engine.errors import SettingError, counted

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy as np
    from numpy.typing import NDArray

    from engine.datasets.data import Part, Report
    from engine.datasets.own.pictures.gathering import Asked, Gathered
    from engine.datasets.own.pictures.listing import Folders, Listing
    from engine.datasets.own.readers.looking import Preview
    from engine.datasets.own.records import OwnSet

GLANCE = 2_000
"""Files by whose names a folder is taken for one of images."""


class ImageOptions(Cutting, frozen=True, kw_only=True):
    """What becomes of the files."""

    size: Annotated[
        str, Meta(description="height and width to scale to, as 64x48, or 64 for both; the aspect stays")
    ] = ""
    crop: Annotated[bool, Meta(description="cut the middle out of each, to one size or to the aspect of size")] = False
    pad: Annotated[bool, Meta(description="put a ground round each, to one size or to the aspect of size")] = False
    grey: Annotated[bool, Meta(description="make colours grey (else all are grey only if every file is)")] = False
    ground: Annotated[
        str, Meta(description="what lies under transparency and round padded images: a colour, as white or #204080")
    ] = "white"
    labels: Annotated[
        str, Meta(description="a table with the columns file and label (else the folders are the classes)")
    ] = ""
    target: Annotated[
        str, Meta(description="a folder with the image to answer to each, under the same path (else the image itself)")
    ] = ""
    group: Annotated[
        Literal["none", "folder"],
        Meta(description="keep the images of a first-level folder in one part, as those of one person"),
    ] = "none"
    skip_broken: Annotated[bool, Meta(description="leave out files that cannot be read")] = False


class ImageReader(Reader):
    """A row of the table."""

    key = "images"
    label = "a folder of image files"
    Options = ImageOptions
    places = ("labels", "target")
    suits_few = "small"

    def recognises(self, path: Path) -> str:
        """By the names of its files, of which most have to be images."""
        from engine.datasets.pictures import SUFFIXES

        if not path.is_dir():
            return ""
        names = (name for _, _, names in os.walk(path) for name in names if name[0] != ".")
        ends = [Path(name).suffix.lower() for name in islice(names, GLANCE)]
        images = [end for end in ends if end in SUFFIXES]
        return (
            f"a folder with image files ({max(set(images), key=images.count)})" if 2 * len(images) > len(ends) else ""
        )

    def preview(self, path: Path, options: Any) -> Preview:
        """A few of each class, and their sizes."""
        from engine.datasets.own.pictures.first_look import look
        from engine.datasets.pictures import GROUND, is_colour

        if not path.is_dir():
            return super().preview(path, options)
        return look(path, grey=options.grey, ground=options.ground if is_colour(options.ground) else GROUND)

    def read(self, own: OwnSet, data_dir: Path | None, report: Report) -> Reading:
        """As `Reader.read`; the files are unpacked once, into the cache.

        Raises:
            UsageError: see `engine.datasets.own.pictures`: sizes, pairs, labels or parts are not plain.
            BadData: files are broken, of which as many are named as have room.
            EngineError: the cache cannot be written.
            Stopped: from `report`.
        """
        del data_dir
        import numpy as np

        from engine.datasets.image_data import ImageData
        from engine.datasets.own.cutting import Places, cut, spread
        from engine.datasets.own.pictures.gathering import gathered
        from engine.datasets.own.pictures.listing import folders_of

        options: ImageOptions = self.options(own)
        report(f"listing {own.path}", 0, 0)
        listing, asked = _asked(own, options)
        grouped = options.group == "folder"
        folders = folders_of(asked.files, grouped=grouped)
        told = dict(folders.told)
        classes, named = _classes(asked.files, folders, options, told)
        found = gathered(own.name, asked, report, alone=not own.fingerprint)  # which it has from when it was added on
        place = {file: number for number, file in enumerate(asked.files)}
        at = np.array([place[file] for file in found.files])  # of each row among the files
        labels, rows = named[at], np.argsort(at)
        groups, roles = ([of[file] for file in at[rows]] if of else None for of in (folders.groups, folders.parts))
        in_order = cut(len(at), spread(labels[rows]), options, groups, roles)
        chosen = in_order.validation
        validation = None if chosen is None else np.sort(rows[chosen])
        places = Places(np.sort(rows[in_order.train]), validation, np.sort(rows[in_order.test]))
        told.setdefault("parts", _cut(options, labelled=len(classes) > 1 and not grouped))
        if options.target:
            told["answers"] = f"to each the image of the same path in {options.target}"
        if listing.left_out:
            ends = ", ".join(f"{count:,} {end}" for end, count in listing.left_out.most_common(5))
            told["left out"] = f"{counted(listing.left_out.total(), 'file')} that are no images: {ends}"
        held_out = None if validation is None else _part(found, labels, validation)
        train, test = _part(found, labels, places.train), _part(found, labels, places.test)
        data = ImageData(own.name, train, test, classes, Path(own.path), held_out)
        return Reading(data, {**found.told, **told})


def _part(found: Gathered, labels: NDArray[np.int64], places: NDArray[np.int64]) -> Part:
    from engine.datasets.data import Part
    from engine.storage.rows import some

    return Part(some(found.rows, places), labels[places], [found.files[place] for place in places])


def _cut(options: ImageOptions, *, labelled: bool) -> str:
    """How the parts came about, for people."""
    if options.group == "folder":
        return f"{options.split}, whole groups drawn"
    if options.split_by == "order":
        return f"{options.split}, in the order of the paths"
    return f"{options.split}, drawn{', of each class the same share' if labelled else ''}"


def _asked(own: OwnSet, options: ImageOptions) -> tuple[Listing, Asked]:
    from engine.datasets.own.pictures.gathering import Asked
    from engine.datasets.own.pictures.listing import listed
    from engine.datasets.own.pictures.pairing import paired
    from engine.datasets.own.pictures.survey import Wanted
    from engine.datasets.pictures import is_colour

    if not is_colour(options.ground):
        told = f"{options.ground!r} is no colour; expected one as CSS writes it, as white, grey or #204080"
        raise SettingError("ground", told)
    target = Path(options.target) if options.target else None
    listing = listed(Path(own.path), leave=target)
    answers = paired(listing.files, listed(target, leave=Path(own.path)).files, target) if target else ()
    return listing, Asked(
        folder=own.path,
        files=listing.files,
        targets=options.target,
        answers=tuple(answers),
        wanted=Wanted(options.size, options.crop, options.pad),
        grey=options.grey,
        ground=options.ground,
        skip_broken=options.skip_broken,
    )


def _classes(
    files: Sequence[str], folders: Folders, options: ImageOptions, told: dict[str, str]
) -> tuple[tuple[str, ...], NDArray[np.int64]]:
    """Their names, sorted, and the class of each of `files`."""
    import numpy as np

    from engine.datasets.array_data import UNLABELLED

    names = folders.classes
    if options.labels:
        from engine.datasets.own.pictures.labels import read_labels

        names = read_labels(Path(options.labels), files)
        told["classes"] = f"{len(set(names)):,}, by {Path(options.labels).name}"
    if not names:
        return (UNLABELLED,), np.zeros(len(files), np.int64)
    found, labels = np.unique(np.asarray(names, str), return_inverse=True)
    return tuple(found.tolist()), labels.astype(np.int64)
