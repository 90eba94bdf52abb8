"""What a snapshot keeps of text: sentences, what is read back of them, and how like their codes are."""

from __future__ import annotations

from collections.abc import Generator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.analysis.sentences import cosine, read_out
from engine.backend import Model
from engine.datasets.data import in_blocks
from engine.runs.snapshots import PROBE_ITEMS
from engine.text.text_data import TextData


def of(
    data: TextData, model: Model, codes: NDArray[np.float32], outputs: NDArray[np.float32]
) -> Generator[None, None, dict[str, NDArray[Any]]]:
    """`codes` and `outputs` are the model's for the first validation sentences; yields after every block."""
    again = []
    for block in in_blocks(outputs, model.block):
        again.append(model.encode(outputs[block]))
        yield
    return {**_in_words(data, outputs), "cosines": cosine(codes, np.concatenate(again))}


def _in_words(data: TextData, outputs: NDArray[np.float32]) -> dict[str, NDArray[np.str_]]:
    """The probe set as it stands in the corpus, and what is read out of it."""
    places = data.validation_places[:PROBE_ITEMS]
    lengths = np.count_nonzero(data.validation.items[:PROBE_ITEMS], axis=1).tolist()
    readings = [read_out(data.lexicon, *said) for said in zip(outputs, lengths, strict=False)]
    sentences = [data.corpus.sentence(int(place)) for place in places]
    return {"sentences": np.array(sentences, str), "readings": np.array(readings, str)}
