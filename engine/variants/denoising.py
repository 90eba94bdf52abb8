"""The denoising autoencoder: it sees a corrupted image and has to answer with the clean one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine.analysis.alarms import cured
from engine.params import HELD_OUT
from engine.variants import scripted
from engine.variants.corruption import (
    AFRESH,
    NOISE_ABSENT,
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
from engine.variants.dense import DenseConfig, DenseVariant
from engine.variants.scripted import Script
from engine.variants.variant import Curve, Published, Repeats

if TYPE_CHECKING:
    from engine.datasets.catalogue import DataSet
    from engine.nn.autoencoder import Autoencoder
    from engine.nn.layers import Tensor
    from engine.nn.networks import NoiseKeys


class DenoisingConfig(DenseConfig, frozen=True, kw_only=True):
    """Settings of the denoising autoencoder. The code may have more units than the image has pixels."""

    corruption: Corruption = "gaussian"
    noise_mean: NoiseMean = 0.0
    noise_std: NoiseStd = 0.5
    noise_share: NoiseShare = 0.3
    resample: Resample = True
    clip: Clip = True


class Denoising(DenseVariant[DenoisingConfig]):
    """x → x̃ (`engine.variants.corruption`) → z → x̂, in the layers of `DenseVariant`; errors are against x."""

    key = "denoising"
    label = "Denoising"
    summary = "It sees noisy images and answers with clean ones; codes larger than the image are possible."
    reference = "Vincent, Larochelle, Bengio & Manzagol, ICML (2008) 1096-1103"
    panels = ("digits", "weights", "latent", "anomalies", "worst", "bench", "health", "parameters", "log")
    compared_with = "vanilla"
    alarms = (NOISE_STRONG, NOISE_ABSENT, *cured(DenseVariant.alarms, overfitting=AFRESH))
    presets = {
        "book": DenoisingConfig(
            epochs=50,
            batch_size=256,
            learning_rate=1e-3,
            seed=11,
            hidden_dim=128,
            noise_mean=0.5,
            noise_std=0.5,
            resample=False,
            clip=False,
        ),
        "tuned": DenoisingConfig(
            epochs=30,
            batch_size=64,
            learning_rate=3e-3,
            schedule="cosine",
            seed=11,
            hidden_dim=128,
            activation="gelu",
            output="sigmoid",
            reconstruction="bce",
            noise_mean=0.5,
            noise_std=0.5,
            clip=False,
            validation=HELD_OUT,
        ),
        "small": DenoisingConfig(
            epochs=100,
            batch_size=32,
            learning_rate=0.003,
            schedule="cosine",
            seed=11,
            hidden_dim=16,
            activation="linear",
            output="sigmoid",
            reconstruction="bce",
            validation=HELD_OUT,
        ),
        "table": DenoisingConfig(
            epochs=100,
            batch_size=32,
            learning_rate=0.01,
            schedule="cosine",
            seed=11,
            hidden_dim=8,
            activation="linear",
            output="linear",
            noise_std=0.3,
            clip=False,
            validation=HELD_OUT,
        ),
        "series": DenoisingConfig(
            epochs=60,
            batch_size=32,
            learning_rate=0.003,
            schedule="cosine",
            seed=11,
            hidden_dim=16,
            activation="linear",
            output="linear",
            noise_std=0.3,
            clip=False,
            validation=HELD_OUT,
        ),
    }
    published = Published(
        source="published run of this recipe on MNIST",
        dataset="mnist",
        curves=(
            Curve(part="train", term="loss", values={1: 0.0507, 50: 0.0212}),
            Curve(part="validation", term="loss", values={1: 0.0335, 2: 0.0275, 3: 0.0259, 50: 0.0210}),
        ),
        plan=(Repeats(seeds=5, epochs=50),),
        errata=(
            "The published text also clips the noisy images to [0, 1]; the printed figures come from the program that "
            "does not, and neither does the preset.",
        ),
    )

    def corrupt(self, model: Autoencoder[DenoisingConfig], items: Tensor, keys: NoiseKeys) -> Tensor:
        """(batch, *shape) → the same shape, see `engine.variants.corruption.corrupt`."""
        return corrupt(model, items, keys)

    def script(self, config: DenoisingConfig) -> Script:
        """The error against the clean items."""
        return Script(
            lines=scripted.reconstruction(config.reconstruction),
            corruption=scripted.corruption(config),
            drawn_once=not config.resample,
        )

    def check_data(self, config: DenoisingConfig, entry: DataSet) -> None:
        """Raises SettingError also for noise that is made for pixels."""
        super().check_data(config, entry)
        check_noise(config, entry)

    def noise(self, config: DenoisingConfig) -> str:
        """See `engine.variants.corruption.noise`."""
        return noise(config)
