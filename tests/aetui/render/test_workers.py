"""The lines of workers: who is silent is said to be so, while the run goes on."""

from __future__ import annotations

from aetui.render.workers import lines
from engine.workers.worker import Worker

WORKERS = (
    Worker(index=0, host="alpha", device="GPU NVIDIA H100", items_per_second=1234.0, at=100.0),
    Worker(index=1, host="beta", device="CPU, 2 cores", items_per_second=99.0, at=80.0),
)


def test_each_worker_has_its_host_its_device_its_rate_and_its_last_sign() -> None:
    first, second = lines(WORKERS, 103.0, going=True)
    assert first == ("worker 0", "alpha, GPU NVIDIA H100, 1,230 items/s, heard of 3 s ago")
    assert second == ("worker 1", "beta, CPU, 2 cores, 99 items/s, heard of 23 s ago ▲ silent")


def test_of_a_run_that_is_over_no_silence_is_told() -> None:
    assert lines(WORKERS[1:], 1e6, going=False) == [("worker 1", "beta, CPU, 2 cores, 99 items/s")]
    assert lines((), 1e6, going=True) == []
