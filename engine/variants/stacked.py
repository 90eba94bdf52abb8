"""The stacked autoencoder: a deep stack of dense layers down to a very short code, and its mirror."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated, ClassVar, Literal

from msgspec import Meta

from engine.analysis.alarms import Advice, Remedy, advised, cured
from engine.analysis.faults import CALMER
from engine.errors import SettingError
from engine.events import Stage
from engine.params import HELD_OUT, LayerSizes, TrainingConfig, layer_sizes
from engine.variants import scripted
from engine.variants.dense import (
    GELU,
    SIGMOID,
    Output,
    Reconstruction,
    check_output,
    check_reconstruction,
    reconstruction_error,
)
from engine.variants.scripted import Script
from engine.variants.variant import Variant

if TYPE_CHECKING:
    from engine.datasets.catalogue import DataSet
    from engine.nn.autoencoder import Autoencoder
    from engine.nn.layers import Blocks, Tensor
    from engine.nn.networks import Batch, Networks, StageNetworks

WHOLE = "fine-tuning"


class StackedConfig(TrainingConfig, frozen=True, kw_only=True):
    """Settings of the stacked autoencoder."""

    layers: Annotated[LayerSizes, Meta(description="units of the encoder's layers, the code last")]
    activation: Annotated[
        Literal["relu", "gelu", "tanh", "sigmoid"],
        Meta(description="of the layers between image and code; the code itself is linear"),
    ] = "relu"
    output: Output = "sigmoid"
    reconstruction: Reconstruction = "mse"
    training: Annotated[
        Literal["end_to_end", "greedy"],
        Meta(description="all layers at once, or pair by pair from the outside, then all at once"),
    ] = "end_to_end"
    pretrain_epochs: Annotated[int, Meta(ge=1, le=10_000, description="epochs for each pair with greedy training")] = 3


class Stacked(Variant[StackedConfig]):
    """x → h1 → … → z → … → x̂. Greedy training has each layer reconstruct what it is given, from the outside in."""

    key = "stacked"
    label = "Stacked"
    summary = "Many layers squeeze an image into very few numbers; with two, the codes are a map of the classes."
    reference = "Hinton & Salakhutdinov, Science 313 (2006) 504-507"
    accepts = ("image", "vectors", "windows")
    prefers = ("mnist", "fashion-mnist", "digits")
    alarms = cured(
        advised(Variant.alarms, dead_units=GELU, dead_outputs=SIGMOID, code_large=Advice("layers", "lower")),
        dead_units=Remedy((GELU, CALMER)),
        dead_outputs=Remedy((SIGMOID, CALMER)),
    )
    panels = ("latent", "digits", "weights", "anomalies", "worst", "health", "parameters", "log")
    presets = {
        "book": StackedConfig(epochs=30, batch_size=256, learning_rate=1e-3, seed=11, layers="500-2"),
        "tuned": StackedConfig(
            epochs=30,
            batch_size=256,
            learning_rate=1e-3,
            schedule="cosine",
            seed=11,
            layers="1000-500-250-2",
            activation="gelu",
            validation=HELD_OUT,
        ),
        "greedy": StackedConfig(
            epochs=30,
            batch_size=256,
            learning_rate=1e-3,
            seed=11,
            layers="1000-500-250-2",
            training="greedy",
            validation=HELD_OUT,
        ),
        "one-class": StackedConfig(
            epochs=40,
            batch_size=64,
            learning_rate=1e-3,
            schedule="cosine",
            seed=11,
            layers="512-16",
            activation="gelu",
            reconstruction="bce",
            validation=HELD_OUT,
        ),
        "small": StackedConfig(
            epochs=100,
            batch_size=32,
            learning_rate=0.001,
            schedule="cosine",
            seed=11,
            layers="256-16",
            activation="gelu",
            validation=HELD_OUT,
        ),
        "table": StackedConfig(
            epochs=100,
            batch_size=32,
            learning_rate=0.01,
            schedule="cosine",
            seed=11,
            layers="64-8",
            activation="gelu",
            output="linear",
            validation=HELD_OUT,
        ),
        "series": StackedConfig(
            epochs=60,
            batch_size=32,
            learning_rate=0.003,
            schedule="cosine",
            seed=11,
            layers="256-16",
            activation="gelu",
            output="linear",
            validation=HELD_OUT,
        ),
    }

    scores: ClassVar[Mapping[str, str]] = {"one-class": "coherent"}

    def check(self, config: StackedConfig) -> None:
        """Raises SettingError for bce without the sigmoid output, or if pretraining leaves no epoch for all layers."""
        check_reconstruction(config.reconstruction, config.output)
        pretraining = config.pretrain_epochs * len(layer_sizes(config.layers))
        if config.training == "greedy" and config.epochs <= pretraining:
            raise SettingError(
                "epochs",
                f"{config.epochs} are too few: greedy training takes {pretraining} before all layers are trained "
                "together; set more epochs, or fewer pretrain_epochs",
            )

    def check_data(self, config: StackedConfig, entry: DataSet) -> None:
        """Raises SettingError for an output that cannot reach all numbers of the data."""
        check_output(config.output, entry)

    def networks(self, config: StackedConfig, shape: tuple[int, ...], blocks: Blocks) -> Networks:
        """(batch, *shape) → (batch, units) … → (batch, code) → … → (batch, *shape)."""
        *hidden, code = layer_sizes(config.layers)
        up = [blocks.dense(units, config.activation, name=f"hidden{n}") for n, units in enumerate(hidden, start=1)]
        encoder = blocks.encoder(shape, [blocks.flatten(), *up, blocks.dense(code, "linear", name="code")])
        back = reversed(list(enumerate(hidden, start=1)))
        down = [blocks.dense(units, config.activation, name=f"mirror{n}") for n, units in back]
        pixels = blocks.dense(blocks.size(shape), "linear", name="pixels")
        return blocks.networks(encoder, blocks.decoder(encoder, [*down, pixels, blocks.reshape(shape)], config.output))

    def loss_terms(self, model: Autoencoder[StackedConfig], batch: Batch) -> dict[str, Tensor]:
        """Images, or what layers before a pair make of them, (batch, n) → the scalar `reconstruction`."""
        # What lies between two layers is no picture: activations of any size have a squared error only.
        kind = model.config.reconstruction if batch.stage == WHOLE else "mse"
        codes = model.encode(batch.input)
        return {"reconstruction": reconstruction_error(model, codes, batch, kind)}

    def script(self, config: StackedConfig) -> Script | None:
        """The error, where all layers are trained at once."""
        return Script(lines=scripted.reconstruction(config.reconstruction)) if config.training == "end_to_end" else None

    def stages(self, config: StackedConfig) -> tuple[Stage, ...]:
        """One; with greedy training one for each pair, from the outside in, and then one for all layers."""
        if config.training == "end_to_end":
            return (Stage(WHOLE, config.epochs),)
        depth = len(layer_sizes(config.layers))
        pairs = [Stage(f"layer {n}", config.pretrain_epochs) for n in range(1, depth + 1)]
        return (*pairs, Stage(WHOLE, config.epochs - depth * config.pretrain_epochs))

    def stage_networks(self, model: Autoencoder[StackedConfig], stage: Stage) -> StageNetworks:
        """All layers in the last stage, else the pair of the stage, fed by the layers before it."""
        if stage.name == WHOLE:
            return model.blocks.whole(model.networks)
        return model.blocks.pair(model.networks, self.stages(model.config).index(stage) + 1)
