"""What the parameter panel tells of a run beside its layers."""

from __future__ import annotations

import time

from pilots import Make, train, until

from aetui.cli.runs import _shown
from engine.events import WorkersReported
from engine.workers.worker import Worker


def reported(silent: float = 0.0, *, kept: bool = False) -> WorkersReported:
    """Two workers, of which the second was heard of so long ago."""
    at = time.time()
    return WorkersReported(
        workers=(
            Worker(index=0, host="alpha", device="GPU H100", items_per_second=900.0, at=at),
            Worker(index=1, host="beta", device="GPU H100", items_per_second=880.0, at=at - silent),
        ),
        kept=kept,
    )


async def test_each_worker_of_a_run_has_a_line_and_a_run_of_one_has_none(make_app: Make) -> None:
    app = make_app()
    async with app.run_test(size=(120, 40)) as pilot:
        engine = await train(pilot, epochs=1)
        await pilot.press("p")

        def page() -> str:
            return app.desk.query_one("Parameters").query_one("Static").render().plain  # type: ignore[attr-defined]

        await until(pilot, lambda: "device" in page())
        assert "worker" not in page()
        engine.play(reported(silent=30.0))
        await until(pilot, lambda: "worker 1" in page())
        assert "alpha, GPU H100, 900 items/s" in page()
        assert "beta, GPU H100, 880 items/s, heard of 30 s ago ▲ silent" in page()
        await until(pilot, lambda: "heard of 31 s ago" in page())  # though nothing more was told
        engine.play(reported(kept=True), engine.run.finished("completed", 1))
        await until(pilot, lambda: "heard of" not in page())
        assert "beta, GPU H100, 880 items/s" in page()
    record = app.store.find("last")
    assert "worker 1  beta, GPU H100, 880 items/s" in _shown(record)
