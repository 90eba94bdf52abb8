"""Files that commands read and write: images and codes in, whole files or none out."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import islice
from math import isqrt
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO, Literal, NamedTuple

from aetui.cli.number_tables import LARGEST, STDIN, is_table, read_table, told

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from aetui.cli.options import Options
    from engine.errors import UsageError
    from engine.kinds.kind import Kind
    from engine.queries.messages import Images, Reconstruction
    from engine.runs.store import RunRecord
    from engine.storage.rows import Array

IMAGES = (".png", ".npy", ".npz")
SHEET = 1_000
"""Images on a sheet: more are too small to look at, and a picture too large for most programs."""


def check_suffix(path: Path, suffixes: Sequence[str]) -> None:
    """Raises UsageError unless `path` ends in one of `suffixes`."""
    from engine.errors import UsageError

    if path.suffix not in suffixes:
        raise UsageError("Unknown format", f"expected a file ending in {', '.join(suffixes)}, got {path}")


def check_sheet(path: Path, count: int) -> None:
    """Raises UsageError for a sheet of too many images."""
    from engine.errors import UsageError

    if path.suffix == ".png" and count > SHEET:
        raise UsageError("Large sheet", f"expected at most {SHEET:,} images for a .png, got {count:,}; choose .npz")


def kind_of(record: RunRecord) -> Kind:
    """The kind of data that the run learned from."""
    from engine import registry

    return registry.kind(record.variant, record.dataset, record.kind)


def check_kind(record: RunRecord, key: str) -> None:
    """Raises UsageError for a run that learned from another kind of data than `key`."""
    from engine.errors import UsageError
    from engine.kinds import KINDS

    found, wanted = kind_of(record), KINDS[key]
    if found is not wanted:
        raise UsageError(
            f"No {wanted.items}",
            f"expected a run that learned from {wanted.items}, which {wanted.trained_by} makes, but {record.id} "
            f"({record.variant} on {record.dataset}) learned from {found.items}; for it there are {found.commands}",
        )


def read_sentences(record: RunRecord, source: str, count: int) -> tuple[str, ...]:
    """At most `count` lines of a text file (0: all; `-`: standard input) for the run to read, blank ones left out.

    Raises:
        UsageError: there is no such file.
        BadData: it is no text, has no sentences, an endless one, or one without a word that the run knows.
        RunError: the run's words are gone.
    """
    from engine.datasets import known
    from engine.errors import BadData, UsageError
    from engine.text.files import decoded
    from engine.text.plain_text import LONGEST_LINE

    path = Path("/dev/stdin" if source == STDIN else source)
    if known(source) and not path.exists():
        told = f"expected a text file, one sentence a line, got the data set {source}"
        raise UsageError("No text file", f"{told}; the codes of {record.dataset} itself are written by `aetui encode`")
    if source != STDIN and not path.is_file():
        raise UsageError("No such input", f"expected a text file, one sentence a line, but {source} is not a file")
    numbered = ((number, line.strip()) for number, line in enumerate(decoded(path).splitlines(), 1))
    lines = list(islice(((number, line) for number, line in numbered if line), count or None))
    if not lines:
        raise BadData(path, "expected a sentence on each line, but there is none")
    endless = next((number for number, line in lines if len(line) > LONGEST_LINE), 0)
    if endless:
        raise BadData(path, f"expected sentences of at most {LONGEST_LINE:,} characters, but line {endless:,} has more")
    _check_known(record, path, lines)
    return tuple(line for _, line in lines)


def _check_known(record: RunRecord, path: Path, lines: Sequence[tuple[int, str]]) -> None:
    """Raises BadData for lines that the run cannot read: the engine, which has only sentences, could not say where."""
    from aetui.render.text import plain
    from engine import params, registry
    from engine.errors import BadData
    from engine.text.lexicon import UNK

    config = params.stored(registry.preset(record.variant, record.preset), record.config)
    lexicon = kind_of(record).kept(record.folder, registry.variant(record.variant).reading(config))
    length = record.info.shape[0]

    def readable(line: str) -> bool:
        row = lexicon.row(line, length)
        return bool((row > UNK).any() and lexicon.vectors[row].any())

    refused = [(number, line) for number, line in lines if not readable(line)]
    if refused:
        number, line = refused[0]
        rest = len(refused) - 1
        others = f" (and {rest:,} more such line{'s' * (rest > 1)})" if rest else ""
        raise BadData(
            path,
            f"expected words that {record.id} knows, but among the {length:,} that it reads of line {number:,} is none"
            f': "{plain(line, 80)}"{others}; reword it or leave it out',
        )


def is_own(record: RunRecord, source: str | None) -> bool:
    """Whether INPUT means what the run learned from: the engine reads that, and sees whether it is still the same."""
    return source in (None, record.dataset)


def answers_itself(record: RunRecord) -> bool:
    """Whether the run should answer with what it sees, so that there is an error of whatever it is given."""
    from engine.datasets.own import records

    own = records.find(record.dataset)
    return own is None or not own.options.get("target")


class Given(NamedTuple):
    """What INPUT means to a command: items, and their labels and names where they are known."""

    items: Array
    labels: NDArray[Any] | None = None
    names: tuple[str, ...] | None = None


def read(
    options: Options, record: RunRecord, source: str, count: int, part: Literal["train", "validation", "test"] = "test"
) -> Given:
    """At most `count` images (0: all) that INPUT means to a command about `record`.

    Raises:
        EngineError: there is no such input, or it does not fit the model.
    """
    from engine import datasets
    from engine.datasets.image_files import image_files, published, read_images
    from engine.errors import UsageError

    if datasets.known(source):
        if part == "validation":
            told = f"only of its own data ({record.dataset}) did {record.id} hold some out; give --part train or test"
            raise UsageError("No validation part", told)
        data = published(source, options.data_folder)
        chosen = (data.train if part == "train" else data.test).at(slice(count or None))
        items = data.as_floats(chosen.items[:]) if data.paired else chosen.items
        return Given(items, chosen.labels, None if chosen.names is None else tuple(map(str, chosen.names)))
    if part != "test":
        raise UsageError("No such part", f"expected a data set with --part {part}, got {source}; leave it out")
    if is_table(source) and (source == STDIN or Path(source).is_file()):
        return _read_rows(source, record.info.shape, count)
    items = read_images(source, record.info.shape, options.data_folder, count or 2**62, record.dataset)
    return Given(items, None, tuple(map(str, image_files(source)))[: len(items)] or None)


def _read_rows(source: str, shape: tuple[int, ...], count: int) -> Given:
    """Images as rows of a text table. Raises BadData where it is none, or has others."""
    from math import prod

    from engine.errors import BadData

    try:
        table = read_table(source, LARGEST)
    except Exception as error:  # as for codes
        raise BadData(told(source), f"expected an image a row, but: {error}") from error
    numbers, wanted = table.numbers[: count or None], prod(shape)
    if numbers.shape[1] != wanted:
        raise BadData(
            told(source),
            f"expected rows of {wanted:,} numbers ({' × '.join(map(str, shape))}), found {numbers.shape[1]:,}; columns "
            "beside them have the head `name` or `label`",
        )
    items = _pixels(source, numbers).reshape(-1, *shape)
    labels = None if table.labels is None else table.labels[: len(items)]
    return Given(items, labels, table.names and table.names[: len(items)])


def _pixels(source: str, numbers: NDArray[np.float64]) -> NDArray[Any]:
    """uint8, or float32 in [0, 1]."""
    import numpy as np

    from engine.errors import BadData

    low, high = numbers.min(), numbers.max()
    if low >= 0 and high <= 1:
        return numbers.astype(np.float32)
    if low >= 0 and high <= 255 and np.array_equal(numbers, numbers.round()):
        return numbers.astype(np.uint8)
    expected = "expected numbers from 0 to 1, or whole ones from 0 to 255"
    raise BadData(told(source), f"{expected}, found {low:g} to {high:g}")


def noisy(answer: Reconstruction) -> bool:
    """Whether the encoder saw something else than what it was to answer."""
    return bool((answer.inputs != answer.targets).any())


def no_noise(record: RunRecord) -> UsageError:
    """What is said of a run that is asked for noise and has none."""
    from engine.errors import UsageError

    told = f"expected a run that sees images with noise, but {record.id} ({record.variant}) sees them as they are"
    return UsageError("No noise", f"{told}; leave --noise out")


@contextmanager
def written(path: Path) -> Iterator[BinaryIO]:
    """A file to write `path` with: written beside and renamed, so that a fault leaves what was there.

    Raises:
        EngineError: it cannot be written.
    """
    from engine.errors import EngineError
    from engine.storage.atomic import SHARED, replacing

    try:
        with replacing(path, flush=False, mode=SHARED) as file:
            yield file
    except OSError as error:
        raise EngineError(
            "Cannot write", f"expected to write {path}, but {error.strerror or error}; choose another --output"
        ) from error


def write_images(path: Path, answer: Images) -> None:
    """Images and the codes that they were decoded from, in the format that the name asks for."""
    import numpy as np

    from aetui.render import sheet

    images = answer.images
    with written(path) as file:
        if path.suffix == ".png":
            width = max(10, isqrt(len(images)))
            sheet.write(file, [images[start : start + width] for start in range(0, len(images), width)])
        elif path.suffix == ".npy":
            np.save(file, images)
        else:
            np.savez_compressed(file, allow_pickle=False, images=images, codes=answer.codes)
