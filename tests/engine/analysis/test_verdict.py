from __future__ import annotations

import msgspec
import pytest

from engine import registry
from engine.analysis.verdict import lost, verdict

BOOK = msgspec.to_builtins(registry.preset("denoising", "book"))
TUNED = msgspec.to_builtins(registry.preset("denoising", "tuned"))


def test_a_denoiser_that_loses_to_a_linear_map_is_told_what_to_try() -> None:
    told = verdict({"test_mse": 0.0210, "linear_mse": 0.0182, "mean_mse": 0.0675}, "denoising", "mnist", BOOK)
    assert told == (
        "the model loses to a linear map of the same rank: test MSE 0.02100 against 0.01820; try activation gelu, "
        "output sigmoid, reconstruction bce, schedule cosine, learning_rate 0.003, more units (hidden_dim), more epochs"
    )


def test_data_with_a_preset_of_their_own_are_advised_by_it() -> None:
    metrics, small = {"test_mse": 0.0210, "pca_mse": 0.0182}, registry.preset("vanilla", "small")
    assert "relu" not in verdict(metrics, "vanilla", "digits", msgspec.to_builtins(small))
    book = msgspec.to_builtins(registry.preset("vanilla", "book"))
    assert "activation linear, output sigmoid, reconstruction bce" in verdict(metrics, "vanilla", "digits", book)
    assert "learning_rate" in verdict(metrics, "vanilla", "mnist", book)


def test_where_the_code_leaves_nothing_out_there_is_nothing_to_try() -> None:
    told = verdict({"test_mse": 0.004, "pca_mse": 3e-15}, "vanilla", "digits", {})
    assert told.endswith("leaves nothing out, so that there is nothing to beat: take a smaller code")


def test_settings_that_are_so_already_are_not_advised() -> None:
    told = verdict({"test_mse": 0.0210, "linear_mse": 0.0182}, "denoising", "mnist", TUNED)
    assert told.endswith("against 0.01820; try more units (hidden_dim), more epochs")


def test_what_cannot_be_set_together_is_not_advised() -> None:
    kl = msgspec.to_builtins(registry.preset("sparse", "kl"))
    told = verdict({"test_mse": 0.021, "pca_mse": 0.003}, "sparse", "mnist", {**kl, "output": "relu"})
    assert "reconstruction bce" in told
    assert "activation" not in told


@pytest.mark.parametrize(
    "metrics",
    [
        {},
        {"test_mse": 0.01},
        {"test_mse": 0.01, "linear_mse": 0.0182, "mean_mse": 0.0675},
        {"knn": 0.85, "raw_knn": 0.96, "pca_knn": 0.45},  # pixels are many more numbers than the code
        {"word_order": 0.9, "average_word_order": 1.0},
    ],
)
def test_a_model_that_beats_what_is_of_its_size_is_not_blamed(metrics: dict[str, float]) -> None:
    assert lost(metrics) is None
    assert verdict(metrics, "denoising", "mnist", BOOK) == ""


def test_the_strongest_counts_and_higher_may_be_better() -> None:
    loss = lost({"test_mse": 0.08, "mean_mse": 0.0675, "pca_mse": 0.0034})
    assert loss is not None
    assert loss.baseline.key == "pca"
    loss = lost({"precision_at_10": 0.4, "average_precision_at_10": 0.5})
    assert loss is not None
    assert (loss.ours, loss.theirs) == (0.4, 0.5)


@pytest.mark.parametrize(("variant", "config"), [("unheard-of", BOOK), ("denoising", {"unheard-of": 1})])
def test_a_run_of_another_version_is_beaten_without_advice(variant: str, config: dict[str, object]) -> None:
    told = verdict({"test_mse": 0.0210, "linear_mse": 0.0182}, variant, "unheard-of", config)
    assert told.endswith("against 0.01820")
