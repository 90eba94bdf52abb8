from __future__ import annotations

import runpy
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from engine import params, registry
from engine.errors import UsageError
from engine.exports.format import PARTS, Subject


def subject(variant: str, preset: str, shape: tuple[int, ...], **settings: Any) -> Subject:
    """A model as it is before training."""
    from engine.nn.model import KerasModel, built

    chosen = registry.variant(variant)
    config = params.configure(registry.preset(variant, preset), {"precision": "float32", **settings})
    record: Any = SimpleNamespace(id="run", variant=variant, preset=preset, dataset="digits")
    said = {"input": {"steps": (), "scaling": {"mean": 0, "scale": 255}}, "errata": ()}
    return Subject(KerasModel(chosen, built(chosen, config, shape)), chosen, config, record, PARTS, said, False)


@pytest.mark.parametrize(
    ("variant", "preset", "settings"),
    [
        ("vanilla", "small", {"hidden_dim": 5, "activation": "gelu"}),
        ("sparse", "topk", {"hidden_dim": 9, "k": 3}),
        ("variational", "small", {"hidden": "7-6", "latent_dim": 3}),
    ],
)
def test_the_program_of_numpy_alone_gives_what_the_model_gives(
    variant: str, preset: str, settings: dict[str, Any], tmp_path: Path
) -> None:
    from engine.nn.exporting import npz_files

    made = subject(variant, preset, (4, 4, 1), **settings)
    npz_files.write(made, tmp_path)
    network = runpy.run_path(str(tmp_path / "run.py"))["Network"](tmp_path / "weights.npz")
    items = np.random.default_rng(0).random((20, 4, 4, 1), np.float32)
    codes = made.model.encode(items)
    np.testing.assert_allclose(network.encode(items), codes, atol=1e-6)
    np.testing.assert_allclose(network.decode(codes), made.model.decode(codes), atol=1e-6)


def test_what_is_no_chain_of_dense_layers_is_refused(tmp_path: Path) -> None:
    from engine.nn.exporting import npz_files

    with pytest.raises(UsageError, match="chains of dense layers, but conv1"):
        npz_files.write(subject("convolutional", "small", (8, 8, 1)), tmp_path)
