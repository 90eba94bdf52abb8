"""Faults that were put into runs on purpose: how many are named, how many are cured, and how often a healthy run is
called ill.

python tests/faults/seeded_faults.py [--seeds 5] [--first 1] [--only KEY,…] [--healthy-only | --faults-only] [--to FILE]

Small data, one process, one run after the other: some twenty minutes on two cores. Nothing of the user's own store,
data or cache is touched.
"""

from __future__ import annotations

import argparse
import csv
import json
import os
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from queue import SimpleQueue
from typing import Any, NamedTuple

HOME = Path(tempfile.mkdtemp(prefix="seeded-faults-"))
if __name__ == "__main__":  # before anything asks where the user's data lie
    os.environ |= {name: str(HOME / name.lower()) for name in ("XDG_DATA_HOME", "XDG_CACHE_HOME", "XDG_CONFIG_HOME")}

import numpy as np  # noqa: E402

from engine import registry  # noqa: E402
from engine.cures.diagnosis import Finding, Subject, diagnosed, subject  # noqa: E402
from engine.cures.trial import Trial  # noqa: E402
from engine.cures.verdict import Verdict  # noqa: E402
from engine.datasets.own import adding, records  # noqa: E402
from engine.events import EngineFailed, RunCancelled, RunFinished  # noqa: E402
from engine.runs.jobs import Job, TrainJob  # noqa: E402
from engine.runs.store import RunStore  # noqa: E402
from engine.session import Engine  # noqa: E402


class Fault(NamedTuple):
    """A run that something is wrong with."""

    label: str
    named: tuple[str, ...]
    """Which findings name it."""
    variant: str
    preset: str
    dataset: str
    config: dict[str, Any]


class Healthy(NamedTuple):
    """A run of a preset as it is shipped."""

    variant: str
    preset: str
    dataset: str


SMALL = "digits-8"
FAULTS: tuple[Fault, ...] = (
    Fault(
        "dead units",
        ("dead_units",),
        "vanilla",
        "small",
        SMALL,
        {"activation": "relu", "learning_rate": 0.1, "schedule": "constant", "epochs": 30},
    ),
    Fault(
        "units silenced by the penalty",
        ("dead_units",),
        "sparse",
        "small",
        SMALL,
        {"activation": "relu", "penalty": "l1", "l1": 0.3, "epochs": 30},
    ),
    Fault("posterior collapse", ("collapsed",), "variational", "small", SMALL, {"beta": 30.0, "epochs": 30}),
    Fault(
        "KL vanishing from the start",
        ("collapsed",),
        "variational",
        "small",
        SMALL,
        {"likelihood": "gaussian", "beta": 4.0, "epochs": 30},
    ),
    Fault(
        "diverging",
        ("diverging", "overshot"),
        "vanilla",
        "small",
        SMALL,
        {
            "output": "linear",
            "reconstruction": "mse",
            "learning_rate": 10.0,
            "schedule": "constant",
            "epochs": 30,
        },
    ),
    Fault(
        "exploding to no number",
        ("diverging",),
        "variational",
        "small",
        SMALL,
        {"learning_rate": 3.0, "clip_norm": 0.0, "schedule": "constant", "epochs": 30},
    ),
    Fault("unscaled input", ("unscaled",), "vanilla", "table", "cancer-raw", {"epochs": 40}),
    Fault(
        "a penalty that does nothing",
        ("idle_penalty",),
        "sparse",
        "small",
        SMALL,
        {"activation": "relu", "penalty": "l1", "l1": 1e-8, "epochs": 30},
    ),
    Fault(
        "rate too high",
        ("rate_high", "stuck", "diverging"),
        "vanilla",
        "small",
        SMALL,
        {"learning_rate": 1.0, "schedule": "constant", "epochs": 30},
    ),
    Fault(
        "rate too low",
        ("rate_low",),
        "vanilla",
        "small",
        SMALL,
        {"learning_rate": 1e-5, "schedule": "constant", "epochs": 30},
    ),
    Fault(
        "code too large for the data",
        ("code_large",),
        "autorec",
        "tuned",
        "few-ratings",
        {"hidden_dim": 300, "weight_penalty": 0.0, "batch_size": 10, "learning_rate": 0.005, "epochs": 60},
    ),
    Fault(
        "noise too strong",
        ("noise_strong",),
        "denoising",
        "small",
        SMALL,
        {"noise_std": 4.0, "epochs": 30},
    ),
)
HEALTHY: tuple[Healthy, ...] = (
    *(
        Healthy(variant, "small", "digits")
        for variant in (
            "vanilla",
            "sparse",
            "denoising",
            "stacked",
            "convolutional",
            "variational",
            "contractive",
            "vq",
        )
    ),
    *(Healthy(variant, "table", "wine") for variant in ("vanilla", "sparse", "denoising", "stacked", "variational")),
    Healthy("contractive", "table", "wine"),
    *(Healthy(variant, "small", "digits") for variant in ("vanilla", "stacked", "recurrent")),
    *(Healthy(variant, "table", "cancer") for variant in ("vanilla", "variational")),
    Healthy("autorec", "tuned", "made-ratings"),
)
"""Twenty, each with a seed of its own."""


