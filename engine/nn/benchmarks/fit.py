"""`keras.Model.fit` on the same network, loss, optimiser and batches, in Keras's own layers."""

from __future__ import annotations

import time
from functools import partial
from typing import Any

import keras
import tensorflow as tf

from engine.benchmarks.results import FIT
from engine.benchmarks.turns import Block
from engine.nn.autoencoder import Autoencoder
from engine.nn.benchmarks.task import Task
from engine.nn.exporting.standard import standard
from engine.nn.layers import Blocks
from engine.nn.model import built, noise_seeds
from engine.nn.networks import Batch, Networks, NoiseKeys, Weighted
from engine.nn.recurrent import on_gpu

NOTE = "one call; its first epoch does not count"


class Fit:
    """Its defaults include XLA wherever Keras chooses it. It has float32 arrays, with the noise in them, which it
    shuffles and gathers in a `tf.data` pipeline of its own."""

    def __init__(self, task: Task, precision: str = "float32", *, many: int = 1) -> None:
        """`many`: steps of a call (`steps_per_execution`), as those set it who know what holds up small networks; XLA
        is then used where our own steps use it."""
        self.name, self.precision = FIT if many == 1 else f"{FIT}, {many} steps a call", precision
        self.note = NOTE
        self.task, self._many = task, many
        twin = built(task.variant, task.config, task.data.shape)
        trained = task.variant.stage_networks(twin, task.stage).trained
        ours = Autoencoder(plain(trained, precision), task.config, Blocks(task.config.seed, "float32"))
        self.model = _Peer(task, ours)
        self._optimizer = partial(task.variant.optimizer, ours, task.stage.epochs * task.steps)
        self.model.compile(self._optimizer())

    def reached(self, steps: int) -> float:
        """As `Side`."""
        quarter = steps // 4
        count = quarter * 4 * self.task.batch
        found = self._fit(quarter, 4, None, shuffle=False, items=count)
        if self._many > 1:
            wanted = self.task.variant.xla
            xla = wanted is True or (wanted == "cpu" and not on_gpu())
            self.model.compile(self._optimizer(), steps_per_execution=self._many, jit_compile=xla)
            self.block(0)
        return float(found.history["loss"][-1])

    def block(self, seconds: float) -> Block:
        """As `Side`; a stretch is what `fit` takes for an epoch, without making its pipeline anew."""
        task = self.task
        stretch = -(-task.stretch // self._many) * self._many
        clock = _Clock(seconds)
        items = max(task.steps // stretch, 1) * stretch * task.batch
        self._fit(stretch, 1_000_000, clock, shuffle=True, items=items)
        return Block(stretch * (len(clock.ends) - 1), clock.ends[-1] - clock.ends[0])

    def _fit(
        self, steps: int, epochs: int, clock: keras.callbacks.Callback | None, *, shuffle: bool, items: int
    ) -> Any:
        seen, targets = self.task.tensors
        return self.model.fit(
            seen[:items],
            targets[:items],
            batch_size=self.task.batch,
            steps_per_epoch=steps,
            epochs=epochs,
            shuffle=shuffle,
            callbacks=[clock] if clock else None,
            verbose=0,
        )


class _Clock(keras.callbacks.Callback):
    """Ends `fit` when its epochs but the first have taken so many seconds."""

    def __init__(self, seconds: float) -> None:
        super().__init__()
        self._seconds = seconds
        self.ends: list[float] = []

    def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
        del epoch, logs
        self.ends.append(time.perf_counter())
        if len(self.ends) > 1 and self.ends[-1] - self.ends[0] >= self._seconds:
            self.model.stop_training = True


class _Peer(keras.Model):
    """Its prediction is its input: the loss goes through the networks itself, once."""

    def __init__(self, task: Task, ours: Autoencoder[Any]) -> None:
        super().__init__(name="peer")
        networks = ours.networks
        self.encoder, self.decoder, self.head = networks.encoder, networks.decoder, networks.head
        self._task, self._ours = task, ours
        begun = 1 + sum(stage.epochs for stage in task.stages[:-1])
        self._seeds = noise_seeds(task.config.seed, len(task.stages) - 1, begun)

    def call(self, x: Any) -> Any:
        """(batch, *shape) → the same."""
        return x

    def compute_loss(
        self, x: Any = None, y: Any = None, y_pred: Any = None, sample_weight: Any = None, training: bool = True
    ) -> Any:
        """That of the variant, with the noise that our step of this number has in the first epoch."""
        del x, sample_weight, training
        task, step = self._task, tf.cast(self.optimizer.iterations, tf.int32)
        fresh, fixed = self._seeds
        # As in `Chunks`: one more than the keys that the corruption has.
        places = tf.range(tf.shape(y_pred)[0])
        keys = NoiseKeys(tf.stack([fresh + 1, step]), tf.constant([fixed + 1, 0]), places)
        target, weights, compact = y, None, None
        if task.weighted:
            seen = task.items.seen(tf.reshape(y, [-1, *task.items.blank().shape[1:]]))
            target, weights, compact = seen.target, seen.weights, y
        epochs = tf.cast(step, tf.float32) / task.steps
        batch = Batch(y_pred, target, keys, epochs, task.stage.name, compact, weights)
        terms = task.variant.loss_terms(self._ours, batch).values()
        return sum(term.weight * term.value if isinstance(term, Weighted) else term for term in terms)


def plain(networks: Networks, precision: str) -> Networks:
    """The same networks with the same weights in Keras's own layers, in `precision`."""
    models = (networks.encoder, networks.decoder, networks.head)
    return Networks(*(None if model is None else _plain(model, precision) for model in models))


def _plain(model: keras.Model, precision: str) -> keras.Model:
    made = standard(model)
    if precision == "float32":
        return made
    # What ours has in float32 whatever is asked for stays so: answers, whose digits count in the loss.
    full = {"output", *(name for name in model.output_names if name == "log_softmax")}

    def again(layer: Any) -> Any:
        config = layer.get_config()
        if isinstance(layer, keras.Layer) and layer.name not in full:
            config["dtype"] = precision
        return type(layer).from_config(config)

    cast: keras.Model = keras.models.clone_model(
        made, clone_function=again, call_function=lambda call, *args, **kwargs: call(*args, **kwargs)
    )
    cast.set_weights(made.get_weights())
    return cast
