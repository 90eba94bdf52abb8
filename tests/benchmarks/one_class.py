"""One class at a time: how well a recipe tells all other classes, which it never saw, beside detectors on raw pixels.

    python tests/benchmarks/one_class.py --store FOLDER [--variant stacked] [--preset one-class] [--dataset mnist]
                                         [--seeds 3] [--score KEY]

Trains and asks as `aetui train VARIANT --preset PRESET --dataset DATA --normal CLASS --seed SEED` and `aetui detect RUN
--baselines` do, class by class and seed by seed, into a run store of its own, and prints a table for
docs/measurements.md. Runs that are there are not trained again, and those that were broken off go on.
"""

from __future__ import annotations

import argparse
from pathlib import Path
from queue import Empty, SimpleQueue
from statistics import mean, stdev
from typing import Any

import numpy as np

from engine import datasets, registry
from engine.anomalies import coherent_error
from engine.anomalies.detectors import DETECTORS
from engine.anomalies.judging import judged
from engine.anomalies.scores import Seen
from engine.errors import EngineError
from engine.events import EngineFailed, Event, RunFinished
from engine.kinds.arrays import arrays
from engine.queries.messages import Detect, Detection
from engine.runs.jobs import ResumeJob, TrainJob
from engine.runs.store import RunStore
from engine.session import Engine

PUBLISHED = {
    ("mnist", "Deep SVDD, published"): (98.0, 99.7, 91.7, 91.9, 94.9, 88.5, 98.3, 94.6, 93.9, 96.5),
}
"""AUROC in per cent by class, by data set and method: Ruff et al., ICML (2018) 4393-4402, table 1."""
FIRST_SEED = 11
DETECTED = ("pca", "pca-chosen", "forest", "neighbours")


class Session:
    """An engine that is waited for."""

    def __init__(self, store: RunStore, data_dir: Path | None) -> None:
        self.store = store
        self._events: SimpleQueue[Event] = SimpleQueue()
        self._engine = Engine(self._events.put, store, data_dir=data_dir)
        self._engine.start()

    def trained(self, job: TrainJob, name: str) -> str:
        """The id of the run called `name`; where it has not come to its end yet, it is trained now."""
        there = next((run for run in self.store.runs() if run.name == name), None)
        if there is not None and there.status == "completed":
            return there.id
        run_id = self._engine.submit(ResumeJob(run_id=there.id) if there else job)
        while True:
            event = self._events.get()
            if isinstance(event, EngineFailed):
                raise EngineError(event.title, event.message)
            if isinstance(event, RunFinished) and event.run_id == run_id:
                return run_id

    def answered(self, query: Detect) -> Detection:
        """The answer."""
        found: Any = self._engine.query(query).result()
        while True:  # what happened meanwhile is of no interest
            try:
                self._events.get_nowait()
            except Empty:
                return found  # type: ignore[no-any-return]


def blurred_pca(options: argparse.Namespace, normal: str, size: int) -> float:
    """AUROC of the coherent error behind `size` principal components: what of a result is the score's, not the
    network's."""
    from sklearn.decomposition import PCA

    seen = arrays(datasets.load(options.dataset, options.data_dir)).only(normal).with_validation(0.1)
    train, test = (seen.as_floats(part.items[:]) for part in (seen.train, seen.test))
    fitted = PCA(size, random_state=0).fit(train.reshape(len(train), -1))
    flat = test.reshape(len(test), -1)
    outputs = fitted.inverse_transform(fitted.transform(flat)).reshape(test.shape).astype(np.float32)
    errors = coherent_error.numbers(Seen(test, test, None, np.zeros((len(test), 0), np.float32), outputs))
    area = judged(errors.mean(axis=(1, 2, 3)), seen.test.labels != seen.classes.index(normal)).auroc
    assert area is not None
    return area


def areas(session: Session, options: argparse.Namespace) -> dict[str, list[list[float]]]:
    """AUROC in per cent: by method, by class, by seed; of detectors, which are fitted once, one."""
    classes = datasets.dataset(options.dataset).classes
    found: dict[str, list[list[float]]] = {}
    for seed in range(FIRST_SEED, FIRST_SEED + options.seeds):
        for number, name in enumerate(classes):
            rows = areas_of(session, options, number, name, seed)
            print(
                f"{name} seed {seed}: " + ", ".join(f"{row} {100 * area:.2f}" for row, area in rows.items()), flush=True
            )
            for row, area in rows.items():
                found.setdefault(row, [[] for _ in classes])[number].append(100 * area)
    return found


def areas_of(session: Session, options: argparse.Namespace, number: int, name: str, seed: int) -> dict[str, float]:
    """AUROC by method, of one class and one seed; of detectors with the first seed only."""
    called = f"{options.variant}-{options.preset}-{options.dataset}-{number}-seed{seed}"
    job = TrainJob(
        variant=options.variant,
        dataset=options.dataset,
        preset=options.preset,
        config={"normal": name, "seed": seed},
        name=called,
    )
    run_id, rows = session.trained(job, called), {}
    for score in dict.fromkeys((options.score, "error")):
        beside = DETECTED if not rows and seed == FIRST_SEED else ()
        answer = session.answered(Detect(run_id=run_id, score=score, baselines=beside))
        rows[f"{options.variant}, {options.preset}, score {answer.score}"] = answer.auroc or 0.0
        rows |= {DETECTORS[each.key].label: each.auroc or 0.0 for each in answer.baselines}
    if seed == FIRST_SEED:
        for size in (16, 32):
            rows[f"PCA, {size} components, score coherent"] = blurred_pca(options, name, size)
    return rows


def table(found: dict[str, list[list[float]]], dataset: str) -> list[str]:
    """In Markdown: by class mean ± sd over seeds, then the mean over classes with the sd of the seeds' means."""
    classes = datasets.dataset(dataset).classes
    lines = ["| method | " + " | ".join(classes) + " | mean |", "|---" * (len(classes) + 2) + "|"]
    for method, by_class in found.items():
        means = [mean(of_seed) for of_seed in zip(*by_class, strict=True)]
        cells = [*map(spread, by_class), f"**{spread(means, 2)}**"]
        lines.append(f"| {method} | " + " | ".join(cells) + " |")
    for (of, method), figures in PUBLISHED.items():
        if of == dataset:
            lines.append(f"| {method} | " + " | ".join(f"{each:.1f}" for each in figures) + f" | {mean(figures):.1f} |")
    return lines


def spread(values: list[float], digits: int = 1) -> str:
    """Mean and, of several, the sample standard deviation."""
    told = f"{mean(values):.{digits}f}"
    return f"{told} ± {stdev(values):.{digits}f}" if len(values) > 1 else told


def main() -> None:
    parser = argparse.ArgumentParser(description="AUROC of one class against all others, class by class.")
    parser.add_argument("--store", type=Path, required=True, help="where the runs are kept")
    parser.add_argument("--data-dir", type=Path, help="a folder with data sets")
    parser.add_argument("--variant", default="stacked")
    parser.add_argument("--preset", default="one-class")
    parser.add_argument("--dataset", default="mnist")
    parser.add_argument("--score", default="", help="default: that of the preset")
    parser.add_argument("--seeds", type=int, default=3)
    options = parser.parse_args()
    registry.preset(options.variant, options.preset)
    options.store.mkdir(parents=True, exist_ok=True)
    print(*table(areas(Session(RunStore(options.store), options.data_dir), options), options.dataset), sep="\n")


if __name__ == "__main__":
    main()
