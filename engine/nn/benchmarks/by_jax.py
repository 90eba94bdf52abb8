"""JAX: the step by hand, `lax.scan` over many of them in one call of a compiled function, data on the device."""

from __future__ import annotations

import os
from importlib import import_module
from typing import Any

import numpy as np

from engine.benchmarks.turns import Block, stretched
from engine.nn.benchmarks.counterparts import Halves, Library, Node, Operations
from engine.nn.networks import Tensor
from engine.nn.recurrent import on_gpu


class Jax:
    """The same loss, Adam written out as Keras has it, bytes on the device, batches gathered in the step."""

    name = "jax"

    def __init__(self, halves: Halves, precision: str) -> None:
        """Raises ImportError where JAX is not installed, and Lacking, in `reached`, for what it has not."""
        os.environ.setdefault("XLA_PYTHON_CLIENT_PREALLOCATE", "false")
        if not on_gpu():
            os.environ.setdefault("JAX_PLATFORMS", "cpu")
        self._jax = import_module("jax")
        self.precision = precision
        self.note = f"jax.lax.scan in jit, on {self._jax.default_backend().upper()}"
        self._halves = halves
        self._library = _Library(self._jax, precision)
        self._data = tuple(map(self._jax.numpy.asarray, halves.arrays))
        self._compiled = self._jax.jit(self._several)
        self._state = self._begun()
        self._random = np.random.default_rng(0)

    def reached(self, steps: int) -> float:
        """As `Side`."""
        batch, quarter, found = self._halves.task.batch, steps // 4, None
        order = np.arange(steps * batch, dtype=np.int32).reshape(4, quarter, batch)
        for part in order:
            self._state, found = self._compiled(self._state, part, self._data)
        loss = float(np.mean(np.asarray(found)))
        self._taken()  # compiles it for as many steps as are timed
        return loss

    def block(self, seconds: float) -> Block:
        """As `Side`; the first call does not count."""
        return stretched(self._taken, self._halves.task.stretch, seconds)

    def _taken(self) -> None:
        task = self._halves.task
        order = self._random.integers(0, task.steps * task.batch, (task.stretch, task.batch), np.int32)
        self._state, found = self._compiled(self._state, order, self._data)
        found.block_until_ready()

    def _begun(self) -> Any:
        jnp = self._jax.numpy
        weights = [jnp.asarray(one) for one in self._halves.weights]
        zeros = [jnp.zeros_like(one) for one in weights]
        return weights, zeros, zeros, jnp.float32(0)

    def _several(self, state: Any, order: Tensor, data: Any) -> Any:
        return self._jax.lax.scan(lambda now, chosen: self._step(now, [array[chosen] for array in data]), state, order)

    def _step(self, state: Any, batch: Any) -> Any:
        jax, jnp, adam = self._jax, self._jax.numpy, self._halves.adam
        weights, means, squares, t = state
        seen, target = map(self._library.scaled, batch)
        keys = jax.random.fold_in(jax.random.key(0), t.astype(jnp.int32))

        def loss(now: Any) -> Tensor:
            return self._halves.loss(self._library, now, seen, target, keys)

        value, slopes = jax.value_and_grad(loss)(weights)
        if adam.clip_norm:
            norm = jnp.sqrt(sum(jnp.sum(one * one) for one in slopes))
            slopes = [one * jnp.minimum(1.0, adam.clip_norm / norm) for one in slopes]
        t = t + 1
        rate = adam.rate * jnp.sqrt(1 - adam.beta_2**t) / (1 - adam.beta_1**t)
        means = [a + (b - a) * (1 - adam.beta_1) for a, b in zip(means, slopes, strict=True)]
        squares = [a + (b * b - a) * (1 - adam.beta_2) for a, b in zip(squares, slopes, strict=True)]
        moved = zip(weights, means, squares, strict=True)
        weights = [w - rate * a / (jnp.sqrt(b) + adam.epsilon) for w, a, b in moved]
        return (weights, means, squares, t), value


class _Library(Library):
    def __init__(self, jax: Any, precision: str) -> None:
        self._jax, jnp = jax, jax.numpy
        self._dtype = jnp.float32 if precision == "float32" else jnp.bfloat16
        self.ops = Operations(
            jnp, cast=lambda x, dtype: x.astype(dtype), stop_gradient=jax.lax.stop_gradient, shape=lambda x: x.shape
        )

    def scaled(self, rows: Tensor) -> Tensor:
        """Bytes as numbers from 0 to 1."""
        return rows.astype(self._jax.numpy.float32) * (1 / 255) if rows.dtype == np.uint8 else rows

    def float32(self, x: Tensor) -> Tensor:
        return x.astype(self._jax.numpy.float32)

    def normal(self, like: Tensor, keys: Any, *, fresh: bool = True) -> Tensor:
        return self._jax.random.normal(keys, like.shape)

    def layer(self, node: Node, x: Tensor, weights: Any) -> Tensor:
        jnp, lax, at = self._jax.numpy, self._jax.lax, node.settings
        kernel, bias = [one.astype(self._dtype) for one in weights] or (None, None)
        match node.kind:
            case "Dense":
                x = x.astype(self._dtype) @ kernel + bias
            case "Conv2D":
                form = ("NHWC", "HWIO", "NHWC")
                padding = at["padding"].upper()
                x = lax.conv_general_dilated(
                    x.astype(self._dtype), kernel, at["strides"], padding, dimension_numbers=form
                )
                x = x + bias
            case "MaxPooling2D":
                size = (1, *at["pool_size"], 1)
                x = lax.reduce_window(x, -jnp.inf, lax.max, size, size, "SAME")
            case "UpSampling2D":
                x = x.repeat(at["size"][0], 1).repeat(at["size"][1], 2)
            case "Cropping2D":
                (top, bottom), (left, right) = at["cropping"]
                x = x[:, top : x.shape[1] - bottom, left : x.shape[2] - right]
            case "Flatten" | "Reshape":
                x = x.reshape(len(x), *at.get("target_shape", (-1,)))
        if node.kind == "Activation":
            x = self.float32(x)
        return self._activated(x, at.get("activation", "linear"))

    def _activated(self, x: Tensor, name: str) -> Tensor:
        nn = self._jax.nn
        kinds = {"relu": nn.relu, "sigmoid": nn.sigmoid, "tanh": self._jax.numpy.tanh}
        kinds["gelu"] = lambda one: nn.gelu(one, approximate=False)
        return x if name == "linear" else kinds[name](x)
