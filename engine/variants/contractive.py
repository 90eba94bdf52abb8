"""The contractive autoencoder: codes move little where images move little, but along the directions that matter."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated, Literal

from msgspec import Meta

from engine.analysis.alarms import Advice, Condition, Remedy, advised, cured
from engine.analysis.faults import CALMER, idle
from engine.params import HELD_OUT, LOSS
from engine.variants import scripted
from engine.variants.dense import DenseConfig, DenseVariant, item_entropies, reconstruction_error
from engine.variants.scripted import Script

if TYPE_CHECKING:
    from engine.nn.autoencoder import Autoencoder
    from engine.nn.layers import Tensor
    from engine.nn.networks import Batch, Weighted

SIGMOID = Advice("activation", "set", "sigmoid", where={"activation": ("relu",)})
LOOKED_AT = 2
"""Images whose Jacobians are decomposed after every epoch: with 1,000 units each takes a quarter of a second."""


class ContractiveConfig(DenseConfig, frozen=True, kw_only=True):
    """Settings of the contractive autoencoder."""

    activation: Annotated[Literal["sigmoid", "tanh", "relu"], Meta(description="activation of the code layer")] = (
        "sigmoid"
    )
    contraction: Annotated[
        float,
        Meta(ge=0, le=1e6, description="weight of ‖J‖², for an error summed over the pixels", extra=LOSS),
    ] = 0.1


class Contractive(DenseVariant[ContractiveConfig]):
    """z = f(W x + b) with the penalty λ ‖J‖², the squared Frobenius norm of J = ∂z/∂x, mean over the batch.

    ‖J‖² = Σ_j f'(a_j)² Σ_i W_ij², with f' = z (1 − z) for sigmoid units, 1 − z² for tanh, 1 for ReLU where z > 0. The
    reconstruction is the mean over the pixels, so λ is divided by their number.
    """

    key = "contractive"
    label = "Contractive"
    summary = "A penalty on the code's slope keeps it still around each image, but along the ways images vary."
    reference = "Rifai, Vincent, Muller, Glorot & Bengio, ICML (2011) 833-840"
    panels = ("digits", "jacobian", "weights", "latent", "anomalies", "worst", "health", "parameters", "log")
    compared_with = "vanilla"
    alarms = (
        *cured(advised(DenseVariant.alarms, dead_units=SIGMOID), dead_units=Remedy((SIGMOID, CALMER))),
        Condition(
            key="idle_contraction",
            check=idle("contraction"),
            template="the contraction is {share:.1g} of the loss: it does nothing",
            advice=(Advice("contraction", "raise"),),
            remedies=(Remedy((Advice("contraction", "raise", limit=0.1),)),),
        ),
    )
    presets = {
        "book": ContractiveConfig(
            epochs=50,
            batch_size=256,
            learning_rate=1e-3,
            seed=11,
            hidden_dim=1_000,
            output="sigmoid",
            reconstruction="bce",
            validation=HELD_OUT,
        ),
        "small": ContractiveConfig(
            epochs=100,
            batch_size=32,
            learning_rate=0.001,
            schedule="cosine",
            seed=11,
            hidden_dim=16,
            activation="relu",
            output="sigmoid",
            reconstruction="bce",
            validation=HELD_OUT,
        ),
        "table": ContractiveConfig(
            epochs=100,
            batch_size=32,
            learning_rate=0.01,
            schedule="cosine",
            seed=11,
            hidden_dim=8,
            activation="tanh",
            output="linear",
            validation=HELD_OUT,
        ),
        "series": ContractiveConfig(
            epochs=60,
            batch_size=32,
            learning_rate=0.003,
            schedule="cosine",
            seed=11,
            hidden_dim=16,
            activation="tanh",
            output="linear",
            validation=HELD_OUT,
        ),
    }

    def loss_terms(self, model: Autoencoder[ContractiveConfig], batch: Batch) -> dict[str, Tensor | Weighted]:
        """Images (batch, height, width, channels) → scalars `reconstruction` and `contraction`, which is ‖J‖²."""
        config, codes = model.config, model.encode(batch.input)
        norm = model.ops.mean(self._norms(model, codes))
        return {
            "reconstruction": reconstruction_error(model, codes, batch, config.reconstruction),
            "contraction": model.blocks.weighted(norm, config.contraction / model.blocks.size(model.shape)),
        }

    def terms(self, config: ContractiveConfig) -> tuple[str, ...]:
        """Error and slope."""
        del config
        return ("reconstruction", "contraction")

    def item_terms(self, model: Autoencoder[ContractiveConfig], batch: Batch) -> Mapping[str, Tensor]:
        """`contraction`: ‖J‖² at each item; `reconstruction` as other dense autoencoders have it."""
        codes = model.encode(batch.input)
        entropies = item_entropies(model, codes, batch, model.config.reconstruction)
        return {**entropies, "contraction": self._norms(model, codes)}

    def _norms(self, model: Autoencoder[ContractiveConfig], codes: Tensor) -> Tensor:
        """‖J‖² where each of `codes` lies, (batch,)."""
        ops = model.ops
        sizes = ops.sum(ops.square(self._kernel(model)), axis=0)
        return ops.sum(ops.square(self._slope(model, codes)) * sizes, axis=1)

    def script(self, config: ContractiveConfig) -> Script:
        """The error and λ ‖J‖²."""
        slopes = {
            "relu": "ops.cast(codes > 0, 'float32')",
            "sigmoid": "codes * (1 - codes)",
            "tanh": "1 - codes * codes",
        }
        return Script(
            lines=(
                *scripted.reconstruction(config.reconstruction),
                "sizes = ops.sum(ops.square(model.encoder.get_layer('code').kernel), axis=0)",
                f"norm = ops.mean(ops.sum(ops.square({slopes[config.activation]}) * sizes, axis=1))",
                f"terms['contraction'] = norm * {config.contraction} / ops.prod(ops.shape(target)[1:])",
            )
        )

    def views(self, model: Autoencoder[ContractiveConfig], items: Tensor) -> dict[str, Tensor]:
        """`spectrum`: mean singular values of J around the first images, largest first, (min(units, pixels),)."""
        ops = model.ops
        slopes = self._slope(model, model.encode(items[:LOOKED_AT]))
        kernel = self._kernel(model)
        jacobians = slopes[:, :, None] * ops.transpose(kernel)[None]
        return {"spectrum": ops.mean(ops.svd(jacobians, compute_uv=False), axis=0)}

    def _kernel(self, model: Autoencoder[ContractiveConfig]) -> Tensor:
        """W, (pixels, units)."""
        return model.ops.cast(model.networks.encoder.get_layer("code").kernel, "float32")

    def _slope(self, model: Autoencoder[ContractiveConfig], codes: Tensor) -> Tensor:
        """f' of each unit, (batch, units), told by what the unit gives."""
        if model.config.activation == "relu":
            return model.ops.cast(codes > 0, "float32")
        return codes * (1 - codes) if model.config.activation == "sigmoid" else 1 - codes * codes
