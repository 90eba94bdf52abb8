"""The vector-quantised autoencoder: every place of a small map says one word of a learned codebook."""

from __future__ import annotations

from collections.abc import Mapping
from math import log2, prod
from typing import TYPE_CHECKING, Annotated, Literal

from msgspec import Meta

from engine.analysis.alarms import Advice, Condition, History, Remedy, advised
from engine.analysis.faults import SETTLING
from engine.analysis.races import MSE
from engine.params import HELD_OUT, LOSS, TrainingConfig
from engine.variants.variant import Variant

if TYPE_CHECKING:
    from engine.nn.autoencoder import Autoencoder
    from engine.nn.layers import Blocks, Tensor
    from engine.nn.networks import Batch, Networks, Transform, Weighted


DECAY = 0.99
"""Of the running means, a step."""
BEGUN_ANEW = 500
"""Steps within which an entry that nobody chooses has begun anew."""
MEANS = Advice("learning", "set", "means", where={"learning": ("loss",)})
FEW_IN_USE = 0.25
"""Share of the entries; below it a smaller codebook would say as much."""


class VqConfig(TrainingConfig, frozen=True, kw_only=True):
    """Settings of the vector-quantised autoencoder."""

    entries: Annotated[int, Meta(ge=2, le=65_536, description="vectors in the codebook")] = 512
    dimensions: Annotated[int, Meta(ge=1, le=1024, description="numbers in such a vector")] = 64
    filters: Annotated[int, Meta(ge=2, le=4096, description="of the convolutions")] = 256
    blocks: Annotated[int, Meta(ge=0, le=20, description="residual blocks before the code, and as many after it")] = 2
    commitment: Annotated[
        float, Meta(ge=0, le=1e3, description="weight that draws the encoder to its entries", extra=LOSS)
    ] = 0.25
    learning: Annotated[
        Literal["loss", "means"],
        Meta(description="how entries learn: by a loss term, or as running means of what chooses them"),
    ] = "loss"
    halvings: Annotated[int, Meta(ge=1, le=6, description="how often the height and the width are halved")] = 2


def _collapsed(history: History) -> dict[str, float] | None:
    terms = history.now.validation
    in_use = terms.get("in_use", 1.0)
    steps = sum(epoch.steps for epoch in history.recent)
    if len(history.recent) < SETTLING or steps < BEGUN_ANEW or in_use >= FEW_IN_USE:
        return None
    return {"in_use": in_use, "perplexity": terms.get("perplexity", 0.0)}


