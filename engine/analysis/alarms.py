"""What is going wrong with a run, in plain words, with the setting to change."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import isfinite
from statistics import median
from typing import Any, NamedTuple

from engine.events import EpochEnded, Health

DEAD_UNITS = 0.2
"""Share of the code from which dead units are worth a word; fewer hardly cost anything."""
DEAD_PIXELS = 0.1
"""Share of the output; below that it is mostly the rim, where hardly any image has anything."""
OFF_TARGET = 0.2
"""Relative distance of the mean activation from its target that counts as met."""
SETTLING = 3
"""Epochs before a mean is compared with its target, and that make a median worth comparing with."""
EXPLOSION = 10.0
"""Times the median of the earlier epochs; a healthy gradient norm stays within two or three times."""
RISING = 5
"""Epochs since the best validation loss; shorter rises are noise."""
OVERFIT = 0.05
"""Relative rise of the validation loss above its best that noise does not explain."""
FEW_ACTIVE = 0.25
"""Share of the dimensions; a good posterior may well leave half of many dimensions unused."""
NO_KL = 0.1
"""Nats an item; a code that tells a tenth of a nat tells nothing."""


class Alarm(NamedTuple):
    """One thing that is wrong: `key` tells it from others, `text` says it with its figures, which change."""

    key: str
    text: str


def alarms(epochs: Sequence[EpochEnded], config: Mapping[str, Any]) -> list[Alarm]:
    """What is wrong after the last of `epochs`, the gravest first; settings that `config` lacks are not named."""
    if not epochs:
        return []
    # Another stage has other networks and another loss: its numbers are no measure for this one's.
    stage = [ended for ended in epochs if ended.stage == epochs[-1].stage]
    health = stage[-1].health
    found = {"overfitting": _overfitting(stage, config)}
    if health is not None:
        collapsed = _collapsed(stage[-1], health, config)
        found = {
            "exploding": _exploding(stage, config),
            "collapsed": collapsed,
            "dead_units": "" if collapsed else _dead_units(health, config),
            "dead_pixels": _dead_pixels(health, config),
            "off_target": _off_target(stage, health, config),
            **found,
        }
    return [Alarm(key, text) for key, text in found.items() if text]


def _exploding(stage: Sequence[EpochEnded], config: Mapping[str, Any]) -> str:
    *earlier, now = [ended.health.gradient_norm for ended in stage if ended.health]
    usual = median(earlier) if len(earlier) >= SETTLING else 0.0
    if isfinite(now) and not 0 < usual * EXPLOSION <= now:
        return ""
    times = f"{now / usual:,.0f} times its usual size" if isfinite(now) else "no longer a number"
    return f"the gradient is {times}: the steps are too long" + _try("a smaller learning_rate", config=config)


def _collapsed(now: EpochEnded, health: Health, config: Mapping[str, Any]) -> str:
    """A code that is a distribution has a KL term; where nothing is left of it, the code says nothing."""
    kl = now.validation.get("kl", now.train.get("kl"))
    few = health.active < FEW_ACTIVE * health.units
    if kl is None or not (health.active == 0 or (few and kl < NO_KL)):
        return ""
    told = f"{health.active:,} of {health.units:,} code dimensions tell anything about the image (KL {kl:.3g} nats)"
    advice = _try("a smaller beta", "a longer warmup", config=config)
    return f"only {told}: the posterior has collapsed onto the prior{advice}"


def _dead_units(health: Health, config: Mapping[str, Any]) -> str:
    if health.dead < DEAD_UNITS * health.units or not health.dead:
        return ""
    gelu = "activation = gelu" if config.get("activation") == "relu" else ""
    weaker = "a smaller l1" if config.get("penalty") in ("l1", "l1_l2") else ""
    told = f"{health.dead:,} of {health.units:,} code units are dead: they give the same number for every image"
    return told + _try(gelu, weaker, "a smaller learning_rate", config=config)


def _dead_pixels(health: Health, config: Mapping[str, Any]) -> str:
    if health.dead_pixels < DEAD_PIXELS * health.pixels or not health.dead_pixels:
        return ""
    sigmoid = "output = sigmoid" if config.get("output") == "relu" else ""
    told = f"{health.dead_pixels:,} of {health.pixels:,} output pixels are never drawn: they stay 0 whatever the image"
    return told + _try(sigmoid, "a smaller learning_rate", config=config)


def _off_target(stage: Sequence[EpochEnded], health: Health, config: Mapping[str, Any]) -> str:
    target, mean = health.target_rate, health.mean_activation
    if not target or len(stage) < SETTLING or abs(mean - target) <= OFF_TARGET * target:
        return ""
    side = "above" if mean > target else "below"
    told = f"the mean activation, {mean:.3g}, is {abs(mean / target - 1):.0%} {side} its target of {target:g}"
    return told.replace("%", " %") + _try("a larger beta", "more epochs", config=config)


def _overfitting(stage: Sequence[EpochEnded], config: Mapping[str, Any]) -> str:
    known = [ended for ended in stage if "loss" in ended.train and "loss" in ended.validation]
    if not known or known[-1] is not stage[-1]:
        return ""
    now = known[-1]
    best = min(known, key=lambda ended: ended.validation["loss"])
    lowest = best.validation["loss"]
    rise = (now.validation["loss"] - lowest) / (abs(lowest) or 1.0)
    if now.epoch - best.epoch < RISING or rise <= OVERFIT or now.train["loss"] >= best.train["loss"]:
        return ""
    code = [f"a smaller {name}" for name in ("hidden_dim", "latent_dim")]
    told = f"the validation loss is {rise:.0%} above its best of epoch {best.epoch}, while the training loss falls"
    return told.replace("%", " %") + ": the model learns by heart" + _try("fewer epochs", *code, config=config)


def _try(*advice: str, config: Mapping[str, Any]) -> str:
    """The advice whose setting there is; each names its setting as its last word, or as the first before a "="."""
    possible = [text for text in advice if text and _setting(text) in config]
    return f"; try {' or '.join(possible)}" if possible else ""


def _setting(text: str) -> str:
    words = text.split()
    return words[0] if "=" in words else words[-1]
