"""The whole comparison of one variant after the other (see `engine.benchmarks.asking`)."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

import psutil

from engine import registry
from engine.benchmarks.asking import Ask
from engine.benchmarks.material import material
from engine.benchmarks.results import Case, Comparison, rows
from engine.benchmarks.turns import Block, Side, rounds
from engine.nn import runtime

ROUNDS = 3
PACKAGES = ("tensorflow", "keras", "jax", "torch")
FULL, HALF = "float32", "mixed_bfloat16"
NO_HALF = (
    f"{HALF} is not timed: this processor has no instructions for it; --set precision={HALF} times it all the same"
)


def compared(asks: list[Ask], device: str, data_dir: Path | None, tell: Callable[[str], None]) -> Iterator[Comparison]:
    """As `engine.benchmarks.asking.compared`."""
    load = os.getloadavg()[0] if hasattr(os, "getloadavg") else None
    tell("TensorFlow is being loaded")
    name = runtime.load(device)

    from engine.nn.memory import enough_memory
    from engine.nn.release import release

    for ask in asks:
        with enough_memory(ask.config):
            found = _Comparing(ask, data_dir, tell)
            try:
                found.run()
            except KeyboardInterrupt:
                if found.blocks:
                    yield found.told(name, load)
                raise
        yield found.told(name, load)
        del found
        release()


class _Comparing:
    """One variant."""

    def __init__(self, ask: Ask, data_dir: Path | None, tell: Callable[[str], None]) -> None:
        self._ask, self._data_dir = ask, data_dir
        self._say = tell
        self.blocks: list[list[Block]] = []
        self._losses: list[float | None] = []
        self._sides: list[Side] = []
        self._missing: list[str] = []
        self._others: float | None = None

    def _tell(self, text: str) -> None:
        self._say(f"{self._ask.variant}: {text}")

    def run(self) -> None:
        """All of it; KeyboardInterrupt leaves what was done by then."""
        from engine.nn.benchmarks.counterparts import Lacking
        from engine.nn.benchmarks.sides import halves, sides
        from engine.nn.benchmarks.task import Task

        ask = self._ask
        self._tell("data")
        variant = registry.variant(ask.variant)
        self._material = material(variant, ask.config, ask.dataset, self._data_dir)
        self._tell("networks")
        self._task = task = Task(variant, ask.config, self._material.data)
        precisions: tuple[str, ...] = (ask.config.precision,)
        if ask.config.precision == "auto":
            precisions = (FULL, HALF) if halves() else (FULL,)
            self._missing.extend([] if halves() else [NO_HALF])
        made: list[Side] = []
        for one in sides(task, precisions, ask.against, self._missing.append):
            self._tell(f"{one.name} in {one.precision} is compiled and checked")
            try:
                loss = one.reached(task.checked)
            except Lacking as lacking:
                self._missing.append(f"{one.name}: {lacking}")
                continue
            self._losses.append(loss)
            made.append(one)
        self._sides = made
        before = _Processors()
        try:
            for found in rounds(made, ROUNDS, ask.seconds / ROUNDS, self._tell):
                self.blocks.append(found)
        finally:
            self._others = before.others()

    def told(self, device: str, load: float | None) -> Comparison:
        """What is there by now."""
        task, ask = self._task, self._ask
        case = Case(
            variant=ask.variant,
            preset=ask.preset,
            data=self._material.told,
            items=task.steps * task.batch,
            batch=task.batch,
            gflop=task.gflop,
            checked=task.checked,
        )
        return Comparison(
            case=case,
            rows=rows(case, self._sides, self._losses, self.blocks),
            missing=tuple(self._missing),
            device=device,
            versions=", ".join(_versions()),
            load=load,
            others=self._others,
            cores=len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1,
            complete=len(self.blocks) == ROUNDS,
        )


class _Processors:
    """Who has had them since it was made."""

    def __init__(self) -> None:
        self._began = self._now()

    def others(self) -> float:
        """Cores that others than this process and its children had, on average."""
        wall, all_, own = (now - before for now, before in zip(self._now(), self._began, strict=True))
        return max(0.0, (all_ - own) / max(wall, 1e-3))

    def _now(self) -> tuple[float, float, float]:
        times: Any = psutil.cpu_times()
        busy = sum(times) - times.idle - getattr(times, "iowait", 0) - getattr(times, "guest", 0)
        own: Any = psutil.Process().cpu_times()
        return time.perf_counter(), busy, own.user + own.system + own.children_user + own.children_system


def _versions() -> Iterator[str]:
    for name in PACKAGES:
        try:
            yield f"{name} {version(name)}"
        except PackageNotFoundError:
            continue
