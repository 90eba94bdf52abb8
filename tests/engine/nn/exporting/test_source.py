from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from engine import params, registry


@pytest.mark.parametrize(
    ("variant", "preset", "shape"),
    [("convolutional", "small", (9, 9, 1)), ("variational", "small", (4, 4, 1)), ("sparse", "topk", (4, 4, 1))],
)
def test_the_written_lines_build_the_network_with_its_first_weights(
    variant: str, preset: str, shape: tuple[int, ...]
) -> None:
    import keras

    from engine.nn.exporting import source
    from engine.nn.exporting.script_file import LARGEST
    from engine.nn.model import built

    config = params.configure(registry.preset(variant, preset), {"precision": "float32"})
    networks = built(registry.variant(variant), config, shape).networks
    for model in (networks.encoder, networks.decoder):
        found: dict[str, Any] = {"keras": keras, "ops": keras.ops}
        exec(LARGEST + source.function(model), found)
        made = found[model.name]()
        assert made.output_names == model.output_names
        for ours, theirs in zip(model.get_weights(), made.get_weights(), strict=True):
            np.testing.assert_array_equal(ours, theirs)


def test_a_layer_that_keras_has_not_is_named() -> None:
    from engine.errors import UsageError
    from engine.nn.exporting.source import _call

    strange = type("Strange", (), {"__module__": "elsewhere"})()
    strange.name = "third"
    with pytest.raises(UsageError, match="third is a Strange"):
        _call(strange, ["x"])
