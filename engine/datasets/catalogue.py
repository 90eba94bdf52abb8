"""The table of data sets. Adding one means an entry here."""

from __future__ import annotations

from collections.abc import Callable, Collection
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from engine.datasets.own import records
from engine.errors import DataUnavailable, UsageError

if TYPE_CHECKING:
    from engine.datasets.data import Part
    from engine.datasets.own.records import OwnSet


GIVEN = (
    "they came from a Python program, and are kept below the cache only up to a size, only while there is room, and "
    "only if it wants that (store=True, not partial_fit); give INPUT: a file with items of that form"
)


class RemoteFile(msgspec.Struct, frozen=True):
    """A file as every mirror has it: its name under the mirror's address, its length in bytes, its checksum."""

    path: str
    size: int
    sha256: str
    """In hexadecimal; "md5:…" where only that was published."""

    @property
    def name(self) -> str:
        """What it is called here."""
        return self.path.rpartition("/")[2]

    @property
    def known_hash(self) -> str:
        """As pooch writes it."""
        return self.sha256 if ":" in self.sha256 else f"sha256:{self.sha256}"

    @property
    def algorithm(self) -> str:
        """What the known hash was made with, as `hashlib` calls it: "sha256", "md5"."""
        return self.known_hash.partition(":")[0]


class DataSet(msgspec.Struct, frozen=True, kw_only=True):
    """One data set: what it is, whose it is, how it is read and where it can be fetched."""

    key: str
    title: str
    kind: str = "image"
    """A key of `engine.kinds.ORIGINS`."""
    shape: tuple[int, ...] = ()
    """Height, width and channels of one image; empty for text."""
    classes: tuple[str, ...] = ()
    """Names of the classes; a label is an index into them. Of text they are found out when it is read."""
    train_items: int = 0
    """0 where only reading tells."""
    test_items: int = 0
    source: str
    """Who published it and where, in words and with an address."""
    licence: str
    read: Callable[[Path | None], tuple[Part, Part]] | None = None
    """Training and test part of images from the file or folder they were located at (None: with a package)."""
    package: str = ""
    """The installed package that brings it along; empty for data that lie in files of their own."""
    inside: tuple[str, ...] = ()
    """What it may be called inside a data folder, where that is not an archive in the Keras layout or a folder of IDX
    files with its key as their name."""
    preset: str = ""
    """The preset that suits it, for autoencoders that have one of this name: of data so small that a published recipe
    has more numbers in its code than there are in an item."""
    instead: str = "digits"
    """The data set that does instead where there is no network."""
    bounded: bool = True
    """Whether the numbers of an item lie in [0, 1], as those of images do."""
    own: bool = False
    """Whether it is the user's: it is nowhere until they bring it (see `engine.datasets.own`)."""
    added: float = 0.0
    """When they brought it (seconds since 1970): it is another one once they replace it."""
    files: tuple[RemoteFile, ...] = ()
    mirrors: tuple[str, ...] = ()
    """Addresses of folders that hold all `files`, best first; HTTPS only."""

    @property
    def names(self) -> tuple[str, ...]:
        """What it may be called inside a data folder."""
        return () if self.package else self.inside or (f"{self.key}.npz", self.key)

    @property
    def remedy(self) -> str:
        """What a user without it can do."""
        if records.GIVEN.fullmatch(self.key):
            return GIVEN
        if self.own:
            there = f", or give --data-dir (or AETUI_DATA) a folder that holds {' or '.join(self.inside)}"
            return f"Run `aetui data add {self.key} PATH` with files of your own{there if self.inside else ''}."
        return (
            f"Run `aetui data fetch {self.key}` where there is a network, or give --data-dir (or AETUI_DATA) a folder "
            f"that holds {' or '.join(self.names)}; the data set `{self.instead}` needs no download."
        )


def _read_digits(path: Path | None) -> tuple[Part, Part]:
    del path
    from engine.datasets import digits

    return digits.read()


def _read_files(path: Path | None) -> tuple[Part, Part]:
    from engine.datasets import idx, keras_archive

    assert path is not None, "only data that come with a package have no path"
    return keras_archive.read(path) if path.suffix == ".npz" else idx.read(path)


