from __future__ import annotations

import numpy as np
from threadpoolctl import threadpool_info

from engine.storage.blas import one_thread


def blas_threads() -> list[int]:
    return [pool["num_threads"] for pool in threadpool_info() if pool["user_api"] == "blas"]


def test_linear_algebra_has_one_thread_inside_and_as_many_as_before_outside() -> None:
    np.ones((2, 2)) @ np.ones((2, 2))
    before = blas_threads()
    inside = one_thread()(blas_threads)()
    assert inside == [1] * len(before)
    assert before
    assert blas_threads() == before
