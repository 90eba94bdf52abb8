"""Ways to spoil an image: a table, each with a level from nothing on. Whatever a model was trained on, it can be tried
on others.

All is drawn by NumPy's generator from a seed, the kind and the draw, not from the level: a level is the same noise,
more of it, so that curves over levels are smooth and methods are compared on the very same images.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple
from zlib import crc32

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from engine.errors import UsageError
from engine.variants.corruption import Corrupting

Floats = NDArray[np.float32]

TRAINED = "trained"
"""The key of what a run was trained on."""


class Corruption(NamedTuple):
    """A row of the table."""

    key: str
    label: str
    unit: str
    """What a level is."""
    levels: tuple[float, ...]
    """That are tried."""
    most: float
    """The largest level that can be meant."""
    apply: Callable[[Floats, float, Generator], Floats]
    """From images (n, height, width, channels) in [0, 1] and a level to images of the same shape."""
    shift: float = 0.0
    """What it adds to every pixel on average; whoever filters takes that off."""
    clipped: bool = True
    """Whether what comes out lies in [0, 1]."""

    def corrupted(self, images: Floats, level: float, generator: Generator) -> Floats:
        """Raises UsageError as `check`."""
        self.check(level)
        return self.apply(images, level, generator)

    def check(self, level: float) -> None:
        """Raises UsageError for a level that cannot be meant."""
        if not 0 <= level <= self.most:
            told = f"expected a level of {self.key} from 0 to {self.most:g} ({self.unit}), got {level:g}"
            raise UsageError("Level of noise", told)

    def generator(self, seed: int, draw: int = 0) -> Generator:
        """For images from the first on; the same for every level."""
        return np.random.default_rng([seed, crc32(self.key.encode()), draw])


def _gaussian(mean: float = 0.0, *, clip: bool = True) -> Callable[[Floats, float, Generator], Floats]:
    def apply(images: Floats, level: float, generator: Generator) -> Floats:
        noisy = images + np.float32(mean) + np.float32(level) * generator.standard_normal(images.shape, np.float32)
        return np.clip(noisy, 0, 1) if clip else noisy

    return apply


def _salt_and_pepper(images: Floats, level: float, generator: Generator) -> Floats:
    chance = generator.random(images.shape, np.float32)
    order = generator.random(images.shape, np.float32) < 0.5
    return np.where(chance < level, order.astype(np.float32), images)


def _masking(images: Floats, level: float, generator: Generator) -> Floats:
    return np.where(generator.random(images.shape, np.float32) < level, np.float32(0), images)


def _occlusion(images: Floats, level: float, generator: Generator) -> Floats:
    height, width = images.shape[1:3]
    high, wide = round(level * height), round(level * width)
    tops = (generator.random(len(images)) * (height - high + 1)).astype(int)
    lefts = (generator.random(len(images)) * (width - wide + 1)).astype(int)
    hidden = images.copy()
    for image, top, left in zip(hidden, tops.tolist(), lefts.tolist(), strict=True):
        image[top : top + high, left : left + wide] = 0
    return hidden


def _blur(images: Floats, level: float, generator: Generator) -> Floats:
    from scipy import ndimage  # type: ignore[import-untyped]

    del generator
    blurred: Floats = ndimage.gaussian_filter(images, (0, level, level, 0), mode="nearest") if level else images
    return blurred


def _contrast(images: Floats, level: float, generator: Generator) -> Floats:
    del generator
    return np.float32(0.5) + (images - np.float32(0.5)) * np.float32(1 - level)


_STEPS = (0.1, 0.2, 0.3, 0.5, 0.7, 1.0)
_SHARES = (0.05, 0.1, 0.2, 0.3, 0.5, 0.7)

CORRUPTIONS: dict[str, Corruption] = {
    row.key: row
    for row in (
        Corruption("gaussian", "Gaussian noise", "standard deviation", _STEPS, 10, _gaussian()),
        Corruption("salt_and_pepper", "salt and pepper", "share of pixels", _SHARES, 1, _salt_and_pepper),
        Corruption("masking", "masking", "share of pixels made black", (0.1, 0.2, 0.3, 0.5, 0.7, 0.9), 1, _masking),
        Corruption(
            "occlusion", "occlusion", "side of a black box by the image's", (0.1, 0.2, 0.3, 0.4, 0.5), 1, _occlusion
        ),
        Corruption("blur", "blur", "σ of a Gaussian, pixels", (0.5, 1.0, 1.5, 2.0, 3.0), 100, _blur),
        Corruption("contrast", "less contrast", "share of contrast lost", (0.2, 0.4, 0.6, 0.8, 0.9), 1, _contrast),
    )
}


def possible(config: object) -> tuple[list[Corruption], float | None]:
    """Those that a model can be tried on, and the level of the first that it was trained at: what it was trained on
    first (`TRAINED`), the others of the table; None and all of the table where it was not trained on any."""
    if not hasattr(config, "corruption"):
        return list(CORRUPTIONS.values()), None
    own, level = trained(config)  # type: ignore[arg-type]
    alike = CORRUPTIONS[config.corruption]
    same = own.apply is alike.apply or (not own.shift and own.clipped and alike.key == "gaussian")
    return [own, *(row for row in CORRUPTIONS.values() if not (same and row is alike))], level


def trained(config: Corrupting) -> tuple[Corruption, float]:
    """What settings corrupt with, as a row with levels that include theirs, and theirs."""
    row = CORRUPTIONS[config.corruption]
    level = config.noise_std if config.corruption == "gaussian" else config.noise_share
    levels = tuple(sorted({*row.levels, level} - {0.0}))
    label = row.label
    if config.corruption == "gaussian":
        mean = config.noise_mean
        words = [f"mean {mean:g}"] * bool(mean) + ["not clipped"] * (not config.clip)
        label += f" ({', '.join(words)})" if words else ""
        row = row._replace(apply=_gaussian(mean, clip=config.clip), shift=mean, clipped=config.clip)
    return row._replace(key=TRAINED, label=f"{label}, trained on", levels=levels), level


def chosen(key: str, config: object) -> tuple[Corruption, float]:
    """The kind called `key` for a run with these settings, or its own where that is empty, and the level that it is
    meant at unless one is given: its own, else the middle one of those that are tried.

    Raises UsageError for others."""
    rows, level = possible(config)
    if not key or key == TRAINED:
        if level is None:
            there = ", ".join(CORRUPTIONS)
            raise UsageError("No noise", f"the run was trained on no noise, so say which one is meant: {there}")
        return rows[0], level
    if key not in CORRUPTIONS:
        there = ", ".join([*([TRAINED] if level is not None else []), *CORRUPTIONS])
        raise UsageError("Unknown noise", f"expected one of {there}, got {key!r}")
    row = CORRUPTIONS[key]
    return row, row.levels[len(row.levels) // 2]
