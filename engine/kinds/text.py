"""Text: sentences as word ids (count, length), seen by a network as the words' vectors."""

from __future__ import annotations

from collections.abc import Generator, Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, cast

from engine.errors import UsageError
from engine.kinds.kind import Features, Kind
from engine.kinds.reading import Reading, TextReading

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from engine.analysis.comparison import Comparison
    from engine.backend import Model, Training
    from engine.datasets.catalogue import DataSet
    from engine.datasets.data import Data, Report, Source, Statistics
    from engine.datasets.folders import Location
    from engine.features.grouping import Grouping
    from engine.features.outcomes import Told
    from engine.runs.snapshots import Samples
    from engine.text.corpus import Corpus
    from engine.text.lexicon import Lexicon
    from engine.text.text_data import TextData


NLTK_FOLDERS = tuple(
    Path(folder).expanduser() for folder in ("~", "/usr/local/share", "/usr/share", "/usr/local/lib", "/usr/lib")
)


class Text(Kind):
    """A row of the table."""

    key = "text"
    items, unit = "sentences", "sent"
    keeps = True
    files = ("vocabulary.txt", "vectors.npy", "vectors-source.txt", "segmentation.txt")
    covered = "the word ids of its sentences"
    points: ClassVar[tuple[str, ...]] = ("averaged word vectors", "averages")
    beside = "average"
    scores = ("cosine", "code")
    commands = (
        "`aetui neighbours`, `aetui similarity`, `aetui encode`, and to read back `aetui reconstruct RUN FILE.txt`"
    )
    trained_by = "`aetui train sentence`"
    inputs = "engine.nn.inputs:WordIds"

    def folders(self) -> Mapping[Path, str]:
        """NLTK's own places hold a folder nltk_data."""
        return dict.fromkeys(NLTK_FOLDERS, "NLTK's data")

    def state(self, location: Location) -> object:
        """The user's text may change between two runs."""
        from engine.text.corpora import source_of

        return location.path, location.text_format, source_of(location.key, location.path)

    def read(self, entry: DataSet, location: Location, data_dir: Path | None, report: Report | None) -> Source:
        """The corpus at `location`, cut into sentences; Punkt's tables may lie in `data_dir`."""
        from engine.datasets.data import silence
        from engine.text.corpora import read_corpus

        return read_corpus(entry.key, location.path, data_dir, report or silence, location.text_format)

    def statistics(self, source: Source) -> Statistics:
        """Sentences, documents, words and topics, with the lengths of sentences."""
        from engine.text import corpus_statistics

        return corpus_statistics.of(cast("Corpus", source))

    def item_shape(self, shape: tuple[int, ...], reading: Reading) -> tuple[int, ...]:
        """Words of a sentence, numbers of a word."""
        del shape
        return (reading.length, reading.dimensions) if isinstance(reading, TextReading) else ()

    def seen(
        self, source: Source, reading: Reading, folder: Path | None, data_dir: Path | None, report: Report
    ) -> Data:
        """Sentences as ids (count, words) by a lexicon made for them, or by the one that is kept in `folder`.

        Raises:
            UsageError: the variant learns from another kind of data.
            SettingError, BadData, RunError: as `engine.text.reading.read`.
        """
        from engine.text.reading import read

        if not isinstance(reading, TextReading):
            raise UsageError("Data do not fit", f"{source.key} is text; choose a variant that learns from text")
        return read(cast("Corpus", source), reading, folder, data_dir, report)

    vocabulary = ("vocabulary.txt", "vectors.npy", "vectors-source.txt")

    def preprocessing(self, dataset: str, folder: Path, shape: tuple[int, ...], reading: Reading) -> dict[str, Any]:
        """How a sentence becomes vectors of words."""
        del dataset
        lexicon, (length, dimensions) = self.kept(folder, reading), shape
        return {
            "steps": [
                f"A sentence is cut into words {lexicon.sequencer.label}: {length} of them.",
                "A word's id is its line in vocabulary.txt, from 0: line 0 stands for padding, line 1 for every word "
                "that is not in the file.",
                f"The network sees the rows of vectors.npy at these ids, {length} × {dimensions} float32.",
                "What it answers are vectors: of each the word with the nearest one is meant.",
            ],
            "words": "vocabulary.txt",
            "vectors": "vectors.npy",
            "length": length,
            "dimensions": dimensions,
            "padding": 0,
            "unknown": 1,
            "padded_on_the_left": lexicon.sequencer.last,
            "segmentation": lexicon.segmentation,
        }

    def keep(self, data: Data, folder: Path) -> None:
        """The lexicon: its words, their vectors and where these came from."""
        _text(data).lexicon.write(folder)

    def kept(self, folder: Path, reading: Reading) -> Lexicon:
        """The lexicon that `keep` wrote, cutting sentences as `reading.ids` says. Raises RunError."""
        from engine.text.lexicon import Lexicon

        return Lexicon.read(folder, cast("TextReading", reading).ids)

    def comparison(self, data: Data, training: Training, cache: Path, report: Report) -> Comparison:
        """The averaged vectors of words, for which nothing has to be fitted."""
        from engine.analysis.text_comparison import TextComparison

        del training, cache, report
        return TextComparison(_text(data))

    def features(self, data: Data, size: int, cache: Path) -> Features:
        """The mean vector of a sentence's words; `size` is that of the word vectors, whatever is asked for."""
        del size, cache
        return Features("averaged word vectors", _text(data).lexicon.average)

    def in_words(
        self, data: Data, items: NDArray[Any], outputs: NDArray[np.float32]
    ) -> tuple[tuple[str, str], ...] | None:
        """Sentences in the words of the lexicon, and what is read out of the answers."""
        import numpy as np

        from engine.analysis.sentences import read_out

        lexicon, texts = _text(data).lexicon, []
        for row, output in zip(items, outputs, strict=True):
            there = row[lexicon.sequencer.places(int(np.count_nonzero(row)), len(row))]
            sentence = " ".join(lexicon.words[word] for word in there.tolist())
            texts.append((sentence, read_out(lexicon, output, len(there))))
        return tuple(texts)

    def told(self, data: Data, grouping: Grouping) -> Iterable[Told]:
        """Of each cluster its size, telling words, the sentences nearest to its centre and its commonest topic."""
        from engine.text.grouped import told

        return told(_text(data), grouping)

    def views(
        self, data: Data, model: Model, codes: NDArray[np.float32], outputs: NDArray[np.float32]
    ) -> Generator[None, None, dict[str, NDArray[Any]]]:
        """The probe set in words, what is read back, and how like the codes are that its reconstructions have."""
        from engine.analysis.text_views import of

        return (yield from of(_text(data), model, codes, outputs))

    def said(self, data: Data, part: str, places: NDArray[np.int64]) -> tuple[str, ...]:
        """The sentences as they stand in the corpus."""
        text = _text(data)
        of_part = {"train": text.train_places, "validation": text.validation_places, "test": text.test_places}[part]
        return tuple(text.corpus.sentence(int(place)) for place in of_part[places])

    def counted(self, data: Data, items: NDArray[Any]) -> NDArray[np.bool_]:
        """Those of words that the loss weighs: what is said in padding is nothing that was asked for."""
        import numpy as np

        text = _text(data)
        return np.broadcast_to((text.loss_weights[items] > 0)[..., None], (*items.shape, text.shape[1]))

    def drawable(self, samples: Samples) -> bool:
        """Whether they are vectors of words, (count, words, numbers in a vector)."""
        return samples.inputs.ndim == 3

    def size(self, shape: tuple[int, ...]) -> tuple[int, ...]:
        """Words of a sentence, numbers of a word."""
        return shape


def _text(data: Data) -> TextData:
    return cast("TextData", data)
