from __future__ import annotations

from typing import Annotated, Literal

import pytest
from msgspec import Meta

from engine import params
from engine.errors import SettingError
from engine.params import TrainingConfig
from engine.registry import VARIANTS
from engine.variants.variant import Variant


class Config(TrainingConfig, frozen=True, kw_only=True):
    epochs: Annotated[int, Meta(ge=1, le=100_000, description="passes")] = 5
    batch_size: Annotated[int, Meta(ge=1, le=10, description="items")] = 2
    learning_rate: Annotated[float, Meta(gt=0, le=10, description="step")] = 0.5
    seed: Annotated[int, Meta(ge=0, description="start")] = 1
    kind: Annotated[Literal["a", "b"], Meta(description="which")] = "b"
    fresh: Annotated[bool, Meta(description="each time anew")] = True


def test_a_variants_own_settings_come_before_the_shared_ones() -> None:
    names = [param.name for param in params.describe(Config())]
    assert names[:2] == ["kind", "fresh"]
    assert set(names[2:]) == set(TrainingConfig.__struct_fields__)


@pytest.mark.parametrize(
    ("name", "text", "value"),
    [
        ("epochs", "1,000", 1000),
        ("epochs", " 7 ", 7),
        ("learning_rate", "1e-3", 1e-3),
        ("kind", "a", "a"),
        ("fresh", "off", False),
        ("fresh", "YES", True),
    ],
)
def test_text_from_a_form_becomes_a_typed_value(name: str, text: str, value: object) -> None:
    assert getattr(params.configure(Config(), {name: text}), name) == value


@pytest.mark.parametrize(
    ("name", "value", "expected"),
    [
        ("epochs", "0", "1 to 100,000"),
        ("epochs", "many", "whole number"),
        ("epochs", "2.5", "whole number"),
        ("epochs", "1,5", "whole number"),
        ("learning_rate", "0", "above 0, at most 10"),
        ("learning_rate", "nan", "a number"),
        ("kind", "c", "b, a"),
        ("fresh", "perhaps", "on, off"),
        ("speed", "1", "there is no such setting"),
    ],
)
def test_an_impossible_value_is_refused_with_the_range(name: str, value: str, expected: str) -> None:
    with pytest.raises(SettingError, match=expected) as refused:
        params.configure(Config(), {name: value})
    assert refused.value.field == name


@pytest.mark.parametrize(
    ("text", "name"),
    [("learning_rate", "learning_rate"), ("rate", "learning_rate"), ("batch", "batch_size"), ("ep", "epochs")],
)
def test_a_part_of_a_name_that_no_other_has_means_the_setting(text: str, name: str) -> None:
    assert params.named(text, params.describe(Config())).name == name


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("se", "seed, seeds could be meant"),
        ("s", "shuffle"),
        ("learnin_rate", "perhaps learning_rate"),
        ("", "the settings are"),
    ],
)
def test_a_name_that_means_none_or_several_is_refused_with_those_that_could_be(text: str, told: str) -> None:
    with pytest.raises(SettingError, match=told):
        params.named(text, [*params.describe(Config()), params.Param("seeds", "int", "runs", 1)])


def test_a_configuration_is_not_changed_but_replaced() -> None:
    base = Config()
    assert params.configure(base, {"epochs": 9}).epochs == 9
    assert base.epochs == 5


@pytest.mark.parametrize("variant", VARIANTS.values(), ids=list(VARIANTS))
def test_what_the_form_takes_is_a_configuration(variant: Variant) -> None:
    for base in variant.presets.values():
        for param in params.describe(base):
            for value in (param.low, param.high, param.default, -1, 0, 1, 10**6):
                try:
                    accepted = params.parse(param, value)
                except SettingError:
                    continue
                assert getattr(params.configure(base, {param.name: accepted}), param.name) == accepted


def test_a_bound_that_is_left_out_is_refused_in_words() -> None:
    with pytest.raises(SettingError, match="0 to below 1"):
        params.configure(VARIANTS["sentence"].presets["small"], {"word_dropout": 1})
