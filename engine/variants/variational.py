"""The variational autoencoder: codes are distributions near a standard normal one, so that new images can be drawn."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal

from msgspec import Meta

from engine.params import HELD_OUT, LayerSizes, TrainingConfig, layer_sizes
from engine.variants.variant import Curve, Published, Repeats, Variant

if TYPE_CHECKING:
    from engine.nn.layers import Blocks, Optimizer, Tensor
    from engine.nn.networks import Batch, Networks, Weighted


class VariationalConfig(TrainingConfig, frozen=True, kw_only=True):
    """Settings of the variational autoencoder."""

    latent_dim: Annotated[int, Meta(ge=1, le=4096, title="code", description="dimensions of the code")]
    hidden: Annotated[
        LayerSizes, Meta(title="hidden", description="units of the encoder's layers before the code; mirrored after it")
    ] = "512"
    activation: Annotated[
        Literal["relu", "gelu", "tanh"], Meta(title="activation", description="activation of the hidden layers")
    ] = "relu"
    beta: Annotated[
        float, Meta(ge=0, le=1000, title="beta", description="weight of the KL term; above 1 for simpler codes")
    ] = 1.0
    warmup: Annotated[
        int, Meta(ge=0, le=10_000, title="warm-up", description="epochs over which the KL term grows to its weight")
    ] = 0
    clip_norm: Annotated[
        float, Meta(ge=0, le=1e6, title="clip norm", description="longest gradient that is not scaled down; 0: any")
    ] = 15.0


class Variational(Variant[VariationalConfig]):
    """x → N(µ, σ²) ∋ z = µ + σ ε → x̂. Loss per image: Σ_pixels binary cross-entropy + β KL(N(µ, σ²) ‖ N(0, I))."""

    key = "variational"
    label = "Variational"
    summary = "Codes are small clouds near the origin; decoding random points there gives new images."
    reference = "Kingma & Welling, Auto-encoding variational Bayes, arXiv:1312.6114"
    accepts = ("image",)
    prefers = ("fashion-mnist", "mnist", "digits")
    panels = ("digits", "latent", "samples", "weights", "health", "parameters", "log")
    prior = True
    presets = {
        "book": VariationalConfig(epochs=80, batch_size=100, learning_rate=1e-3, seed=333, latent_dim=10),
        "tuned": VariationalConfig(
            epochs=40,
            batch_size=100,
            learning_rate=1e-3,
            schedule="cosine",
            seed=333,
            latent_dim=10,
            hidden="512-512",
            activation="gelu",
            validation=HELD_OUT,
        ),
        "small": VariationalConfig(
            epochs=60,
            batch_size=32,
            learning_rate=0.001,
            schedule="cosine",
            seed=11,
            latent_dim=8,
            hidden="256",
            activation="gelu",
            validation=HELD_OUT,
        ),
    }
    published = Published(
        source="published run of this recipe on Fashion-MNIST",
        dataset="fashion-mnist",
        curves=(
            Curve(part="train", term="reconstruction", values={80: (216.0, 234.0)}),
            Curve(part="train", term="kl", values={80: (15.0, 16.0)}),
        ),
        plan=(Repeats(seeds=5, epochs=80),),
        note="single batches printed during the last epoch, from the lowest to the highest (mean reconstruction 229)",
        errata=("The published program threw the clipped gradients away; ours are clipped.",),
    )

    def networks(self, config: VariationalConfig, shape: tuple[int, ...], blocks: Blocks) -> Networks:
        sizes = layer_sizes(config.hidden)
        down = [blocks.dense(units, config.activation, name=f"hidden{n}") for n, units in enumerate(sizes, start=1)]
        heads = [blocks.dense(config.latent_dim, "linear", name=name) for name in ("mean", "log_variance")]
        encoder = blocks.encoder(shape, [blocks.flatten(), *down], heads)
        back = list(enumerate(sizes, start=1))[::-1]
        up = [blocks.dense(units, config.activation, name=f"mirror{n}") for n, units in back]
        pixels = blocks.dense(blocks.size(shape), "linear", name="pixels")
        return blocks.networks(encoder, blocks.decoder(encoder, [*up, pixels, blocks.reshape(shape)], "sigmoid"))

    def loss_terms(
        self, networks: Networks, batch: Batch, config: VariationalConfig, blocks: Blocks
    ) -> dict[str, Tensor | Weighted]:
        ops = blocks.ops
        mean, log_variance = networks.distribution(batch.input)
        codes = mean + ops.exp(0.5 * log_variance) * blocks.normal(mean, batch.noise_keys)
        error = blocks.binary_cross_entropy(batch.target, networks.logits(codes))
        divergence = ops.sum(blocks.kl_to_standard_normal(mean, log_variance), axis=1)
        weight = config.beta * ops.minimum(1.0, batch.epochs / config.warmup) if config.warmup else config.beta
        return {
            "reconstruction": ops.mean(ops.sum(error, axis=(1, 2, 3))),
            "kl": blocks.weighted(ops.mean(divergence), weight),
        }

    def optimizer(self, config: VariationalConfig, steps: int, blocks: Blocks) -> Optimizer:
        decay = steps if config.schedule == "cosine" else None
        return blocks.adam(config.learning_rate, decay_steps=decay, clip_norm=config.clip_norm)
