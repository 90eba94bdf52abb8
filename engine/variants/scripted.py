"""A variant's loss as the text of a program in plain Keras: pieces that several variants are made of.

The text may use `model` (its `encoder`, `decoder`, `logits` and `noise`, a seed generator), `seen` and `target`
(batch, *shape), `learning`, `epoch` (a number), `ops` (`keras.ops`) and `keras`. It puts scalars into `terms`, whose
sum is minimised.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

if TYPE_CHECKING:
    from engine.variants.corruption import Corrupting

CODES = "codes = model.encoder(seen, training=learning)"
DIFFERENCES = {
    "mse": "terms['reconstruction'] = ops.mean(ops.square(target - model.decoder(codes, training=learning)))",
    "bce": "terms['reconstruction'] = ops.mean(cross_entropy(target, model.logits(codes, training=learning)))",
}


class Script(msgspec.Struct, frozen=True, kw_only=True):
    """What a program needs beside the networks and the recipe that all variants have."""

    lines: tuple[str, ...]
    """Of the loss."""
    corruption: str = ""
    """What the encoder sees, as an expression of `items` and of `noise`, a seed generator; empty: the items."""
    drawn_once: bool = False
    """Whether the corruption is that of the data, the same in every epoch."""
    clip_norm: float = 0.0
    """Longer gradients are scaled down to it; 0: none are."""


def reconstruction(kind: str) -> tuple[str, ...]:
    """Codes, and the mean over batch and numbers of the squared error or the cross-entropy."""
    return CODES, DIFFERENCES[kind]


def corruption(config: Corrupting) -> str:
    """As `engine.variants.corruption.corrupt`."""
    if config.corruption == "gaussian":
        normal = "keras.random.normal(ops.shape(items), seed=noise)"
        noisy = f"items + {config.noise_mean} + {config.noise_std} * {normal}"
        return f"ops.clip({noisy}, 0, 1)" if config.clip else noisy
    chance, share = "(chance := keras.random.uniform(ops.shape(items), seed=noise))", config.noise_share
    if config.corruption == "masking":
        return f"ops.where({chance} < {share}, 0.0, items)"
    return f"ops.where({chance} < {share / 2}, 0.0, ops.where(chance < {share}, 1.0, items))"
