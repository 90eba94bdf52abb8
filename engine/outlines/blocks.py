"""Blocks on paper: what a variant is handed in the place of `engine.nn.layers.Blocks`, to draw what it would build."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from math import prod
from typing import Any, NamedTuple

from engine.events import Layer
from engine.outlines.rules import RULES, Made, Shape


class Unknown(Exception):
    """A layer of which this module does not know what comes out; a run has to begin before it can be told."""


class Sheet(NamedTuple):
    """A tensor: its shape is all there is of it."""

    shape: Shape


Transform = Callable[[Sheet], Sheet]


class Network(NamedTuple):
    """An encoder, a decoder or a head: its layers in order, and what comes out."""

    layers: tuple[Layer, ...]
    outputs: tuple[Sheet, ...]


class Networks(NamedTuple):
    """All of them, as `engine.nn.networks.Networks`."""

    encoder: Network
    decoder: Network
    head: Network | None = None

    @property
    def layers(self) -> tuple[Layer, ...]:
        """The parameter table, as a run's first event has it."""
        return tuple(layer for each in self if each is not None for layer in each.layers)


class PaperBlocks:
    """Notes down the layers that are asked for, with the shapes between them; nothing is built.

    Its methods are those of `engine.nn.layers.Blocks` that `Variant.networks` may call, with the same arguments.
    """

    def __init__(self) -> None:
        self._noted: list[tuple[str, str, Made]] = []

    def layer(self, kind: str, /, **settings: Any) -> Transform:
        """Any layer by its name in `keras.layers`. Raises Unknown where there is no rule for it."""
        return self._layer(kind, kind, settings)

    def _layer(self, kind: str, rule: str, settings: dict[str, Any]) -> Transform:
        if rule not in RULES:
            raise Unknown(kind)

        def through(sheet: Sheet) -> Sheet:
            made = RULES[rule](sheet.shape, settings)
            self._noted.append((settings.get("name", kind.lower()), kind, made))
            return Sheet(made.shape)

        return through

    def dense(self, units: int, activation: str, *, name: str) -> Transform:
        """(n,) → (units,)."""
        return self.layer("Dense", units=units, activation=activation, name=name)

    def recurrent(self, cell: str, units: int, *, both: bool, sequences: bool, name: str) -> Transform:
        """(steps, n) → (steps, units), or without `sequences` (units,)."""
        kind = {"lstm": "Lstm", "gru": "Gru"}[cell]
        settings = {"units": units, "return_sequences": sequences, "directions": 1 + both, "name": name}
        return self._layer("Bidirectional" if both else kind, kind, settings)

    def reversed_steps(self, *, name: str) -> Transform:
        """(steps, n) → the same."""
        return self.layer("ReversedSteps", name=name)

    def until_last_word(self) -> Transform:
        """(words, n) → the same."""
        return self.layer("UntilLastWord", name="words")

    def mean_over_steps(self, *, name: str) -> Transform:
        """(steps, n) → (n,)."""
        return self.layer("GlobalAveragePooling1D", name=name)

    def attention_over_steps(self, *, name: str) -> Transform:
        """(steps, n) → (n,)."""
        return self.layer("AttentionPooling", name=name)

    def repeat(self, steps: int) -> Transform:
        """(n,) → (steps, n)."""
        return self.layer("RepeatVector", n=steps, name="repeat")

    def flatten(self, name: str = "flatten") -> Transform:
        """Any shape → (n,)."""
        return self.layer("Flatten", name=name)

    def reshape(self, shape: Shape, name: str = "image") -> Transform:
        """(n,) → `shape`."""
        return self.layer("Reshape", target_shape=shape, name=name)

    def residual(self, layers: Sequence[Transform], *, name: str) -> Transform:
        """x + what `layers` make of x."""
        add = self.layer("Add", name=name)
        return lambda sheet: add(_through(layers, sheet))

    def sequence(self, layers: Sequence[Transform]) -> Transform:
        """`layers`, one after the other, in the place of one."""
        return lambda sheet: _through(layers, sheet)

    def top_k(self, k: int, *, name: str) -> Transform:
        """(units,) → the same."""
        return self.layer("TopK", k=k, name=name)

    def codebook(self, entries: int, *, name: str, decay: float = 0.0) -> Transform:
        """(…, n) → the same."""
        return self.layer("Codebook", entries=entries, decay=decay, name=name)

    def size(self, shape: Shape) -> int:
        """Numbers in one item."""
        return prod(shape)

    def encoder(self, shape: Shape, layers: Sequence[Transform], outputs: Sequence[Transform] = ()) -> Network:
        """Items of `shape` through `layers`, and from there through each of `outputs`."""
        return self._network("encoder", shape, layers, outputs)

    def decoder(self, encoder: Network, layers: Sequence[Transform], output: str) -> Network:
        """Codes through `layers` and the activation `output` to items."""
        last = self.layer("Activation", activation=output, name="output")
        return self._network("decoder", encoder.outputs[0].shape, [*layers, last])

    def networks(self, encoder: Network, decoder: Network, head: Network | None = None) -> Networks:
        """Both halves, items → codes and codes → items, with `head`."""
        return Networks(encoder, decoder, head)

    def bag_of_words_head(self, encoder: Network, words: int) -> Network:
        """From codes to `words` numbers."""
        layers = [self.dense(words, "linear", name="logits"), self.layer("Activation", name="activation")]
        return self._network("bag_of_words", encoder.outputs[0].shape, layers)

    def _network(
        self, name: str, shape: Shape, layers: Sequence[Transform], outputs: Sequence[Transform] = ()
    ) -> Network:
        self._noted = []
        sheet = _through(layers, Sheet(shape))
        found = tuple(output(sheet) for output in outputs) or (sheet,)
        table = [
            Layer(network=name, name=each, kind=kind, output_shape=(None, *made.shape), parameters=made.parameters)
            for each, kind, made in self._noted
        ]
        return Network(tuple(table), found)


def _through(layers: Sequence[Transform], sheet: Sheet) -> Sheet:
    for layer in layers:
        sheet = layer(sheet)
    return sheet
