"""A network that was trained elsewhere and came in as a file: it is looked at and asked here, and not trained."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from engine.analysis.races import MSE
from engine.errors import RunError, counted
from engine.params import TrainingConfig
from engine.storage.bounded import read_bounded
from engine.variants.variant import Variant

if TYPE_CHECKING:
    from engine.nn.autoencoder import Autoencoder
    from engine.nn.layers import Blocks, Tensor
    from engine.nn.networks import Batch, Networks, Weighted

FILE = "network.json"
"""In the run's folder: the layers of encoder and decoder, as Keras describes them."""
LARGEST = 2**22
"""Bytes of it; a thousand layers take a megabyte."""


class ImportedConfig(TrainingConfig, frozen=True, kw_only=True):
    """None of its own: how the network was trained is not known."""


class Imported(Variant[ImportedConfig]):
    """x → z → x̂ by whatever layers the file had."""

    key = "imported"
    label = "Imported"
    summary = "A Keras autoencoder that was trained elsewhere: looked at, asked and exported here, not trained."
    reference = "whoever made the file"
    accepts = ("image", "vectors", "windows")
    prefers = ("mnist", "fashion-mnist", "digits")
    panels = ("digits", "weights", "latent", "worst", "health", "parameters", "log")
    presets = {"file": ImportedConfig(epochs=1, batch_size=1_000, learning_rate=1e-3, seed=0)}
    default_preset = "file"
    trained = False

    def __init__(self, network: bytes | None = None) -> None:
        """`network`: the content of the file; without it there is nothing to build."""
        self._network = network

    def opened(self, folder: Path) -> Imported:
        """With the network of the run in `folder`. Raises RunError where there is none."""
        try:
            with (folder / FILE).open("rb") as file:
                text = bytes(read_bounded(file, LARGEST))
        except OSError as error:
            told = f"expected {FILE}, the layers of the network, in {folder}, but it cannot be read"
            raise RunError("No network", f"{told} ({error.strerror or error}); import the file anew") from error
        if len(text) > LARGEST:
            raise RunError("No network", f"expected at most {counted(LARGEST, 'byte')} in {folder / FILE}, found more")
        return Imported(text)

    def networks(self, config: ImportedConfig, shape: tuple[int, ...], blocks: Blocks) -> Networks:
        """(batch, *shape) → (batch, code size) → (batch, *shape), by the layers of the file. Raises RunError without
        one, UsageError for layers of other programs."""
        del config
        if self._network is None:
            raise RunError("No network", "expected the run that it was imported as; `aetui import keras FILE` makes it")
        return blocks.stored(self._network, shape)

    def measures(self, config: ImportedConfig) -> Mapping[str, str]:
        """The error."""
        del config
        return {"reconstruction": MSE}

    def loss_terms(self, model: Autoencoder[ImportedConfig], batch: Batch) -> dict[str, Tensor | Weighted]:
        """`reconstruction`: mean of (x − x̂)² over what is known."""
        answers = model.decode(model.encode(batch.input))
        return {"reconstruction": model.blocks.squared_error(batch.target, answers, batch.weights)}
