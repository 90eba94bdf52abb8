"""The folder of a run that nobody trained, as long as one likes, with lines as today's engine writes them."""

from __future__ import annotations

from math import exp
from pathlib import Path
from random import Random

import msgspec

from engine import events, registry
from engine.events import CheckpointSaved, EpochEnded, Event, Health, RunFinished, RunStarted, Stage
from engine.nn.digits_kept import HEALTH_DIGITS, kept, kept_terms
from engine.params import configure
from engine.runs.store import RunInfo

ID = "20260101T000000Z-sparse-0001"


def write_long_run(root: Path, epochs: int) -> Path:
    """A completed run of `sparse` below `root`; returns its folder, which has no pictures."""
    draw = Random(1)
    config = msgspec.to_builtins(configure(registry.preset("sparse", "small"), {"epochs": epochs}))
    info = RunInfo(
        id=ID,
        variant="sparse",
        preset="small",
        config=config,
        dataset="digits",
        fingerprint="0" * 64,
        shape=(8, 8, 1),
        created=1.7e9,
        versions={},
        device="CPU",
        host="elsewhere",
        pid=1,
        process_started=1.0,
    )
    folder = root / ID
    folder.mkdir(parents=True)
    (folder / "run.json").write_bytes(msgspec.json.encode(info))

    def terms(epoch: int) -> dict[str, float]:
        error = 0.2 + 0.5 * exp(-epoch / 300) + draw.gauss(0, 0.002)
        penalty = 0.01 * draw.random()
        return kept_terms({"loss": error + penalty, "reconstruction": error, "penalty": penalty})

    with (folder / "events.jsonl").open("wb") as file:
        seq = 0

        def write(event: Event) -> None:
            nonlocal seq
            seq += 1
            stamped = msgspec.structs.replace(event, run_id=ID, seq=seq, at=round(1.7e9 + 0.0513 * seq, 3))
            file.write(events.encode(stamped) + b"\n")

        write(
            RunStarted(
                variant="sparse",
                preset="small",
                config=config,
                dataset="digits",
                device="CPU",
                epochs=epochs,
                steps_per_epoch=41,
                stages=(Stage("training", epochs),),
                code_size=16,
                train_items=1298,
                validation_items=144,
            )
        )
        for epoch in range(1, epochs + 1):
            seconds = 0.05 * draw.uniform(1, 1.1)
            write(
                EpochEnded(
                    stage="training",
                    epoch=epoch,
                    train=terms(epoch),
                    validation=terms(epoch),
                    steps=41,
                    seconds=kept(seconds),
                    samples_per_second=kept(1298 / seconds),
                    samples=True,
                    health=Health(
                        units=16,
                        dead=0,
                        active=16,
                        mean_activation=kept(0.05 * draw.uniform(0.9, 1.1), HEALTH_DIGITS),
                        target_rate=0.05,
                        gradient_norm=kept(draw.uniform(0.1, 0.2), HEALTH_DIGITS),
                        pixels=64,
                        dead_pixels=0,
                    ),
                )
            )
            if epoch % 100 == 0:
                write(CheckpointSaved(epoch=epoch + 1, step=0))
        end = terms(epochs)
        write(RunFinished(outcome="completed", epochs=epochs, train=end, validation=end, metrics={"test_mse": 0.1}))
    return folder
