"""The recurrent autoencoder: a network reads a series step by step into one code, another says it again from there."""

from __future__ import annotations

from collections.abc import Mapping
from math import prod
from typing import TYPE_CHECKING, Annotated, Literal

import msgspec
from msgspec import Meta

from engine.analysis.alarms import Advice, Remedy, advised, cured
from engine.analysis.faults import CALMER
from engine.params import HELD_OUT, TrainingConfig
from engine.variants.dense import (
    SIGMOID,
    Output,
    Reconstruction,
    check_output,
    check_reconstruction,
    item_entropies,
    reconstruction_error,
)
from engine.variants.variant import Variant

if TYPE_CHECKING:
    from engine.datasets.catalogue import DataSet
    from engine.nn.autoencoder import Autoencoder
    from engine.nn.layers import Blocks, Tensor
    from engine.nn.networks import Batch, Networks


class RecurrentConfig(TrainingConfig, frozen=True, kw_only=True):
    """Settings of the recurrent autoencoder."""

    hidden_dim: Annotated[
        int, Meta(ge=0, le=65_536, description="numbers in the code; 0: what the encoder gives after the last step")
    ]
    units: Annotated[int, Meta(ge=1, le=4096, description="units of each recurrent layer, in encoder and decoder")]
    cell: Annotated[Literal["lstm", "gru"], Meta(description="kind of recurrent layer, in encoder and decoder")] = (
        "lstm"
    )
    depth: Annotated[int, Meta(ge=1, le=4, description="recurrent layers, in encoder and decoder")] = 1
    directions: Annotated[
        Literal["both", "forward"],
        Meta(description="whether layers go through the steps from both ends (outputs are summed)"),
    ] = "forward"
    order: Annotated[
        Literal["forward", "reversed"],
        Meta(description="whether the decoder begins with the first step, or with the last one that was read"),
    ] = "forward"
    output: Output = "linear"
    reconstruction: Reconstruction = "mse"


SERIES = RecurrentConfig(
    epochs=60,
    batch_size=16,
    learning_rate=0.01,
    schedule="cosine",
    seed=11,
    hidden_dim=16,
    units=32,
    cell="gru",
    directions="both",
    validation=HELD_OUT,
)


class Recurrent(Variant[RecurrentConfig]):
    """x_1 … x_n → state after the last step → z, which the decoder gets at every step → x̂_1 … x̂_n.

    Of windows a step is what the channels say at a time, of images a row of pixels. What is not known of a series is
    read as 0, the mean of its channel, and counts in no loss.
    """

    key = "recurrent"
    label = "Recurrent"
    summary = "Reads a series step by step into one code and says it again; for windows of any number of channels."
    reference = "Srivastava, Mansimov & Salakhutdinov, Unsupervised learning with LSTMs, arXiv:1502.04681"
    accepts = ("image", "windows")
    prefers = ("mnist", "fashion-mnist", "digits")
    alarms = cured(
        advised(
            Variant.alarms,
            dead_outputs=SIGMOID,
            overfitting=Advice("units", "lower"),
            code_large=Advice("units", "lower"),
        ),
        dead_outputs=Remedy((SIGMOID, CALMER)),
    )
    panels = ("digits", "latent", "anomalies", "worst", "health", "parameters", "log")
    xla = "cpu"  # XLA spares the many small calls of a narrow loop; it cannot take cuDNN's
    block = 250
    presets = {
        "book": RecurrentConfig(
            epochs=50, batch_size=64, learning_rate=1e-3, seed=11, hidden_dim=0, units=40, order="reversed"
        ),
        "small": msgspec.structs.replace(SERIES, epochs=40, output="sigmoid"),
        "series": SERIES,
    }

    def check(self, config: RecurrentConfig) -> None:
        """Raises SettingError for binary cross-entropy without the sigmoid output."""
        check_reconstruction(config.reconstruction, config.output)

    def check_data(self, config: RecurrentConfig, entry: DataSet) -> None:
        """Raises SettingError for an output that cannot reach all numbers of the data."""
        check_output(config.output, entry)

    def networks(self, config: RecurrentConfig, shape: tuple[int, ...], blocks: Blocks) -> Networks:
        """(batch, steps, channels) → (batch, hidden_dim) → (batch, steps, channels); images are steps of
        width · channels numbers."""
        steps, numbers = shape[0], prod(shape[1:])
        rows, image = [], []
        if len(shape) > 2:
            rows, image = [blocks.reshape((steps, numbers), "rows")], [blocks.reshape(shape)]
        read = self._layers(config, blocks, "reader", sequences=False)
        if config.hidden_dim:
            read.append(blocks.dense(config.hidden_dim, "linear", name="code"))
        say = [blocks.repeat(steps), *self._layers(config, blocks, "speaker", sequences=True)]
        if config.order == "reversed":
            say.append(blocks.reversed_steps(name="forward"))
        say.append(blocks.dense(numbers, "linear", name="numbers"))
        encoder = blocks.encoder(shape, [*rows, *read])
        return blocks.networks(encoder, blocks.decoder(encoder, [*say, *image], config.output))

    def _layers(self, config: RecurrentConfig, blocks: Blocks, name: str, *, sequences: bool) -> list[Tensor]:
        """`depth` of them; the last one gives all its outputs, `sequences`, or that after the last step."""
        return [
            blocks.recurrent(
                config.cell,
                config.units,
                both=config.directions == "both",
                sequences=sequences or at < config.depth,
                name=f"{name}{at}",
            )
            for at in range(1, config.depth + 1)
        ]

    def loss_terms(self, model: Autoencoder[RecurrentConfig], batch: Batch) -> dict[str, Tensor]:
        """Items (batch, *shape) → the scalar `reconstruction`, mean over all numbers that are known."""
        codes = model.encode(batch.input)
        return {"reconstruction": reconstruction_error(model, codes, batch, model.config.reconstruction)}

    def item_terms(self, model: Autoencoder[RecurrentConfig], batch: Batch) -> Mapping[str, Tensor]:
        """`reconstruction` where it is a cross-entropy."""
        return item_entropies(model, model.encode(batch.input), batch, model.config.reconstruction)
