"""The published recipe on the real data. Set AETUI_DATA to a folder with mnist.npz."""

from __future__ import annotations

import os
import time
from pathlib import Path
from queue import SimpleQueue

import pytest

from engine import datasets, params, registry
from engine.backend import EpochReport
from engine.datasets.image_data import ImageData
from engine.events import EngineFailed, EpochEnded, Event, Progress, RunFinished
from engine.runs.jobs import TrainJob
from engine.runs.store import RunStore
from engine.session import Engine

pytestmark = [pytest.mark.data, pytest.mark.timeout(900)]


@pytest.fixture(scope="module")
def mnist() -> ImageData:
    if "AETUI_DATA" not in os.environ:
        pytest.skip("set AETUI_DATA to a folder with mnist.npz")
    return datasets.load("mnist", Path(os.environ["AETUI_DATA"]), download=False)


def epochs(data: ImageData, count: int, variant: str = "vanilla", preset: str = "book") -> list[EpochEnded]:
    from engine.nn.tensorflow_backend import KerasBackend

    config = params.configure(registry.preset(variant, preset), {"epochs": count})
    training = KerasBackend("cpu").training(registry.variant(variant), config, data, None)
    return [report.event for report in training.run() if isinstance(report, EpochReport)]


def test_the_published_recipes_end_near_the_published_figures(mnist: ImageData) -> None:
    """As near as seeds scatter (docs/recipes.md)."""
    vanilla = epochs(mnist, 50)[-1]
    assert vanilla.steps == 235
    assert vanilla.train["loss"] * vanilla.steps == pytest.approx(2.785, rel=0.2)
    assert 0.033 <= epochs(mnist, 1, "denoising")[-1].validation["loss"] <= 0.036


def test_the_same_seed_gives_the_same_figures(mnist: ImageData) -> None:
    first, second = (
        [(event.train, event.validation) for event in epochs(mnist, 2)],
        [(event.train, event.validation) for event in epochs(mnist, 2)],
    )
    assert first == second


def test_the_kl_penalty_brings_the_code_to_its_rate_and_vanilla_is_not_near_it(mnist: ImageData) -> None:
    sparse, vanilla = epochs(mnist, 3, "sparse", "kl")[-1].health, epochs(mnist, 3)[-1].health
    assert sparse is not None
    assert vanilla is not None
    assert sparse.target_rate == 0.05
    assert sparse.mean_activation == pytest.approx(0.05, rel=0.2)
    assert abs(vanilla.mean_activation - 0.05) > 0.05


def test_every_variant_stops_within_half_a_second_and_keeps_its_weights(mnist: ImageData, tmp_path: Path) -> None:
    heard: SimpleQueue[Event] = SimpleQueue()
    store = RunStore(tmp_path / "runs")
    engine = Engine(heard.put, store, device="cpu", data_dir=Path(os.environ["AETUI_DATA"]))
    engine.start()
    try:
        for key, variant in registry.VARIANTS.items():
            data = mnist.key if "image" in variant.accepts else variant.prefers[0]
            job = TrainJob(variant=key, dataset=data, preset=variant.default_preset, config={"precision": "float32"})
            run_id = engine.submit(job)
            while not isinstance(event := heard.get(timeout=120), Progress):
                assert not isinstance(event, EngineFailed), event
            engine.cancel(run_id)
            began = time.monotonic()
            while not isinstance(event := heard.get(timeout=120), RunFinished):
                pass
            seconds = time.monotonic() - began
            print(f"{key}: stopped after {seconds:.2f} s")
            assert event.outcome == "stopped"
            assert seconds < 0.5
            assert (store.find(run_id).folder / "checkpoint.safetensors").exists()
    finally:
        engine.close()
