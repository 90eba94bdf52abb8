"""PyTorch: a loop of steps in Python, as it comes or with `torch.compile`, data on the device."""

from __future__ import annotations

import math
from importlib import import_module
from typing import Any

import numpy as np

from engine.benchmarks.turns import Block, stretched
from engine.nn.benchmarks.counterparts import Halves, Lacking, Library, Node, Operations
from engine.nn.networks import Tensor
from engine.nn.recurrent import on_gpu


class Torch:
    """The same loss by autograd, `torch.optim.Adam` (fused), bytes on the device, batches gathered there."""

    def __init__(self, halves: Halves, precision: str, *, compiled: bool = False) -> None:
        """Raises ImportError where PyTorch is not installed, and Lacking, in `reached`, for what it has not."""
        self._torch = torch = import_module("torch")
        self.name = "torch.compile" if compiled else "torch"
        self.precision = precision
        self._device = "cuda" if on_gpu() and torch.cuda.is_available() else "cpu"
        self.note = f"{'loss and gradients compiled' if compiled else 'eager'}, on {self._device.upper()}"
        self._halves = halves
        self._library = library = _Library(torch, precision)
        self._data = [torch.as_tensor(np.ascontiguousarray(one)).to(self._device) for one in halves.arrays]
        self._weights = [library.begun(one).to(self._device).requires_grad_() for one in halves.weights]
        adam = halves.adam
        self._adam = torch.optim.Adam(
            self._weights, lr=adam.rate, betas=(adam.beta_1, adam.beta_2), eps=adam.epsilon, fused=True
        )
        self._loss = torch.compile(self._plain_loss) if compiled else self._plain_loss
        self._taken_steps = 0
        self._random = np.random.default_rng(0)

    def reached(self, steps: int) -> float:
        """As `Side`."""
        batch = self._halves.task.batch
        order = self._torch.arange(steps * batch, device=self._device).reshape(steps, batch)
        try:
            losses = [self._step(chosen) for chosen in order]
        except RuntimeError as error:
            if self.name == "torch":
                raise
            raise Lacking(f"failed here ({str(error).strip().splitlines()[0]})") from error
        return float(self._torch.stack(losses[-(steps // 4) :]).mean())

    def block(self, seconds: float) -> Block:
        """As `Side`; the first stretch does not count."""
        return stretched(self._taken, self._halves.task.stretch, seconds)

    def _taken(self) -> None:
        task = self._halves.task
        order = self._random.integers(0, task.steps * task.batch, (task.stretch, task.batch))
        for chosen in self._torch.as_tensor(order).to(self._device):
            loss = self._step(chosen)
        float(loss)  # waits for the device

    def _step(self, chosen: Tensor) -> Tensor:
        self._adam.zero_grad()
        loss = self._loss(*(array[chosen] for array in self._data))
        loss.backward()
        if self._halves.adam.clip_norm:
            self._torch.nn.utils.clip_grad_norm_(self._weights, self._halves.adam.clip_norm)
        # Keras adds epsilon before it corrects the bias of the squares, PyTorch after it.
        self._taken_steps += 1
        correction = math.sqrt(1 - self._halves.adam.beta_2**self._taken_steps)
        self._adam.param_groups[0]["eps"] = self._halves.adam.epsilon / correction
        self._adam.step()
        return loss.detach()

    def _plain_loss(self, seen: Tensor, target: Tensor) -> Tensor:
        scaled = self._library.scaled
        return self._halves.loss(self._library, self._weights, scaled(seen), scaled(target), None)


class _Library(Library):
    def __init__(self, torch: Any, precision: str) -> None:
        self._torch = torch
        self._dtype = torch.float32 if precision == "float32" else torch.bfloat16
        self.ops = Operations(
            torch,
            cast=lambda x, dtype: x.to(getattr(torch, dtype)),
            stop_gradient=lambda x: x.detach(),
            shape=lambda x: x.shape,
            maximum=lambda x, other: x.clamp(min=other),
            minimum=lambda x, other: x.clamp(max=other),
        )

    def begun(self, weight: Any) -> Tensor:
        """A weight as PyTorch has it: kernels of convolutions with their channels first."""
        found = self._torch.as_tensor(weight)
        return found.permute(3, 2, 0, 1).contiguous() if found.ndim == 4 else found.clone()

    def scaled(self, rows: Tensor) -> Tensor:
        """Bytes as numbers from 0 to 1."""
        return rows.float() * (1 / 255) if rows.dtype == self._torch.uint8 else rows

    def float32(self, x: Tensor) -> Tensor:
        return x.float()

    def normal(self, like: Tensor, keys: Any, *, fresh: bool = True) -> Tensor:
        return self._torch.randn_like(like)

    def layer(self, node: Node, x: Tensor, weights: Any) -> Tensor:
        functions, at = self._torch.nn.functional, node.settings
        kernel, bias = [one.to(self._dtype) for one in weights] or (None, None)
        match node.kind:
            case "Dense":
                x = self._torch.matmul(x.to(self._dtype), kernel) + bias
            case "Conv2D":
                settings = {"stride": tuple(at["strides"]), "padding": at["padding"]}
                x = _last(functions.conv2d(_first(x.to(self._dtype)), kernel, bias, **settings))
            case "MaxPooling2D":
                x = _last(functions.max_pool2d(_first(x), tuple(at["pool_size"]), ceil_mode=True))
            case "UpSampling2D":
                x = _last(functions.interpolate(_first(x), scale_factor=tuple(map(float, at["size"]))))
            case "Cropping2D":
                (top, bottom), (left, right) = at["cropping"]
                x = x[:, top : x.shape[1] - bottom, left : x.shape[2] - right]
            case "Flatten" | "Reshape":
                x = x.reshape(len(x), *at.get("target_shape", (-1,)))
        if node.kind == "Activation":
            x = x.float()
        return self._activated(x, at.get("activation", "linear"))

    def _activated(self, x: Tensor, name: str) -> Tensor:
        torch = self._torch
        kinds = {"relu": torch.relu, "sigmoid": torch.sigmoid, "tanh": torch.tanh}
        kinds["gelu"] = torch.nn.functional.gelu
        return x if name == "linear" else kinds[name](x)


def _first(x: Tensor) -> Tensor:
    """Channels first, in memory as they were."""
    return x.permute(0, 3, 1, 2)


def _last(x: Tensor) -> Tensor:
    return x.permute(0, 2, 3, 1)
