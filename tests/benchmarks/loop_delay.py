"""The workbench as `aetui` starts it, with a clock in its event loop: how late does a sleep of 10 ms come back?

Usage: loop_delay.py RESULT. While a run trains, 1,500 delays in milliseconds are written to RESULT, one a line.
"""

from __future__ import annotations

import asyncio
import sys
import time
from pathlib import Path

import aetui.app
from aetui import launch
from aetui.cli.options import Options

SAMPLES, SLEEP = 1500, 0.01


class Clocked(aetui.app.Workbench):
    def on_mount(self) -> None:
        self.run_worker(self._take_delays())

    async def _take_delays(self) -> None:
        while not (self.state.active and len(self.state.active.epochs) > 2):
            await asyncio.sleep(SLEEP)
        delays = []
        for _ in range(SAMPLES):
            began = time.perf_counter()
            await asyncio.sleep(SLEEP)
            delays.append(1000 * (time.perf_counter() - began - SLEEP))
        beside = Path(sys.argv[1]).with_suffix(".part")
        beside.write_text("\n".join(f"{delay:.3f}" for delay in delays))
        beside.rename(sys.argv[1])


aetui.app.Workbench = Clocked
launch.run(Options.of_environment())
