"""Maps of codes by t-SNE and UMAP, computed in a process of their own: it can be stopped, and nothing waits for it.

python -m engine.analysis.embedding METHOD CODES.npy POINTS.npy
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path
from typing import Any, NamedTuple, cast

import numpy as np
from numpy.typing import NDArray

from engine.analysis.plane import finite
from engine.errors import UsageError

FEWEST = 10
"""Items that a map of neighbourhoods needs."""
WIDEST = 50
"""Numbers that are left of wider codes: their first principal components, as in van der Maaten & Hinton, JMLR 2008."""
PERPLEXITY, NEIGHBOURS = 30, 15
ROUNDS = 1_000
"""Of t-SNE."""
QUIET = {"OMP_WAIT_POLICY": "passive", "OMP_NUM_THREADS": str(max(1, (os.cpu_count() or 1) // 2))}
"""Half of the cores, and threads that wait idly: beside a training they would wait for each other all the time."""
_DONE = re.compile(r"Iteration (\d+): error|(\d+)%\|")
"""What t-SNE and UMAP say of how far they are."""


class Method(NamedTuple):
    """A way to a map."""

    label: str
    package: str
    """That it needs."""
    extra: str = ""
    """By which that is installed."""


METHODS: dict[str, Method] = {
    "tsne": Method("t-SNE", "sklearn"),
    "umap": Method("UMAP", "umap", "umap"),
}


def check(method: str, items: int) -> None:
    """Raises UsageError where the package of the method is not here, or there are too few items."""
    known = METHODS[method]
    if find_spec(known.package) is None:
        raise UsageError(f"No {known.label}", f"{known.label} needs a package; `pip install 'aetui[{known.extra}]'`")
    if items < FEWEST:
        raise UsageError("Too few items", f"{known.label} needs {FEWEST} items or more, here are {items}")


def embedded(method: str, codes: NDArray[Any], going: Callable[[float], bool]) -> NDArray[np.float32] | None:
    """Points (n, 2) of codes (n, k) by a key of `METHODS`; `going` hears of the share that is done, and the map is
    given up, None, where it says no.

    Raises:
        UsageError: as `check`, or the process failed.
    """
    check(method, len(codes))
    with tempfile.TemporaryDirectory(prefix="aetui-map-") as folder:
        given, made = Path(folder) / "codes.npy", Path(folder) / "points.npy"
        np.save(given, finite(codes))
        command = [sys.executable, "-m", __spec__.name if __spec__ else __name__, method, str(given), str(made)]
        process = subprocess.Popen(
            command,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            env={**os.environ, **QUIET},
        )
        try:
            last = _followed(process, going)
        finally:
            process.kill()
            process.wait()
        if last is None:
            return None
        if not made.exists():
            raise UsageError(
                f"No {METHODS[method].label}", f"its process ended without a map: {last or 'no reason told'}"
            )
        points: NDArray[np.float32] = np.load(made, allow_pickle=False).astype(np.float32)
        return points


def _followed(process: subprocess.Popen[str], going: Callable[[float], bool]) -> str | None:
    """The last line that the process says; None where it is given up."""
    from queue import Empty, SimpleQueue
    from threading import Thread

    lines: SimpleQueue[str | None] = SimpleQueue()
    out = process.stdout
    assert out is not None

    def read() -> None:
        for line in out:
            lines.put(line)
        lines.put(None)

    Thread(target=read, name="map", daemon=True).start()
    last, done = "", 0.0
    while True:
        try:
            line = lines.get(timeout=0.1)
        except Empty:
            line = ""
        if line is None:
            return last
        if found := _DONE.search(line):
            done = int(found[1]) / ROUNDS if found[1] else int(found[2]) / 100
        last = line.strip() or last
        if not going(min(1.0, done)):
            return None


def fitted(method: str, codes: NDArray[np.float32]) -> NDArray[np.float32]:
    """Points (n, 2), computed here and now, in a process that does nothing else; the same codes give the same ones."""
    if codes.shape[1] > WIDEST:
        from sklearn.decomposition import PCA

        codes = PCA(WIDEST, random_state=0).fit_transform(codes) if len(codes) > WIDEST else codes
    if method == "umap":
        sys.modules.setdefault("tensorflow", cast(Any, None))  # umap loads it for networks of its own: 8 s, 800 MB
        from umap import UMAP

        near = min(NEIGHBOURS, len(codes) - 1)
        maker: Any = UMAP(n_neighbors=near, random_state=0, n_jobs=1, verbose=True)
    else:
        from sklearn.manifold import TSNE

        perplexity = min(PERPLEXITY, (len(codes) - 1) / 3)
        maker = TSNE(perplexity=perplexity, max_iter=ROUNDS, init="pca", random_state=0, verbose=2)
    points: NDArray[np.float32] = maker.fit_transform(codes).astype(np.float32)
    return points


def main() -> None:
    """What the process does."""
    method, given, made = sys.argv[1:]
    os.nice(5)  # whoever trains or looks meanwhile comes first
    points = fitted(method, np.load(given, allow_pickle=False))
    partly = Path(made).with_suffix(".part.npy")
    np.save(partly, points)
    partly.rename(made)


if __name__ == "__main__":
    main()
