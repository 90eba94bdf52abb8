"""The workbench with an engine that plays a run by itself, so that what is measured is the screen alone.

Usage: played.py STORE low|full
"""

from __future__ import annotations

import sys
from pathlib import Path

import msgspec
import numpy as np
from fakes import FakeRun, PlayingEngine, fake_store, pictures

from aetui.app import Workbench
from engine.runs.snapshots import Samples


class Noisy(PlayingEngine):
    """Its pictures change in every pixel from epoch to epoch, as those of a model that learns do."""

    def _train(self, run: FakeRun) -> None:
        run.kept = noisy
        super()._train(run)


def noisy(epoch: int) -> Samples:
    kept = pictures(epoch)
    noise = np.random.default_rng(epoch).normal(0, 0.1, kept.outputs.shape)
    return msgspec.structs.replace(kept, outputs=np.clip(kept.outputs + noise, 0, 1).astype(np.float32))


if __name__ == "__main__":
    store = fake_store(Path(sys.argv[1]))
    Workbench(lambda emit: Noisy(emit, store), store, None, low_bandwidth=sys.argv[2] == "low").run()
