"""The faults that runs of every variant are watched for: how each is known, and what ends it."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from itertools import accumulate, pairwise
from math import inf, isfinite, nan, pi, sin
from statistics import median

from engine.analysis.alarms import Advice, Condition, History, Remedy

DEAD_SHARE = 0.2
"""Share of the code from which dead units are worth a word; fewer hardly cost anything."""
DEAD_OUTPUT_SHARE = 0.1
"""Share of the output; below that it is mostly the rim, where hardly any image has anything."""
SETTLING = 3
"""Epochs that make a median worth comparing with."""
EXPLOSION = 10.0
"""Times the median of the earlier epochs; a healthy gradient norm stays within two or three times."""
RISING = 5
"""Epochs since the best validation loss; shorter rises are noise."""
OVERFIT = 0.05
"""Relative rise of the validation loss above its best that noise does not explain."""
DIVERGENCE = 10.0
"""Times the lowest training loss of the epochs before."""
GAP = 10.0
"""Times the error on items to train on. A network that is large otherwise comes to three or four; one that can keep
each item in a place of its own, to hundreds."""
VANISHED = 1e-5
"""Of the gradient norm of the first epoch."""
FEWEST = 8
"""Epochs that tell how a loss falls."""
JUMPS = 20
"""Epochs whose jumps are looked at."""
JUMPING, RISES = 0.03, 0.25
"""Median rise of the training loss from one epoch to the next, relative; share of the epochs with one."""
STEADY = 0.6
"""How fast the loss falls in the last quarter of the way, beside its mean over all: what learns well has slowed down by
then."""
FALLING = 0.8
"""Share of the epochs there."""
CLIMB = 0.5
"""Relative rise of the training loss above the lowest of those epochs before, which no healthy run has."""
USUAL_RATE = 0.001
"""Of Adam (Kingma & Ba, arXiv:1412.6980)."""
IDLE = 1e-4
"""Share of the loss."""
THROWN = 1_000.0
"""Training loss of the first epoch for each number of an item; one of about 1 costs about 1 before it is learned."""
LARGE, SMALL = 10.0, 0.01
"""Standard deviations of the numbers of an item; networks begin with weights for numbers of about 1."""


def _diverging(history: History) -> dict[str, float] | None:
    epochs = [ended.train["loss"] for ended in history.recent]
    loss, lowest = (epochs[-1], min(epochs)) if epochs else (nan, nan)
    if history.diverged:  # maybe before the first epoch was over
        return {"loss": inf, "lowest": lowest}
    if not epochs or (isfinite(loss) and not (len(epochs) > SETTLING and loss > DIVERGENCE * lowest > 0)):
        return None
    return {"loss": loss, "lowest": lowest}


def _unscaled(history: History) -> dict[str, float] | None:
    if not history.spread:
        return None
    least, largest = history.spread
    return None if SMALL <= largest <= LARGE else {"least": least, "largest": largest}


def _exploding(history: History) -> dict[str, float] | None:
    """Beside the median of up to `WINDOW` epochs before: what has lasted for half of them is usual."""
    norms = [ended.health.gradient_norm for ended in history.recent[:-1] if ended.health]
    health = history.now.health
    if health is None:
        return None
    usual = median(norms) if norms else nan
    known = len(norms) >= SETTLING and usual > 0
    if isfinite(health.gradient_norm) and not (known and health.gradient_norm >= EXPLOSION * usual):
        return None
    return {"gradient_norm": health.gradient_norm, "usual": usual}


def _dead_units(history: History) -> dict[str, float] | None:
    health = history.now.health
    if health is None or not health.dead or health.dead < DEAD_SHARE * health.units:
        return None
    return {"dead": health.dead, "units": health.units}


def _dead_outputs(history: History) -> dict[str, float] | None:
    health = history.now.health
    if health is None or not health.dead_pixels or health.dead_pixels < DEAD_OUTPUT_SHARE * health.pixels:
        return None
    return {"dead": health.dead_pixels, "outputs": health.pixels}


def _overfitting(history: History) -> dict[str, float] | None:
    now, best = history.now, history.best
    if best is None or best.stage != now.stage or now.epoch - best.epoch < RISING:
        return None
    lowest = best.validation["loss"]
    rise = (now.validation["loss"] - lowest) / (abs(lowest) or 1.0)
    if not (rise > OVERFIT and now.train["loss"] < best.train["loss"]):
        return None
    return {"rise": rise, "best_epoch": best.epoch}


def _stuck(history: History) -> dict[str, float] | None:
    first, health = history.first, history.now.health
    if first is None or first.health is None or health is None or len(history.recent) <= SETTLING:
        return None
    usual = first.health.gradient_norm
    return {"gradient_norm": health.gradient_norm} if health.gradient_norm <= VANISHED * usual else None


def _overshot(history: History) -> dict[str, float] | None:
    first = history.first
    pixels = first.health.pixels if first and first.health else 0
    if first is None or not first.train["loss"] > THROWN * max(1, pixels):
        return None
    return {"first": first.train["loss"]}


def _rate_high(history: History) -> dict[str, float] | None:
    losses = [ended.train["loss"] for ended in history.recent[-JUMPS - 1 :]]
    if len(losses) <= FEWEST or min(losses) <= 0:
        return None
    jumps = [(after - before) / before for before, after in pairwise(losses)]
    rises = [jump for jump in jumps if jump > 0]
    up, usual = len(rises) / len(jumps), median(rises) if rises else 0.0
    climb = max(loss / lowest for loss, lowest in zip(losses, accumulate(losses, min), strict=True)) - 1
    return {"climb": climb, "up": up} if climb > CLIMB or (usual > JUMPING and up >= RISES) else None


def _rate_low(history: History) -> dict[str, float] | None:
    """How the loss fell lately, beside how it fell over the whole stage, per length of the way: rates that follow a
    schedule come to rest at its end whatever they begin with."""
    first, now, planned = history.first, history.now, history.config.get("epochs", 0)
    if first is None or first.epoch != 1 or len(history.recent) <= FEWEST or now.epoch < planned / 2:
        return None
    done = partial(_way, planned=planned, schedule=history.config.get("schedule"))
    end = done(now.epoch)
    late_ones = [ended for ended in history.recent[:-2] if done(ended.epoch) >= 0.75 * end] + [*history.recent[-2:]]
    falls = sum(after.validation["loss"] < before.validation["loss"] for before, after in pairwise(late_ones))
    lately = late_ones[0]
    whole, late = first.validation["loss"] - now.validation["loss"], lately.validation["loss"] - now.validation["loss"]
    lengths = end - done(first.epoch), end - done(lately.epoch)
    if not (whole > 0 and late > 0 and all(lengths)):
        return None
    steady = (late / lengths[1]) / (whole / lengths[0])
    return {"share": steady} if steady > STEADY and falls >= FALLING * (len(late_ones) - 1) else None


def _way(epoch: int, *, planned: int | None, schedule: str | None) -> float:
    """The sum of the rates up to the end of `epoch`, in those of the first epoch."""
    if schedule != "cosine" or not planned:
        return epoch
    share = min(1.0, epoch / planned)
    return planned * (share / 2 + sin(pi * share) / (2 * pi))


def idle(term: str) -> Callable[[History], dict[str, float] | None]:
    """Whether what the loss `term` adds to the loss is next to nothing beside the reconstruction, and had time."""

    def check(history: History) -> dict[str, float] | None:
        terms = history.now.train
        if term not in terms or "reconstruction" not in terms or len(history.recent) < SETTLING or not terms["loss"]:
            return None
        share = 1 - terms["reconstruction"] / terms["loss"]
        return {"share": share} if abs(share) < IDLE else None

    return check


def _code_large(history: History) -> dict[str, float] | None:
    now, best, health = history.now, history.best, history.now.health
    known, unseen = now.train.get("reconstruction", 0.0), now.validation.get("reconstruction", 0.0)
    if health is None or best is None or best.stage != now.stage or len(history.recent) <= FEWEST:
        return None
    if now.epoch - best.epoch < RISING or not 0 < GAP * known < unseen:
        return None
    return {"units": health.units, "times": unseen / known}


SLOWER = Advice("learning_rate", "lower", factor=0.1, limit=USUAL_RATE)
CALMER = Advice("learning_rate", "lower", factor=0.1, limit=USUAL_RATE, beyond=10 * USUAL_RATE)
"""Beside another change: where the rate alone would do the damage again."""
FASTER = Advice("learning_rate", "raise", factor=10, limit=USUAL_RATE)

DIVERGING = Condition(
    key="diverging",
    check=_diverging,
    template="the training loss is {loss:.3g}, and was {lowest:.3g}: the run diverges",
    advice=(SLOWER,),
    remedies=(Remedy((SLOWER,), start="before"),),
    explains=(
        *("exploding", "overshot", "rate_high", "rate_low"),
        *("code_large", "overfitting", "dead_units", "dead_outputs"),
    ),
    unbegun=True,
)
UNSCALED = Condition(
    key="unscaled",
    check=_unscaled,
    template="the numbers of an item have standard deviations from {least:.3g} to {largest:.3g}, and networks begin "
    "with weights for numbers of about 1",
    remedies=(Remedy(data={"normalise": "standard"}),),
    explains=(
        *("diverging", "exploding", "overshot", "rate_high", "rate_low"),
        *("code_large", "overfitting", "dead_units", "dead_outputs"),
    ),
    unbegun=True,
)
EXPLODING = Condition(
    key="exploding",
    check=_exploding,
    template="the gradient norm is {gradient_norm:.3g}, usually {usual:.3g}: the steps are too long",
    advice=(SLOWER,),
    remedies=(Remedy((SLOWER,), start="before"),),
)
DEAD_UNITS = Condition(
    key="dead_units",
    check=_dead_units,
    template="{dead:,.0f} of {units:,.0f} code units are dead: they give the same number for every item",
    advice=(SLOWER,),
    remedies=(Remedy((CALMER,)),),
)
DEAD_OUTPUTS = Condition(
    key="dead_outputs",
    check=_dead_outputs,
    template="{dead:,.0f} of {outputs:,.0f} outputs are dead: they stay 0 whatever the item",
    advice=(SLOWER,),
    remedies=(Remedy((CALMER,)),),
)
OVERFITTING = Condition(
    key="overfitting",
    check=_overfitting,
    template="the validation loss is {rise:.0%} above its best of epoch {best_epoch:,.0f}, while the training loss "
    "falls: the model learns by heart",
    advice=(Advice("epochs", "lower"),),
    remedies=(Remedy((SLOWER,), start="best"),),
)
CODE_LARGE = Condition(
    key="code_large",
    check=_code_large,
    template="the error on items that it did not learn from is {times:.2g} times that on those it did: {units:,.0f} "
    "code units learn them by heart",
    remedies=(
        Remedy((Advice("hidden_dim", "lower", factor=0.1, beyond=2),)),
        Remedy((Advice("latent_dim", "lower", factor=0.1, beyond=2),)),
        Remedy((Advice("layers", "lower", factor=0.25),)),
        Remedy((Advice("units", "lower", factor=0.25),)),
        Remedy((Advice("filters", "lower", factor=0.25),)),
    ),
    explains=("overfitting",),
)
STUCK = Condition(
    key="stuck",
    check=_stuck,
    template="the gradient norm is {gradient_norm:.3g}: nothing is learned any more",
    advice=(SLOWER,),
    remedies=(Remedy((SLOWER,)),),
    explains=("dead_units", "dead_outputs", "rate_low"),
)
OVERSHOT = Condition(
    key="overshot",
    check=_overshot,
    template="the training loss of the first epoch was {first:.3g}: the first steps threw the weights far off",
    advice=(SLOWER,),
    remedies=(Remedy((SLOWER,)),),
    explains=("rate_low", "rate_high", "code_large", "overfitting"),
)
RATE_HIGH = Condition(
    key="rate_high",
    check=_rate_high,
    template="the training loss rises in {up:.0%} of the last epochs, up to {climb:.0%} above what it was: the steps "
    "are too long",
    advice=(SLOWER,),
    remedies=(Remedy((SLOWER,), start="best"),),
    explains=("rate_low",),
)
RATE_LOW = Condition(
    key="rate_low",
    check=_rate_low,
    template="the validation loss still falls at {share:.0%} of its mean speed: the steps are too short for so few "
    "epochs",
    advice=(FASTER, Advice("epochs", "raise")),
    remedies=(Remedy((FASTER,)),),
)
