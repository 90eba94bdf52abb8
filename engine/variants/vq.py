"""The vector-quantised autoencoder: every place of a small map says one word of a learned codebook."""

from __future__ import annotations

from math import log2
from typing import TYPE_CHECKING, Annotated

from msgspec import Meta

from engine.params import HELD_OUT, TrainingConfig
from engine.variants.variant import Variant

if TYPE_CHECKING:
    from engine.nn.autoencoder import Autoencoder
    from engine.nn.layers import Blocks, Tensor
    from engine.nn.networks import Batch, Networks, Transform, Weighted


class VqConfig(TrainingConfig, frozen=True, kw_only=True):
    """Settings of the vector-quantised autoencoder."""

    entries: Annotated[int, Meta(ge=2, le=65_536, title="entries", description="vectors in the codebook")] = 512
    dimensions: Annotated[int, Meta(ge=1, le=1024, title="dimensions", description="numbers in such a vector")] = 64
    filters: Annotated[int, Meta(ge=2, le=4096, title="filters", description="of the convolutions")] = 256
    blocks: Annotated[
        int, Meta(ge=0, le=20, title="blocks", description="residual blocks before the code, and as many after it")
    ] = 2
    commitment: Annotated[
        float, Meta(ge=0, le=1e3, title="commitment", description="weight that draws the encoder to its entries")
    ] = 0.25
    revival: Annotated[
        float,
        Meta(ge=0, le=1e3, title="revival", description="weight that draws entries no place has chosen to some vector"),
    ] = 0.0


