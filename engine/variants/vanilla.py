"""The vanilla autoencoder: one dense layer in, one dense layer out."""

from __future__ import annotations

from engine.params import HELD_OUT
from engine.variants.dense import DenseConfig, DenseVariant
from engine.variants.variant import Curve, Published, Repeats


class VanillaConfig(DenseConfig, frozen=True, kw_only=True):
    """Settings of the vanilla autoencoder."""


class Vanilla(DenseVariant[VanillaConfig]):
    """`DenseVariant` and nothing more: x is what the encoder sees, and what the error is against."""

    key = "vanilla"
    label = "Vanilla"
    summary = "One hidden layer learns a short code of each image; the plainest autoencoder, the yardstick."
    reference = "Rumelhart, Hinton & Williams, Nature 323 (1986) 533-536"
    panels = ("digits", "weights", "latent", "anomalies", "worst", "health", "parameters", "log")
    presets = {
        "book": VanillaConfig(epochs=50, batch_size=256, learning_rate=1e-2, seed=11, hidden_dim=128, shuffle=False),
        "tuned": VanillaConfig(
            epochs=30,
            batch_size=256,
            learning_rate=3e-3,
            schedule="cosine",
            seed=11,
            hidden_dim=128,
            activation="linear",
            output="sigmoid",
            validation=HELD_OUT,
        ),
        "small": VanillaConfig(
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
        "table": VanillaConfig(
            epochs=100,
            batch_size=32,
            learning_rate=0.01,
            schedule="cosine",
            seed=11,
            hidden_dim=8,
            activation="linear",
            output="linear",
            validation=HELD_OUT,
        ),
        "series": VanillaConfig(
            epochs=60,
            batch_size=32,
            learning_rate=0.01,
            schedule="cosine",
            seed=11,
            hidden_dim=16,
            activation="linear",
            output="linear",
            validation=HELD_OUT,
        ),
    }
    published = Published(
        source="published run of this recipe on MNIST",
        dataset="mnist",
        curves=(Curve(part="train", term="loss", values={1: 5.159, 2: 3.075, 3: 2.957, 50: 2.785}, summed=True),),
        plan=(Repeats(seeds=5, epochs=50),),
        errata=("The published program does not shuffle its batches; neither does the preset.",),
    )