_DIGITS = ("0", "1", "2", "3", "4", "5", "6", "7", "8", "9")

_ROWS = (
    DataSet(
        key="digits",
        title="handwritten digits, small",
        shape=(28, 28, 1),
        classes=_DIGITS,
        train_items=1_442,
        test_items=355,
        source=(
            "test part of Optical Recognition of Handwritten Digits (E. Alpaydin, C. Kaynak, 1998), 8×8 pixels, "
            "scaled to 28×28; every fifth item of each class is a test item. "
            "https://archive.ics.uci.edu/dataset/80/optical+recognition+of+handwritten+digits"
        ),
        licence="CC BY 4.0",
        read=_read_digits,
        package="scikit-learn",
        preset="small",
    ),
    DataSet(
        key="mnist",
        title="handwritten digits (MNIST)",
        shape=(28, 28, 1),
        classes=_DIGITS,
        train_items=60_000,
        test_items=10_000,
        source="Y. LeCun, C. Cortes, C. J. C. Burges, MNIST, 1998. https://yann.lecun.com/exdb/mnist/",
        licence="CC BY-SA 3.0",
        read=_read_files,
        files=(
            RemoteFile(
                "train-images-idx3-ubyte.gz",
                9_912_422,
                "440fcabf73cc546fa21475e81ea370265605f56be210a4024d2ca8f203523609",
            ),
            RemoteFile(
                "train-labels-idx1-ubyte.gz",
                28_881,
                "3552534a0a558bbed6aed32b30c495cca23d567ec52cac8be1a0730e8010255c",
            ),
            RemoteFile(
                "t10k-images-idx3-ubyte.gz",
                1_648_877,
                "8d422c7b0a1c1c79245a5bcf07fe86e33eeafee792b84584aec276f5a2dbc4e6",
            ),
            RemoteFile(
                "t10k-labels-idx1-ubyte.gz",
                4_542,
                "f7ae60f92e00ec6debd23a6088c31dbd2371eca3ffa0defaefb259924204aec6",
            ),
        ),
        mirrors=(
            "https://storage.googleapis.com/cvdf-datasets/mnist/",
            "https://ossci-datasets.s3.amazonaws.com/mnist/",
        ),
    ),
    DataSet(
        key="fashion-mnist",
        title="pictures of clothing (Fashion-MNIST)",
        shape=(28, 28, 1),
        classes=(
            "T-shirt/top",
            "Trouser",
            "Pullover",
            "Dress",
            "Coat",
            "Sandal",
            "Shirt",
            "Sneaker",
            "Bag",
            "Ankle boot",
        ),
        train_items=60_000,
        test_items=10_000,
        source=(
            "H. Xiao, K. Rasul, R. Vollgraf, Fashion-MNIST, arXiv:1708.07747. "
            "https://github.com/zalandoresearch/fashion-mnist"
        ),
        licence="MIT",
        read=_read_files,
        files=(
            RemoteFile(
                "train-images-idx3-ubyte.gz",
                26_421_880,
                "3aede38d61863908ad78613f6a32ed271626dd12800ba2636569512369268a84",
            ),
            RemoteFile(
                "train-labels-idx1-ubyte.gz",
                29_515,
                "a04f17134ac03560a47e3764e11b92fc97de4d1bfaf8ba1a3aa29af54cc90845",
            ),
            RemoteFile(
                "t10k-images-idx3-ubyte.gz",
                4_422_102,
                "346e55b948d973a97e58d2351dde16a484bd415d4595297633bb08f03db6a073",
            ),
            RemoteFile(
                "t10k-labels-idx1-ubyte.gz",
                5_148,
                "67da17c76eaffca5446c3361aaab5c3cd6d1c2608764d35dfb1850b086bf8dd5",
            ),
        ),
        mirrors=(
            "https://storage.googleapis.com/tensorflow/tf-keras-datasets/",
            "https://github.com/zalandoresearch/fashion-mnist/raw/master/data/fashion/",
        ),
    ),
    DataSet(
        key="made-ratings",
        title="made ratings of rank 5, with noise",
        kind="ratings",
        instead="made-ratings",
        shape=(600, 400),
        train_items=42_398,
        test_items=4_732,
        source=(
            "made by this program with a fixed seed (engine/ratings/made.py): nobody gave these ratings. What there is "
            "to be found is known: 5 factors, biases, and noise of 0.45 stars"
        ),
        licence="none needed",
        package="this program",
        preset="tuned",
    ),
    DataSet(
        key="pydocs",
        title="sentences from Python's documentation",
        kind="text",
        instead="pydocs",
        source=(
            "docstrings of NumPy, SciPy, scikit-learn, Keras, NLTK, Textual, Pillow and TensorFlow as they are "
            "installed here, and Python's own manual (pydoc_data.topics), read without importing them"
        ),
        licence="those of the packages (BSD, MIT, Apache 2.0, PSF)",
        package="the installed packages",
    ),
    DataSet(
        key="reuters",
        title="newswire sentences (Reuters-21578)",
        kind="text",
        instead="pydocs",
        inside=("nltk_data/corpora/reuters.zip", "nltk_data/corpora/reuters", "reuters"),
        source="Reuters-21578, ModApte split, as NLTK distributes it. https://www.nltk.org/nltk_data/",
        licence="for research purposes only",
        files=(
            RemoteFile("corpora/reuters.zip", 6_378_691, "md5:c2acb24d5cccf8035e0fe8d29f440a68"),
            RemoteFile(
                "tokenizers/punkt_tab.zip",
                4_319_076,
                "e57f64187974277726a3417ca6f181ec5403676c717672eef6a748a7b20e0106",
            ),
        ),
        mirrors=(
            "https://raw.githubusercontent.com/nltk/nltk_data/gh-pages/packages/",
            "https://github.com/nltk/nltk_data/raw/gh-pages/packages/",
        ),
    ),
    DataSet(
        key="text",
        title="your own text",
        kind="text",
        instead="pydocs",
        inside=("text.txt", "text"),
        source="a text file or a folder of them, one sentence a line or prose",
        licence="yours",
        own=True,
    ),
    DataSet(
        key="glove",
        title="word vectors (GloVe 6B)",
        kind="word-vectors",
        instead="pydocs",
        inside=("glove.6B.50d.txt", "glove.6B.zip", "glove"),
        source="J. Pennington, R. Socher, C. D. Manning, GloVe, 2014. https://nlp.stanford.edu/projects/glove/",
        licence="PDDL 1.0",
    ),
)

