"""The way from one sentence to another."""

from __future__ import annotations

from typing import cast

import numpy as np
from numpy.typing import NDArray

from engine.analysis.sentences import cosine, read_out
from engine.errors import UsageError
from engine.queries.context import QueryContext, Steps
from engine.queries.messages import Stop, Walk, Walked
from engine.queries.sentences import Search, as_read, nearest, read
from engine.text.text_data import TextData

MOST = 1_000
"""Steps: each looks through the whole corpus."""


def between(first: NDArray[np.floating], second: NDArray[np.floating], steps: int) -> NDArray[np.float32]:
    """Points at equal distances on a line, (k,) and (k,) → (steps + 1, k); the ends are the two themselves."""
    shares = np.linspace(0, 1, steps + 1)[:, None]
    points: NDArray[np.float32] = ((1 - shares) * first + shares * second).astype(np.float32)
    points[0], points[-1] = first, second
    return points


class Walking:
    """Goes the way; looks up sentences in the codes that `search` keeps."""

    def __init__(self, search: Search) -> None:
        self._search = search

    def walk(self, context: QueryContext, query: Walk) -> Steps:
        """Raises UsageError for an impossible number of steps, and as `engine.queries.sentences.read`."""
        ids, vectors = read(context, (query.first, query.second))  # before the long work
        if not 1 <= query.steps <= MOST:
            raise UsageError("Steps", f"expected 1 to {MOST:,} steps, got {query.steps:,}")
        data = cast("TextData", context.data())
        searched = yield from self._search.searched(context, data)
        model, lexicon = searched.model, data.lexicon
        ends, averages = model.encode(vectors), lexicon.average(ids)
        codes, beside = (between(each[0], each[1], query.steps) for each in (ends, averages))
        outputs = model.decode(codes)
        back = cosine(codes, model.encode(outputs))
        sentences = as_read(context, query.first), as_read(context, query.second)
        shares = np.linspace(0, 1, query.steps + 1)
        lengths = ((1 - shares) * sentences[0].used + shares * sentences[1].used).round().astype(int)
        stops = []
        for place, share in enumerate(shares.tolist()):
            [found] = nearest(data, searched.codes, codes[place], 1)
            [average] = nearest(data, searched.averages, beside[place], 1)
            stops.append(
                Stop(
                    share=share,
                    reading=read_out(lexicon, outputs[place], int(lengths[place])),
                    back=float(back[place]),
                    neighbour=found,
                    average=average,
                )
            )
            yield place + 1, query.steps + 1
        return Walked(
            first=sentences[0],
            second=sentences[1],
            stops=tuple(stops),
            cosine=float(cosine(ends[:1], ends[1:])[0]),
            searched=len(data.items),
            epoch=model.epoch,
        )
