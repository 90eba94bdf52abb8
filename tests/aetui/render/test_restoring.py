"""The noise bench in lines."""

from __future__ import annotations

import numpy as np
import pytest

from aetui.render import restoring
from engine.queries.messages import Restoration, Restored

METHODS = (("model", "denoising"), ("linear", "linear-16"), ("median", "median 5×5"), ("noisy", "noisy"))
PSNR = np.array([[17.0, 17.4, 17.3], [23.0, 22.9, 21.0], [22.0, 19.0, 16.0], [21.0, 13.0, 9.0]])[..., None]


def answer() -> Restored:
    pictures = np.zeros((4, 3, 1, 2, 2, 1), np.uint8)
    found = Restoration(
        kind="gaussian",
        label="Gaussian",
        unit="standard deviation",
        levels=(0.1, 0.3, 0.5),
        trained=None,
        psnr=PSNR,
        ssim=PSNR / 30,
        seen=pictures[0],
        restored=pictures,
    )
    return Restored(
        part="test",
        items=100,
        there=100,
        draws=1,
        seed=0,
        methods=METHODS,
        kinds=("gaussian",),
        found=(found,),
        clean=pictures[0, 0],
        epoch=3,
    )


@pytest.mark.parametrize("blocks", [True, False])
@pytest.mark.parametrize("size", [(76, 20), (120, 20)])
def test_curves_differ_by_a_letter_too_since_there_may_be_no_colours(size: tuple[int, int], blocks: bool) -> None:
    shown = answer()
    lines = [line.plain for line in restoring.lines(shown, shown.found[0], 1, "psnr", (), size, blocks=blocks)]
    assert all(len(line) <= size[0] for line in lines)
    chart = [line[-(size[0] - 60) :] if size[0] > 100 else line for line in lines[1 if size[0] > 100 else 6 : -1]]
    rows = {mark: [at for at, line in enumerate(chart) if mark in line] for mark in "dlmn"}
    assert all(rows.values())
    assert rows["l"][0] < rows["d"][0]
