"""What a detection says while its threshold moves: who lies on which side, and how often that is right."""

from __future__ import annotations

import numpy as np

from aetui.render.ranking_plots import ranking
from aetui.render.score_strips import Group, axis_of
from aetui.render.text import plain
from engine.queries.messages import Detection

OTHERS = "others"


class Scored:
    """An answer with its items in the order of their scores."""

    def __init__(self, detection: Detection) -> None:
        self.detection = detection
        self.threshold = detection.threshold
        scores = detection.scores.astype(np.float64)
        self.order = np.argsort(scores, kind="stable")
        """Places of the items, the most normal first."""
        self.ordered = scores[self.order]
        self.groups = _groups(detection)
        self.fewer = [self.groups[0], Group("test items", detection.scores)]
        """Instead of `groups`, where there is no room for all of them."""
        strange = detection.strange
        self.curve = None if strange is None else ranking(scores, strange)

    @property
    def above(self) -> int:
        """How many items lie above the threshold."""
        return len(self.ordered) - self._first_above

    @property
    def quantile(self) -> float:
        """Share of the items that the threshold is told by (normal ones) that do not lie above it."""
        return float((self.detection.validation_scores <= self.threshold).mean())

    def move(self, columns: int, width: int) -> None:
        """The threshold so many columns up, down if negative, of an axis that has `width` of them; not beyond the
        lowest and the highest score of all."""
        step = axis_of(self.groups, self.detection.threshold, width).step
        known = [group.scores for group in self.groups if len(group.scores)]
        low, high = min(float(each.min()) for each in known), max(float(each.max()) for each in known)
        self.threshold = min(max(self.threshold + columns * step, low), max(high, self.detection.threshold))

    def back(self) -> None:
        """To the threshold that the model was asked for."""
        self.threshold = self.detection.threshold

    def beside(self, count: int, page: int) -> tuple[list[int], list[int]]:
        """Places of `count` items on either side of the threshold, below (the nearest last) and above (the nearest
        first); with `page`, those that lie so many times `count` further off."""
        first, skip = self._first_above, count * page
        below = self.order[max(0, first - skip - count) : max(0, first - skip)]
        above = self.order[first + skip : first + skip + count]
        return below.tolist(), above.tolist()

    def pages(self, count: int) -> int:
        """How many pages `beside` has, one at least."""
        longest = max(self._first_above, self.above)
        return max(1, -(-longest // count))

    def label(self, place: int) -> str:
        """The class of an item; empty where there is none."""
        labels, classes = self.detection.labels, self.detection.classes
        if labels is None or not classes:
            return ""
        return plain(str(classes[int(labels[place])]))

    def name(self, place: int) -> str:
        """What an item is called: its name in the data, else its number from 1 on."""
        names = self.detection.names
        return plain(names[place]) if names is not None else f"item {place + 1:,}"

    @property
    def _first_above(self) -> int:
        return int(np.searchsorted(self.ordered, self.threshold, "right"))


def _groups(detection: Detection) -> list[Group]:
    """Those that the threshold is told by, and the items: normal ones and others, else by class, else together."""
    scores, strange, labels = detection.scores, detection.strange, detection.labels
    reference = Group(detection.reference, detection.validation_scores)
    if strange is not None and strange.any() and not strange.all():
        normal = plain(detection.normal) or "normal"
        return [reference, Group(normal, scores[~strange]), Group(OTHERS, scores[strange])]
    if labels is not None and len(detection.classes) > 1:
        classes = [(plain(str(name)), labels == place) for place, name in enumerate(detection.classes)]
        return [reference, *(Group(name, scores[of]) for name, of in classes if of.any())]
    return [reference, Group("test items", scores)]
