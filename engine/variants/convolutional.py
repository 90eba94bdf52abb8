"""The convolutional denoising autoencoder: local features at three scales instead of whole-image ones."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated, Literal

from msgspec import Meta

from engine.analysis.alarms import Advice, Remedy, advised, cured
from engine.errors import SettingError
from engine.params import HELD_OUT, TrainingConfig
from engine.variants import scripted
from engine.variants.corruption import (
    AFRESH,
    NOISE_STRONG,
    Clip,
    Corruption,
    NoiseMean,
    NoiseShare,
    NoiseStd,
    Resample,
    check_noise,
    corrupt,
    noise,
)
from engine.variants.dense import GELU, item_entropies, reconstruction_error
from engine.variants.scripted import Script
from engine.variants.variant import Curve, Published, Repeats, Variant

if TYPE_CHECKING:
    from engine.datasets.catalogue import DataSet
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
    reconstruction: Annotated[
        Literal["bce", "mse"],
        Meta(description="binary cross-entropy of numbers between 0 and 1, or mean squared error of any"),
    ] = "bce"
    corruption: Corruption = "gaussian"
    noise_mean: NoiseMean = 0.0
    noise_std: NoiseStd = 0.5
    noise_share: NoiseShare = 0.3
    resample: Resample = True
    clip: Clip = True


class Convolutional(Variant[ConvolutionalConfig]):
    """Three times convolution 3×3 and pooling 2×2; and back by enlarging. Loss: binary cross-entropy per pixel, or
    squared error. Along time both have one dimension, of 3 and 2 steps.
    """

    key = "convolutional"
    label = "Convolutional"
    summary = "Convolutions clean noisy images; images of any size and number of channels."
    reference = "Masci, Meier, Ciresan & Schmidhuber, ICANN (2011) 52-59"
    accepts = ("image", "windows")
    prefers = ("mnist", "fashion-mnist", "digits")
    panels = ("digits", "latent", "anomalies", "worst", "bench", "health", "parameters", "log")
    alarms = (
        NOISE_STRONG,
        *cured(
            advised(
                Variant.alarms,
                dead_units=GELU,
                overfitting=Advice("filters", "lower"),
                code_large=Advice("filters", "lower"),
            ),
            dead_units=Remedy((GELU,)),
            overfitting=AFRESH,
        ),
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
        "series": ConvolutionalConfig(
            epochs=60,
            batch_size=16,
            learning_rate=0.003,
            schedule="cosine",
            seed=11,
            code_filters=4,
            activation="gelu",
            reconstruction="mse",
            noise_std=0.3,
            clip=False,
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

    def script(self, config: ConvolutionalConfig) -> Script:
        """As `Denoising.script`."""
        return Script(
            lines=scripted.reconstruction(config.reconstruction),
            corruption=scripted.corruption(config),
            drawn_once=not config.resample,
        )

    def networks(self, config: ConvolutionalConfig, shape: tuple[int, ...], blocks: Blocks) -> Networks:
        """(batch, height, width, channels) → (batch, ⌈height / 8⌉ · ⌈width / 8⌉ · code filters) → images again; or
        (batch, steps, channels) → (batch, ⌈steps / 8⌉ · code filters) → windows again.

        The decoder's answers are in [0, 1] with bce; height, width and steps may be any.
        """
        rank = len(shape) - 1
        widths = (config.filters, config.filters, config.code_filters)
        down = [
            layer
            for depth, width in enumerate(widths, start=1)
            for layer in (
                self._convolution(rank, width, config.activation, f"conv{depth}", blocks),
                blocks.layer(f"MaxPooling{rank}D", pool_size=2, padding="same", name=f"pool{depth}"),
            )
        ]
        encoder = blocks.encoder(shape, [*down, blocks.flatten()])
        output = "sigmoid" if config.reconstruction == "bce" else "linear"
        return blocks.networks(encoder, blocks.decoder(encoder, self._up(config, shape, blocks), output))

    def _up(self, config: ConvolutionalConfig, shape: tuple[int, ...], blocks: Blocks) -> list[Tensor]:
        """Back to the image. Pooling rounds sizes up, so two enlargements can overshoot the size half of the image's; a
        convolution without padding (as in the published 28×28 network) or a crop takes that off."""
        *place, channels = shape
        rank, sizes = len(place), [tuple(place)]
        for _ in range(3):
            sizes.append(tuple((size + 1) // 2 for size in sizes[-1]))
        overshoot = tuple(4 * small - half for small, half in zip(sizes[3], sizes[1], strict=True))
        valid = overshoot == (2,) * rank
        layers = [
            blocks.reshape((*sizes[3], config.code_filters), "code"),
            self._convolution(rank, config.code_filters, config.activation, "conv4", blocks),
            blocks.layer(f"UpSampling{rank}D", size=2, name="up4"),
            self._convolution(rank, config.filters, config.activation, "conv5", blocks),
            blocks.layer(f"UpSampling{rank}D", size=2, name="up5"),
            self._convolution(
                rank, config.filters, config.activation, "conv6", blocks, padding="valid" if valid else "same"
            ),
        ]
        if any(overshoot) and not valid:
            layers.append(self._crop(overshoot, "crop6", blocks))
        layers.append(blocks.layer(f"UpSampling{rank}D", size=2, name="up6"))
        odd = tuple(2 * half - size for half, size in zip(sizes[1], place, strict=True))
        if any(odd):
            layers.append(self._crop(odd, "crop7", blocks))
        return [*layers, self._convolution(rank, channels, "linear", "pixels", blocks)]

    def _convolution(
        self, rank: int, filters: int, activation: str, name: str, blocks: Blocks, *, padding: str = "same"
    ) -> Tensor:
        """(batch, height, width, n) → (batch, height, width, filters) by 3×3 kernels, or in one dimension by 3; "valid"
        padding takes 2 off."""
        return blocks.layer(
            f"Conv{rank}D", filters=filters, kernel_size=3, padding=padding, activation=activation, name=name
        )

    def _crop(self, off: tuple[int, ...], name: str, blocks: Blocks) -> Tensor:
        """Without the last rows and columns, or steps."""
        cropping = tuple((0, each) for each in off)
        return blocks.layer(f"Cropping{len(off)}D", cropping=cropping if len(off) > 1 else cropping[0], name=name)

    def loss_terms(self, model: Autoencoder[ConvolutionalConfig], batch: Batch) -> dict[str, Tensor]:
        """Items (batch, *shape) → the scalar `reconstruction`, mean over all numbers that are known."""
        codes = model.encode(batch.input)
        return {"reconstruction": reconstruction_error(model, codes, batch, model.config.reconstruction)}

    def item_terms(self, model: Autoencoder[ConvolutionalConfig], batch: Batch) -> Mapping[str, Tensor]:
        """`reconstruction` where it is a cross-entropy."""
        return item_entropies(model, model.encode(batch.input), batch, model.config.reconstruction)

    def check_data(self, config: ConvolutionalConfig, entry: DataSet) -> None:
        """Raises SettingError for answers and noise that are made for pixels where numbers are none."""
        if config.reconstruction == "bce" and not entry.bounded:
            told = f"bce is for numbers between 0 and 1, those of {entry.key} lie beyond; set mse"
            raise SettingError("reconstruction", told)
        check_noise(config, entry)

    def corrupt(self, model: Autoencoder[ConvolutionalConfig], items: Tensor, keys: NoiseKeys) -> Tensor:
        """(batch, *shape) → the same shape, see `engine.variants.corruption.corrupt`."""
        return corrupt(model, items, keys)

    def noise(self, config: ConvolutionalConfig) -> str:
        """See `engine.variants.corruption.noise`."""
        return noise(config)
