"""Runs that take over what an earlier one made have the figures of runs that made it themselves."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from engine import params, registry
from engine.backend import EpochReport
from engine.events import EpochEnded
from engine.nn.graph_cache import GraphCache, Graphs
from engine.nn.tensorflow_backend import KerasBackend

pytestmark = pytest.mark.slow

FEW = {"epochs": 2, "batch_size": 16, "precision": "float32"}


@pytest.fixture(scope="module")
def backend() -> KerasBackend:
    return KerasBackend("cpu")


def figures(training: Any) -> list[EpochEnded]:
    """The epochs, without what depends on the clock."""
    found = [report.event for report in training.run() if isinstance(report, EpochReport)]
    return [msgspec.structs.replace(event, seconds=0, samples_per_second=0) for event in found]


@pytest.mark.parametrize(
    ("variant", "settings"),
    [("vanilla", {}), ("stacked", {"layers": "6", "training": "greedy", "pretrain_epochs": 1})],
)
def test_a_run_like_an_earlier_one_takes_over_its_networks_and_has_its_figures(
    backend: KerasBackend, small_data: Any, variant: str, settings: dict[str, Any]
) -> None:
    config = params.configure(registry.preset(variant, "book"), {**FEW, **settings})
    made = registry.variant(variant), config, small_data(), None
    first = backend.training(*made)
    networks, expected = first._networks, figures(first)  # type: ignore[attr-defined]
    del first
    backend.release()
    again = backend.training(*made)
    assert again._networks is networks  # type: ignore[attr-defined]
    assert figures(again) == expected


def test_what_is_in_use_or_made_for_other_data_is_not_taken_over(backend: KerasBackend, small_data: Any) -> None:
    config = params.configure(registry.preset("vanilla", "book"), FEW)
    variant = registry.variant("vanilla")
    first = backend.training(variant, config, small_data(), None)
    second = backend.training(variant, config, small_data(), None)
    other = backend.training(variant, config, small_data(seed=1), None)
    networks = [training._networks for training in (first, second, other)]  # type: ignore[attr-defined]
    assert len({id(each) for each in networks}) == 3


@pytest.mark.parametrize(
    ("variant", "settings", "changed"),
    [
        ("sparse", {"activation": "sigmoid", "penalty": "kl"}, {"beta": 0.5, "rho": 0.2, "learning_rate": 1e-4}),
        pytest.param(
            "denoising",
            {"schedule": "cosine", "resample": True},
            {"noise_std": 0.1, "learning_rate": 1e-2},
            marks=pytest.mark.long,
        ),
    ],
)
def test_what_changes_in_place_has_the_figures_of_networks_that_are_made_anew(
    backend: KerasBackend, small_data: Any, monkeypatch: pytest.MonkeyPatch, variant: str, settings: Any, changed: Any
) -> None:
    config = params.configure(registry.preset(variant, "book"), {**FEW, "epochs": 3, **settings})

    def steered() -> tuple[Any, list[EpochEnded]]:
        training, found = backend.training(registry.variant(variant), config, small_data(), None), []
        for report in training.run():
            if isinstance(report, EpochReport):
                found.append(msgspec.structs.replace(report.event, seconds=0, samples_per_second=0))
                training.change(params.configure(config, changed))
        return training, found

    training, expected = steered()
    networks = training._networks
    del training
    backend.release()
    training, again = steered()
    assert training._networks is networks  # the next run begins with its own settings, on what the former one changed
    assert again == expected
    del training
    backend.release()
    monkeypatch.setattr(backend, "_graph_cache", GraphCache())
    monkeypatch.setattr(Graphs, "put", lambda self, config: False)
    training, anew = steered()
    assert training._networks is not networks
    assert anew == expected
    assert anew[2].train != anew[1].train
