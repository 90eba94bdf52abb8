"""Codes that can be explored: items on a few rings in a space of `CODE` numbers, and a decoder that draws them."""

from __future__ import annotations

import numpy as np

from engine.plain.layers import Activation, Dense, Reshape
from engine.plain.network import GIVEN, Network, Node
from engine.queries.messages import Explore, Explored, Networks, PlainNetworks

CODE, ITEMS, SIDE = 4, 60, 28
RANDOM = np.random.default_rng(0)
KERNEL = RANDOM.normal(0, 1, (CODE, SIDE * SIDE)).astype(np.float32)
CODES = RANDOM.normal(0, [3, 2, 0.5, 0.2], (ITEMS, CODE)).astype(np.float32)
SHAPE = (SIDE, SIDE, 1)


def decoder() -> Network:
    """x̂ = σ(z W), as pictures."""
    return Network(
        (CODE,),
        (
            Node("pixels", "Dense", Dense(KERNEL), (GIVEN,), (SIDE * SIDE,)),
            Node("image", "Reshape", Reshape(SHAPE), (0,), SHAPE),
            Node("output", "Activation", Activation("sigmoid"), (1,), SHAPE),
        ),
    )


def networks(query: Networks, epoch: int) -> PlainNetworks:
    del query
    return PlainNetworks(
        encoder=None,
        decoder=decoder(),
        why="its encoder is none",
        code_size=CODE,
        shape=SHAPE,
        noise="",
        version=f"epoch {epoch}",
        epoch=epoch,
    )


def explored(query: Explore, epoch: int) -> Explored:
    """Fewer of other parts than the test part."""
    count = ITEMS if query.part in (None, "test") else ITEMS // 2
    codes = CODES[:count]
    return Explored(
        part=query.part or "test",
        of=count,
        places=np.arange(count),
        codes=codes,
        errors=np.linspace(0, 0.1, count, dtype=np.float32),
        labels=np.arange(count) % 3,
        classes=("round", "square", "long"),
        names=None,
        items=(decoder()(codes) * 255).astype(np.uint8),
        beside=codes[:, ::-1],
        beside_name="PCA-4",
        spherical=False,
        epoch=epoch,
    )
