"""How many cores linear algebra takes."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def one_thread() -> Iterator[None]:
    """NumPy's and SciPy's linear algebra on one thread; also a decorator.

    OpenBLAS makes its threads wait for each other hundreds of times in one eigenvalue problem. Where another process
    trains on the same cores, each wait can last a time slice: 128 × 128 then take 0.4 s to 1 s instead of 2 ms.
    """
    from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]

    with threadpool_limits(1, user_api="blas"):
        yield
