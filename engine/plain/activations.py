"""Activations by the names that Keras gives them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]

SELU_SCALE, SELU_ALPHA = 1.0507009873554805, 1.6732632423543772
"""Klambauer et al., arXiv:1706.02515."""


def erf(x: Floats) -> Floats:
    """The error function, ± 2e-7, any shape → the same (Abramowitz & Stegun, 7.1.26)."""
    size = np.abs(x)
    t = 1 / (1 + np.float32(0.3275911) * size)
    series = np.zeros_like(t)
    for factor in (1.061405429, -1.453152027, 1.421413741, -0.284496736, 0.254829592):
        series = (series + np.float32(factor)) * t
    found: Floats = np.copysign(1 - series * np.exp(-size * size), x)
    return found


def _sigmoid(x: Floats) -> Floats:
    half = np.float32(0.5)
    found: Floats = half * (1 + np.tanh(half * x))
    return found


def _gelu(x: Floats) -> Floats:
    half = np.float32(0.5)
    return half * x * (1 + erf(x * np.float32(half**0.5)))


def _elu(x: Floats) -> Floats:
    return np.where(x > 0, x, np.expm1(np.minimum(x, 0)))


def _softmax(x: Floats) -> Floats:
    raised = np.exp(x - x.max(axis=-1, keepdims=True))
    shares: Floats = raised / raised.sum(axis=-1, keepdims=True)
    return shares


ACTIVATIONS: dict[str, Callable[[Any], Any]] = {
    "linear": lambda x: x,
    "relu": lambda x: np.maximum(x, 0),
    "relu6": lambda x: np.clip(x, 0, 6),
    "leaky_relu": lambda x: np.where(x > 0, x, np.float32(0.2) * x),
    "sigmoid": _sigmoid,
    "hard_sigmoid": lambda x: np.clip(x / 6 + np.float32(0.5), 0, 1),
    "tanh": np.tanh,
    "gelu": _gelu,
    "elu": _elu,
    "selu": lambda x: np.float32(SELU_SCALE) * np.where(x > 0, x, np.float32(SELU_ALPHA) * _elu(np.minimum(x, 0))),
    "silu": lambda x: x * _sigmoid(x),
    "softplus": lambda x: np.maximum(x, 0) + np.log1p(np.exp(-np.abs(x))),
    "softsign": lambda x: x / (1 + np.abs(x)),
    "exponential": np.exp,
    "softmax": _softmax,
}
"""Float arrays of any shape to the same shape; softmax along the last axis."""
