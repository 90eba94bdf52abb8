"""The convolutional denoising autoencoder: local features at three scales instead of whole-image ones."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal

from msgspec import Meta

from engine.analysis.alarms import Advice, advised
from engine.params import HELD_OUT, TrainingConfig
from engine.variants.corruption import Clip, Corruption, NoiseMean, NoiseShare, NoiseStd, Resample, corrupt, noise
from engine.variants.variant import Curve, Published, Repeats, Variant

if TYPE_CHECKING:
    from engine.nn.autoencoder import Autoencoder
    from engine.nn.layers import Blocks, Tensor
    from engine.nn.networks import Batch, Networks, NoiseKeys

Filters = Annotated[int, Meta(ge=1, le=4096)]


class ConvolutionalConfig(TrainingConfig, frozen=True, kw_only=True):
    """Settings of the convolutional autoencoder."""

    filters: Annotated[Filters, Meta(description="of the two outer layers on each side")] = 32
    code_filters: Annotated[
        Filters, Meta(description="of the innermost layers; the code has so many numbers a place")
    ] = 16
    activation: Annotated[
        Literal["relu", "gelu", "tanh"], Meta(description="activation of all layers but the last")
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
    alarms = advised(
        Variant.alarms,
        dead_units=Advice("activation", "set", "gelu", where={"activation": ("relu",)}),
        overfitting=Advice("filters", "lower"),
    )
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
        """(batch, height, width, channels) → (batch, ⌈height / 8⌉ · ⌈width / 8⌉ · code filters) → images again.

        The decoder's answers are in [0, 1]; height and width may be any.
        """
        widths = (config.filters, config.filters, config.code_filters)
        down = [
            layer
            for depth, width in enumerate(widths, start=1)
            for layer in (
                self._convolution(width, config.activation, f"conv{depth}", blocks),
                blocks.layer("MaxPooling2D", pool_size=2, padding="same", name=f"pool{depth}"),
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
            self._convolution(config.code_filters, config.activation, "conv4", blocks),
            blocks.layer("UpSampling2D", size=2, name="up4"),
            self._convolution(config.filters, config.activation, "conv5", blocks),
            blocks.layer("UpSampling2D", size=2, name="up5"),
            self._convolution(config.filters, config.activation, "conv6", blocks, padding="valid" if valid else "same"),
        ]
        if any(overshoot) and not valid:
            layers.append(self._crop(overshoot, "crop6", blocks))
        layers.append(blocks.layer("UpSampling2D", size=2, name="up6"))
        odd = (2 * sizes[1][0] - shape[0], 2 * sizes[1][1] - shape[1])
        if any(odd):
            layers.append(self._crop(odd, "crop7", blocks))
        return [*layers, self._convolution(shape[2], "linear", "pixels", blocks)]

    def _convolution(
        self, filters: int, activation: str, name: str, blocks: Blocks, *, padding: str = "same"
    ) -> Tensor:
        """(batch, height, width, n) → (batch, height, width, filters) by 3×3 kernels; "valid" padding takes 2 off."""
        return blocks.layer("Conv2D", filters=filters, kernel_size=3, padding=padding, activation=activation, name=name)

    def _crop(self, off: tuple[int, ...], name: str, blocks: Blocks) -> Tensor:
        """Without the last rows and columns."""
        return blocks.layer("Cropping2D", cropping=((0, off[0]), (0, off[1])), name=name)

    def loss_terms(self, model: Autoencoder[ConvolutionalConfig], batch: Batch) -> dict[str, Tensor]:
        """Images (batch, height, width, channels) → the scalar `reconstruction`, mean over all numbers."""
        logits = model.logits(model.encode(batch.input))
        return {"reconstruction": model.ops.mean(model.blocks.binary_cross_entropy(batch.target, logits))}

    def corrupt(self, model: Autoencoder[ConvolutionalConfig], items: Tensor, keys: NoiseKeys) -> Tensor:
        """(batch, height, width, channels) → the same shape, see `engine.variants.corruption.corrupt`."""
        return corrupt(model, items, keys)

    def noise(self, config: ConvolutionalConfig) -> str:
        """See `engine.variants.corruption.noise`."""
        return noise(config)
