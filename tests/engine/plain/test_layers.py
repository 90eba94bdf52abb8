"""Layers of NumPy against sums that are written out."""

from __future__ import annotations

import itertools
import math

import numpy as np
import pytest
from numpy.typing import NDArray

from engine.plain import images, layers
from engine.plain.activations import ACTIVATIONS, erf

RANDOM = np.random.default_rng(0)


def numbers(*shape: int) -> NDArray[np.float32]:
    return RANDOM.standard_normal(shape).astype(np.float32)


def test_the_error_function_is_that_of_the_standard_library() -> None:
    x = np.linspace(-5, 5, 101, dtype=np.float32)
    np.testing.assert_allclose(erf(x), [math.erf(each) for each in x.tolist()], atol=3e-7)


def test_activations_stay_finite_where_their_formula_would_not() -> None:
    x = np.array([-90, -30, 0, 30], np.float32)
    for name in ACTIVATIONS.keys() - {"exponential"}:
        assert np.isfinite(ACTIVATIONS[name](x)).all(), name


def test_top_k_keeps_the_largest_and_all_that_are_as_large_as_the_last_of_them() -> None:
    found = layers.TopK(2).of(np.array([[1, 4, 3, 2], [5, 5, 5, 0]], np.float32))
    np.testing.assert_array_equal(found, [[0, 4, 3, 0], [5, 5, 5, 0]])


def test_a_codebook_gives_the_nearest_entry() -> None:
    entries, vectors = numbers(7, 3), numbers(4, 5, 3)
    apart = np.linalg.norm(vectors[..., None, :] - entries, axis=-1)
    np.testing.assert_array_equal(layers.Codebook(entries).of(vectors), entries[apart.argmin(axis=-1)])


def plain_convolution(
    x: NDArray[np.float32], kernel: NDArray[np.float32], stride: int, same: bool
) -> NDArray[np.float64]:
    """One output after the other; zeros around, one more behind than before."""
    size, side = kernel.shape[0], x.shape[1]
    places = -(-side // stride) if same else (side - size) // stride + 1
    before = max((places - 1) * stride + size - side, 0) // 2 if same else 0
    found = np.zeros((len(x), places, places, kernel.shape[-1]))
    for row, column, up, left in itertools.product(range(places), range(places), range(size), range(size)):
        at, beside = row * stride + up - before, column * stride + left - before
        if 0 <= at < side and 0 <= beside < side:
            found[:, row, column] += x[:, at, beside] @ kernel[up, left]
    return found


@pytest.mark.parametrize(("side", "size", "stride"), [(6, 3, 1), (7, 4, 2), (5, 1, 1)])
@pytest.mark.parametrize("same", [True, False])
def test_a_convolution_is_the_sum_over_its_window(side: int, size: int, stride: int, same: bool) -> None:
    x, kernel, bias = numbers(2, side, side, 3), numbers(size, size, 3, 4), numbers(4)
    layer = images.Convolution(kernel, bias, strides=(stride, stride), same=same)
    np.testing.assert_allclose(layer.of(x), plain_convolution(x, kernel, stride, same) + bias, atol=1e-5)


@pytest.mark.parametrize(("side", "size", "stride"), [(3, 4, 2), (4, 3, 2), (3, 2, 3)])
@pytest.mark.parametrize("same", [True, False])
def test_a_transposed_convolution_is_the_gradient_of_a_convolution(
    side: int, size: int, stride: int, same: bool
) -> None:
    kernel, x = numbers(size, size, 2, 3), numbers(1, side, side, 3)
    found = images.Transposed(kernel, strides=(stride, stride), same=same).of(x)
    back = plain_convolution(basis(found.shape[1], 2), kernel, stride, same)
    np.testing.assert_allclose(found.ravel(), np.tensordot(back, x[0], axes=3), atol=1e-5)


def basis(side: int, channels: int) -> NDArray[np.float32]:
    """Every picture in which one number is 1."""
    count = side * side * channels
    return np.eye(count, dtype=np.float32).reshape(count, side, side, channels)


def test_pooling_leaves_out_what_lies_outside() -> None:
    x = -np.ones((1, 3, 3, 1), np.float32)
    for mean in (False, True):
        layer = images.Pooling((2, 2), (2, 2), same=True, mean=mean)
        np.testing.assert_array_equal(layer.of(x), -np.ones((1, 2, 2, 1)))


def test_series_have_one_side() -> None:
    x = numbers(2, 5, 3)
    assert images.Convolution(numbers(3, 3, 4), strides=(1,), dilation=(1,)).of(x).shape == (2, 5, 4)
    assert images.Enlarged((2,)).of(x).shape == (2, 10, 3)
    assert images.Cropped(((1, 2),)).of(x).shape == (2, 2, 3)
    np.testing.assert_allclose(images.Overall(mean=True).of(x), x.mean(axis=1), atol=1e-6)
