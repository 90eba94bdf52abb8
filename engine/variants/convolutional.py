"""The convolutional denoising autoencoder: local features at three scales instead of whole-image ones."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal

from msgspec import Meta

from engine.params import HELD_OUT, TrainingConfig
from engine.variants.corruption import Clip, Corruption, NoiseMean, NoiseShare, NoiseStd, Resample, corrupt, noise
from engine.variants.variant import Curve, Published, Repeats, Variant

if TYPE_CHECKING:
    from engine.nn.layers import Blocks, Tensor
    from engine.nn.networks import Batch, Networks, NoiseKeys

Filters = Annotated[int, Meta(ge=1, le=4096)]


class ConvolutionalConfig(TrainingConfig, frozen=True, kw_only=True):
    """Settings of the convolutional autoencoder."""

    filters: Annotated[Filters, Meta(title="filters", description="of the two outer layers on each side")] = 32
    code_filters: Annotated[
        Filters, Meta(title="code filters", description="of the innermost layers; the code has so many numbers a place")
    ] = 16
    activation: Annotated[
        Literal["relu", "gelu", "tanh"], Meta(title="activation", description="activation of all layers but the last")
    ] = "relu"
    corruption: Corruption = "gaussian"
    noise_mean: NoiseMean = 0.0
    noise_std: NoiseStd = 0.5
    noise_share: NoiseShare = 0.3
    resample: Resample = True
    clip: Clip = True


class Convolutional(Variant[ConvolutionalConfig]):
    """Three times convolution 3×3 and pooling 2×2; and back by enlarging. Loss: binary cross-entropy per pixel."""

    key = "convolutional"
    label = "Convolutional"
    summary = "Convolutions clean noisy images; images of any size and number of channels."
    reference = "Masci, Meier, Ciresan & Schmidhuber, ICANN (2011) 52-59"
    accepts = ("image",)
    prefers = ("mnist", "fashion-mnist", "digits")
    panels = ("digits", "latent", "health", "parameters", "log")
    xla = False  # on a CPU XLA takes three times as long for convolutions
    presets = {
        "book": ConvolutionalConfig(
            epochs=50, batch_size=128, learning_rate=1e-3, seed=11, precision="auto", resample=False
        ),
        "tuned": ConvolutionalConfig(
            epochs=25,
            batch_size=16,
            learning_rate=3e-3,
            schedule="cosine",
            seed=11,
            precision="auto",
            activation="gelu",
            validation=HELD_OUT,
        ),
        "small": ConvolutionalConfig(
            epochs=40,
            batch_size=32,
            learning_rate=0.003,
            schedule="cosine",
            seed=11,
            code_filters=1,
            activation="gelu",
            validation=HELD_OUT,
        ),
    }
    published = Published(
        source="published run of this recipe on MNIST",
        dataset="mnist",
        curves=(
            Curve(part="train", term="loss", values={1: 0.2047, 50: 0.0986}),
            Curve(part="validation", term="loss", values={1: 0.1504, 2: 0.1323, 50: 0.0987}),
        ),
        plan=(Repeats(seeds=5, epochs=2), Repeats(seeds=3, epochs=50)),
        errata=("The published run computed in float32; precision auto may compute products in bfloat16.",),
    )

    def networks(self, config: ConvolutionalConfig, shape: tuple[int, ...], blocks: Blocks) -> Networks:
        widths = (config.filters, config.filters, config.code_filters)
        down = [
            layer
            for depth, width in enumerate(widths, start=1)
            for layer in (
                blocks.convolution(width, config.activation, name=f"conv{depth}"),
                blocks.pool(name=f"pool{depth}"),
            )
        ]
        encoder = blocks.encoder(shape, [*down, blocks.flatten()])
        return blocks.networks(encoder, blocks.decoder(encoder, self._up(config, shape, blocks), "sigmoid"))

    def _up(self, config: ConvolutionalConfig, shape: tuple[int, ...], blocks: Blocks) -> list[Tensor]:
        """Back to the image. Pooling rounds sizes up, so two enlargements can overshoot the size half of the image's; a
        convolution without padding (as in the published 28×28 network) or a crop takes that off."""
        sizes = [(shape[0], shape[1])]
        for _ in range(3):
            sizes.append(((sizes[-1][0] + 1) // 2, (sizes[-1][1] + 1) // 2))
        overshoot = tuple(4 * small - half for small, half in zip(sizes[3], sizes[1], strict=True))
        valid = overshoot == (2, 2)
        layers = [
            blocks.reshape((*sizes[3], config.code_filters), "code"),
            blocks.convolution(config.code_filters, config.activation, name="conv4"),
            blocks.enlarge(name="up4"),
            blocks.convolution(config.filters, config.activation, name="conv5"),
            blocks.enlarge(name="up5"),
            blocks.convolution(config.filters, config.activation, name="conv6", padding="valid" if valid else "same"),
        ]
        if any(overshoot) and not valid:
            layers.append(blocks.crop(*overshoot, name="crop6"))
        layers.append(blocks.enlarge(name="up6"))
        odd = (2 * sizes[1][0] - shape[0], 2 * sizes[1][1] - shape[1])
        if any(odd):
            layers.append(blocks.crop(*odd, name="crop7"))
        return [*layers, blocks.convolution(shape[2], "linear", name="pixels")]

    def loss_terms(
        self, networks: Networks, batch: Batch, config: ConvolutionalConfig, blocks: Blocks
    ) -> dict[str, Tensor]:
        logits = networks.logits(networks.encode(batch.input))
        return {"reconstruction": blocks.ops.mean(blocks.binary_cross_entropy(batch.target, logits))}

    def corrupt(self, items: Tensor, keys: NoiseKeys, config: ConvolutionalConfig, blocks: Blocks) -> Tensor:
        return corrupt(items, keys, config, blocks)

    def noise(self, config: ConvolutionalConfig) -> str:
        return noise(config)
