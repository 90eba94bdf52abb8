"""How well models find what is strange, beside other detectors, on data that are made or come with scikit-learn, in a
store of its own. Prints a Markdown table: mean ± standard deviation over seeds.

    python tests/benchmarks/anomalies.py --models vanilla denoising --seeds 3
"""

from __future__ import annotations

import argparse
import csv
import os
import sys
import tempfile
from collections import defaultdict
from pathlib import Path
from statistics import mean, pstdev
from typing import Any

import faulty_sensors

SCORES = ("error", "standardised", "code")


def breast_cancer(path: Path) -> Path:
    """scikit-learn's table of 569 tumours, `diagnosis` in words."""
    from sklearn.datasets import load_breast_cancer

    found = load_breast_cancer()
    with path.open("w", newline="") as file:
        table = csv.writer(file)
        table.writerow([*found.feature_names, "diagnosis"])
        words = [str(found.target_names[target]) for target in found.target]
        table.writerows([*row, word] for row, word in zip(found.data.tolist(), words, strict=True))
    return path


def prepared(folder: Path) -> dict[str, tuple[str, str]]:
    """Data sets with the class that is normal and the preset."""
    from engine.datasets.own import adding

    machine = {"window": 64, "stride": 16, "label": "state", "split": "60/10/30"}
    adding.add("machine", faulty_sensors.write(folder / "machine.csv"), "windows", machine)
    tumours = {"label": "diagnosis", "split": "60/10/30"}
    adding.add("tumours", breast_cancer(folder / "tumours.csv"), "vectors", tumours)
    return {"machine": (faulty_sensors.NORMAL, "series"), "tumours": ("benign", "table")}


def measured(models: list[str], seeds: int, folder: Path) -> dict[tuple[str, str], list[tuple[float, float]]]:
    """AUROC and average precision on the test part for each seed, by data and detector."""
    from aetui.cli import engines
    from aetui.cli.options import Options
    from engine.anomalies.detectors import BASELINES
    from engine.events import EngineFailed, RunFinished
    from engine.queries.messages import Detect
    from engine.runs.jobs import TrainJob

    found: dict[tuple[str, str], list[tuple[float, float]]] = defaultdict(list)
    with engines.engine(Options(runs_dir=folder / "runs", device="cpu")) as (engine, events):
        engine.start()
        for key, (normal, preset) in prepared(folder).items():
            for model in models:
                for seed in range(11, 11 + seeds):
                    config: dict[str, Any] = {"normal": normal, "seed": seed}
                    job = TrainJob(variant=model, dataset=key, preset=preset, config=config)
                    run = engine.submit(job)
                    while True:
                        event = events.get()
                        if isinstance(event, EngineFailed):
                            raise SystemExit(event.message)
                        if isinstance(event, RunFinished) and event.run_id == run:
                            break
                    for score in SCORES:
                        beside = BASELINES if (model, score) == (models[0], SCORES[0]) else ()
                        query = Detect(run_id=run, score=score, baselines=beside)
                        answer = engine.query(query).result()
                        found[key, f"{model}, {score}"].append((answer.auroc, answer.average_precision))
                        for each in answer.baselines:
                            found[key, each.label].append((each.auroc, each.average_precision))
                    print(key, model, seed, found[key, f"{model}, {SCORES[0]}"][-1], file=sys.stderr, flush=True)
    return found


def main() -> None:
    asked = argparse.ArgumentParser()
    asked.add_argument("--models", nargs="+", default=["vanilla", "denoising"])
    asked.add_argument("--seeds", type=int, default=3)
    options = asked.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        os.environ["XDG_DATA_HOME"] = os.environ["XDG_CACHE_HOME"] = folder
        found = measured(options.models, options.seeds, Path(folder))
    print("| data | detector | AUROC | average precision | seeds |\n|---|---|---|---|---|")
    for (data, detector), pairs in sorted(found.items(), key=lambda pair: (pair[0][0], -mean(p[0] for p in pair[1]))):
        columns = [f"{100 * mean(values):.1f} ± {100 * pstdev(values):.1f}" for values in zip(*pairs, strict=True)]
        print(f"| {data} | {detector} | {columns[0]} | {columns[1]} | {len(pairs)} |")


if __name__ == "__main__":
    main()
