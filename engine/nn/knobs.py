"""Settings that may change while a run trains, without compiling its step anew: inputs in the place of constants."""

from __future__ import annotations

from typing import Any

import keras
import msgspec
import tensorflow as tf

from engine.params import TrainingConfig, describe


def inputs(config: TrainingConfig) -> tuple[str, ...]:
    """The settings that a step takes as inputs: numbers of its formulas."""
    return tuple(param.name for param in describe(config) if param.changes == "loss" and param.kind == "float")


def compiled_for(config: TrainingConfig) -> bytes:
    """Tells apart what is compiled: the same for all settings between which nothing needs to be compiled anew.

    Of an input it counts whether it is 0: networks have no part then that would count for nothing."""
    free, taken = {"learning_rate", "patience"}, {*inputs(config)}
    values = msgspec.structs.asdict(config)
    return msgspec.json.encode(
        {name: bool(value) if name in taken else value for name, value in values.items() if name not in free}
    )


class Knobs:
    """The inputs, as variables on all devices of those settings that steps are compiled for."""

    def __init__(self, config: TrainingConfig) -> None:
        self._values = {name: tf.Variable(float(getattr(config, name)), trainable=False) for name in inputs(config)}

    def put(self, config: TrainingConfig) -> None:
        """From the next step on these are the values."""
        for name, variable in self._values.items():
            variable.assign(float(getattr(config, name)))

    def within(self, config: Any) -> Any:
        """`config` as the step's formulas see it: variables in the place of numbers that may change."""
        return msgspec.structs.replace(config, **self._values)


class Falling(keras.optimizers.schedules.CosineDecay):
    """From a rate to 0 along a cosine; rate and length are inputs as well."""

    def __init__(self, rate: float, steps: int) -> None:
        super().__init__(rate, steps)
        self.initial_learning_rate = tf.Variable(rate, trainable=False, dtype=tf.float32)
        self.decay_steps = tf.Variable(float(steps), trainable=False, dtype=tf.float32)

    def follow(self, other: Falling) -> None:
        """Fall as `other` does from now on."""
        self.initial_learning_rate.assign(other.initial_learning_rate)
        self.decay_steps.assign(other.decay_steps)

    def get_config(self) -> dict[str, Any]:
        """The numbers as they are now."""
        return {"rate": float(self.initial_learning_rate.numpy()), "steps": int(self.decay_steps.numpy())}


def kept_pace(optimizer: keras.optimizers.Optimizer, like: keras.optimizers.Optimizer) -> bool:
    """Have `optimizer`, whose steps are compiled, go on at the rate of `like`; False where it cannot: it follows a
    schedule of another kind."""
    now, wanted = optimizer._learning_rate, like._learning_rate
    if isinstance(now, Falling) and isinstance(wanted, Falling):
        now.follow(wanted)
    elif isinstance(now, keras.Variable) and isinstance(wanted, keras.Variable):
        now.assign(wanted)
    else:
        return False
    return True