def bring_data() -> None:
    """Data that scikit-learn brings along, as a user would bring them."""
    from sklearn import datasets

    folder = HOME / "files"
    folder.mkdir(exist_ok=True)
    digits = datasets.load_digits()
    np.savez(folder / "digits.npz", images=(digits.images * 15.9).astype(np.uint8)[..., None], labels=digits.target)
    _add(SMALL, folder / "digits.npz", "", {})
    for name, bunch in (("wine", datasets.load_wine()), ("cancer", datasets.load_breast_cancer())):
        with (folder / f"{name}.csv").open("w", newline="") as file:
            table = csv.writer(file)
            table.writerow(bunch.feature_names)
            table.writerows(bunch.data.tolist())
        for suffix, normalise in (("", "standard"), ("-raw", "none")):
            _add(name + suffix, folder / f"{name}.csv", "vectors", {"normalise": normalise})
    random = np.random.default_rng(3)
    users, items = random.normal(size=(150, 3)), random.normal(size=(60, 3))
    liked = np.clip(np.round(3 + users @ items.T * 0.8 + random.normal(size=(150, 60)) * 0.4), 1, 5).astype(int)
    with (folder / "ratings.csv").open("w", newline="") as file:
        table = csv.writer(file)
        table.writerow(("user", "item", "rating"))
        table.writerows((u, i, liked[u, i]) for u in range(150) for i in range(60) if random.random() < 0.25)
    _add("few-ratings", folder / "ratings.csv", "ratings", {})


def _add(name: str, path: Path, kind: str, options: dict[str, Any]) -> None:
    if records.find(name) is None:
        adding.add(name, path, kind, options)


class Bench:
    """An engine that trains one run after the other."""

    def __init__(self) -> None:
        self.store = RunStore(HOME / "runs")
        self._events: SimpleQueue[Any] = SimpleQueue()
        self.engine = Engine(self._events.put, self.store, device="cpu", niceness=0)
        self.engine.start()

    def train(self, job: Job) -> str:
        """The id of the run, once it is over."""
        run_id = self.engine.submit(job)
        while True:
            event = self._events.get()
            if isinstance(event, EngineFailed) and event.run_id in ("", run_id):
                raise SystemExit(f"{run_id}: {event.title}: {event.message}")
            if event.run_id == run_id and isinstance(event, RunFinished | RunCancelled):
                return run_id

    def subject(self, run_id: str) -> Subject:
        """The run for a diagnosis."""
        return subject(self.store.find(run_id))

    def judged(self, trial: Trial) -> Verdict:
        """What comes of a trial whose runs are trained."""
        while (job := trial.next(self.store)) is not None:
            trial.begun(self.train(job))
        return trial.judged(self.store, lambda query: self.engine.query(query).result())