class Vq(Variant[VqConfig]):
    """x → z at each place of a map of a quarter of the height and width → e, the nearest entry → x̂.

    Loss per image: Σ_pixels (x − x̂)² + Σ_places ‖sg(z) − e‖² + β ‖z − sg(e)‖², where sg stops the gradient; that of
    the reconstruction passes from e to z as if they were one. `perplexity` is exp of the entropy of how often entries
    are chosen in a batch: of how many the codebook makes even use.
    """

    key = "vq"
    label = "Vector-quantised"
    summary = "Each place of an image becomes one entry of a learned codebook: codes are a few hundred bits."
    reference = "van den Oord, Vinyals & Kavukcuoglu, NIPS 30 (2017); arXiv:1711.00937"
    accepts = ("image",)
    prefers = ("mnist", "fashion-mnist", "digits")
    panels = ("digits", "codebook", "latent", "health", "parameters", "log")
    xla = False
    default_preset = "tuned"
    compared_with = "vanilla"
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
            revival=1.0,
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
            filters=16,
            blocks=1,
            revival=1.0,
            validation=HELD_OUT,
        ),
    }

    def networks(self, config: VqConfig, shape: tuple[int, ...], blocks: Blocks) -> Networks:
        height, width = (-(-size // 4) for size in shape[:2])
        convolution = {"kernel_size": 4, "strides": 2, "padding": "same"}
        down = [
            blocks.layer("Conv2D", filters=config.filters // 2, activation="relu", name="down1", **convolution),
            blocks.layer("Conv2D", filters=config.filters, activation="relu", name="down2", **convolution),
            *self._residual("in", config, blocks),
            blocks.layer("Conv2D", filters=config.dimensions, kernel_size=1, name="vectors"),
        ]
        chosen = blocks.sequence([blocks.codebook(config.entries, name="codebook"), blocks.flatten(name="code")])
        places = blocks.reshape((height * width, config.dimensions), "continuous")
        encoder = blocks.encoder(shape, down, [chosen, places])
        up = [
            blocks.reshape((height, width, config.dimensions), "map"),
            blocks.layer("Conv2D", filters=config.filters, kernel_size=3, padding="same", name="entries"),
            *self._residual("out", config, blocks),
            blocks.layer("Conv2DTranspose", filters=config.filters // 2, activation="relu", name="up2", **convolution),
            blocks.layer("Conv2DTranspose", filters=shape[2], name="up1", **convolution),
            blocks.layer("Cropping2D", cropping=((0, 4 * height - shape[0]), (0, 4 * width - shape[1])), name="pixels"),
        ]
        return blocks.networks(encoder, blocks.decoder(encoder, up, "linear"))

    def _residual(self, name: str, config: VqConfig, blocks: Blocks) -> list[Transform]:
        """Each x + conv 1×1 (ReLU (conv 3×3 (ReLU x))), of (batch, height, width, filters)."""
        return [
            blocks.residual(
                [
                    blocks.layer("ReLU", name=f"{name}{n}_before"),
                    blocks.layer(
                        "Conv2D",
                        filters=config.filters // 2,
                        kernel_size=3,
                        padding="same",
                        activation="relu",
                        name=f"{name}{n}_look",
                    ),
                    blocks.layer("Conv2D", filters=config.filters, kernel_size=1, name=f"{name}{n}_mix"),
                ],
                name=f"{name}{n}",
            )
            for n in range(1, config.blocks + 1)
        ]

    def loss_terms(self, model: Autoencoder[VqConfig], batch: Batch) -> dict[str, Tensor | Weighted]:
        ops, blocks, config = model.ops, model.blocks, model.config
        outputs = model.outputs(batch.input)
        vectors = outputs["continuous"]
        codebook = model.networks.encoder.get_layer("codebook")
        chosen = codebook.nearest(vectors)
        entries = codebook.entry(chosen)
        used = self._used(model, chosen)
        error = blocks.squared_error(batch.target, model.decode(outputs["code"]))
        terms = {
            "reconstruction": blocks.weighted(error, float(blocks.size(model.shape))),
            "codebook": self._squared(model, ops.stop_gradient(vectors) - entries),
            "commitment": blocks.weighted(
                self._squared(model, vectors - ops.stop_gradient(entries)), config.commitment
            ),
            "perplexity": blocks.reported(ops.exp(-ops.sum(used * ops.log(used + 1e-10)))),
        }
        if config.revival:
            terms["revival"] = blocks.weighted(self._revival(model, batch, vectors, used), config.revival)
        return terms

    def _squared(self, model: Autoencoder[VqConfig], differences: Tensor) -> Tensor:
        """Σ over places and numbers, mean over the batch, of (batch, places, n)."""
        return model.ops.mean(model.ops.sum(model.ops.square(differences), axis=(1, 2)))

    def _used(self, model: Autoencoder[VqConfig], chosen: Tensor) -> Tensor:
        """How often each entry is among `chosen`, shares, (entries,)."""
        ops = model.ops
        counts = ops.bincount(ops.reshape(chosen, [-1]), minlength=model.config.entries)
        return ops.cast(counts, "float32") / ops.cast(ops.size(chosen), "float32")

    def _revival(self, model: Autoencoder[VqConfig], batch: Batch, vectors: Tensor, used: Tensor) -> Tensor:
        """Mean squared distance of each entry that the batch has not chosen to one of its vectors, drawn by chance."""
        ops, entries = model.ops, model.networks.encoder.get_layer("codebook").entries
        flat = ops.stop_gradient(ops.reshape(vectors, [-1, model.config.dimensions]))
        drawn = model.blocks.uniform(used[:, None], batch.keys)[:, 0]
        places = ops.cast(drawn * ops.cast(ops.shape(flat)[0], "float32"), "int32")
        distances = ops.sum(ops.square(ops.take(flat, places, axis=0) - entries), axis=1)
        return ops.sum(ops.where(used == 0, distances, 0.0))

    def views(self, model: Autoencoder[VqConfig], items: Tensor) -> dict[str, Tensor]:
        """`usage`: shares of the places at which each entry is chosen, (entries,)."""
        codebook = model.networks.encoder.get_layer("codebook")
        return {"usage": self._used(model, codebook.nearest(model.outputs(items)["continuous"]))}

    def bits(self, config: VqConfig, shape: tuple[int, ...]) -> int:
        places = -(-shape[0] // 4) * -(-shape[1] // 4)
        return round(places * log2(config.entries))
