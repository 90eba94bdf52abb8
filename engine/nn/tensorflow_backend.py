"""The computing side of the engine (`engine.backend.Backend`), on TensorFlow."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray

from engine.backend import Checkpoint, Model, Training, Tuning
from engine.datasets.data import Data
from engine.kinds.reading import Reading
from engine.nn import runtime
from engine.params import TrainingConfig
from engine.variants.variant import Variant
from engine.workers.cluster import Cluster, PeerLost


class KerasBackend:
    """Loads TensorFlow when made. Keras keeps its state per thread: make and use it on one thread only."""

    def __init__(self, device: str = "auto", cluster: Cluster | None = None) -> None:
        """`cluster`: the processes that train together, of which this is one. Raises as `runtime.load` and
        `team.joined`."""
        self.device = runtime.load(device)

        from engine.nn import distribution, team
        from engine.nn.graph_cache import GraphCache

        self._team = team.joined(cluster, self.device) if cluster else None
        self._graph_cache = GraphCache(None if self._team else distribution.here())
        if self._team:
            self.device = f"{len(self._team.cluster.addresses)} workers, each on {self.device}"

    @property
    def recurrent_loop(self) -> str:
        """As `engine.backend.Backend`; on a GPU a small layer is run to find out."""
        from engine.nn.recurrent import loop

        return loop()

    def training(
        self, variant: Variant[Any], config: TrainingConfig, data: Data, checkpoint: Checkpoint | None
    ) -> Training:
        """As `engine.backend.Backend`, on the graph of an earlier run with these settings and data if one is kept."""
        from engine.nn.memory import enough_memory
        from engine.nn.precision import decided
        from engine.nn.trainer import Trainer

        with enough_memory(config):
            config, notes = decided(variant, config, data)
            if self._team is not None:
                return self._together(variant, config, data, checkpoint, notes)
            graphs = self._graph_cache.take(variant, config, data)
            training = Trainer(variant, config, data, checkpoint, notes, graphs)
            self._graph_cache.used(graphs, training)
            return training

    def _together(
        self,
        variant: Variant[Any],
        config: TrainingConfig,
        data: Data,
        checkpoint: Checkpoint | None,
        notes: tuple[str, ...],
    ) -> Training:
        """With the other processes. Nothing is kept for the next run: which of them keep what, nobody could tell."""
        from engine.nn.graph_cache import Graphs
        from engine.nn.orders import Begin
        from engine.nn.trainer import Trainer

        team = self._team
        assert team is not None
        begin = Begin(
            run=f"the chief's run of {variant.key}",
            variant=variant.key,
            config=msgspec.to_builtins(config),
            dataset=data.key,
            fingerprint=data.fingerprint,
        )
        with team.together(begin):
            graphs = Graphs(variant, config, data, distribution=team.distribution)
        return Trainer(variant, config, data, checkpoint, notes, graphs, team=team)

    def follow(self, load: Callable[[str, Reading], Data]) -> int:
        """Of one of several processes that is not their chief: see `engine.nn.following.follow`."""
        from engine.nn.following import follow

        assert self._team is not None
        return follow(self._team, load)

    def dismiss(self, status: int) -> int:
        """Of their chief: let the others end with that exit status, from any thread, when nothing runs any more.
        Returns the one to end with: where a process is gone, that which asks for all to be started anew."""
        from engine.nn.orders import Leave

        if self._team is not None and not self._team.broken:
            self._team.dismiss(Leave(status=status))
        return PeerLost.exit_code if self._team is not None and self._team.broken else status

    def model(
        self, variant: Variant[Any], config: TrainingConfig, shape: tuple[int, ...], checkpoint: Checkpoint
    ) -> Model:
        """As `engine.backend.Backend`, in networks that are built for it alone."""
        from engine.nn.memory import enough_memory
        from engine.nn.model import KerasModel

        with enough_memory(config):
            return KerasModel.load(variant, config, shape, checkpoint)

    def tuning(
        self, variant: Variant[Any], config: TrainingConfig, data: Data, checkpoint: Checkpoint, classes: int
    ) -> Tuning:
        """As `engine.backend.Backend`, in networks that are built for it alone."""
        from engine.nn.finetuning import FineTuning
        from engine.nn.memory import enough_memory

        with enough_memory(config):
            return FineTuning(variant, config, data, checkpoint, classes)

    def corrupted(
        self, variant: Variant[Any], config: TrainingConfig, items: NDArray[np.float32]
    ) -> NDArray[np.float32]:
        """As `engine.backend.Backend`; the networks that it takes are not looked at."""
        from engine.nn.model import KerasModel, built

        plain = msgspec.structs.replace(config, precision="float32")  # what is to be measured matters to layers only
        return KerasModel(variant, built(variant, plain, items.shape[1:])).corrupted(items)

    def ssim(self, images: NDArray[np.float32], others: NDArray[np.float32]) -> NDArray[np.float32]:
        """As `engine.backend.Backend`."""
        from engine.nn.quality import ssim

        return ssim(images, others)

    def release(self) -> None:
        """See `engine.nn.release.release`."""
        from engine.nn.release import release

        release()
