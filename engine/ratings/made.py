"""Ratings that this program makes: from factors of a known rank, so that it is known what there is to be found."""

from __future__ import annotations

import numpy as np

from engine.ratings.ratings import TEST, TRAIN, VALIDATION, Ratings

USERS, ITEMS = 600, 400
RANK = 5
SHARE = 0.2
"""Of all pairs that are rated."""
NOISE = 0.45
"""Standard deviation, in stars, of what no model can know."""
BIAS, FACTORS = 0.4, 0.75
"""Standard deviations, in stars, of what a user or an item adds to every rating, and of what the two have in common."""
MIDDLE, LOWEST, HIGHEST = 3.4, 0.5, 5.0
PARTS = (0.8, 0.1, 0.1)
SEED = 1_509


def made(key: str) -> Ratings:
    """The same ratings every time: half stars, some users and items with many more than others."""
    draw = np.random.default_rng(SEED)
    users, items = draw.normal(size=(USERS, RANK)), draw.normal(size=(ITEMS, RANK))
    common = FACTORS / np.sqrt(RANK) * users @ items.T
    stars = MIDDLE + draw.normal(0, BIAS, (USERS, 1)) + draw.normal(0, BIAS, (1, ITEMS)) + common
    given = np.clip(np.round(2 * (stars + draw.normal(0, NOISE, stars.shape))) / 2, LOWEST, HIGHEST)
    # How eager a user is and how well known an item, which has nothing to do with the stars.
    eager = draw.gamma(2, size=(USERS, 1)) * draw.gamma(2, size=(1, ITEMS))
    chance = np.minimum(1, eager / eager.mean() * SHARE)
    user, item = np.nonzero(draw.random(chance.shape) < chance)
    part = draw.choice(np.array([TRAIN, VALIDATION, TEST], np.int8), len(user), p=PARTS)
    return Ratings(
        key=key,
        users=tuple(f"u{number:03}" for number in range(1, USERS + 1)),
        items=tuple(f"i{number:03}" for number in range(1, ITEMS + 1)),
        user=user.astype(np.int32),
        item=item.astype(np.int32),
        value=given[user, item].astype(np.float32),
        part=part,
        notes={
            "made": f"by this program: {RANK} factors, a bias of every user and item, noise of {NOISE} stars, "
            "rounded to half stars"
        },
    )
