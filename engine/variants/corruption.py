"""What denoising autoencoders do to an item before the encoder sees it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, Literal, Protocol

from msgspec import Meta
from msgspec.structs import replace

from engine.analysis.alarms import Advice, Condition, History, Remedy
from engine.errors import SettingError
from engine.params import LOSS

if TYPE_CHECKING:
    from engine.datasets.catalogue import DataSet
    from engine.nn.autoencoder import Autoencoder
    from engine.nn.layers import Tensor
    from engine.nn.networks import NoiseKeys

Corruption = Annotated[
    Literal["gaussian", "salt_and_pepper", "masking"],
    Meta(description="add normal noise, make pixels black or white, or make them black", extra=LOSS),
]
NoiseMean = Annotated[
    float, Meta(ge=-1, le=1, description="of gaussian noise; 1 is the whole range of a pixel", extra=LOSS)
]
NoiseStd = Annotated[float, Meta(ge=0, le=10, description="standard deviation of gaussian noise", extra=LOSS)]
NoiseShare = Annotated[float, Meta(ge=0, le=1, description="of pixels hit by salt_and_pepper or masking", extra=LOSS)]
Resample = Annotated[bool, Meta(description="noise drawn afresh for every batch, or once for each image", extra=LOSS)]
Clip = Annotated[bool, Meta(description="noisy pixels cut to 0…1, or left as they come out", extra=LOSS)]


STRONGEST_STD, STRONGEST_SHARE = 1.0, 0.8
"""Of noise below which an item can still be told: the range of a pixel, or one standard deviation; of the pixels."""
USUAL_STD, USUAL_SHARE = 0.5, 0.3


def _strong(history: History) -> dict[str, float] | None:
    config = history.config
    if config.get("corruption") == "gaussian":
        std = config.get("noise_std", 0.0)
        return {"amount": std} if std > STRONGEST_STD else None
    share = config.get("noise_share", 0.0)
    return {"amount": share} if share > STRONGEST_SHARE else None


def _absent(history: History) -> dict[str, float] | None:
    gaussian = history.config.get("corruption") == "gaussian"
    amounts = [history.config.get(name) for name in (("noise_mean", "noise_std") if gaussian else ("noise_share",))]
    return {} if amounts and all(amount == 0 for amount in amounts) else None


GAUSSIAN, HITTING = {"corruption": ("gaussian",)}, {"corruption": ("masking", "salt_and_pepper")}


def _amounts(change: Literal["lower", "raise"]) -> dict[str, Any]:
    """Advice and remedy for the amount of noise, whichever the setting of it is for this kind of noise."""
    advice = (Advice("noise_std", change, where=GAUSSIAN), Advice("noise_share", change, where=HITTING))
    usual = (USUAL_STD, USUAL_SHARE)
    exact = tuple(replace(each, limit=limit) for each, limit in zip(advice, usual, strict=True))
    return {"advice": advice, "remedies": (Remedy(exact),)}


NOISE_STRONG = Condition(
    key="noise_strong",
    check=_strong,
    template="the noise ({amount:g}) is larger than what it is laid over: hardly anything is left to tell items by",
    **_amounts("lower"),
)
NOISE_ABSENT = Condition(
    key="noise_absent",
    check=_absent,
    template="there is no noise: how to remove any is not learned",
    **_amounts("raise"),
)
AFRESH = Remedy((Advice("resample", "set", "true"),))


class Corrupting(Protocol):
    """The fields of a configuration that corrupts (structs of msgspec cannot have two bases with fields)."""

    @property
    def seed(self) -> int:
        """The run's, from which all noise comes."""

    @property
    def corruption(self) -> Literal["gaussian", "salt_and_pepper", "masking"]:
        """Which of the kinds that `corrupt` knows."""

    @property
    def noise_mean(self) -> float:
        """Of gaussian noise; 1 is the whole range of a pixel."""

    @property
    def noise_std(self) -> float:
        """Of gaussian noise, in the same unit."""

    @property
    def noise_share(self) -> float:
        """Of the pixels that masking or salt and pepper hit, from 0 to 1."""

    @property
    def resample(self) -> bool:
        """Whether noise is drawn afresh for every batch; else each image has its own for the whole run."""

    @property
    def clip(self) -> bool:
        """Whether gaussian noise is cut off where it leaves [0, 1]."""


def corrupt(model: Autoencoder[Corrupting], items: Tensor, keys: NoiseKeys) -> Tensor:
    """`items` (batch, *shape) with the noise of the settings, float32, the same shape.

    Gaussian: x + mean + std · N(0, 1), with `clip` cut to [0, 1]; masking: pixels become 0 with probability
    `noise_share`; salt and pepper: they become 0 or 1, equally often (Vincent et al., JMLR 11 (2010) 3371-3408).
    """
    ops, blocks, config = model.ops, model.blocks, model.config
    if config.corruption == "gaussian":
        noise = blocks.normal(items, keys, fresh=config.resample)
        noisy = items + config.noise_mean + config.noise_std * noise
        return ops.clip(noisy, 0, 1) if config.clip else noisy
    chance = blocks.uniform(items, keys, fresh=config.resample)
    share = config.noise_share
    if config.corruption == "masking":
        return ops.where(chance < share, 0.0, items)
    return ops.where(chance < share / 2, 0.0, ops.where(chance < share, 1.0, items))


def check_noise(config: Corrupting, entry: DataSet) -> None:
    """Raises SettingError for noise that takes numbers for pixels where they lie beyond [0, 1]."""
    if entry.bounded:
        return
    if config.corruption == "gaussian" and config.clip:
        told = f"noisy numbers would be cut to 0…1, but those of {entry.key} lie beyond; set clip to off"
        raise SettingError("clip", told)
    if config.corruption == "salt_and_pepper":
        told = f"it makes numbers 0 or 1, which are not the ends of those of {entry.key}; set gaussian or masking"
        raise SettingError("corruption", told)


def noise(config: Corrupting) -> str:
    """See `engine.variants.variant.Variant.noise`."""
    if config.corruption == "gaussian":
        some = bool(config.noise_mean or config.noise_std)
        amount = f"{config.noise_mean}-{config.noise_std}-{'clipped' if config.clip else 'unclipped'}"
    else:
        some, amount = bool(config.noise_share), f"{config.noise_share}"
    drawn = "fresh" if config.resample else "fixed"
    return f"{config.corruption}-{amount}-{drawn}-seed{config.seed}" if some else ""
