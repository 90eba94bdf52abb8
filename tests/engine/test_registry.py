"""The contract that every autoencoder in the table keeps."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from engine import params, registry
from engine.backend import EpochReport
from engine.datasets import DATASETS
from engine.errors import SettingError, UsageError
from engine.kinds import KINDS
from engine.ratings.rating_data import RatingsData
from engine.registry import VARIANTS
from engine.variants.sentence import Sentence
from engine.variants.vanilla import Vanilla
from engine.variants.variant import Variant

SENTENCES = [(6, 5), (9, 2)]
"""Words, numbers in a word."""
SHAPES = [(28, 28, 1), (32, 32, 3)]
"""8 × 8 is what `tests/engine/nn/test_every_variant.py` trains on."""


@pytest.fixture(params=VARIANTS.values(), ids=list(VARIANTS))
def variant(request: pytest.FixtureRequest) -> Variant[Any]:
    found: Variant[Any] = request.param
    return found


@pytest.fixture
def on_the_cpu() -> None:
    from engine.nn import runtime

    runtime.load("cpu")


def test_it_says_what_it_is(variant: Variant[Any]) -> None:
    assert VARIANTS[variant.key] is variant
    assert variant.label
    assert variant.summary.endswith(".")
    assert variant.reference
    assert {DATASETS[key].kind for key in variant.prefers} <= set(variant.accepts)


def test_the_advice_of_its_alarms_names_settings_and_values_that_it_has(variant: Variant[Any]) -> None:
    [settings, *_] = variant.presets.values()
    known = {param.name: param for param in params.describe(settings)}
    for advice in (advice for condition in variant.alarms for advice in condition.advice):
        setting = known[advice.setting]
        assert setting.kind in ("int", "float") or setting.pattern or advice.change == "set"
        assert bool(advice.value) is (advice.change == "set")
        params.configure(settings, {advice.setting: advice.value} if advice.value else {})
        for name, choices in advice.where.items():
            assert set(choices) <= set(known[name].choices)


def test_its_alarms_can_be_told_apart_and_all_variants_share_some(variant: Variant[Any]) -> None:
    keys = [condition.key for condition in variant.alarms]
    assert len(set(keys)) == len(keys)
    assert {condition.key for condition in Variant.alarms} <= set(keys)
    assert {key for condition in variant.alarms for key in condition.explains} <= set(keys)


def test_the_book_preset_exists_and_passes_its_own_checks(variant: Variant[Any]) -> None:
    for config in variant.presets.values():
        variant.check(config)
    assert "book" in variant.presets


def test_no_encoder_is_to_stop_at_the_last_word_of_rows_that_are_padded_on_the_left() -> None:
    sentence = VARIANTS["sentence"]
    with pytest.raises(SettingError, match="padding comes first"):
        sentence.check(params.configure(sentence.presets["tuned"], {"ids": "split"}))


def test_every_setting_has_a_meaning_and_a_range_that_holds_its_default(variant: Variant[Any]) -> None:
    for config in variant.presets.values():
        for param in params.describe(config):
            assert param.meaning
            assert params.parse(param, str(param.default)) == param.default


class Halved(Vanilla):
    """A loss term may count as it likes."""

    def loss_terms(self, model: Any, batch: Any) -> Any:
        terms = super().loss_terms(model, batch)
        return {name: model.blocks.weighted(value, 0.5) for name, value in terms.items()}


class Words(Sentence):
    """Text may be learned with other terms."""

    def loss_terms(self, model: Any, batch: Any) -> Any:
        missed = batch.target - model.decode(model.encode(batch.input))
        return {"missed": model.ops.mean(model.ops.abs(missed))}

    def terms(self, config: Any) -> tuple[str, ...]:
        return ("missed",)


def summed(variant: Variant[Any]) -> Variant[Any]:
    """The same with the weighted sum of its terms beside them; it counts nothing itself."""

    class Summed(type(variant)):  # type: ignore[misc]
        def loss_terms(self, model: Any, batch: Any) -> Any:
            from engine.nn.networks import Weighted

            terms = super().loss_terms(model, batch)
            total = sum(each.value * each.weight if isinstance(each, Weighted) else each for each in terms.values())
            return {**terms, "sum": model.blocks.reported(total)}

    made: Variant[Any] = Summed()
    return made


@pytest.mark.usefixtures("eagerly")
@pytest.mark.parametrize("size", [0, 1])
@pytest.mark.parametrize("variant", [*VARIANTS.values(), Halved(), Words()], ids=[*VARIANTS, "halved", "words"])
def test_it_trains_on_items_of_any_size_and_answers_in_their_shape(
    variant: Variant[Any], size: int, small_data: Any, small_text: Any, small_ratings: Any
) -> None:
    from engine.nn.tensorflow_backend import KerasBackend

    if "text" in variant.accepts:
        length, dimensions = SENTENCES[size]
        data = small_text(30, length, dimensions)
    elif "ratings" in variant.accepts:
        data = RatingsData(small_ratings(), ("items", "users")[size])  # type: ignore[arg-type]
    else:
        data = small_data(items=20, shape=SHAPES[size])
    shape = data.shape
    config = params.configure(
        variant.presets["book"], {"epochs": 1, "batch_size": 10, "seed": 1, "precision": "float32"}
    )
    training = KerasBackend("cpu").training(summed(variant), config, data, None)
    report = next(report for report in training.run() if isinstance(report, EpochReport))
    assert report.event.train["loss"] == pytest.approx(report.event.train["sum"], rel=1e-5)
    assert set(report.event.validation) == {"loss", "sum", *variant.terms(config)}
    items = len(data.test.items)
    assert report.samples.outputs.shape == report.samples.targets.shape == (min(items, 10), *shape)
    codes = training.model.encode(data.as_floats(data.test.items))
    assert codes.shape == (items, training.code_size)
    assert training.model.decode(codes).shape == (items, *shape)
    with pytest.raises(UsageError, match="expected items of"):
        training.model.encode(np.zeros((1, 3, 5, 1), np.uint8))
    with pytest.raises(UsageError, match="expected codes of"):
        training.model.decode(np.zeros((1, training.code_size + 1), np.float32))


@pytest.mark.usefixtures("on_the_cpu")
@pytest.mark.parametrize(
    ("key", "shape", "parameters"),
    [
        ("vanilla", (28, 28, 1), 201_616),
        ("convolutional", (28, 28, 1), 30_689),
        ("variational", (28, 28, 1), 820_004),
        # Two directions of 4 gates: 4 · 512 · (50 + 512 + 1) and 4 · 50 · (512 + 50 + 1).
        ("sentence", (50, 50), 2 * 4 * 512 * 563 + 2 * 4 * 50 * 563),
    ],
)
def test_the_published_networks_have_the_published_number_of_parameters(
    key: str, shape: tuple[int, ...], parameters: int
) -> None:
    from engine.nn.layers import Blocks

    networks = registry.variant(key).networks(registry.preset(key, "book"), shape, Blocks(0, "float32"))
    assert sum(layer.parameters for layer in networks.layers) == parameters


def test_an_unknown_name_is_refused_with_the_known_ones() -> None:
    with pytest.raises(UsageError, match="vanilla"):
        registry.variant("vanila")
    with pytest.raises(UsageError, match="book"):
        registry.preset("vanilla", "bok")


def test_an_unknown_data_set_is_refused_with_those_that_can_be_learned_from() -> None:
    for variant, known in (("vanilla", "digits, mnist, fashion-mnist"), ("sentence", "pydocs, reuters, text")):
        with pytest.raises(UsageError, match=f"there are: {known}$"):
            registry.default_preset(variant, "nothing")


def test_small_images_are_first_trained_with_a_code_that_is_smaller_still() -> None:
    for key, variant in registry.VARIANTS.items():
        if "image" in variant.accepts:
            assert registry.default_preset(key, "digits") == "small"
            assert registry.default_preset(key, "mnist") == variant.default_preset
    assert registry.preset("vanilla", "small").hidden_dim == 16  # type: ignore[attr-defined]


def test_presets_made_for_one_kind_of_data_are_not_offered_for_another(monkeypatch: pytest.MonkeyPatch) -> None:
    made = {name for kind in KINDS.values() for name in kind.presets}
    assert made
    offered = registry.presets("vanilla", "digits")
    assert not made & set(offered)
    assert offered == [name for name in VARIANTS["vanilla"].presets if name not in made]
    assert registry.default_preset("vanilla", "digits") in offered
    for kind in KINDS.values():
        if kind.presets and kind.key in VARIANTS["vanilla"].accepts:
            monkeypatch.setattr(registry, "kind", lambda *_, own=kind: own)
            assert made & set(registry.presets("vanilla", "mine")) == set(kind.presets)