def faults(bench: Bench, chosen: list[Fault], first: int, seeds: int) -> Iterator[dict[str, Any]]:
    """What became of each."""
    for fault in chosen:
        began = time.monotonic()
        runs = [bench.subject(bench.train(_job(fault, seed))) for seed in range(first, first + seeds)]
        named = [_named(run, fault) for run in runs]
        run, finding = next(((run, found) for run, found in zip(runs, named, strict=True) if found), (runs[0], None))
        found = diagnosed(run)
        told: dict[str, Any] = {"fault": fault.label, "found": [each.key for each in found], "cured": False}
        if finding is not None and finding.curable:
            # The cure of the run that was named, tried with every seed.
            trial = Trial(runs[0], finding, seeds, known=[each.run_id for each in runs])
            verdict = bench.judged(trial)
            told |= {
                "key": finding.key,
                "cure": finding.cure(run.config),
                "named": len([each for each in named if each]),
                "faults": verdict.faults,
                "cures": verdict.cures,
                "gone": verdict.gone,
                "cured": verdict.cured,
                "text": verdict.text,
            }
        else:
            told |= {"key": finding.key if finding else "", "named": int(finding is not None), "text": "no exact cure"}
        yield told | {"seeds": seeds, "seconds": round(time.monotonic() - began)}


def _job(fault: Fault, seed: int) -> TrainJob:
    config = {**fault.config, "seed": seed}
    about = {"variant": fault.variant, "dataset": fault.dataset, "preset": fault.preset}
    return TrainJob(**about, config=config, tested=False)


def _named(run: Subject, fault: Fault) -> Finding | None:
    return next((each for each in diagnosed(run) if each.key in fault.named), None)


def healthy(bench: Bench, chosen: list[Healthy], first: int) -> Iterator[dict[str, Any]]:
    """What is said of runs of the presets."""
    for place, each in enumerate(chosen):
        began, seed = time.monotonic(), first + place
        job = TrainJob(
            variant=each.variant, dataset=each.dataset, preset=each.preset, config={"seed": seed}, tested=False
        )
        found = diagnosed(bench.subject(bench.train(job)))
        yield {
            "healthy": f"{each.variant} {each.preset} {each.dataset} seed {seed}",
            "found": {finding.key: finding.told for finding in found},
            "seconds": round(time.monotonic() - began),
        }


def main() -> None:
    """Train, tell of each as it ends, and sum up."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--first", type=int, default=1, help="the first seed")
    parser.add_argument("--only", default="", help="labels of faults, or parts of them, joined by commas")
    parser.add_argument("--faults-only", action="store_true")
    parser.add_argument("--healthy-only", action="store_true")
    parser.add_argument("--to", type=Path, help="a JSON file for all that was found")
    asked = parser.parse_args()
    wanted = [part for part in asked.only.split(",") if part]
    chosen = [fault for fault in FAULTS if not wanted or any(part in fault.label for part in wanted)]
    for variant in registry.VARIANTS.values():
        type(variant).xla = False  # of so few steps compiling would take the longer part
    bring_data()
    bench, found = Bench(), []
    try:
        for told in faults(bench, [] if asked.healthy_only else chosen, asked.first, asked.seeds):
            found.append(told)
            print(json.dumps(told), flush=True)
        for told in healthy(bench, [] if asked.faults_only else list(HEALTHY), 100 * asked.first):
            found.append(told)
            print(json.dumps(told), flush=True)
    finally:
        bench.engine.close()
    if asked.to:
        asked.to.write_text(json.dumps(found, indent=1) + "\n", "utf-8")
    ill = [told for told in found if "fault" in told]
    well = [told for told in found if "healthy" in told]
    named = sum(told["named"] == told["seeds"] for told in ill)
    print(f"{named} of {len(ill)} faults named at every seed, {sum(told['cured'] for told in ill)} cured")
    print(f"{sum(bool(told['found']) for told in well)} of {len(well)} healthy runs with a finding")


if __name__ == "__main__":
    sys.exit(main())