class Vq(Variant[VqConfig]):
    """x → z at each place of a smaller map → e, the nearest entry of the codebook → x̂.

    Loss per image: Σ_pixels (x − x̂)² + β Σ_places ‖z − sg(e)‖², where sg stops the gradient; that of the reconstruction
    passes from e to z as if they were one. Entries follow z as running means, or by Σ_places ‖sg(z) − e‖². `perplexity`
    is exp of the entropy of how often entries are chosen in a batch: of how many the codebook makes even use; `in_use`
    the share of those that are chosen at all, of as many as the batch can choose.
    """

    key = "vq"
    label = "Vector-quantised"
    summary = "Each place of an image becomes one entry of a learned codebook: codes are a few hundred bits."
    reference = "van den Oord, Vinyals & Kavukcuoglu, NIPS 30 (2017); arXiv:1711.00937"
    accepts = ("image", "windows")
    prefers = ("mnist", "fashion-mnist", "digits")
    panels = ("digits", "codebook", "latent", "anomalies", "worst", "health", "parameters", "log")
    xla = False
    default_preset = "tuned"
    compared_with = "vanilla"
    alarms = (
        Condition(
            key="codebook_collapsed",
            check=_collapsed,
            template="only {in_use:.1%} of the codebook's entries are chosen (perplexity {perplexity:,.0f}): it is "
            "larger than what is said with it",
            advice=(
                MEANS,
                Advice("entries", "lower"),
            ),
            remedies=(Remedy((MEANS,)), Remedy((Advice("entries", "lower", factor=0.25),))),
        ),
        *advised(Variant.alarms, overfitting=Advice("filters", "lower"), code_large=Advice("filters", "lower")),
    )
    presets = {
        "book": VqConfig(epochs=20, batch_size=128, learning_rate=2e-4, seed=11, precision="auto", validation=HELD_OUT),
        "tuned": VqConfig(
            epochs=10,
            batch_size=64,
            learning_rate=1e-3,
            schedule="cosine",
            seed=11,
            dimensions=16,
            filters=32,
            blocks=1,
            learning="means",
            validation=HELD_OUT,
        ),
        "small": VqConfig(
            epochs=40,
            batch_size=32,
            learning_rate=2e-3,
            schedule="cosine",
            seed=11,
            entries=64,
            dimensions=8,
            halvings=3,
            filters=16,
            blocks=1,
            learning="means",
            validation=HELD_OUT,
        ),
        "series": VqConfig(
            epochs=60,
            batch_size=32,
            learning_rate=2e-3,
            schedule="cosine",
            seed=11,
            entries=64,
            dimensions=8,
            halvings=3,
            filters=32,
            blocks=1,
            learning="means",
            validation=HELD_OUT,
        ),
    }

    def networks(self, config: VqConfig, shape: tuple[int, ...], blocks: Blocks) -> Networks:
        """(batch, height, width, channels) → `code`, the chosen entries, flat: (batch, places · dimensions).

        A second output, `continuous`: (batch, places, dimensions), the vectors before the choice. The decoder:
        (batch, places · dimensions) → (batch, height, width, channels), not held in [0, 1]. Windows have steps in the
        place of height and width.
        """
        places, rank = self._places(config, shape), len(shape) - 1
        widths = [max(1, config.filters // 2 ** (config.halvings - n)) for n in range(1, config.halvings + 1)]
        resampling = {"kernel_size": 4, "strides": 2, "padding": "same"}
        down = [
            blocks.layer(f"Conv{rank}D", filters=wide, activation="relu", name=f"down{n}", **resampling)
            for n, wide in enumerate(widths, start=1)
        ]
        vectors = blocks.layer(f"Conv{rank}D", filters=config.dimensions, kernel_size=1, name="vectors")
        decay = DECAY if config.learning == "means" else 0.0
        codebook = blocks.codebook(config.entries, decay=decay, name="codebook")
        chosen = blocks.sequence([codebook, blocks.layer("Flatten", name="code", dtype="float32")])
        flat = blocks.reshape((prod(places), config.dimensions), "continuous")
        encoder = blocks.encoder(shape, [*down, *self._residual("in", rank, config, blocks), vectors], [chosen, flat])
        odd = tuple((0, 2**config.halvings * many - size) for many, size in zip(places, shape, strict=False))
        up = [
            blocks.reshape((*places, config.dimensions), "map"),
            blocks.layer(f"Conv{rank}D", filters=config.filters, kernel_size=3, padding="same", name="entries"),
            *self._residual("out", rank, config, blocks),
            *(
                blocks.layer(f"Conv{rank}DTranspose", filters=wide, activation="relu", name=f"up{n}", **resampling)
                for n, wide in reversed(list(enumerate(widths[:-1], start=2)))
            ),
            blocks.layer(f"Conv{rank}DTranspose", filters=shape[-1], name="up1", **resampling),
            blocks.layer(f"Cropping{rank}D", cropping=odd if rank > 1 else odd[0], name="pixels"),
        ]
        return blocks.networks(encoder, blocks.decoder(encoder, up, "linear"))

    def _places(self, config: VqConfig, shape: tuple[int, ...]) -> tuple[int, ...]:
        """Height and width of the map of codes; of windows its steps."""
        return tuple(-(-size // 2**config.halvings) for size in shape[:-1])

    def _residual(self, name: str, rank: int, config: VqConfig, blocks: Blocks) -> list[Transform]:
        """Each x + conv 1×1 (ReLU (conv 3×3 (ReLU x))), of (batch, *places, filters)."""
        return [
            blocks.residual(
                [
                    blocks.layer("ReLU", name=f"{name}{n}_before"),
                    blocks.layer(
                        f"Conv{rank}D",
                        filters=config.filters // 2,
                        kernel_size=3,
                        padding="same",
                        activation="relu",
                        name=f"{name}{n}_look",
                    ),
                    blocks.layer(f"Conv{rank}D", filters=config.filters, kernel_size=1, name=f"{name}{n}_mix"),
                ],
                name=f"{name}{n}",
            )
            for n in range(1, config.blocks + 1)
        ]

    def measures(self, config: VqConfig) -> Mapping[str, str]:
        """The error counts for all numbers of an item, but is told as their mean."""
        del config
        return {"reconstruction": MSE}

    def loss_terms(self, model: Autoencoder[VqConfig], batch: Batch) -> dict[str, Tensor | Weighted]:
        """Items (batch, *shape) → scalars: `reconstruction`, `commitment`, and what is only reported.

        Where entries learn by a loss, also `codebook`, which moves them.
        """
        ops, blocks = model.ops, model.blocks
        outputs = model.outputs(batch.input)
        vectors, codes = outputs["continuous"], outputs["code"]
        entries = ops.reshape(ops.stop_gradient(codes), ops.shape(vectors))
        codebook = model.networks.encoder.get_layer("codebook")
        chosen = codebook.nearest(vectors)
        used = self._used(model, chosen)
        error = blocks.squared_error(batch.target, model.decode(codes), batch.weights)
        terms = {
            "reconstruction": blocks.weighted(error, float(blocks.size(model.shape))),
            "commitment": blocks.weighted(ops.mean(self._squared(model, vectors - entries)), model.config.commitment),
            "in_use": blocks.reported(ops.sum(ops.cast(used > 0, "float32")) / self._choosable(model, vectors)),
            "perplexity": blocks.reported(ops.exp(-ops.sum(used * ops.log(used + 1e-10)))),
        }
        if model.config.learning == "loss":
            terms["codebook"] = ops.mean(self._squared(model, ops.stop_gradient(vectors) - codebook.entry(chosen)))
        return terms

    def terms(self, config: VqConfig) -> tuple[str, ...]:
        """Where entries follow means there is no loss that moves them."""
        moved = ("codebook",) if config.learning == "loss" else ()
        return ("reconstruction", "commitment", "in_use", "perplexity", *moved)

    def item_terms(self, model: Autoencoder[VqConfig], batch: Batch) -> Mapping[str, Tensor]:
        """`commitment`: how far the vectors of each item lie from the entries chosen for them, squared."""
        outputs = model.outputs(batch.input)
        vectors = outputs["continuous"]
        entries = model.ops.reshape(outputs["code"], model.ops.shape(vectors))
        return {"commitment": self._squared(model, vectors - entries)}

    def _squared(self, model: Autoencoder[VqConfig], differences: Tensor) -> Tensor:
        """Σ over places and numbers of (batch, places, n), (batch,)."""
        return model.ops.sum(model.ops.square(differences), axis=(1, 2))

    def _choosable(self, model: Autoencoder[VqConfig], vectors: Tensor) -> Tensor:
        """How many entries so many vectors, (batch, places, n), can choose at most."""
        count = model.ops.cast(model.ops.shape(vectors)[0] * vectors.shape[1], "float32")
        count = model.blocks.total_over_batch(count)
        return model.ops.minimum(count, float(model.config.entries))

    def _used(self, model: Autoencoder[VqConfig], chosen: Tensor) -> Tensor:
        """How often each entry is among `chosen`, shares, (entries,)."""
        ops = model.ops
        counts = ops.bincount(ops.reshape(chosen, [-1]), minlength=model.config.entries)
        return model.blocks.mean_over_batch(ops.cast(counts, "float32") / ops.cast(ops.size(chosen), "float32"))

    def views(self, model: Autoencoder[VqConfig], items: Tensor) -> dict[str, Tensor]:
        """`usage`: shares of the places at which each entry is chosen, (entries,)."""
        codebook = model.networks.encoder.get_layer("codebook")
        return {"usage": self._used(model, codebook.nearest(model.outputs(items)["continuous"]))}

    def bits(self, config: VqConfig, shape: tuple[int, ...]) -> int:
        """Places of the map times log₂ of the entries, rounded."""
        return round(prod(self._places(config, shape)) * log2(config.entries))
