"""The codes of a part of what a run learned from, as far as they fit into memory."""

from __future__ import annotations

from concurrent.futures import CancelledError
from concurrent.futures import TimeoutError as NotYet
from typing import TYPE_CHECKING, Any

from aetui.mapping.codes import Codes
from aetui.render.text import plain
from engine.errors import UsageError, counted

if TYPE_CHECKING:
    from aetui.bridge import EngineLike
    from engine.datasets.data import Report
    from engine.queries.messages import Codes as Piece
    from engine.queries.messages.message import PartName

PARTS: tuple[PartName, ...] = ("train", "validation", "test")
MOST_BYTES = 2**29
"""Of codes; more of them go through a file."""
_LOOK_SECONDS = 0.1


def of_run(engine: EngineLike, run_id: str, name: str, part: PartName, report: Report) -> Codes:
    """All codes of a part, asked of the engine, which answers between two chunks of a training.

    Raises:
        EngineError: there are none, or they are too many to be held.
        Stopped: from `report`.
    """
    import numpy as np

    from engine.queries.messages import Encode

    pieces: list[Piece] = []
    full = False

    def into(piece: Piece) -> None:
        """On the engine's thread."""
        nonlocal full
        full = full or sum(each.codes.nbytes for each in pieces) + piece.codes.nbytes > MOST_BYTES
        if not full:
            pieces.append(piece)

    report("waiting for the engine", 0, 0)
    future = engine.query(Encode(run_id=run_id, part=part, into=into))
    try:
        while True:
            try:
                pieces.append(future.result(_LOOK_SECONDS))
                break
            except NotYet:
                report("encoding", sum(len(each.codes) for each in list(pieces)), 0)
    except CancelledError:
        raise UsageError("Not encoded", "the engine was closed before it came to it") from None
    finally:
        future.cancel()
    if full:
        held = counted(sum(len(each.codes) for each in pieces), "code")
        told = f"only {held} fit into memory; write them to a file by `aetui encode {run_id} --part {part} -n 0`"
        raise UsageError("Too many codes", f"{told}, and see that by `aetui map`")
    whole = [piece for piece in pieces if len(piece.codes)]
    if not whole:
        raise UsageError("No codes", f"{name or run_id} has no item in its {part} part")
    labels = [piece.labels for piece in whole]
    names: list[Any] | None = None
    if all(piece.names is not None for piece in whole):
        names = [each for piece in whole for each in piece.names or ()]
    return Codes(
        f"{plain(name or run_id)}, {part} part",
        np.concatenate([piece.codes for piece in whole]),
        None if any(each is None for each in labels) else np.concatenate(labels),  # type: ignore[arg-type]
        lambda: names,
    )
