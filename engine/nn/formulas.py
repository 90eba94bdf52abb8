"""The formulas of losses, in the operations of whichever library has them."""

from __future__ import annotations

from typing import Any

from engine.nn.networks import Tensor, Weighted


class Formulas:
    """What variants' losses are made of beside `ops`."""

    ops: Any
    """`keras.ops`, or what has functions of these names for tensors of another library."""

    def squared_error(self, target: Tensor, output: Tensor, weights: Tensor | None = None) -> Tensor:
        """Mean of (x - x̂)² over batch and pixels; with `weights` as `mean_of_known`."""
        return self.mean_of_known(self.ops.square(target - output), weights)

    def mean_of_known(self, values: Tensor, weights: Tensor | None) -> Tensor:
        """Mean of all `values`, or of those with the weight 1 (see `Batch.weights`), a scalar."""
        return self.ops.mean(values) if weights is None else self.weighted_mean(values, weights)

    def weighted_mean(self, values: Tensor, weights: Tensor) -> Tensor:
        """Σ w v / Σ w, a scalar."""
        return self.ops.sum(weights * values) / self.ops.maximum(self.ops.sum(weights), 1e-6)

    def mean_over_batch(self, means: Tensor) -> Tensor:
        """`means` over the items of `loss_terms` as means over the whole batch, which several devices may share; a
        term that is no mean itself but made of some needs it."""
        return means

    def total_over_batch(self, sums: Tensor) -> Tensor:
        """`sums` over the items of `loss_terms` as sums over the whole batch, likewise."""
        return sums

    def binary_cross_entropy(self, target: Tensor, logits: Tensor) -> Tensor:
        """-x ln σ(l) - (1 - x) ln(1 - σ(l)) of each number, the shape of `target`; exact for logits of any size."""
        return self.ops.maximum(logits, 0) - logits * target + self.ops.log1p(self.ops.exp(-self.ops.abs(logits)))

    def kl_to_standard_normal(self, mean: Tensor, log_variance: Tensor) -> Tensor:
        """KL(N(µ, σ²) ‖ N(0, 1)) of each number, nats (Kingma & Welling 2014, appendix B)."""
        return -0.5 * (1 + log_variance - self.ops.square(mean) - self.ops.exp(log_variance))

    def weighted(self, value: Tensor, weight: Tensor) -> Weighted:
        """A loss term reported as it is that counts `weight` times."""
        return Weighted(value, weight)

    def reported(self, value: Tensor) -> Weighted:
        """A scalar that is shown among the loss terms and counts nothing."""
        return Weighted(self.ops.stop_gradient(value), 0.0)
