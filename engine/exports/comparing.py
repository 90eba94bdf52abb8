"""An export opened in a fresh process, and what comes out of it held against the run's own."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections.abc import Generator, Mapping
from importlib import import_module
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray

from engine.errors import EngineError
from engine.exports.format import Subject
from engine.storage.npz import read_npz

PROGRAM = Path(__file__).parent.parent / "nn" / "exporting" / "opening.py"
CLOSE = 1e-5
"""Outputs this near to the run's own are the same but for the order of sums."""
FAR = 1e-2
"""As a share of the largest output: further away lies another network."""
SECONDS = 600
LOOK = 0.05
"""Seconds between two looks whether the process is done."""
TAIL = 600
"""Characters of what it said that a message shows."""

Steps = Generator[tuple[int, int], None, "Mapping[str, Difference]"]


class Difference(msgspec.Struct, frozen=True):
    """Between an export's outputs and the run's own."""

    largest: float
    """Max |Δ| over all numbers of all items."""
    beyond: int
    """Items with a number that is off by more than `CLOSE`."""


def compared(subject: Subject, key: str, place: Path, items: NDArray[np.float32]) -> Steps:
    """How far what `place` holds is from the model on `items`, for each of encode, decode and reconstruct it can do.

    Raises:
        EngineError: it cannot be opened, or it is another network.
    """
    outputs = import_module("engine.nn.exporting.reference").outputs  # known to the ring that has TensorFlow
    codes, decoded = outputs(subject.model, items)
    own = {"encode": codes, "decode": decoded, "reconstruct": decoded}
    scaling = subject.preprocessing["input"].get("scaling") if subject.inside else None
    mean, scale = (np.asarray(scaling[name]) for name in ("mean", "scale")) if scaling else (0.0, 1.0)
    given = {"items": (items * scale + mean).astype(np.float32), "codes": codes}
    found = yield from _outputs(key, place, given)
    numbers = {name: array if name == "encode" else (array - mean) / scale for name, array in found.items()}
    differences = {name: difference(own[name], array) for name, array in numbers.items()}
    for name, each in differences.items():
        allowed = FAR * max(1.0, float(np.abs(own[name]).max(initial=0)))
        few = each.beyond <= len(items) // 100  # a choice between two entries as near as float32 can tell
        if not (each.largest <= allowed or few):
            told = f"opened in a fresh process, {name} is off by up to {each.largest:.3g} for {each.beyond} items"
            raise EngineError("Export differs", f"{told}; nothing was written")
    return differences


def difference(own: NDArray[Any], found: NDArray[Any]) -> Difference:
    """Of two arrays (count, …). Raises EngineError for another shape, or where only one has a number."""
    if own.shape != found.shape:
        told = f"opened in a fresh process it answers with {found.shape}, expected {own.shape}; nothing was written"
        raise EngineError("Export differs", told)
    off = np.abs(own.astype(np.float64) - found).reshape(len(own), -1)
    off = np.where(np.isnan(off), np.inf, off)
    return Difference(float(off.max(initial=0)), int((off > CLOSE).any(axis=1).sum()))


def _outputs(
    key: str, place: Path, inputs: Mapping[str, NDArray[np.float32]]
) -> Generator[tuple[int, int], None, dict[str, NDArray[Any]]]:
    """X."""
    with tempfile.TemporaryDirectory() as folder:
        given, answers, said = (Path(folder) / name for name in ("inputs.npz", "outputs.npz", "said.txt"))
        np.savez(given, allow_pickle=False, **inputs)
        command = [sys.executable, "-P", str(PROGRAM), key, str(place), str(given), str(answers)]
        with said.open("wb") as output:
            process = subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                cwd=folder,
                env={**os.environ, "CUDA_VISIBLE_DEVICES": "-1", "TF_CPP_MIN_LOG_LEVEL": "3"},
            )
        try:
            yield from _awaited(process)
        finally:
            process.kill()
            process.wait()
        if process.returncode or not answers.exists():
            tail = said.read_text("utf-8", "replace").strip()[-TAIL:]
            raise EngineError("Cannot be opened", f"a fresh process could not open what was written: {tail}")
        return read_npz(answers, lambda names: names)


def _awaited(process: subprocess.Popen[bytes]) -> Generator[tuple[int, int], None, None]:
    """Until it is done, in moments: a training may go on between them."""
    waited = 0.0
    while process.poll() is None:
        if waited > SECONDS:
            raise EngineError("Cannot be opened", f"opening what was written takes longer than {SECONDS} s")
        try:
            process.wait(LOOK)
        except subprocess.TimeoutExpired:
            waited += LOOK
        yield 1, 2
