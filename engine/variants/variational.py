"""The variational autoencoder: codes are distributions near a standard normal one, so that new images can be drawn."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated, Literal

from msgspec import Meta

from engine.analysis.alarms import Advice, Condition, History, Remedy, advised, cured
from engine.analysis.faults import idle
from engine.errors import SettingError
from engine.params import COURSE, HELD_OUT, LOSS, LayerSizes, TrainingConfig, layer_sizes
from engine.variants.scripted import Script
from engine.variants.variant import Curve, Published, Repeats, Variant

if TYPE_CHECKING:
    from engine.datasets.catalogue import DataSet
    from engine.nn.autoencoder import Autoencoder
    from engine.nn.layers import Blocks, Optimizer, Tensor
    from engine.nn.networks import Batch, Networks, Weighted


GELU = Advice("activation", "set", "gelu", where={"activation": ("relu",)})
WARMUP = 5
"""Epochs in which a code can come to tell something before the prior weighs on it."""
NO_KL = 0.1
"""Nats an item; a code that tells a tenth of a nat tells nothing."""


class VariationalConfig(TrainingConfig, frozen=True, kw_only=True):
    """Settings of the variational autoencoder."""

    latent_dim: Annotated[int, Meta(ge=1, le=4096, description="dimensions of the code")]
    hidden: Annotated[
        LayerSizes, Meta(description="units of the encoder's layers before the code; mirrored after it")
    ] = "512"
    activation: Annotated[Literal["relu", "gelu", "tanh"], Meta(description="activation of the hidden layers")] = "relu"
    beta: Annotated[
        float, Meta(ge=0, le=1000, description="weight of the KL term; above 1 for simpler codes", extra=LOSS)
    ] = 1.0
    warmup: Annotated[
        int, Meta(ge=0, le=10_000, description="epochs over which the KL term grows to its weight", extra=COURSE)
    ] = 0
    likelihood: Annotated[
        Literal["bernoulli", "gaussian"],
        Meta(description="of a number given the code: as pixels from 0 to 1, or normal with variance 1"),
    ] = "bernoulli"
    clip_norm: Annotated[
        float, Meta(ge=0, le=1e6, description="longest gradient that is not scaled down; 0: any", extra=COURSE)
    ] = 15.0


def _collapsed(history: History) -> dict[str, float] | None:
    health, kl = history.now.health, history.now.validation.get("kl")
    if health is None or kl is None:
        return None
    if health.active and kl >= NO_KL:
        return None
    return {"active": health.active, "units": health.units, "kl": kl}


class Variational(Variant[VariationalConfig]):
    """x → N(µ, σ²) ∋ z = µ + σ ε → x̂. Loss per image: Σ_pixels binary cross-entropy + β KL(N(µ, σ²) ‖ N(0, I)).

    With likelihood gaussian Σ ½ (x − x̂)² in the place of the cross-entropy: nats of N(x̂, 1), less a constant. β says
    the same as a variance of β for all numbers.
    """

    key = "variational"
    label = "Variational"
    summary = "Codes are small clouds near the origin; decoding random points there gives new images."
    reference = "Kingma & Welling, Auto-encoding variational Bayes, arXiv:1312.6114"
    accepts = ("image", "vectors", "windows")
    prefers = ("fashion-mnist", "mnist", "digits")
    panels = ("digits", "latent", "samples", "weights", "anomalies", "worst", "health", "parameters", "log")
    prior = True
    alarms = (
        Condition(
            key="collapsed",
            check=_collapsed,
            template="{active:,.0f} of {units:,.0f} code dimensions vary with the item, and all of them tell {kl:.3g} "
            "nats about it: the posterior has collapsed onto the prior",
            advice=(Advice("beta", "lower"), Advice("warmup", "raise")),
            remedies=(
                Remedy((Advice("beta", "lower", factor=0.1, limit=1.0), Advice("warmup", "raise", limit=WARMUP))),
            ),
            explains=("dead_units", "idle_kl"),
        ),
        Condition(
            key="idle_kl",
            check=idle("kl"),
            template="the KL term is {share:.1g} of the loss: it does nothing, and codes follow no prior",
            advice=(Advice("beta", "raise"),),
            remedies=(Remedy((Advice("beta", "raise", limit=1.0),)),),
        ),
        *cured(
            advised(
                Variant.alarms,
                dead_units=GELU,
                overfitting=Advice("latent_dim", "lower"),
                code_large=Advice("latent_dim", "lower"),
            ),
            dead_units=Remedy((GELU,)),
        ),
    )
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
        "table": VariationalConfig(
            epochs=100,
            batch_size=32,
            learning_rate=0.01,
            schedule="cosine",
            seed=11,
            latent_dim=8,
            hidden="64",
            activation="gelu",
            likelihood="gaussian",
            beta=0.1,
            validation=HELD_OUT,
        ),
        "series": VariationalConfig(
            epochs=60,
            batch_size=32,
            learning_rate=0.003,
            schedule="cosine",
            seed=11,
            latent_dim=16,
            hidden="256",
            activation="gelu",
            likelihood="gaussian",
            beta=0.1,
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
        """(batch, *shape) → `mean` and `log_variance`, (batch, latent_dim) each.

        The decoder: (batch, latent_dim) → (batch, *shape), in [0, 1] unless the likelihood is gaussian.
        """
        sizes = layer_sizes(config.hidden)
        down = [blocks.dense(units, config.activation, name=f"hidden{n}") for n, units in enumerate(sizes, start=1)]
        heads = [blocks.dense(config.latent_dim, "linear", name=name) for name in ("mean", "log_variance")]
        encoder = blocks.encoder(shape, [blocks.flatten(), *down], heads)
        back = list(enumerate(sizes, start=1))[::-1]
        output = "linear" if config.likelihood == "gaussian" else "sigmoid"
        up = [blocks.dense(units, config.activation, name=f"mirror{n}") for n, units in back]
        pixels = blocks.dense(blocks.size(shape), "linear", name="pixels")
        return blocks.networks(encoder, blocks.decoder(encoder, [*up, pixels, blocks.reshape(shape)], output))

    def check_data(self, config: VariationalConfig, entry: DataSet) -> None:
        """Raises SettingError for a likelihood of pixels where numbers are none."""
        if config.likelihood == "bernoulli" and not entry.bounded:
            told = f"bernoulli is for numbers between 0 and 1, those of {entry.key} lie beyond; set gaussian"
            raise SettingError("likelihood", told)

    def measures(self, config: VariationalConfig) -> Mapping[str, str]:
        """Nats an item, of one likelihood; whatever β is, which only weighs them."""
        return {"reconstruction": f"reconstruction in nats ({config.likelihood})", "kl": "KL in nats"}

    def loss_terms(self, model: Autoencoder[VariationalConfig], batch: Batch) -> dict[str, Tensor | Weighted]:
        """Items (batch, *shape) → scalars, nats an item: `reconstruction`, over what is known of it, and `kl`.

        One z is drawn for each item. β grows from 0 over the epochs of `warmup`; in validation it has its full weight.
        """
        ops, blocks, config = model.ops, model.blocks, model.config
        mean, log_variance = model.outputs(batch.input).values()
        codes = mean + ops.exp(0.5 * log_variance) * blocks.normal(mean, batch.noise_keys)
        divergence = ops.sum(blocks.kl_to_standard_normal(mean, log_variance), axis=1)
        weight = config.beta * ops.minimum(1.0, batch.epochs / config.warmup) if config.warmup else config.beta
        return {
            "reconstruction": ops.mean(self._errors(model, codes, batch)),
            "kl": blocks.weighted(ops.mean(divergence), weight),
        }

    def terms(self, config: VariationalConfig) -> tuple[str, ...]:
        """Both parts of the bound."""
        del config
        return ("reconstruction", "kl")

    def item_terms(self, model: Autoencoder[VariationalConfig], batch: Batch) -> Mapping[str, Tensor]:
        """`reconstruction` of the mean code, without a draw, and `kl`, nats."""
        mean, log_variance = model.outputs(batch.input).values()
        divergences = model.blocks.kl_to_standard_normal(mean, log_variance)
        return {"reconstruction": self._errors(model, mean, batch), "kl": model.ops.sum(divergences, axis=1)}

    def _errors(self, model: Autoencoder[VariationalConfig], codes: Tensor, batch: Batch) -> Tensor:
        """−ln p(x | z) but for a constant, of each item, (batch,)."""
        ops = model.ops
        if model.config.likelihood == "gaussian":
            error = 0.5 * ops.square(batch.target - model.decode(codes))
        else:
            error = model.blocks.binary_cross_entropy(batch.target, model.logits(codes))
        if batch.weights is not None:
            error = error * batch.weights
        return ops.sum(error, axis=tuple(range(1, len(model.shape) + 1)))

    def script(self, config: VariationalConfig) -> Script:
        """The bound, nats an item."""
        gaussian = "0.5 * ops.square(target - model.decoder(codes, training=learning))"
        bernoulli = "cross_entropy(target, model.logits(codes, training=learning))"
        growing = f"{config.beta} * ops.minimum(1.0, epoch / {config.warmup}) if learning else {config.beta}"
        return Script(
            lines=(
                "mean, log_variance = model.encoder(seen, training=learning)",
                "drawn = keras.random.normal(ops.shape(mean), seed=model.noise)",
                "codes = mean + ops.exp(0.5 * log_variance) * drawn",
                f"error = {gaussian if config.likelihood == 'gaussian' else bernoulli}",
                "terms['reconstruction'] = ops.mean(ops.sum(error, axis=tuple(range(1, len(error.shape)))))",
                "divergence = -0.5 * (1 + log_variance - ops.square(mean) - ops.exp(log_variance))",
                f"weight = {growing if config.warmup else config.beta}",
                "terms['kl'] = weight * ops.mean(ops.sum(divergence, axis=1))",
            ),
            clip_norm=config.clip_norm,
        )

    def optimizer(self, model: Autoencoder[VariationalConfig], steps: int) -> Optimizer:
        """Adam, with gradients that are scaled down to the norm `clip_norm` if they are longer."""
        config = model.config
        decay = steps if config.schedule == "cosine" else None
        return model.blocks.adam(config.learning_rate, decay_steps=decay, clip_norm=config.clip_norm)
