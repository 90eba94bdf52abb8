from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import pytest

from engine.errors import BadData, UsageError
from engine.features.classifier import About, Classifier, read
from engine.features.softmax import Softmax

HEAD = Softmax(np.zeros(3, np.float32), np.ones(3, np.float32), np.ones((3, 2), np.float32), np.zeros(2, np.float32))
ABOUT = About(
    made_by="probe",
    run_id="run",
    variant="vanilla",
    dataset="digits",
    version="epoch 5, step 0",
    weights="best",
    shape=(8, 8, 1),
    code_size=3,
    classes=("naught", "one"),
    labels=40,
    seed=0,
    test={"accuracy": 0.9},
)


def written(path: Path, **changed: Any) -> Path:
    made = {"about": ABOUT, "head": HEAD, **changed}
    with path.open("wb") as file:
        Classifier(**made).write(file)
    return path


def test_what_was_written_is_read(tmp_path: Path) -> None:
    encoder = {"encoder/code/kernel": np.arange(6, dtype=np.float32).reshape(2, 3).T}
    found = read(written(tmp_path / "x.safetensors", encoder=encoder))
    assert found.about == ABOUT
    for array, expected in zip(found.head, HEAD, strict=True):
        np.testing.assert_array_equal(array, expected)
    np.testing.assert_array_equal(found.encoder["encoder/code/kernel"], encoder["encoder/code/kernel"])


def test_it_is_refused_for_another_run_and_a_probes_for_other_weights(tmp_path: Path) -> None:
    probe = read(written(tmp_path / "x.safetensors"))
    probe.check("run", ABOUT.version)
    with pytest.raises(UsageError, match="classifier of other, got one of run"):
        probe.check("other", ABOUT.version)
    with pytest.raises(UsageError, match="make it anew"):
        probe.check("run", "epoch 6, step 0")
    own = read(written(tmp_path / "y.safetensors", encoder={"encoder/w": np.zeros(1, np.float32)}))
    own.check("run", "epoch 6, step 0")  # it brings its encoder along


@pytest.mark.parametrize(
    ("changed", "fault"),
    [
        ({"head": HEAD._replace(bias=np.zeros(3, np.float32))}, "expected arrays of shapes"),
        ({"head": HEAD._replace(bias=np.full(2, np.nan, np.float32))}, "finite numbers in bias"),
        ({"encoder": {"decoder/w": np.zeros(1, np.float32)}}, "found decoder/w"),
        ({"about": msgspec.structs.replace(ABOUT, form=2)}, "found form 2"),
    ],
)
def test_files_that_are_something_else_are_refused_with_what_is_wrong(
    tmp_path: Path, changed: dict[str, Any], fault: str
) -> None:
    with pytest.raises(BadData, match=fault):
        read(written(tmp_path / "x.safetensors", **changed))


def test_no_file_a_checkpoint_and_noise_are_refused(tmp_path: Path) -> None:
    from safetensors.numpy import save

    with pytest.raises(UsageError, match="`aetui probe` and `aetui finetune` make one"):
        read(tmp_path / "none.safetensors")
    for content in (save({"w": np.zeros(1)}), b"\xff" * 40, b""):
        (tmp_path / "odd.safetensors").write_bytes(content)
        with pytest.raises(BadData, match="expected a classifier of this program"):
            read(tmp_path / "odd.safetensors")
