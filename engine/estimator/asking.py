"""Questions of a program to its run, a block of items at a time: answers for any number of them."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from engine.datasets.array_data import as_floats
from engine.datasets.data import in_blocks
from engine.queries.messages import Codes, Decode, Encode, Reconstruct, Reconstruction, Sample, Weights

if TYPE_CHECKING:
    from engine.estimator.shared import Shared

Floats = NDArray[np.float32]
BLOCK = 10_000
"""Codes that are decoded with one question."""


class Model:
    """A run of an engine of this process, as a model to be asked. All methods raise EngineError."""

    def __init__(self, shared: Shared, run_id: str, weights: Weights | None) -> None:
        self._shared, self._run_id, self._weights = shared, run_id, weights

    def codes(self, items: NDArray[Any]) -> Floats:
        """Of items, (count, code size)."""
        found: list[Floats] = []

        def take(piece: Codes) -> None:
            found.append(piece.codes)

        seen = items if items.dtype == np.uint8 else as_floats(items)
        end = self._shared.ask(Encode(run_id=self._run_id, weights=self._weights, inputs=seen, into=take))
        return np.concatenate([*found, end.codes])

    def codes_of_texts(self, texts: tuple[str, ...]) -> Floats:
        """Of sentences, for a model of text."""
        answer: Codes = self._shared.ask(Encode(run_id=self._run_id, weights=self._weights, texts=texts))
        return answer.codes

    def errors(self, items: NDArray[Any]) -> Floats:
        """Each item's mean squared error, (count,), over what of it is known, as the network sees it."""
        return self._reconstructed(items, lambda piece: piece.errors)

    def outputs(self, items: NDArray[Any]) -> Floats:
        """What it makes of items, (count, …)."""
        return self._reconstructed(items, lambda piece: piece.outputs)

    def decoded(self, codes: Floats) -> Floats:
        """Items for codes."""
        pieces = [
            self._shared.ask(Decode(run_id=self._run_id, weights=self._weights, codes=codes[block])).images
            for block in in_blocks(codes, BLOCK)
        ]
        return np.concatenate(pieces)

    def sampled(self, count: int, temperature: float, seed: int) -> Floats:
        """Items for codes that are drawn from the prior."""
        query = Sample(run_id=self._run_id, weights=self._weights, count=count, temperature=temperature, seed=seed)
        found: Floats = self._shared.ask(query).images
        return found

    def _reconstructed(self, items: NDArray[Any], wanted: Callable[[Reconstruction], Floats]) -> Floats:
        found: list[Floats] = []

        def take(piece: Reconstruction) -> None:
            found.append(wanted(piece))

        query = Reconstruct(run_id=self._run_id, weights=self._weights, inputs=items, noise=False, into=take)
        end = wanted(self._shared.ask(query))
        return np.concatenate([*found, end])
