"""Checkpoints as safetensors files: named arrays, and the position as JSON in the header. No pickle."""

from __future__ import annotations

from pathlib import Path
from typing import TypeVar

import msgspec
from safetensors import safe_open
from safetensors.numpy import save

from engine.backend import Arrays, Best, Checkpoint, Position
from engine.errors import RunError
from engine.storage.atomic import replacing

T = TypeVar("T")

MOST = 2**53
"""Stages, epochs or steps of a position: far above every run, and still a number that everything can count with."""

FORMER_HEAD = "guesser/guess/kernel"
FORMER = {"guesser/guess/": "bag_of_words/logits/", "adam/guess_": "adam/logits_", '"guessing":': '"bag_of_words":'}
"""What stands in names of arrays, and in the header, for the bag-of-words head of earlier versions, and today."""


def write_checkpoint(path: Path, checkpoint: Checkpoint, *, flush: bool = True) -> None:
    """Raises OSError; `path` is then the file that it was. `flush`: such that it survives a power cut."""
    header = {"position": msgspec.json.encode(checkpoint.position).decode()}
    if checkpoint.best is not None:
        header["best"] = msgspec.json.encode(checkpoint.best).decode()
    with replacing(path, flush=flush) as file:
        file.write(save(checkpoint.arrays, header))


def read_checkpoint(path: Path) -> Checkpoint | None:
    """The checkpoint at `path`; None where there is none yet.

    Raises:
        RunError: the file is not a checkpoint of ours, or damaged.
    """
    if not path.exists():
        return None
    try:
        with safe_open(path, framework="numpy") as file:
            header = file.metadata() or {}
            arrays = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118 (no iterator)
        if FORMER_HEAD in arrays:
            header, arrays = _renamed(header, arrays)
        position = msgspec.json.decode(header["position"], type=Position)
        best = msgspec.json.decode(header["best"], type=Best) if "best" in header else None
    except Exception as error:
        # safetensors, NumPy and msgspec raise half a dozen types between them for headers that lie.
        raise _unreadable(path, str(error)) from error
    strange = {str(array.dtype) for array in arrays.values() if array.dtype.kind not in "fiu"}
    if strange:
        raise _unreadable(path, f"it holds {', '.join(sorted(strange))} and not only numbers")
    if not _possible(position) or (best and not 1 <= best.epoch < position.epoch):
        raise _unreadable(path, f"{position} is no point of a run, or {best} not before it")
    return Checkpoint(arrays=arrays, position=position, best=best)


def read_position(path: Path) -> Position | None:
    """Where in its run the checkpoint at `path` belongs, without reading its arrays; None where there is none, or none
    that can be read."""
    return _header(path, "position", Position)


def read_best(path: Path) -> Best | None:
    """The best epoch that the checkpoint at `path` knows of; None likewise, or where it knows none."""
    return _header(path, "best", Best)


def _header(path: Path, name: str, form: type[T]) -> T | None:
    if not path.exists():
        return None
    try:
        with safe_open(path, framework="numpy") as file:
            header = file.metadata() or {}
        return msgspec.json.decode(header[name], type=form)
    except Exception:  # as in `read_checkpoint`, which says what is wrong
        return None


def _renamed(header: dict[str, str], arrays: Arrays) -> tuple[dict[str, str], Arrays]:
    for former, today in FORMER.items():
        header = {name: text.replace(former, today) for name, text in header.items()}
        arrays = {name.replace(former, today): array for name, array in arrays.items()}
    return header, arrays


def _possible(position: Position) -> bool:
    counts = (position.stage, position.epoch - 1, position.step)
    return all(0 <= count <= MOST for count in counts) and min(position.seconds, position.epoch_seconds) >= 0


def _unreadable(path: Path, fault: str) -> RunError:
    return RunError(
        "Unreadable checkpoint",
        f"expected a checkpoint of this program in {path}, but: {fault}; bring a whole one back, or remove the file: "
        "the run then begins anew",
    )
