"""What the autoencoders with one dense layer on each side share: vanilla, sparse and denoising."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated, Any, Literal, TypeVar

from msgspec import Meta

from engine.analysis.alarms import Advice, Remedy, advised, cured
from engine.analysis.faults import CALMER
from engine.errors import SettingError
from engine.params import LOSS, TrainingConfig
from engine.variants import scripted
from engine.variants.scripted import Script
from engine.variants.variant import Variant

if TYPE_CHECKING:
    from engine.datasets.catalogue import DataSet
    from engine.nn.autoencoder import Autoencoder
    from engine.nn.layers import Blocks, Tensor
    from engine.nn.networks import Batch, Networks, Weighted

Output = Annotated[
    Literal["relu", "sigmoid", "linear"],
    Meta(description="activation of the reconstruction"),
]
Reconstruction = Annotated[
    Literal["mse", "bce"],
    Meta(description="mean squared error, or binary cross-entropy (needs the sigmoid output)", extra=LOSS),
]

GELU = Advice("activation", "set", "gelu", where={"activation": ("relu",)})
SIGMOID = Advice("output", "set", "sigmoid", where={"output": ("relu",)})


class DenseConfig(TrainingConfig, frozen=True, kw_only=True):
    """Settings of one dense layer in, one dense layer out."""

    hidden_dim: Annotated[int, Meta(ge=1, le=65_536, description="units of the code layer")]
    activation: Annotated[
        Literal["relu", "linear", "sigmoid", "tanh", "gelu"],
        Meta(description="activation of the code layer"),
    ] = "relu"
    output: Output = "relu"
    reconstruction: Reconstruction = "mse"


DenseConfigT = TypeVar("DenseConfigT", bound=DenseConfig)


class DenseVariant(Variant[DenseConfigT]):
    """x → z = activation(W x + b) → x̂ = output(V z + c), trained on the mean over batch and pixels of the error."""

    accepts = ("image", "vectors", "windows")
    prefers = ("mnist", "fashion-mnist", "digits")
    alarms = cured(
        advised(
            Variant.alarms,
            dead_units=GELU,
            dead_outputs=SIGMOID,
            overfitting=Advice("hidden_dim", "lower"),
            code_large=Advice("hidden_dim", "lower"),
        ),
        dead_units=Remedy((GELU, CALMER)),
        dead_outputs=Remedy((SIGMOID, CALMER)),
    )

    def check(self, config: DenseConfigT) -> None:
        """Raises SettingError for binary cross-entropy without the sigmoid output."""
        check_reconstruction(config.reconstruction, config.output)

    def check_data(self, config: DenseConfigT, entry: DataSet) -> None:
        """Raises SettingError for an output that cannot reach all numbers of the data."""
        check_output(config.output, entry)

    def script(self, config: DenseConfigT) -> Script | None:
        """The error that the settings name."""
        return Script(lines=scripted.reconstruction(config.reconstruction))

    def networks(self, config: DenseConfigT, shape: tuple[int, ...], blocks: Blocks) -> Networks:
        """(batch, *shape) → (batch, hidden_dim) → (batch, *shape), such as (height, width, channels)."""
        encoder = blocks.encoder(
            shape, [blocks.flatten(), blocks.dense(config.hidden_dim, config.activation, name="code")]
        )
        return blocks.networks(encoder, self.dense_decoder(encoder, config, shape, blocks))

    def dense_decoder(self, encoder: Any, config: DenseConfigT, shape: tuple[int, ...], blocks: Blocks) -> Any:
        """From the codes of `encoder` back to items of `shape`, by one layer."""
        pixels = blocks.dense(blocks.size(shape), "linear", name="pixels")
        return blocks.decoder(encoder, [pixels, blocks.reshape(shape)], config.output)

    def loss_terms(self, model: Autoencoder[DenseConfigT], batch: Batch) -> dict[str, Tensor | Weighted]:
        """Items (batch, *shape) → the scalar `reconstruction`.

        Mean over batch and pixels, those that are known, of (x − x̂)², or of −x ln x̂ − (1 − x) ln(1 − x̂).
        """
        codes = model.encode(batch.input)
        return {"reconstruction": reconstruction_error(model, codes, batch, model.config.reconstruction)}

    def item_terms(self, model: Autoencoder[DenseConfigT], batch: Batch) -> Mapping[str, Tensor]:
        """`reconstruction` where it is a cross-entropy."""
        return item_entropies(model, model.encode(batch.input), batch, model.config.reconstruction)


def check_reconstruction(reconstruction: str, output: str) -> None:
    """Raises SettingError where the loss needs another output."""
    if reconstruction == "bce" and output != "sigmoid":
        raise SettingError("reconstruction", "bce needs outputs between 0 and 1; set output to sigmoid")


def check_output(output: str, entry: DataSet) -> None:
    """Raises SettingError where the numbers of the data go beyond what the output can be."""
    if output != "linear" and not entry.bounded:
        least = "between 0 and 1" if output == "sigmoid" else "0 and above"
        raise SettingError(
            "output",
            f"{output} answers {least}, but numbers of {entry.key} lie beyond; set output to linear (and "
            "reconstruction to mse), or add the data with --normalise minmax",
        )


def reconstruction_error(model: Autoencoder[TrainingConfig], codes: Tensor, batch: Batch, kind: str) -> Tensor:
    """Mean squared error or mean binary cross-entropy of what `codes` become, over all numbers that are known."""
    blocks = model.blocks
    if kind == "bce":
        return blocks.mean_of_known(blocks.binary_cross_entropy(batch.target, model.logits(codes)), batch.weights)
    return blocks.squared_error(batch.target, model.decode(codes), batch.weights)


def item_entropies(model: Autoencoder[TrainingConfig], codes: Tensor, batch: Batch, kind: str) -> dict[str, Tensor]:
    """As `reconstruction_error` of each item, (batch,), where that is a cross-entropy; the squared error is known of
    every model."""
    if kind != "bce":
        return {}
    ops = model.ops
    entropies = model.blocks.binary_cross_entropy(batch.target, model.logits(codes))
    inside = tuple(range(1, len(model.shape) + 1))
    if batch.weights is None:
        return {"reconstruction": ops.mean(entropies, axis=inside)}
    known = ops.maximum(ops.sum(batch.weights, axis=inside), 1.0)
    return {"reconstruction": ops.sum(batch.weights * entropies, axis=inside) / known}
