"""A model for queries: encode and decode arrays of any length."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

import keras
import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from engine.backend import Arrays, Checkpoint, PlainHalves, Position
from engine.datasets.array_data import as_floats
from engine.errors import RunError, UsageError, counted
from engine.events import Stage
from engine.nn.autoencoder import Autoencoder
from engine.nn.layers import Blocks
from engine.nn.memory import enough_memory
from engine.nn.networks import NoiseKeys, Tensor
from engine.nn.plain import halves
from engine.params import TrainingConfig
from engine.variants.variant import Variant


class KerasModel:
    """Networks with weights in them (see `engine.backend.Model`)."""

    def __init__(self, variant: Variant[Any], autoencoder: Autoencoder[TrainingConfig]) -> None:
        self._variant = variant
        self._autoencoder = autoencoder
        self.networks = autoencoder.networks
        networks = self.networks
        self.block = variant.block
        self.shape = networks.shape
        self.code_size = networks.code_size
        self.gives_distribution = networks.gives_distribution
        self.epoch = 0
        self.bits = variant.bits(autoencoder.config, self.shape)
        self.noise = variant.noise(autoencoder.config)
        # Keras layers called one by one would take 4 ms for ten images, every epoch.
        self._encode = _compiled(networks.encode, self.shape)
        self._decode = _compiled(networks.decode, (self.code_size,))
        self._distribution = _compiled(networks.distribution, self.shape) if self.gives_distribution else None
        self._corrupt = self._compiled_noise()

    @classmethod
    def load(
        cls, variant: Variant[Any], config: TrainingConfig, shape: tuple[int, ...], checkpoint: Checkpoint
    ) -> KerasModel:
        """The model of `checkpoint`, which may hold more (the optimiser) than is needed here."""
        whole = built(variant, config, shape)
        restore(whole.networks.variables, checkpoint.arrays)
        stage = stage_shown(checkpoint.position, variant.stages(config))
        model = cls(variant, replace(whole, networks=variant.stage_networks(whole, stage).shown))
        model.epoch = checkpoint.position.epoch - 1
        return model

    def encode(self, images: NDArray[Any]) -> NDArray[np.float32]:
        """(count, *shape) → (count, code size) float32, `block` items at a time. Raises as `engine.backend.Model`."""
        if images.ndim != len(self.shape) + 1 or images.shape[1:] != self.shape:
            raise UsageError(
                "Wrong shape",
                f"expected items of {_times(self.shape)}, got {_times(images.shape)}",
            )
        return self._in_blocks(lambda block: self._encode(as_floats(block)), images, (self.code_size,))

    def decode(self, codes: NDArray[Any]) -> NDArray[np.float32]:
        """(count, code size) → (count, *shape) float32, `block` codes at a time. Raises likewise."""
        if codes.ndim != 2 or codes.shape[1] != self.code_size:
            raise UsageError(
                "Wrong shape", f"expected codes of {counted(self.code_size, 'number')}, got {_times(codes.shape)}"
            )
        return self._in_blocks(lambda block: self._decode(block.astype(np.float32)), codes, self.shape)

    def distribution(self, images: NDArray[Any]) -> tuple[NDArray[np.float32], NDArray[np.float32]] | None:
        """Mean and log-variance of the codes, (count, code size) each; None where codes are no distributions."""
        if self._distribution is None:
            return None
        mean, log_variance = self._distribution(as_floats(images))
        return mean.numpy(), log_variance.numpy()

    def corrupted(
        self, images: NDArray[Any], start: int = 0, *, training: bool = False, draw: int = 0
    ) -> NDArray[np.float32]:
        """(count, *shape) → the same shape, float32, noisy block by block (see `engine.backend.Model`)."""
        seed = self._autoencoder.config.seed
        fresh, fixed = noise_seeds(seed, 0, 1 + draw) if training else validation_seeds(seed)

        def block(at: int) -> NDArray[np.float32]:
            items = as_floats(images[at : at + self.block])
            places = tf.range(start + at, start + at + len(items))
            return np.asarray(self._corrupt(items, [fresh, (start + at) // self.block], [fixed, 0], places))

        return np.concatenate([block(at) for at in range(0, max(1, len(images)), self.block)])

    def plain(self) -> PlainHalves:
        """See `engine.backend.Model`."""
        return halves(self.networks.encoder, self.networks.decoder)

    def _compiled_noise(self) -> Callable[..., Tensor]:
        """As a graph: its some sixty small operations, called one by one, take longer than the noise of a block."""
        pair = tf.TensorSpec((2,), tf.int32)
        signature = [tf.TensorSpec((None, *self.shape), tf.float32), pair, pair, tf.TensorSpec((None,), tf.int32)]

        def corrupt(items: Tensor, fresh: Tensor, fixed: Tensor, places: Tensor) -> Tensor:
            return self._variant.corrupt(self._autoencoder, items, NoiseKeys(fresh, fixed, places))

        compiled: Callable[..., Tensor] = tf.function(corrupt, input_signature=signature, autograph=False)
        return compiled

    def _in_blocks(
        self, function: Callable[[NDArray[Any]], Tensor], array: NDArray[Any], shape: tuple[int, ...]
    ) -> NDArray[np.float32]:
        """As many at a time as in validation: the noise of `corrupted` is that of validation."""
        with enough_memory(self._autoencoder.config):
            found = [function(array[at : at + self.block]).numpy() for at in range(0, len(array), self.block)]
        return np.concatenate(found) if found else np.zeros((0, *shape), np.float32)


def _compiled(function: Callable[[Tensor], Tensor], shape: tuple[int, ...]) -> Callable[[NDArray[Any]], Tensor]:
    signature = [tf.TensorSpec((None, *shape), tf.float32)]
    compiled: Callable[[NDArray[Any]], Tensor] = tf.function(function, input_signature=signature, autograph=False)
    return compiled


def built(variant: Variant[Any], config: TrainingConfig, shape: tuple[int, ...]) -> Autoencoder[Any]:
    """The networks of `variant` for items of `shape`, with the weights that training begins with."""
    blocks = Blocks(config.seed, config.precision)
    return Autoencoder(variant.networks(config, shape, blocks), config, blocks)


def _times(shape: tuple[int, ...]) -> str:
    return " × ".join(map(str, shape))


def stage_shown(position: Position, stages: Sequence[Stage]) -> Stage:
    """The stage whose networks a model at `position` shows: one that has not begun has nothing to show yet.

    Raises:
        RunError: there is no such stage.
    """
    if position.stage >= len(stages):
        expected = f"expected a position in one of {len(stages)} stages, found stage {position.stage + 1}"
        raise RunError("Checkpoint does not fit", expected)
    begun = position.step > 0 or position.epoch > 1 + sum(stage.epochs for stage in stages[: position.stage])
    return stages[position.stage if begun else max(0, position.stage - 1)]


def noise_seeds(seed: int, stage: int, epoch: int) -> tuple[int, int]:
    """Keys of the noise of an epoch, and of the run."""
    epochs = np.random.SeedSequence([seed, stage, epoch])
    run = np.random.SeedSequence([seed])
    return int(epochs.generate_state(1)[0] >> 2), int(run.generate_state(1)[0] >> 2)


def validation_seeds(seed: int) -> tuple[int, int]:
    """The same in every epoch and stage. Nothing is drawn as in training, not even what is drawn once for the data: a
    model that was trained on the very noise that it is judged on knows some of it by heart."""
    fresh, fixed = np.random.SeedSequence([seed, 0, 0]).generate_state(2)
    return int(fresh >> 2), int(fixed >> 2)


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