DATASETS: dict[str, DataSet] = {row.key: row for row in _ROWS}
"""Those that everybody has; see `all_sets`."""


def all_sets() -> dict[str, DataSet]:
    """By name: the table, and the user's own."""
    return {**DATASETS, **{name: _row_of(own) for name, own in records.all_own().items()}}


def known(key: str) -> DataSet | None:
    """The data set called `key`; None where there is none."""
    own = records.find(key)
    return _row_of(own) if own else DATASETS.get(key)


def _row_of(own: OwnSet) -> DataSet:
    return DataSet(
        key=own.name,
        title=own.title,
        added=own.added,
        kind=own.kind,
        shape=own.shape,
        classes=own.classes,
        train_items=own.items[0] + own.items[1],
        test_items=own.items[2],
        source=own.origin or own.path,
        licence="yours",
        preset=own.preset,
        bounded=own.bounded,
        own=True,
    )


def keys(kinds: Collection[str]) -> str:
    """The names of all data sets of these `kinds`, for people."""
    return ", ".join(key for key, row in all_sets().items() if row.kind in kinds)


def dataset(key: str, kinds: Collection[str] = ()) -> DataSet:
    """The data set called `key`; `kinds` are those that can be meant, where not all can.

    Raises:
        UsageError: there is none of that name.
        DataUnavailable: a Python program had it, and nothing of it is kept.
    """
    found = known(key)
    if found is None and records.GIVEN.fullmatch(key):
        raise DataUnavailable("Data are gone", f"the arrays {key} are not on this machine: {GIVEN}")
    if found is None:
        there = keys(kinds or {row.kind for row in all_sets().values()})
        raise UsageError("Unknown data set", f"{key!r} is not a data set here; there are: {there}")
    return found
