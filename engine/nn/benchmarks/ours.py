"""Our side: the steps of a run, as the engine's thread takes them."""

from __future__ import annotations

import time
from typing import Any

import numpy as np

from engine.backend import Checkpoint, Position
from engine.benchmarks.results import OURS
from engine.benchmarks.turns import Block
from engine.events import Progress
from engine.nn.benchmarks.task import Task
from engine.nn.chunks import StepRange
from engine.nn.feed import USUAL, feed
from engine.nn.graph_cache import Graphs
from engine.nn.model import copied, noise_seeds
from engine.nn.order import Epoch
from engine.nn.trainer import Trainer


class Ours:
    """From one report of progress to the next; what lies between epochs, validation and a look at the model, is left
    out."""

    name, note = OURS, ""

    def __init__(self, task: Task, precision: str) -> None:
        self.precision = precision
        self._task = task
        self._config = task.at(precision)
        self._graphs = Graphs(task.variant, self._config, task.data, task.items)
        self._reports: Any = None

    def reached(self, steps: int) -> float:
        """As `Side`."""
        task = self._task
        stage = self._graphs.stage(task.stage, task.steps)
        train = feed(task.data.train.items, task.items, task.batch, USUAL, shuffle=False)
        key = Epoch(self._config.seed, len(task.stages) - 1, self._begin.epoch)
        held = None
        while held is None:
            held = train.held(key, 0)
        chosen = StepRange(0, steps, 0, task.batch, epochs=self._begin.epoch - 1, per_step=1 / task.steps)
        found = stage.chunks.run(held, chosen, noise_seeds(*key), learn=True)
        return float(np.mean(found.terms[-(steps // 4) :, 0]))

    def block(self, seconds: float) -> Block:
        """As `Side`. The first chunk does not count: the other side had the processor before it."""
        if self._reports is None:
            self._reports = self._started().run()
        steps, spent, before = 0, 0.0, None
        while True:
            began = time.perf_counter()
            report = next(self._reports)
            took = time.perf_counter() - began
            if not isinstance(report, Progress):
                continue
            if before is not None and report.epoch == before.epoch and report.step > before.step:
                steps, spent = steps + report.step - before.step, spent + took
                if spent >= seconds:
                    return Block(steps, spent)
            before = report

    @property
    def _begin(self) -> Position:
        """Where the last stage begins."""
        stages = self._task.stages
        return Position(stage=len(stages) - 1, epoch=1 + sum(stage.epochs for stage in stages[:-1]))

    def _started(self) -> Trainer:
        """A run whose earlier stages are thought to be done."""
        task, graphs = self._task, self._graphs
        graphs.begin()
        checkpoint = None
        if len(task.stages) > 1:
            checkpoint = Checkpoint(arrays=copied(graphs.autoencoder.networks.variables), position=self._begin)
        return Trainer(task.variant, self._config, task.data, checkpoint, graphs=graphs)
