"""`aetui import keras`: TensorFlow is loaded first, quietly and on the device that is asked for."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from engine.nn import runtime
from engine.runs import groups
from engine.storage import native_output

if TYPE_CHECKING:
    from engine.runs.store import RunRecord, RunStore


def import_keras(
    path: Path, store: RunStore, *, dataset: str | None, data_dir: Path | None, code: str | None, name: str, device: str
) -> tuple[RunRecord, tuple[str, ...]]:
    """As `engine.nn.importing.run.write`, in a process that has no TensorFlow yet."""
    groups.check_run_name(name, store)
    store.check_writable()
    native_output.divert()
    device = runtime.load(device)
    from engine.nn.importing.run import write

    return write(path, store, dataset=dataset, data_dir=data_dir, code=code, name=name, device=device)
