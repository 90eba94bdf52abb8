"""What is kept of a model after each epoch: the probe set's pictures, views into its inside, and its health."""

from __future__ import annotations

import keras
import numpy as np
from numpy.typing import NDArray

from engine.analysis import plane
from engine.datasets.image_data import Part
from engine.events import Health
from engine.nn.model import KerasModel
from engine.nn.networks import Networks
from engine.samples import PROBE_ITEMS, Samples
from engine.training import as_floats

HEALTH_ITEMS = 1000
TILES = 64
"""Weights of so many units are kept: more tiles than that nobody can look at."""
DRAWS = 20
ACTIVE_VARIANCE = 0.01
"""Least variance of the mean of an active code dimension (Burda, Grosse & Salakhutdinov 2016)."""
STILL = 1e-6
"""A unit whose activations lie closer together says nothing."""
LIT, DARK = 0.02, 0.005
"""Mean brightness from which a pixel belongs to the images, and brightness below which an output counts as black."""


class Inspection:
    """Looks at a model with the same items of the test part after every epoch."""

    def __init__(self, test: Part, seed: int, target_rate: float | None) -> None:
        self._test = test
        self._seed = seed
        self._target_rate = target_rate
        self._plane = test.images[plane.items(test.labels)]

    def plane_codes(self, model: KerasModel) -> NDArray[np.float32]:
        """Codes of the items that the latent plane shows, (n, code size)."""
        return model.encode(self._plane)

    def samples(self, model: KerasModel, networks: Networks, prior: bool) -> Samples:
        """The probe set and the views that the model has."""
        images = self._test.images[:PROBE_ITEMS]
        seen = model.corrupted(images)
        codes = model.encode(seen)
        distribution = model.distribution(self._test.images[:HEALTH_ITEMS])
        return Samples(
            inputs=seen,
            targets=as_floats(images),
            outputs=model.decode(codes),
            codes=codes,
            labels=self._test.labels[:PROBE_ITEMS],
            weights=_tiles(networks.encoder, networks.shape),
            activations=model.encode(self._seen(model)).mean(axis=0),
            kl=None if distribution is None else _kl(*distribution),
            generated=model.decode(self._draws(model.code_size)) if prior else None,
        )

    def health(self, model: KerasModel, gradient_norm: float) -> Health:
        """How the model is, seen with the items as the encoder gets them."""
        codes = model.encode(self._seen(model))
        outputs, targets = model.decode(codes), as_floats(self._test.images[:HEALTH_ITEMS])
        still = np.ptp(codes, axis=0) < STILL
        active = codes.var(axis=0) > ACTIVE_VARIANCE if model.gives_distribution else ~still
        dead_pixels = (outputs.max(axis=0) < DARK) & (targets.mean(axis=0) > LIT)
        return Health(
            units=model.code_size,
            dead=int(still.sum()),
            active=int(active.sum()),
            mean_activation=float(codes.mean()),
            target_rate=self._target_rate,
            gradient_norm=gradient_norm,
            pixels=int(np.prod(model.shape)),
            dead_pixels=int(dead_pixels.sum()),
        )

    def _seen(self, model: KerasModel) -> NDArray[np.float32]:
        """The items that health and activations are measured on."""
        return model.corrupted(self._test.images[:HEALTH_ITEMS])

    def _draws(self, code_size: int) -> NDArray[np.float32]:
        return np.random.default_rng(self._seed).standard_normal((DRAWS, code_size), np.float32)


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
