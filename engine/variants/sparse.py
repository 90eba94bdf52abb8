"""The sparse autoencoder: a penalty on the code lets only a few units speak for an image."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated, Any, Literal

import msgspec
from msgspec import Meta

from engine.analysis.alarms import Advice, Condition, History, Remedy, advised, cured
from engine.analysis.faults import SETTLING, idle
from engine.errors import SettingError
from engine.params import HELD_OUT, LOSS
from engine.variants import scripted
from engine.variants.dense import DenseConfig, DenseVariant, item_entropies, reconstruction_error
from engine.variants.scripted import Script
from engine.variants.variant import Curve, Published, Repeats

if TYPE_CHECKING:
    from engine.nn.autoencoder import Autoencoder
    from engine.nn.layers import Blocks, Tensor
    from engine.nn.networks import Batch, Networks, Weighted

LEAST = 1e-3
"""Squared length of all images of a batch that a share can be told of."""
Weight = Annotated[float, Meta(ge=0, le=1e6)]
OFF_TARGET = 2.0
"""Times the target, or its part, up to which the mean activation counts as near it."""
ABSOLUTE, SQUARE = {"penalty": ("l1", "l1_l2")}, {"penalty": ("l2", "l1_l2")}
LESS = Advice("l1", "lower", where=ABSOLUTE)


class SparseConfig(DenseConfig, frozen=True, kw_only=True):
    """Settings of the sparse autoencoder."""

    penalty: Annotated[
        Literal["l1", "l2", "l1_l2", "kl", "topk"],
        Meta(
            description="on the code: its size, its square, both, its mean rate (needs sigmoid); topk: k units speak",
            extra=LOSS,
        ),
    ] = "l1"
    l1: Annotated[Weight, Meta(description="weight of Σ|z|, for penalties l1 and l1_l2", extra=LOSS)] = 1e-4
    l2: Annotated[Weight, Meta(description="weight of Σz², for penalties l2 and l1_l2", extra=LOSS)] = 1e-4
    rho: Annotated[
        float,
        Meta(ge=0.001, le=0.999, description="mean activation that penalty kl draws to", extra=LOSS),
    ] = 0.05
    beta: Annotated[Weight, Meta(description="weight of penalty kl", extra=LOSS)] = 3.0
    k: Annotated[int, Meta(ge=1, le=65_536, description="units that speak for an image with topk", extra=LOSS)] = 25


def _off_target(history: History) -> dict[str, float] | None:
    health = history.now.health
    if health is None or not health.target_rate or len(history.recent) < SETTLING:
        return None
    mean, target = health.mean_activation, health.target_rate
    if target <= OFF_TARGET * mean and mean <= OFF_TARGET * target:
        return None
    return {"mean_activation": mean, "target_rate": target, "times": mean / target}


def _idle(history: History) -> dict[str, float] | None:
    # That of kl is as small where its target is met.
    return None if history.config.get("penalty") == "kl" else idle("penalty")(history)


class Sparse(DenseVariant[SparseConfig]):
    """As vanilla, with a penalty on the code z that is part of the loss.

    l1, l2: weight · Σ_j |z_j|, weight · Σ_j z_j², mean over the batch. kl: β Σ_j KL(ρ ‖ ρ̂_j), where ρ̂_j is the mean
    activation of unit j over the batch.

    topk: units are brought to mean 0 and variance 1 over the batch (Ioffe & Szegedy, arXiv:1502.03167), or nearly all
    would never speak; of z only the k largest numbers are left. Explained variance is 1 − Σ(x − x̂)² / Σ(x − x̄)², l0
    the mean number of units that are not 0, shrinkage 1 − Σx̂² / Σx x̂: above 0, answers are too small (Rajamanoharan
    et al., arXiv:2404.16014).
    """

    key = "sparse"
    label = "Sparse"
    summary = "A penalty keeps most of the code at rest, so that each unit comes to stand for something."
    reference = "A. Ng, Sparse autoencoder, CS294A lecture notes, Stanford (2011)"
    panels = ("digits", "weights", "latent", "anomalies", "worst", "health", "parameters", "log")
    compared_with = "vanilla"
    alarms = (
        *cured(
            advised(DenseVariant.alarms, dead_units=LESS),
            dead_units=Remedy((msgspec.structs.replace(LESS, factor=0.01, limit=1e-4, beyond=1e-4),)),
        ),
        Condition(
            key="idle_penalty",
            check=_idle,
            template="the penalty is {share:.1g} of the loss: it does nothing",
            advice=(Advice("l1", "raise", where=ABSOLUTE), Advice("l2", "raise", where=SQUARE)),
            remedies=(
                Remedy(
                    (
                        Advice("l1", "raise", where=ABSOLUTE, limit=1e-3),
                        Advice("l2", "raise", where=SQUARE, limit=1e-3),
                    )
                ),
            ),
        ),
        Condition(
            key="off_target",
            check=_off_target,
            template="the mean activation, {mean_activation:.3g}, is {times:.2g} times its target of {target_rate:g}",
            advice=(Advice("beta", "raise"), Advice("epochs", "raise")),
            remedies=(Remedy((Advice("beta", "raise", factor=10, limit=0.05, where={"penalty": ("kl",)}),)),),
            explains=("idle_penalty",),
        ),
    )
    presets = {
        "book": SparseConfig(epochs=50, batch_size=256, learning_rate=1e-2, seed=11, hidden_dim=128, shuffle=False),
        "kl": SparseConfig(
            epochs=50,
            batch_size=256,
            learning_rate=1e-3,
            seed=11,
            hidden_dim=128,
            activation="sigmoid",
            output="sigmoid",
            penalty="kl",
            validation=HELD_OUT,
        ),
        "tuned": SparseConfig(
            epochs=30,
            batch_size=64,
            learning_rate=3e-3,
            schedule="cosine",
            seed=11,
            hidden_dim=128,
            activation="sigmoid",
            output="sigmoid",
            reconstruction="bce",
            penalty="kl",
            beta=0.05,
            validation=HELD_OUT,
        ),
        "topk": SparseConfig(
            epochs=20,
            batch_size=128,
            learning_rate=3e-3,
            schedule="cosine",
            seed=11,
            hidden_dim=1_000,
            activation="linear",
            output="sigmoid",
            reconstruction="bce",
            penalty="topk",
            k=25,
            validation=HELD_OUT,
        ),
        "small": SparseConfig(
            epochs=100,
            batch_size=32,
            learning_rate=0.003,
            schedule="cosine",
            seed=11,
            hidden_dim=16,
            activation="sigmoid",
            output="sigmoid",
            reconstruction="bce",
            penalty="kl",
            beta=0.05,
            validation=HELD_OUT,
        ),
        "table": SparseConfig(
            epochs=100,
            batch_size=32,
            learning_rate=0.01,
            schedule="cosine",
            seed=11,
            hidden_dim=32,
            output="linear",
            l1=0.01,
            validation=HELD_OUT,
        ),
        "series": SparseConfig(
            epochs=60,
            batch_size=32,
            learning_rate=0.003,
            schedule="cosine",
            seed=11,
            hidden_dim=64,
            output="linear",
            l1=0.001,
            validation=HELD_OUT,
        ),
    }
    published = Published(
        source="published run of this recipe on MNIST",
        dataset="mnist",
        curves=(Curve(part="train", term="reconstruction", values={1: 5.159, 50: 2.752}, summed=True),),
        plan=(Repeats(seeds=5, epochs=50),),
        errata=(
            "In the published run the penalty never reached the gradient, in ours it does; what is compared is the "
            "reconstruction.",
            "The published program does not shuffle its batches; neither does the preset.",
        ),
    )

    def check(self, config: SparseConfig) -> None:
        """Raises SettingError also for a k above the number of units, and for kl without sigmoid units."""
        super().check(config)
        if config.penalty == "topk" and config.k > config.hidden_dim:
            raise SettingError("k", f"{config.k} of {config.hidden_dim} units cannot speak; set a smaller k")
        if config.penalty == "kl" and config.activation != "sigmoid":
            raise SettingError("penalty", "kl needs activations between 0 and 1; set activation to sigmoid")

    def check_change(self, before: SparseConfig, after: SparseConfig) -> None:
        """Raises SettingError where topk comes or goes: it has layers of its own."""
        if before.penalty != after.penalty and "topk" in (before.penalty, after.penalty):
            told = f"{before.penalty} stays or becomes another penalty without layers of its own"
            raise SettingError("penalty", f"{told}: topk can neither come nor go while a run trains")

    def networks(self, config: SparseConfig, shape: tuple[int, ...], blocks: Blocks) -> Networks:
        """(batch, height, width, channels) → (batch, hidden_dim) → (batch, height, width, channels).

        With topk the encoder has a second output, `all`: the units before the choice, (batch, hidden_dim).
        """
        if config.penalty != "topk":
            return super().networks(config, shape, blocks)
        units = blocks.dense(config.hidden_dim, config.activation, name="units")
        # Images have a mean that a few units answer to best. With 1,000 of them (12,000 digits, 4 epochs) 915 gave
        # the same for every image; on one scale one does.
        alike = blocks.layer("BatchNormalization", center=False, scale=False, momentum=0.9, name="alike")
        code = blocks.top_k(config.k, name="code")
        encoder = blocks.encoder(shape, [blocks.flatten(), units, alike, code])
        return blocks.networks(encoder, self.dense_decoder(encoder, config, shape, blocks))

    def loss_terms(self, model: Autoencoder[SparseConfig], batch: Batch) -> dict[str, Tensor | Weighted]:
        """Images (batch, height, width, channels) → scalars: `reconstruction` and `penalty`.

        With topk `reconstruction` and `revival`, and three that count nothing: `explained_variance`, `l0`, `shrinkage`.
        """
        if model.config.penalty == "topk":
            return self._topk_terms(model, batch)
        codes = model.encode(batch.input)
        return {
            "reconstruction": reconstruction_error(model, codes, batch, model.config.reconstruction),
            "penalty": self._penalty(model, codes),
        }

    def terms(self, config: SparseConfig) -> tuple[str, ...]:
        """With topk there is no penalty, but what helps units that rest, and three measures."""
        if config.penalty == "topk":
            return ("reconstruction", "revival", "explained_variance", "l0", "shrinkage")
        return ("reconstruction", "penalty")

    def _penalty(self, model: Autoencoder[SparseConfig], codes: Tensor) -> Tensor:
        ops, config = model.ops, model.config
        if config.penalty == "kl":
            rate = ops.clip(model.blocks.mean_over_batch(ops.mean(codes, axis=0)), 1e-6, 1 - 1e-6)
            rho = config.rho
            divergence = rho * ops.log(rho / rate) + (1 - rho) * ops.log((1 - rho) / (1 - rate))
            return config.beta * ops.sum(divergence)
        return ops.mean(self._sizes(model, codes))

    def item_terms(self, model: Autoencoder[SparseConfig], batch: Batch) -> Mapping[str, Tensor]:
        """`penalty` where each item has one of its own (l1, l2): the divergence of a mean activation has none."""
        codes = model.encode(batch.input)
        entropies = item_entropies(model, codes, batch, model.config.reconstruction)
        own = model.config.penalty in ("l1", "l2", "l1_l2")
        return {**entropies, "penalty": self._sizes(model, codes)} if own else entropies

    def _sizes(self, model: Autoencoder[SparseConfig], codes: Tensor) -> Tensor:
        """How large each code is by the weights of the settings, (batch,)."""
        ops, config = model.ops, model.config
        size, square = ops.sum(ops.abs(codes), axis=1), ops.sum(ops.square(codes), axis=1)
        l1 = config.l1 if config.penalty in ("l1", "l1_l2") else 0
        l2 = config.l2 if config.penalty in ("l2", "l1_l2") else 0
        return l1 * size + l2 * square

    def _topk_terms(self, model: Autoencoder[SparseConfig], batch: Batch) -> dict[str, Tensor | Weighted]:
        ops, config, blocks = model.ops, model.config, model.blocks
        codes = model.encode(batch.input)
        answers = model.decode(codes)
        known = ops.ones_like(batch.target) if batch.weights is None else batch.weights
        total = blocks.total_over_batch
        count = total(ops.sum(known, axis=0))
        mean = total(ops.sum(known * batch.target, axis=0)) / ops.maximum(count, 1.0)
        missed = total(ops.sum(known * ops.square(batch.target - answers)))
        spread = total(ops.sum(known * ops.square(batch.target - mean)))
        length = total(ops.sum(known * ops.square(answers)))
        along = total(ops.sum(known * answers * batch.target))
        return {
            "reconstruction": reconstruction_error(model, codes, batch, config.reconstruction),
            "explained_variance": blocks.reported(self._less(ops, missed, spread)),
            "l0": blocks.reported(ops.mean(ops.sum(ops.cast(codes != 0, "float32"), axis=1))),
            "shrinkage": blocks.reported(self._less(ops, length, along)),
        }

    def _less(self, ops: Any, part: Tensor, whole: Tensor) -> Tensor:
        """1 − part / whole; 0 where there is no whole to speak of, as in a batch of one image or of black ones."""
        return ops.where(whole > LEAST, 1 - part / ops.maximum(whole, LEAST), 0.0)

    def script(self, config: SparseConfig) -> Script:
        """The error, and the penalty where there is one."""
        error = scripted.reconstruction(config.reconstruction)
        if config.penalty == "topk":
            return Script(lines=error)
        if config.penalty == "kl":
            rho = config.rho
            parts = f"{rho} * ops.log({rho} / rate) + {1 - rho} * ops.log({1 - rho} / (1 - rate))"
            penalty = (
                "rate = ops.clip(model.blocks.mean_over_batch(ops.mean(codes, axis=0)), 1e-6, 1 - 1e-6)",
                f"sizes = {parts}",
            )
            return Script(lines=(*error, *penalty, f"terms['penalty'] = {config.beta} * ops.sum(sizes)"))
        l1 = config.l1 if config.penalty in ("l1", "l1_l2") else 0
        l2 = config.l2 if config.penalty in ("l2", "l1_l2") else 0
        sizes = f"{l1} * ops.abs(codes) + {l2} * ops.square(codes)"
        return Script(lines=(*error, f"terms['penalty'] = ops.mean(ops.sum({sizes}, axis=1))"))

    def target_rate(self, config: SparseConfig) -> float | None:
        """ρ with penalty kl; None with the others, which name no rate."""
        return config.rho if config.penalty == "kl" else None
