"""How good restored images are: PSNR and SSIM over levels of a corruption, several draws of it."""

from __future__ import annotations

from collections.abc import Callable, Generator, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from engine.datasets.data import in_blocks
from engine.restoring.corruptions import Corruption
from engine.restoring.methods import Method

Floats = NDArray[np.float32]

LEAST = 1e-10
"""Mean squared error that counts at least: an image that is restored to the last bit has 100 dB, not infinity."""
AT_ONCE = 250
"""Images between two looks at what else is to be done."""


class Judged(NamedTuple):
    """Of one corruption."""

    psnr: NDArray[np.float64]
    """(methods, levels, draws), dB, means over the images."""
    ssim: NDArray[np.float64]
    """The same."""
    seen: NDArray[np.uint8]
    """(levels, pictures, height, width, channels), of the first draw."""
    restored: NDArray[np.uint8]
    """(methods, levels, pictures, height, width, channels)."""


class Question(NamedTuple):
    """Images, and what is tried on them."""

    images: Floats
    """(n, height, width, channels) in [0, 1], as they were before anything was done to them."""
    targets: Floats
    """What is to come of them, the same shape."""
    methods: Sequence[Method]
    ssim: Callable[[Floats, Floats], Floats]
    draws: int
    seed: int
    pictures: int
    """So many are kept to be looked at."""


def psnr(images: Floats, targets: Floats) -> NDArray[np.float64]:
    """10 log₁₀ (1 / mean squared error) of each image, (n,), in [0, 1]; 100 dB at most."""
    squares = np.square(images.astype(np.float64) - targets).reshape(len(images), -1).mean(axis=1)
    found: NDArray[np.float64] = -10 * np.log10(np.maximum(squares, LEAST))
    return found


def judged(asked: Question, kind: Corruption, levels: Sequence[float]) -> Generator[tuple[int, int], None, Judged]:
    """All methods on the same images with the same noise; yields how much is done of how much."""
    images = asked.images
    shape = len(asked.methods), len(levels), asked.draws
    sums = {name: np.zeros(shape) for name in ("psnr", "ssim")}
    few = min(asked.pictures, len(images))
    seen = np.zeros((len(levels), few, *images.shape[1:]), np.uint8)
    restored = np.zeros((len(asked.methods), *seen.shape), np.uint8)
    done, total = 0, len(levels) * asked.draws * len(images)
    for number, level in enumerate(levels):
        for draw in range(asked.draws):
            noisy = kind.corrupted(images, level, kind.generator(asked.seed, draw))
            if not draw:
                seen[number] = _bytes(noisy[:few])
            for block in in_blocks(images, AT_ONCE):
                clean = asked.targets[block]
                for place, method in enumerate(asked.methods):
                    answers = method.restore(noisy[block], kind)
                    sums["psnr"][place, number, draw] += psnr(answers, clean).sum()
                    sums["ssim"][place, number, draw] += asked.ssim(answers, clean).sum(dtype=np.float64)
                    if not draw and block.start < few:
                        there = slice(block.start, min(few, block.stop))
                        restored[place, number, there] = _bytes(answers[: there.stop - there.start])
                done += block.stop - block.start
                yield done, total
    return Judged(sums["psnr"] / len(images), sums["ssim"] / len(images), seen, restored)


def _bytes(images: Floats) -> NDArray[np.uint8]:
    return (np.clip(images, 0, 1) * 255 + 0.5).astype(np.uint8)
