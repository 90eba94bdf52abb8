"""AutoRec: rows of a table of ratings with gaps are reconstructed, and the gaps are filled."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated, Literal

from msgspec import Meta

from engine.analysis.alarms import Advice, advised
from engine.analysis.races import MSE
from engine.kinds.reading import RatingsReading
from engine.params import HELD_OUT, LOSS, TrainingConfig
from engine.variants.variant import Variant

if TYPE_CHECKING:
    from engine.nn.autoencoder import Autoencoder
    from engine.nn.layers import Blocks, Tensor
    from engine.nn.networks import Batch, Networks, Weighted


class AutorecConfig(TrainingConfig, frozen=True, kw_only=True):
    """Settings of AutoRec."""

    hidden_dim: Annotated[int, Meta(ge=1, le=65_536, description="units of the code layer")]
    rows: Annotated[
        Literal["items", "users"],
        Meta(description="what is reconstructed: an item from its ratings by all users, or a user from all ratings"),
    ] = "items"
    activation: Annotated[
        Literal["sigmoid", "linear", "relu", "tanh"],
        Meta(description="activation of the code layer"),
    ] = "sigmoid"
    weight_penalty: Annotated[
        float,
        Meta(
            ge=0,
            le=1e6,
            description="half of it times the sum of squared weights joins the squared errors of a batch (λ)",
            extra=LOSS,
        ),
    ] = 0.0


class Autorec(Variant[AutorecConfig]):
    """r → z = σ(V r + µ) → r̂ = W z + b, trained on the squared error of what was rated and nothing else."""

    key = "autorec"
    label = "AutoRec"
    summary = "Who likes what: ratings with gaps are learned from what was rated, and the gaps are filled."
    reference = "Sedhain, Menon, Sanner & Xie, WWW 2015 companion, 111-112"
    accepts = ("ratings",)
    prefers = ("made-ratings",)
    panels = ("ratings", "latent", "worst", "health", "parameters", "log")
    alarms = advised(
        Variant.alarms, overfitting=Advice("weight_penalty", "raise"), code_large=Advice("hidden_dim", "lower")
    )
    presets = {
        "book": AutorecConfig(
            epochs=150,
            batch_size=100,
            learning_rate=1e-3,
            seed=11,
            hidden_dim=500,
            weight_penalty=10.0,
            validation=HELD_OUT,
        ),
        "tuned": AutorecConfig(
            epochs=200,
            batch_size=100,
            learning_rate=2e-3,
            schedule="cosine",
            seed=11,
            hidden_dim=50,
            weight_penalty=2.0,
            validation=HELD_OUT,
        ),
    }

    def networks(self, config: AutorecConfig, shape: tuple[int, ...], blocks: Blocks) -> Networks:
        """(batch, ratings of a row) → (batch, hidden_dim) → (batch, ratings of a row)."""
        encoder = blocks.encoder(shape, [blocks.dense(config.hidden_dim, config.activation, name="code")])
        ratings = blocks.dense(blocks.size(shape), "linear", name="ratings")
        return blocks.networks(encoder, blocks.decoder(encoder, [ratings], "linear"))

    def measures(self, config: AutorecConfig) -> Mapping[str, str]:
        """The error."""
        del config
        return {"reconstruction": MSE}

    def loss_terms(self, model: Autoencoder[AutorecConfig], batch: Batch) -> dict[str, Tensor | Weighted]:
        """`reconstruction`: mean of (r − r̂)² over the ratings asked for; `weights`: ‖W‖² + ‖V‖².

        The weights count λ / 2 for each batch, as the paper's objective has it for all ratings at once, divided by the
        ratings in the batch as its errors are. In validation they count nothing: what is chosen by it is the error.
        """
        blocks, config = model.blocks, model.config
        asked = blocks.ops.ones_like(batch.target) if batch.weights is None else batch.weights
        answers = model.decode(model.encode(batch.input))
        counted = blocks.ops.maximum(blocks.total_over_batch(blocks.ops.sum(asked)), 1)
        weight = config.weight_penalty / 2 / counted if model.learning else 0.0
        return {
            "reconstruction": blocks.squared_error(batch.target, answers, asked),
            "weights": blocks.weighted(self._squared_weights(model), weight),
        }

    def terms(self, config: AutorecConfig) -> tuple[str, ...]:
        """The error, and what the weights cost."""
        del config
        return ("reconstruction", "weights")

    def _squared_weights(self, model: Autoencoder[AutorecConfig]) -> Tensor:
        """‖V‖² + ‖W‖²; the paper's penalty leaves the biases out."""
        networks = model.networks
        kernels = networks.encoder.get_layer("code").kernel, networks.decoder.get_layer("ratings").kernel
        return sum(model.ops.sum(model.ops.square(kernel)) for kernel in kernels)

    def reading(self, config: AutorecConfig) -> RatingsReading:
        """Rows as the setting says."""
        return RatingsReading(validation=config.validation, rows=config.rows)
