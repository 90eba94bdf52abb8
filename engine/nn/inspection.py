"""What is kept of a model after each epoch: the probe set's pictures, views into its inside, and its health."""

from __future__ import annotations

from collections.abc import Callable, Generator
from typing import Any, NamedTuple

import keras
import msgspec
import numpy as np
from numpy.typing import NDArray

from engine.analysis import plane
from engine.analysis.sentences import cosine, read_out
from engine.datasets.data import Data
from engine.events import Health
from engine.nn.model import KerasModel
from engine.nn.networks import Networks
from engine.runs.snapshots import PROBE_ITEMS, Samples
from engine.text.text_data import TextData

TILES = 64
"""Weights of so many units are kept: more tiles than that nobody can look at."""
DRAWS = 20
ACTIVE_VARIANCE = 0.01
"""Least variance of the mean of an active code dimension (Burda, Grosse & Salakhutdinov 2016)."""
STILL = 1e-6
"""A unit whose activations lie closer together says nothing."""
LIT, DARK = 0.02, 0.005
"""Mean brightness from which a pixel belongs to the images, and brightness below which an output counts as black."""


class Seen(NamedTuple):
    """What was found after an epoch; `codes` as in `engine.backend.EpochReport`."""

    health: Health
    samples: Samples
    codes: NDArray[np.float32]


class Inspection:
    """Looks at a model with the same items of the validation part after every epoch."""

    def __init__(self, data: Data, seed: int, target_rate: float | None) -> None:
        self._data = data
        self._seed = seed
        self._target_rate = target_rate
        self._plane = data.validation.items[plane.items(data.validation.labels, data.plane_items)]

    def look(
        self, model: KerasModel, networks: Networks, prior: bool, gradient_norm: float
    ) -> Generator[None, None, Seen]:
        """Everything there is to see; yields every few tenths of a second, so that a stop need not wait."""
        items = self._data.validation.items[: self._data.health_items]
        inputs = model.corrupted(self._data.as_floats(items))
        codes = yield from _by_block(model.encode, inputs, model.block)
        outputs = yield from _by_block(model.decode, codes, model.block)
        health = self._health(model, items, codes, outputs, gradient_norm)
        samples = self._samples(model, networks, prior, inputs, codes, outputs)
        if isinstance(self._data, TextData):
            again = yield from _by_block(model.encode, outputs, model.block)
            samples = msgspec.structs.replace(samples, **_in_words(self._data, outputs), cosines=cosine(codes, again))
        seen = self._data.as_floats
        shown = yield from _by_block(lambda block: model.encode(seen(block)), self._plane, model.block)
        return Seen(health, samples, shown)

    def _samples(
        self,
        model: KerasModel,
        networks: Networks,
        prior: bool,
        inputs: NDArray[np.float32],
        codes: NDArray[np.float32],
        outputs: NDArray[np.float32],
    ) -> Samples:
        """The probe set and the views that the model has."""
        seen, probe = self._data.validation, slice(PROBE_ITEMS)
        distribution = model.distribution(self._data.as_floats(seen.items[: self._data.health_items]))
        return Samples(
            inputs=inputs[probe],
            targets=self._data.as_floats(seen.items[probe]),
            outputs=outputs[probe],
            codes=codes[probe],
            labels=seen.labels[probe],
            classes=np.array(self._data.classes),
            weights=_tiles(networks.encoder, networks.shape),
            activations=codes.mean(axis=0),
            kl=None if distribution is None else _kl(*distribution),
            generated=model.decode(self._draws(model.code_size)) if prior else None,
        )

    def _health(
        self,
        model: KerasModel,
        items: NDArray[Any],
        codes: NDArray[np.float32],
        outputs: NDArray[np.float32],
        gradient_norm: float,
    ) -> Health:
        """How the model is, seen with the items as the encoder gets them."""
        still = np.ptp(codes, axis=0) < STILL
        active = codes.var(axis=0) > ACTIVE_VARIANCE if model.gives_distribution else ~still
        pixels, dead = 0, 0
        if self._data.kind == "image":
            lit = self._data.as_floats(items).mean(axis=0) > LIT
            pixels, dead = lit.size, int(((outputs.max(axis=0) < DARK) & lit).sum())
        return Health(
            units=model.code_size,
            dead=int(still.sum()),
            active=int(active.sum()),
            mean_activation=float(codes.mean()),
            target_rate=self._target_rate,
            gradient_norm=gradient_norm,
            pixels=pixels,
            dead_pixels=dead,
        )

    def _draws(self, code_size: int) -> NDArray[np.float32]:
        return np.random.default_rng(self._seed).standard_normal((DRAWS, code_size), np.float32)


def _by_block(
    function: Callable[[NDArray[Any]], NDArray[np.float32]], array: NDArray[Any], size: int
) -> Generator[None, None, NDArray[np.float32]]:
    """`function` of `array`, `size` items at a time."""
    found = [function(array[:size])]
    for start in range(size, len(array), size):
        yield
        found.append(function(array[start : start + size]))
    return np.concatenate(found)


def _in_words(data: TextData, outputs: NDArray[np.float32]) -> dict[str, NDArray[np.str_]]:
    """The probe set as it stands in the corpus, and what is read out of it."""
    places = data.validation_places[:PROBE_ITEMS]
    lengths = np.count_nonzero(data.validation.items[:PROBE_ITEMS], axis=1).tolist()
    readings = [read_out(data.lexicon, *said) for said in zip(outputs, lengths, strict=False)]
    sentences = [data.corpus.sentence(int(place)) for place in places]
    return {"sentences": np.array(sentences, str), "readings": np.array(readings, str)}


def _tiles(encoder: keras.Model, shape: tuple[int, ...]) -> NDArray[np.float32] | None:
    """The weights of the first units of a first layer that is dense, (units, height, width, channels)."""
    first = next((layer for layer in encoder.layers if layer.weights), None)
    if not isinstance(first, keras.layers.Dense):
        return None
    kernel: NDArray[np.float32] = np.array(first.kernel.numpy())
    return kernel[:, :TILES].T.reshape(-1, *shape)


def _kl(mean: NDArray[np.float32], log_variance: NDArray[np.float32]) -> NDArray[np.float32]:
    divergence: NDArray[np.float32] = -0.5 * (1 + log_variance - mean**2 - np.exp(log_variance))
    return divergence.mean(axis=0)
