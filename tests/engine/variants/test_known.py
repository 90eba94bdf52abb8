"""What is not known of an item counts in no loss: whatever stands in its place, terms and gradients are the same."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from engine import params
from engine.datasets.catalogue import DataSet
from engine.errors import SettingError
from engine.registry import VARIANTS

SETTINGS: dict[str, dict[str, Any]] = {"sparse": {"penalty": "topk", "k": 2}}


SHAPES = {"table": (5,), "series": (16, 2)}
CASES = [(key, name) for key, variant in VARIANTS.items() for name in SHAPES if name in variant.presets]


@pytest.mark.parametrize(("key", "preset"), CASES)
def test_what_stands_in_the_place_of_an_unknown_number_changes_neither_terms_nor_gradients(
    key: str, preset: str
) -> None:
    from engine.nn import runtime

    runtime.load("cpu")
    import tensorflow as tf

    from engine.nn.model import built
    from engine.nn.networks import Batch, NoiseKeys, Weighted

    variant = VARIANTS[key]
    config, shape = params.configure(variant.presets[preset], SETTINGS.get(key, {})), SHAPES[preset]
    model = built(variant, config, shape)
    numbers = np.random.default_rng(0).normal(size=(6, *shape)).astype(np.float32)
    weights = (np.random.default_rng(1).random((6, *shape)) > 0.3).astype(np.float32)
    keys = NoiseKeys(tf.constant([1, 2]), tf.constant([3, 4]), tf.range(6))

    def found(fill: float) -> list[Any]:
        target = np.where(weights > 0, numbers, np.float32(fill))
        batch = Batch(tf.constant(numbers * weights), tf.constant(target), keys, tf.constant(1.0), "fine-tuning", None)
        with tf.GradientTape() as tape:
            terms = variant.loss_terms(model, batch._replace(weights=tf.constant(weights)))
            loss = tf.add_n([t.weight * t.value if isinstance(t, Weighted) else t for t in terms.values()])
        values = [t.value if isinstance(t, Weighted) else t for t in terms.values()]
        gradients = tape.gradient(loss, model.networks.trainable_variables)
        return [np.asarray(one) for one in [*values, *gradients] if one is not None]

    for zero, far in zip(found(0.0), found(9.0), strict=True):
        np.testing.assert_allclose(zero, far, rtol=1e-5, atol=1e-7)


@pytest.mark.parametrize(("key", "preset"), [case for case in CASES if case[0] != "vq"])  # whose answers have no bounds
def test_settings_that_numbers_of_any_size_cannot_have_are_refused_and_the_preset_for_them_is_not(
    key: str, preset: str
) -> None:
    variant = VARIANTS[key]
    table = DataSet(key="mine", title="", kind="vectors", source="", licence="", bounded=False)
    variant.check_data(variant.presets[preset], table)
    variant.check_data(variant.presets["small"], DataSet(key="mine", title="", source="", licence=""))
    with pytest.raises(SettingError, match="mine lie beyond"):
        variant.check_data(variant.presets["small"], table)
