"""The vanilla autoencoder: one dense layer in, one dense layer out (SPEC of the recipe: `book`)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal

from msgspec import Meta

from engine.errors import SettingError
from engine.params import TrainingConfig
from engine.variants.variant import Published, Variant

if TYPE_CHECKING:
    from engine.nn.blocks import Blocks, Tensor
    from engine.nn.networks import Batch, Networks


class VanillaConfig(TrainingConfig, frozen=True, kw_only=True):
    """Settings of the vanilla autoencoder."""

    hidden_dim: Annotated[int, Meta(ge=1, le=65_536, title="code", description="units of the code layer")]
    activation: Annotated[
        Literal["relu", "linear", "sigmoid", "tanh", "gelu"],
        Meta(title="activation", description="activation of the code layer"),
    ] = "relu"
    output: Annotated[
        Literal["relu", "sigmoid", "linear"],
        Meta(title="output", description="activation of the reconstruction"),
    ] = "relu"
    reconstruction: Annotated[
        Literal["mse", "bce"],
        Meta(title="loss", description="mean squared error, or binary cross-entropy (needs the sigmoid output)"),
    ] = "mse"


class Vanilla(Variant):
    """x → z = activation(W x + b) → x̂ = output(V z + c), trained on the mean over batch and pixels of (x - x̂)²."""

    key = "vanilla"
    label = "Vanilla"
    summary = "One hidden layer learns a short code of each image; the plainest autoencoder, the yardstick."
    reference = "Rumelhart, Hinton & Williams, Nature 323 (1986) 533-536"
    accepts = ("image",)
    prefers = ("mnist", "fashion-mnist", "digits")
    panels = ("digits", "parameters", "log")
    presets = {
        "book": VanillaConfig(epochs=50, batch_size=256, learning_rate=1e-2, seed=11, hidden_dim=128),
    }
    # Batch-loss sums over 235 batches: 5.159, 3.075, 2.957 … 2.785.
    published = Published(
        source="published run of this recipe on MNIST, sum of the 235 batch losses",
        dataset="mnist",
        train={1: 5.159 / 235, 2: 3.075 / 235, 3: 2.957 / 235, 50: 2.785 / 235},
    )

    def check(self, config: VanillaConfig) -> None:
        if config.reconstruction == "bce" and config.output != "sigmoid":
            raise SettingError("reconstruction", "bce needs outputs between 0 and 1; set output to sigmoid")

    def networks(self, config: VanillaConfig, shape: tuple[int, ...], blocks: Blocks) -> Networks:
        encoder = blocks.encoder(
            shape, [blocks.flatten(), blocks.dense(config.hidden_dim, config.activation, name="code")]
        )
        pixels = blocks.size(shape)
        decoder = blocks.decoder(encoder, [blocks.dense(pixels, config.output, name="pixels"), blocks.reshape(shape)])
        return blocks.networks(encoder, decoder)

    def loss_terms(self, networks: Networks, batch: Batch, config: VanillaConfig, blocks: Blocks) -> dict[str, Tensor]:
        output = networks.reconstruct(batch.input)
        loss = {"mse": blocks.squared_error, "bce": blocks.binary_cross_entropy}[config.reconstruction]
        return {"reconstruction": loss(batch.target, output)}
