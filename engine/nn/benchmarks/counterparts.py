"""A variant's networks and loss for another library: the graph of its layers, and a model that runs them there.

A variant's loss is the variant's own: it asks its model for codes, answers and formulas, and does not see whose tensors
they are.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

import keras
import numpy as np
from numpy.typing import NDArray

from engine.nn.benchmarks.fit import plain
from engine.nn.benchmarks.task import Task
from engine.nn.formulas import Formulas
from engine.nn.model import built
from engine.nn.networks import Batch, Tensor, Weighted

LAYERS: Mapping[str, tuple[str, ...]] = {
    "Dense": ("activation",),
    "Conv2D": ("strides", "padding", "activation"),
    "MaxPooling2D": ("pool_size",),
    "UpSampling2D": ("size",),
    "Cropping2D": ("cropping",),
    "Flatten": (),
    "Reshape": ("target_shape",),
    "Activation": ("activation",),
    "Identity": (),
}
"""Kinds of layers that have counterparts, and what of them decides what they do."""


class Lacking(Exception):
    """The argument says what a library is not told how to do, or cannot."""


class Node(NamedTuple):
    """One layer: from tensor `given` to tensor `answer`, with `weights`, numbers in a list of all."""

    kind: str
    settings: dict[str, Any]
    weights: tuple[int, ...]
    given: int
    answer: int


class Graph(NamedTuple):
    """Layers of a network in the order in which they are called; `given` and `outputs` are tensors by their numbers."""

    nodes: tuple[Node, ...]
    given: int
    outputs: dict[str, int]
    before_last: int
    """What the last layer is given."""


class Library(Formulas):
    """Another library's operations."""

    def layer(self, node: Node, x: Tensor, weights: Sequence[Tensor]) -> Tensor:
        """What the layer makes of `x`, (batch, …) with channels last, in the precision of the side."""
        raise NotImplementedError

    def float32(self, x: Tensor) -> Tensor:
        """The same numbers as float32."""
        raise NotImplementedError

    def normal(self, like: Tensor, keys: Any, *, fresh: bool = True) -> Tensor:
        """As `Blocks.normal`, of the library's own generator."""
        raise NotImplementedError

    @property
    def blocks(self) -> Library:
        """The formulas, where a model has them."""
        return self


class Counterpart:
    """A variant's networks in another library (see `engine.nn.autoencoder.Autoencoder`)."""

    def __init__(self, halves: Halves, library: Library, weights: Sequence[Tensor]) -> None:
        self._halves, self._weights = halves, weights
        self.blocks, self.ops = library, library.ops
        self.config, self.shape = halves.task.config, halves.task.data.shape

    def outputs(self, items: Tensor) -> dict[str, Tensor]:
        """By name, float32."""
        encoder = self._halves.encoder
        found = self._run(encoder, items)
        return {name: self.blocks.float32(found[number]) for name, number in encoder.outputs.items()}

    def encode(self, items: Tensor) -> Tensor:
        """Codes, float32."""
        return next(iter(self.outputs(items).values()))

    def decode(self, codes: Tensor) -> Tensor:
        """Items, float32."""
        decoder = self._halves.decoder
        return self.blocks.float32(self._run(decoder, codes)[next(iter(decoder.outputs.values()))])

    def logits(self, codes: Tensor) -> Tensor:
        """As `decode`, before the output activation."""
        decoder = self._halves.decoder
        return self.blocks.float32(self._run(decoder, codes)[decoder.before_last])

    def _run(self, graph: Graph, x: Tensor) -> dict[int, Tensor]:
        found = {graph.given: x}
        for node in graph.nodes:
            weights = [self._weights[number] for number in node.weights]
            found[node.answer] = self.blocks.layer(node, found[node.given], weights)
        return found


class Halves:
    """A task's networks as graphs, with the weights that all sides begin with.

    Raises:
        Lacking: a layer, or what counts in the loss, has none.
    """

    def __init__(self, task: Task) -> None:
        self.task = task
        if task.weighted:
            raise Lacking("no counterpart of items of which places count differently")
        twin = built(task.variant, task.config, task.data.shape)
        networks = plain(task.variant.stage_networks(twin, task.stage).trained, "float32")
        if networks.head is not None:
            raise Lacking("no counterpart of a head beside both halves")
        self.weights: list[NDArray[np.float32]] = []
        self.encoder = self._graph(networks.encoder)
        self.decoder = self._graph(networks.decoder)
        optimizer = task.variant.optimizer(twin, task.stage.epochs * task.steps)
        self.adam = Adam(
            rate=float(np.asarray(optimizer.learning_rate)),
            clip_norm=optimizer.global_clipnorm or 0.0,
            beta_1=optimizer.beta_1,
            beta_2=optimizer.beta_2,
            epsilon=optimizer.epsilon,
        )

    @property
    def arrays(self) -> tuple[NDArray[Any], NDArray[Any]]:
        """What the encoder sees and what it should answer, bytes where that is what lies there."""
        compact = self.task.data.train.items[:]
        if self.task.data.paired or compact.dtype != np.uint8:
            return self.task.seen, self.task.targets
        return (self.task.seen if self.task.variant.noise(self.task.config) else compact), compact

    def loss(self, library: Library, weights: Sequence[Tensor], seen: Tensor, target: Tensor, keys: Any) -> Tensor:
        """That of the variant for one batch."""
        batch = Batch(seen, target, keys, 0.0, self.task.stage.name)
        model: Any = Counterpart(self, library, weights)
        terms = self.task.variant.loss_terms(model, batch).values()
        return sum(term.weight * term.value if isinstance(term, Weighted) else term for term in terms)

    def _graph(self, model: keras.Model) -> Graph:
        numbers: dict[int, int] = {}

        def number(tensor: Any) -> int:
            return numbers.setdefault(id(tensor), len(numbers))

        nodes = []
        for layer in model.operations:
            if isinstance(layer, keras.layers.InputLayer):
                continue
            kind = type(layer).__name__
            if kind not in LAYERS:
                raise Lacking(f"no counterpart of the layer {layer.name}, a {kind}")
            settings = {name: value for name, value in layer.get_config().items() if name in LAYERS[kind]}
            first = len(self.weights)
            self.weights.extend(layer.get_weights())
            weights = tuple(range(first, len(self.weights)))
            nodes.append(Node(kind, settings, weights, number(layer.input), number(layer.output)))
        outputs = dict(zip(model.output_names, map(number, model.outputs), strict=True))
        return Graph(tuple(nodes), number(model.input), outputs, number(model.layers[-1].input))


class Adam(NamedTuple):
    """As Keras writes it."""

    rate: float
    clip_norm: float
    beta_1: float
    beta_2: float
    epsilon: float


class Operations:
    """A library's module with the names of `keras.ops`; `others` are functions that it calls otherwise."""

    def __init__(self, module: Any, **others: Callable[..., Tensor]) -> None:
        self._module, self._others = module, others

    def __getattr__(self, name: str) -> Any:
        found = self._others.get(name) or getattr(self._module, name, None)
        if found is None:
            raise Lacking(f"no counterpart of `{name}` in the loss")
        return found
