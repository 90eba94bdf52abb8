"""An encoder and a softmax on its codes, trained together (see `engine.backend.Tuning`)."""

from __future__ import annotations

import time
from collections.abc import Generator
from typing import Any

import keras
import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from engine.backend import Arrays, Checkpoint, Head
from engine.datasets.data import Data, in_blocks
from engine.nn.chunks import Pace
from engine.nn.inputs import of
from engine.nn.memory import enough_memory
from engine.nn.menu import drawing
from engine.nn.model import built, copied, noise_seeds, restore, stage_shown
from engine.nn.networks import NoiseKeys, Tensor
from engine.params import TrainingConfig
from engine.storage.rows import Array
from engine.variants.variant import Variant


class FineTuning:
    """Compiled once, begun as often as there are seeds, rates and beginnings."""

    def __init__(
        self, variant: Variant[Any], config: TrainingConfig, data: Data, checkpoint: Checkpoint, classes: int
    ) -> None:
        self._variant, self._config, self._data = variant, config, data
        self._items = of(data)
        whole = built(variant, config, data.shape)
        restore(whole.networks.variables, checkpoint.arrays)
        stage = stage_shown(checkpoint.position, variant.stages(config))
        self._networks = variant.stage_networks(whole, stage).shown
        names = [name for name in self._networks.variables if name.startswith("encoder/")]
        self._encoder = {name: self._networks.variables[name] for name in names}
        self._learned = copied(self._encoder)
        size = self._networks.code_size
        self._weights = keras.Variable(np.zeros((size, classes), np.float32), name="weights")
        self._bias = keras.Variable(np.zeros(classes, np.float32), name="bias")
        self._trained = [*self._networks.encoder.trainable_variables, self._weights, self._bias]
        self._optimizer = keras.optimizers.Adam(1e-3, name="adam")
        self._optimizer.build(self._trained)
        self._unused = copied(self._of_optimizer)
        self._seed = 0
        self._pace = Pace()
        self._chunk, self._probabilities = self._compiled()

    @property
    def _of_optimizer(self) -> dict[str, keras.Variable]:
        return {variable.path: variable for variable in self._optimizer.variables}

    def begin(self, head: Head | None, rate: float, seed: int) -> None:
        """As `engine.backend.Tuning`."""
        restore(self._encoder, self._learned if head is not None else self._from_scratch(seed))
        self._weights.assign(np.zeros(self._weights.shape) if head is None else head.weights)
        self._bias.assign(np.zeros(self._bias.shape) if head is None else head.bias)
        restore(self._of_optimizer, self._unused)
        self._optimizer.learning_rate.assign(rate)
        self._seed = seed

    def _from_scratch(self, seed: int) -> Arrays:
        """Weights that another run with this seed would begin with."""
        import msgspec

        config = msgspec.structs.replace(self._config, seed=seed)
        made = built(self._variant, config, self._data.shape).networks.variables
        return copied({name: made[name] for name in self._encoder})

    def epoch(self, places: NDArray[np.int64], batch: int, number: int) -> Generator[None, None, None]:
        """As `engine.backend.Tuning`."""
        order = np.random.default_rng([self._seed, number]).permutation(places)
        full = len(order) // batch * batch
        fresh, fixed = noise_seeds(self._seed, 0, number + 1)
        groups = [order[:full].reshape(-1, batch), order[full:][None]]
        done = 0
        with enough_memory(self._config):
            for group in groups:
                start = 0
                while start < len(group) and group.shape[1]:
                    steps = group[start : start + self._pace.steps()]
                    # What a chunk needs and no more lies on the device.
                    data = self._items.on_device(np.ascontiguousarray(self._data.train.items[steps.ravel()]))
                    labels = tf.constant(self._data.train.labels[steps.ravel()].astype(np.int32))
                    began = time.perf_counter()
                    window = np.asarray([len(steps), steps.shape[1], done], np.int32)
                    self._chunk(data, labels, window, np.asarray([fresh, fixed], np.int32))
                    self._pace.measured(len(steps), time.perf_counter() - began)
                    start, done = start + len(steps), done + len(steps)
                    yield

    def probabilities(self, items: Array) -> Generator[None, None, NDArray[np.float32]]:
        """As `engine.backend.Tuning`."""
        found = np.empty((len(items), self._bias.shape[0]), np.float32)
        with enough_memory(self._config):
            for block in in_blocks(items, self._variant.block):
                rows = self._items.on_device(np.ascontiguousarray(items[block]))
                found[block] = self._probabilities(rows).numpy()
                yield
        return found

    def weights(self) -> tuple[Arrays, Head]:
        """As `engine.backend.Tuning`."""
        return copied(self._encoder), Head(np.array(self._weights.numpy()), np.array(self._bias.numpy()))

    def _compiled(self) -> tuple[Any, Any]:
        blank = self._items.blank()
        rows = tf.TensorSpec([None, *blank.shape[1:]], blank.dtype)

        def logits(chosen: Tensor, *, training: bool) -> Tensor:
            codes = self._networks.encode(self._items.seen(chosen).input, training=training)
            return tf.matmul(codes, self._weights.value) + self._bias.value

        @tf.function(
            input_signature=[
                rows,
                tf.TensorSpec([None], tf.int32),
                tf.TensorSpec([3], tf.int32),
                tf.TensorSpec([2], tf.int32),
            ],
            autograph=False,
        )
        def chunk(data: Tensor, labels: Tensor, window: Tensor, seeds: Tensor) -> Tensor:
            steps, batch, first = tf.unstack(window)

            def body(done: Tensor) -> tuple[Tensor]:
                at = done * batch + tf.range(batch)
                keys = NoiseKeys(tf.stack([seeds[0], first + done]), tf.stack([seeds[1], 0]), at)
                with tf.GradientTape() as tape, drawing(keys):
                    answers = logits(tf.gather(data, at), training=True)
                    wanted = tf.gather(labels, at)
                    loss = tf.reduce_mean(tf.nn.sparse_softmax_cross_entropy_with_logits(wanted, answers))
                gradients = tape.gradient(loss, self._trained)
                pairs = [
                    (gradient, variable)
                    for gradient, variable in zip(gradients, self._trained, strict=True)
                    if gradient is not None  # what the code does not come from, as the variance of a distribution
                ]
                self._optimizer.apply_gradients(pairs)
                return (done + 1,)

            return tf.while_loop(lambda done: done < steps, body, (tf.constant(0),))[0]

        @tf.function(input_signature=[rows], autograph=False)
        def probabilities(data: Tensor) -> Tensor:
            return tf.nn.softmax(logits(data, training=False))

        return chunk, probabilities
