"""Other detectors, to stand beside a model: a table. Each is fitted to the very items that the model learned from."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from importlib.util import find_spec
from math import prod
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from engine.anomalies.scores import Steps
from engine.datasets.data import Data, in_blocks, spread_blocks
from engine.errors import EngineError, UsageError
from engine.storage.rows import Array

MOST = 20_000
"""Items that a detector is fitted to; of more so many, spread evenly."""
CHOOSING = 5_000
"""Items by which a detector chooses a setting, and that its threshold is told by."""
BYTES = 2**28
"""Of items as floats: of wide ones fewer are taken."""
SPARED = 10
"""Where nothing was held out, every so many-th item is."""
AT_ONCE = 500
"""Items that are scored at a time."""


class Rows(NamedTuple):
    """What a detector learns from: items as rows of numbers, 0 where one is not known."""

    train: NDArray[np.float32]
    """(n, d)"""
    validation: NDArray[np.float32]
    """(m, d), to choose a setting by."""
    size: int
    """Numbers in the code of the model that it stands beside."""


class Fitted(NamedTuple):
    """A detector that has learned."""

    label: str
    """With what was chosen."""
    score: Callable[[NDArray[np.float32]], NDArray[np.floating]]
    """From rows (m, d) to how strange each is, (m,)."""
    items: int
    """That it learned from."""


class Detector(NamedTuple):
    """A row of the table."""

    key: str
    label: str
    fit: str
    """What fits it, "module:function": from `Rows` and `argument` to `Fitted`."""
    argument: str = ""
    package: str = ""
    """What must be installed beside what every installation has, and the extra that brings it."""
    most: int = MOST

    def fitted(self, rows: Rows) -> Fitted:
        """Fitted to at most `most` of the rows. Raises EngineError where its package is not installed."""
        self.check()
        train = rows.train
        if len(train) > self.most:
            train = train[np.linspace(0, len(train) - 1, self.most).astype(np.int64)]
        module, name = self.fit.split(":")
        found: Fitted = getattr(import_module(module), name)(rows._replace(train=train), self.argument)
        return found._replace(label=found.label or self.label, items=len(train))

    def check(self) -> None:
        """Raises EngineError where its package is not installed."""
        if self.package and find_spec(self.package) is None:
            from engine.storage.packages import install_extra

            told = f"the detector {self.key} is of the package {self.package}, which is not installed"
            raise EngineError("Not installed", f"{told}; {install_extra(self.package)}")


_SIMPLE, _PYOD = "engine.anomalies.simple_detectors", "engine.anomalies.pyod_detectors:fitted"

DETECTORS: dict[str, Detector] = {
    row.key: row
    for row in (
        Detector("pca", "PCA error", f"{_SIMPLE}:pca"),
        Detector("pca-chosen", "PCA error, components chosen", f"{_SIMPLE}:chosen_pca"),
        Detector("forest", "isolation forest", f"{_SIMPLE}:forest"),
        Detector("neighbours", "5 nearest neighbours", f"{_SIMPLE}:neighbours"),
        Detector("ecod", "ECOD", _PYOD, "ecod:ECOD", "pyod"),
        Detector("copod", "COPOD", _PYOD, "copod:COPOD", "pyod"),
        Detector("hbos", "histograms (HBOS)", _PYOD, "hbos:HBOS", "pyod"),
        Detector("lof", "local outlier factor", _PYOD, "lof:LOF", "pyod"),
        Detector("ocsvm", "one-class SVM", _PYOD, "ocsvm:OCSVM", "pyod", most=5_000),
    )
}
BASELINES = tuple(key for key, row in DETECTORS.items() if not row.package)
"""Those that every installation has."""


def check(keys: tuple[str, ...]) -> None:
    """Raises UsageError for a name that no detector has, EngineError for one whose package is not installed."""
    for key in keys:
        if key not in DETECTORS:
            there = ", ".join(DETECTORS)
            raise UsageError("Unknown detector", f"expected one of {there}, got {key!r}")
        DETECTORS[key].check()


def rows_of(data: Data, size: int) -> Rows:
    """What detectors learn from beside a model of `data` with a code of `size` numbers; nothing of the test part."""
    most = max(2, BYTES // (4 * prod(data.shape)))
    train = _some(data, data.train.items, min(MOST, most))
    if data.held_out:
        return Rows(train, _some(data, data.validation.items, min(CHOOSING, most)), size)
    spared = np.arange(len(train)) % SPARED == SPARED - 1
    spared[-1:] |= not spared.any()
    return Rows(train[~spared], train[spared], size) if len(train) > 1 else Rows(train, train, size)


def _some(data: Data, items: Array, most: int) -> NDArray[np.float32]:
    """At most about `most` of the items, spread evenly, as rows."""
    size = max(1, min(256, most // 16))
    blocks = spread_blocks(items, size, most)
    return np.concatenate([flat(data.as_floats(items[block])) for block in blocks])


def flat(items: NDArray[np.float32]) -> NDArray[np.float32]:
    """(n, …) → (n, d)."""
    return items.reshape(len(items), -1)


def item_scores(
    fitted: Fitted, items: Array, read: Callable[[NDArray[Any]], NDArray[np.float32]]
) -> Steps[NDArray[np.float32]]:
    """How strange a detector finds compact items, (n,); `read` makes floats of a block of them."""
    found = [np.zeros(0, np.float32)]
    for block in in_blocks(items, AT_ONCE):
        found.append(np.asarray(fitted.score(flat(read(items[block]))), np.float32))
        yield block.stop, len(items)
    return np.concatenate(found)
