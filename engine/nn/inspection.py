"""What is kept of a model after each epoch: the probe set's pictures, views into its inside, and its health."""

from __future__ import annotations

import math
from collections.abc import Callable, Generator, Mapping
from typing import Any, NamedTuple

import keras
import numpy as np
from numpy.typing import NDArray

from engine.analysis import plane
from engine.datasets.data import Data
from engine.events import Health
from engine.kinds import KINDS
from engine.nn.autoencoder import Autoencoder
from engine.nn.digits_kept import HEALTH_DIGITS, kept
from engine.nn.model import KerasModel
from engine.runs.snapshots import PROBE_ITEMS, Samples, checked

TILES = 64
"""Weights of so many units are kept: more tiles than that nobody can look at."""
DRAWS = 20
ACTIVE_VARIANCE = 0.01
"""Least variance of the mean of an active code dimension (Burda, Grosse & Salakhutdinov 2016)."""
STILL = 1e-6
"""A unit whose activations lie closer together says nothing."""


class Seen(NamedTuple):
    """What was found after an epoch; `codes` as in `engine.backend.EpochReport`."""

    health: Health
    samples: Samples
    codes: NDArray[np.float32]


class Inspection:
    """Looks at a model with the same items of the validation part after every epoch."""

    def __init__(
        self,
        data: Data,
        seed: int,
        target_rate: float | None,
        views: Callable[[Autoencoder[Any], NDArray[np.float32]], Mapping[str, Any]],
    ) -> None:
        """`views`: what the variant wants shown of the model with the first `Data.health_items` items as floats
        (see `Variant.views`)."""
        self._data = data
        self._views = views
        self._seed = seed
        self._target_rate = target_rate
        self._plane = data.validation.items[plane.items(data.validation.labels, data.plane_items)]

    def look(
        self, model: KerasModel, autoencoder: Autoencoder[Any], prior: bool, gradient_norm: float
    ) -> Generator[None, None, Seen]:
        """Everything there is to see; yields every few tenths of a second, so that a stop need not wait."""
        items = self._data.validation.items[: self._data.health_items]
        clean = self._data.as_floats(items)
        inputs = model.corrupted(clean)
        codes = yield from _by_block(model.encode, inputs, model.block)
        outputs = yield from _by_block(model.decode, codes, model.block)
        health = self._health(model, items, codes, outputs, gradient_norm)
        views = yield from KINDS[self._data.kind].views(self._data, model, codes, outputs)
        views |= self._model_views(model, autoencoder, prior, clean, codes)
        probe = slice(PROBE_ITEMS)
        samples = Samples(
            inputs=inputs[probe],
            targets=self._data.targets(items[probe]),
            outputs=outputs[probe],
            codes=codes[probe],
            labels=self._data.validation.labels[probe],
            classes=np.array(self._data.classes),
            views=views,
        )
        seen = self._data.as_floats
        shown = yield from _by_block(lambda block: model.encode(seen(block)), self._plane, model.block)
        return Seen(health, samples, shown)

    def _model_views(
        self,
        model: KerasModel,
        autoencoder: Autoencoder[Any],
        prior: bool,
        items: NDArray[np.float32],
        codes: NDArray[np.float32],
    ) -> dict[str, NDArray[np.float32]]:
        """What every model has to show, what this one has, and what its variant adds."""
        views = {"activations": codes.mean(axis=0)}
        if (
            KINDS[self._data.kind].pictured
            and (weights := _tiles(autoencoder.networks.encoder, autoencoder.shape)) is not None
        ):
            views["weights"] = weights
        if (distribution := model.distribution(items)) is not None:
            views["kl"] = _kl(*distribution)
        if prior:
            views["generated"] = model.decode(self._draws(model.code_size))
        own = self._views(autoencoder, items)
        return views | {name: checked(name, np.asarray(view, np.float32)) for name, view in own.items()}

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
        pixels, dead = KINDS[self._data.kind].dead_outputs(self._data, items, outputs)
        return Health(
            units=model.code_size,
            dead=int(still.sum()),
            active=int(active.sum()),
            mean_activation=kept(float(codes.mean()), HEALTH_DIGITS),
            target_rate=self._target_rate,
            gradient_norm=kept(gradient_norm, HEALTH_DIGITS),
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


def _tiles(encoder: keras.Model, shape: tuple[int, ...]) -> NDArray[np.float32] | None:
    """The weights of the first units of a first layer that is dense, (units, height, width, channels).

    None where its units do not see the whole item: before it is flattened, a dense layer sees one pixel at a time.
    """
    first = next((layer for layer in encoder.layers if layer.weights), None)
    if not isinstance(first, keras.layers.Dense) or first.kernel.shape[0] != math.prod(shape):
        return None
    kernel: NDArray[np.float32] = np.array(first.kernel.numpy())
    return kernel[:, :TILES].T.reshape(-1, *shape)


def _kl(mean: NDArray[np.float32], log_variance: NDArray[np.float32]) -> NDArray[np.float32]:
    divergence: NDArray[np.float32] = -0.5 * (1 + log_variance - mean**2 - np.exp(log_variance))
    return divergence.mean(axis=0)
