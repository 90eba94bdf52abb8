"""What a variant's methods work on: networks, the settings that they were made from, layers and formulas."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from engine.nn.layers import Blocks
from engine.nn.networks import Networks, Tensor

ConfigT = TypeVar("ConfigT", covariant=True)


@dataclass(frozen=True)
class Autoencoder(Generic[ConfigT]):
    """Networks with their settings. All tensors are float32; items are (batch, *shape), codes (batch, code size)."""

    networks: Networks
    config: ConfigT
    blocks: Blocks
    learning: bool = False
    """Whether layers behave as in training: dropout drops, normalisation goes by the batch and moves its averages."""

    @property
    def ops(self) -> Any:
        """`keras.ops`."""
        return self.blocks.ops

    @property
    def shape(self) -> tuple[int, ...]:
        """Of one item."""
        return self.networks.shape

    def encode(self, items: Tensor) -> Tensor:
        """Codes of items."""
        return self.networks.encode(items, training=self.learning)

    def outputs(self, items: Tensor) -> dict[str, Tensor]:
        """All that the encoder gives for items, by the names of its output layers."""
        return self.networks.outputs(items, training=self.learning)

    def decode(self, codes: Tensor) -> Tensor:
        """Items for codes."""
        return self.networks.decode(codes, training=self.learning)

    def logits(self, codes: Tensor) -> Tensor:
        """As `decode`, before the output activation."""
        return self.networks.logits(codes, training=self.learning)
