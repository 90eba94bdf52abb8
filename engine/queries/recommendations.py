"""What a user of a rating model may like: the rows of the table that the run has kept, their gaps filled."""

from __future__ import annotations

import difflib
from collections.abc import Generator
from itertools import chain, islice
from typing import cast

import numpy as np
from numpy.typing import NDArray

from engine.backend import Model
from engine.datasets.data import in_blocks
from engine.errors import UsageError, counted
from engine.queries.context import QueryContext, Steps
from engine.queries.messages import Rated, Recommend, Recommendations, Suggestion
from engine.ratings.rating_data import RatingsData
from engine.ratings.ratings import TRAIN, Ratings

EXAMPLES = 3
"""Names that a message tells."""


def recommend(context: QueryContext, query: Recommend) -> Steps:
    """The items that the user has not rated, the best prediction first; and what the user rated, best first.

    The model sees the ratings that it learned from, no others. Yields how many rows are done, and of how many.

    Raises:
        UsageError: fewer than one item is asked for, or the user is not among those of the run.
        RunError: what the run kept of its ratings is gone or damaged.
    """
    if query.count < 1:
        raise UsageError("Items", f"expected at least 1 item, got {query.count}")
    data = cast("RatingsData", context.kept())
    user = place_of(data.ratings, query.user)
    return _recommended(data, context.still(), user, query.count)


def _recommended(data: RatingsData, model: Model, user: int, count: int) -> Steps:
    ratings = data.ratings
    predicted = yield from _predicted(data, model, user)
    theirs = np.flatnonzero(ratings.user == user)
    left = np.ones(len(ratings.items), bool)
    left[ratings.item[theirs]] = False
    unrated = np.flatnonzero(left)
    best = unrated[np.argsort(-predicted[unrated], kind="stable")[:count]]
    rated = theirs[np.argsort(-ratings.value[theirs], kind="stable")]
    return Recommendations(
        user=ratings.users[user],
        suggestions=tuple(Suggestion(item=ratings.items[item], predicted=float(predicted[item])) for item in best),
        rated=tuple(
            Rated(
                item=ratings.items[item],
                rating=float(ratings.value[place]),
                predicted=float(predicted[item]),
                held_out=bool(ratings.part[place] != TRAIN),
            )
            for place in rated
            for item in (int(ratings.item[place]),)
        ),
        unrated=len(unrated),
        range=ratings.range,
        epoch=model.epoch,
    )


def _predicted(data: RatingsData, model: Model, user: int) -> Generator[tuple[int, int], None, NDArray[np.float32]]:
    """Of every item, in the unit of the ratings."""
    if data.rows == "users":
        row = data.as_floats(data.everything[user : user + 1])
        yield 1, 1
        return data.ratings.in_units(model.decode(model.encode(row))[0])
    rows, found = data.everything, []
    for block in in_blocks(rows, model.block):
        found.append(model.decode(model.encode(data.as_floats(rows[block])))[:, user])
        yield block.stop, len(rows)
    return data.ratings.in_units(np.concatenate(found))


def place_of(ratings: Ratings, name: str) -> int:
    """The place of the user called `name`. Raises UsageError with names that there are, like ones first."""
    if name in ratings.users:
        return ratings.users.index(name)
    near = difflib.get_close_matches(name, ratings.users, EXAMPLES) if len(ratings.users) <= 10_000 else []
    examples = list(islice(dict.fromkeys(chain(near, ratings.users)), EXAMPLES))
    told = f"{name!r} is not among the {counted(len(ratings.users), 'user')} that this run learned from"
    raise UsageError("Unknown user", f"{told}; there are {', '.join(examples)} and so on")
