"""What a layer makes of a shape, and how many parameters it has: a row for each kind, by its name in `keras.layers`.

Shapes are those of one item, without the batch.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from math import prod
from typing import Any, NamedTuple

Shape = tuple[int, ...]


class Made(NamedTuple):
    """What comes out of a layer, and its parameters."""

    shape: Shape
    parameters: int = 0


Rule = Callable[[Shape, Mapping[str, Any]], Made]


def _pair(value: Any, rank: int) -> tuple[int, ...]:
    return tuple(value) if isinstance(value, tuple | list) else (value,) * rank


def _convolution(shape: Shape, settings: Mapping[str, Any]) -> Made:
    *places, channels = shape
    kernel, strides = _pair(settings["kernel_size"], len(places)), _pair(settings.get("strides", 1), len(places))
    off = 0 if settings.get("padding", "valid") == "same" else 1
    out = [-(-(size - off * (wide - 1)) // step) for size, wide, step in zip(places, kernel, strides, strict=True)]
    bias = settings.get("use_bias", True)
    return Made((*out, settings["filters"]), (prod(kernel) * channels + bias) * settings["filters"])


def _transposed(shape: Shape, settings: Mapping[str, Any]) -> Made:
    *places, channels = shape
    kernel, strides = _pair(settings["kernel_size"], len(places)), _pair(settings.get("strides", 1), len(places))
    same = settings.get("padding", "valid") == "same"
    out = [
        size * step if same else size * step + max(wide - step, 0)
        for size, wide, step in zip(places, kernel, strides, strict=True)
    ]
    bias = settings.get("use_bias", True)
    return Made((*out, settings["filters"]), (prod(kernel) * channels + bias) * settings["filters"])


def _pooled(shape: Shape, settings: Mapping[str, Any]) -> Made:
    *places, channels = shape
    pool = _pair(settings.get("pool_size", 2), len(places))
    strides = _pair(settings.get("strides") or pool, len(places))
    off = 0 if settings.get("padding", "valid") == "same" else 1
    out = [-(-(size - off * (wide - 1)) // step) for size, wide, step in zip(places, pool, strides, strict=True)]
    return Made((*out, channels))


def _enlarged(shape: Shape, settings: Mapping[str, Any]) -> Made:
    *places, channels = shape
    by = _pair(settings.get("size", 2), len(places))
    return Made((*(size * times for size, times in zip(places, by, strict=True)), channels))


def _bordered(shape: Shape, border: Any, sign: int) -> Made:
    *places, channels = shape
    each = _pair(border, len(places)) if len(places) > 1 else (border,)
    sides = [(side, side) if isinstance(side, int) else tuple(side) for side in each]
    return Made((*(size + sign * sum(side) for size, side in zip(places, sides, strict=True)), channels))


def _cropped(shape: Shape, settings: Mapping[str, Any]) -> Made:
    return _bordered(shape, settings["cropping"], -1)


def _padded(shape: Shape, settings: Mapping[str, Any]) -> Made:
    return _bordered(shape, settings["padding"], 1)


def _dense(shape: Shape, settings: Mapping[str, Any]) -> Made:
    units, bias = settings["units"], settings.get("use_bias", True)
    return Made((*shape[:-1], units), (shape[-1] + bias) * units)


def _reshaped(shape: Shape, settings: Mapping[str, Any]) -> Made:
    target = tuple(settings["target_shape"])
    known = -prod(target)  # of a target with one -1 in it
    return Made(tuple(prod(shape) // known if size == -1 else size for size in target))


def _normalised(shape: Shape, settings: Mapping[str, Any]) -> Made:
    return Made(shape, shape[-1] * (2 + settings.get("center", True) + settings.get("scale", True)))


def _layer_normalised(shape: Shape, settings: Mapping[str, Any]) -> Made:
    return Made(shape, shape[-1] * (settings.get("center", True) + settings.get("scale", True)))


def _as_it_is(shape: Shape, settings: Mapping[str, Any]) -> Made:
    del settings
    return Made(shape)


def _recurrent(gates: int, biases: int) -> Rule:
    def rule(shape: Shape, settings: Mapping[str, Any]) -> Made:
        units = settings["units"]
        out = (shape[0], units) if settings.get("return_sequences") else (units,)
        one = gates * units * (shape[-1] + units + biases)
        return Made(out, one * settings.get("directions", 1))

    return rule


def _over_steps(shape: Shape, settings: Mapping[str, Any]) -> Made:
    del settings
    return Made(shape[1:])


def _attending(shape: Shape, settings: Mapping[str, Any]) -> Made:
    del settings
    return Made(shape[1:], shape[-1])


def _codebook(shape: Shape, settings: Mapping[str, Any]) -> Made:
    entries = settings["entries"]
    moving = entries * (shape[-1] + 1) if settings["decay"] else 0
    return Made(shape, entries * shape[-1] + moving)


RULES: dict[str, Rule] = {
    "Dense": _dense,
    "Flatten": lambda shape, settings: Made((prod(shape),)),
    "Reshape": _reshaped,
    "RepeatVector": lambda shape, settings: Made((settings["n"], *shape)),
    "GlobalAveragePooling1D": _over_steps,
    "GlobalAveragePooling2D": lambda shape, settings: Made(shape[-1:]),
    "BatchNormalization": _normalised,
    "LayerNormalization": _layer_normalised,
    "Lstm": _recurrent(4, 1),
    "Gru": _recurrent(3, 2),
    "LSTM": _recurrent(4, 1),
    "GRU": _recurrent(3, 2),
    "AttentionPooling": _attending,
    "Codebook": _codebook,
    **{f"Conv{rank}D": _convolution for rank in (1, 2, 3)},
    **{f"Conv{rank}DTranspose": _transposed for rank in (1, 2, 3)},
    **{f"{kind}Pooling{rank}D": _pooled for kind in ("Max", "Average") for rank in (1, 2, 3)},
    **{f"UpSampling{rank}D": _enlarged for rank in (1, 2, 3)},
    **{f"Cropping{rank}D": _cropped for rank in (1, 2, 3)},
    **{f"ZeroPadding{rank}D": _padded for rank in (1, 2, 3)},
    **dict.fromkeys(
        (
            *("Activation", "ReLU", "LeakyReLU", "Softmax", "Dropout", "GaussianNoise", "Add"),
            *("UntilLastWord", "ReversedSteps", "TopK"),
        ),
        _as_it_is,
    ),
}
