"""A trained model for questions: encode and reconstruct arrays of any length."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import keras
import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from engine.errors import RunError, UsageError
from engine.nn.blocks import Blocks
from engine.nn.networks import Draw, Networks, Tensor
from engine.params import TrainingConfig
from engine.queries import Reconstruction
from engine.training import Arrays, Checkpoint, as_floats
from engine.variants.variant import Variant

BATCH = 512


class KerasModel:
    """Networks with weights in them."""

    def __init__(self, variant: Variant, config: TrainingConfig, networks: Networks, blocks: Blocks) -> None:
        self._variant = variant
        self._config = config
        self._networks = networks
        self._blocks = blocks
        shape = tuple(networks.encoder.input_shape)
        # Keras layers called one by one would take 4 ms for ten images, every epoch.
        self._through = tf.function(self._both, input_signature=[tf.TensorSpec(shape, tf.float32)], autograph=False)
        self.epoch = 0
        """Complete epochs of training behind the weights."""

    @classmethod
    def load(
        cls, variant: Variant, config: TrainingConfig, shape: tuple[int, ...], checkpoint: Checkpoint
    ) -> KerasModel:
        """The model of `checkpoint`, which may hold more (the optimiser) than is needed here."""
        blocks = Blocks(config.seed, config.precision)
        networks = variant.networks(config, shape, blocks)
        restore(networks.variables, checkpoint.arrays)
        model = cls(variant, config, networks, blocks)
        model.epoch = checkpoint.position.epoch - 1
        return model

    def corrupted(self, images: NDArray[Any], seeds: tuple[int, int]) -> NDArray[np.float32]:
        """The images, the first ones of their part, as the variant's corruption leaves them; unchanged for most."""
        fresh, fixed = (tf.constant([seed, 0]) for seed in seeds)
        draw = Draw(fresh, fixed, tf.range(len(images)))
        return np.asarray(self._variant.corrupt(tf.constant(as_floats(images)), draw, self._config, self._blocks))

    def _both(self, items: Tensor) -> tuple[Tensor, Tensor]:
        code = self._networks.encode(items)
        return code, self._networks.decode(code)

    def reconstruct(self, inputs: NDArray[Any]) -> Reconstruction:
        """See `engine.queries.Reconstruct`.

        Raises:
            UsageError: the images have another shape than those the model was trained on.
        """
        expected = tuple(self._networks.encoder.input_shape[1:])
        if inputs.ndim != len(expected) + 1 or inputs.shape[1:] != expected:
            came = " × ".join(map(str, inputs.shape))
            wanted = " × ".join(map(str, expected))
            raise UsageError("Wrong shape", f"expected images of {wanted} (height × width × channels), got {came}")
        floats = as_floats(inputs)
        codes, outputs = [], []
        for start in range(0, len(floats), BATCH):
            code, output = self._through(floats[start : start + BATCH])
            codes.append(code.numpy())
            outputs.append(output.numpy())
        reconstructed = np.concatenate(outputs) if outputs else np.zeros_like(floats)
        axes = tuple(range(1, floats.ndim))
        return Reconstruction(
            inputs=floats,
            outputs=reconstructed,
            codes=np.concatenate(codes) if codes else np.zeros((0, 0), np.float32),
            errors=np.mean(np.square(reconstructed - floats), axis=axes),
            epoch=self.epoch,
        )


def copied(variables: Mapping[str, keras.Variable]) -> Arrays:
    """The values of `variables` by name, in memory of their own: on a CPU `numpy()` shares the variable's."""
    return {name: np.array(variable.numpy()) for name, variable in variables.items()}


def restore(variables: Mapping[str, keras.Variable], arrays: Mapping[str, NDArray[Any]]) -> None:
    """Put `arrays` into `variables` by name.

    Raises:
        RunError: one is missing or of another shape.
    """
    for name, variable in variables.items():
        shape = tuple(variable.shape)
        found = arrays.get(name)
        if found is None or found.shape != shape:
            came = "nothing" if found is None else str(found.shape)
            raise RunError("Checkpoint does not fit", f"expected {name} of shape {shape}, found {came}")
        variable.assign(found)
