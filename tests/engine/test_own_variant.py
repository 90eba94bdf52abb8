"""A variant of one's own type-checks with a configuration of its own."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import engine

ROOT = Path(engine.__file__).parent.parent
OWN = """
from __future__ import annotations

from typing import TYPE_CHECKING

from engine.variants.dense import DenseConfig, DenseVariant
from engine.variants.vanilla import VanillaConfig

if TYPE_CHECKING:
    from engine.nn.autoencoder import Autoencoder
    from engine.nn.layers import Tensor
    from engine.nn.networks import Batch, Weighted


class OwnConfig(DenseConfig, frozen=True, kw_only=True):
    decay: float = 1e-4


class Own(DenseVariant[OwnConfig]):
    key = "own"

    def check(self, config: OwnConfig) -> None:
        super().check(config)

    def loss_terms(self, model: Autoencoder[OwnConfig], batch: Batch) -> dict[str, Tensor | Weighted]:
        return {**super().loss_terms(model, batch), "decay": model.config.decay}


def misuse(config: VanillaConfig) -> None:
    Own().check(config)
"""


def test_a_dense_variant_with_a_configuration_of_its_own_type_checks_and_takes_no_other(tmp_path: Path) -> None:
    module = tmp_path / "own.py"
    module.write_text(OWN, "utf-8")
    checked = subprocess.run(
        [sys.executable, "-m", "mypy", "--config-file", ROOT / "pyproject.toml", "--cache-dir", tmp_path, module],
        capture_output=True,
        text=True,
        cwd=ROOT,
        env={**os.environ, "MYPYPATH": str(ROOT)},
    )
    complaints = [line.partition("own.py:")[2] for line in checked.stdout.splitlines() if ": error:" in line]
    misuse = len(OWN.splitlines())
    assert complaints == [
        f'{misuse}: error: Argument 1 to "check" of "Own" has incompatible type "VanillaConfig"; expected "OwnConfig"'
        "  [arg-type]"
    ], checked.stdout + checked.stderr
