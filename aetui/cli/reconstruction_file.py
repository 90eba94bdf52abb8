"""What a model makes of images on its way to a file: a sheet, NumPy arrays."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from aetui.cli import files

if TYPE_CHECKING:
    from collections.abc import Callable

    from engine.queries.messages import Reconstruction

ARRAYS = ("inputs", "outputs", "targets", "codes", "errors")


class ReconstructionFile:
    """It grows piece by piece."""

    def __init__(self) -> None:
        self.count = 0
        """Images so far."""
        self.noisy = False
        """Whether the model saw one with noise."""
        self._errors = 0.0
        self._write: Callable[[Reconstruction], None] = lambda piece: None

    @property
    def error(self) -> float:
        """Mean squared error so far."""
        return self._errors / max(1, self.count)

    def append(self, piece: Reconstruction) -> None:
        """More of it."""
        self.count += len(piece.outputs)
        self.noisy = self.noisy or bool((piece.inputs != piece.targets).any())
        self._errors += float(piece.errors.sum(dtype="float64"))
        self._write(piece)

    @classmethod
    @contextmanager
    def writing(cls, path: Path, *, known: bool = True) -> Iterator[ReconstructionFile]:
        """A file that takes the place of `path` when it is whole.

        .png: a sheet of inputs, outputs, with noise also the clean images, |error|; .npy: outputs; .npz: all. `known`:
        whether it is known what the model should answer; else targets and errors are left out.

        Raises:
            EngineError: it cannot be written.
            UsageError: there are too many images for a sheet.
        """
        import numpy as np

        from aetui.render import sheet
        from engine.storage.growing import GrowingArray, growing_archive

        made, names = cls(), [name for name in ARRAYS if known or name not in ("targets", "errors")]
        with files.written(path) as file:
            if path.suffix == ".npy":
                array = GrowingArray(file)
                made._write = lambda piece: array.append(piece.outputs)
                yield made
                array.finish()
            elif path.suffix == ".npz":
                with growing_archive(file, path.absolute().parent) as append:
                    made._write = lambda piece: append(**{name: getattr(piece, name) for name in names})
                    yield made
            else:
                pieces: list[Reconstruction] = []

                def keep(piece: Reconstruction) -> None:
                    files.check_sheet(path, made.count)
                    pieces.append(piece)

                made._write = keep
                yield made
                inputs, outputs, targets = (
                    np.concatenate([getattr(piece, name) for piece in pieces]) for name in ARRAYS[:3]
                )
                clean = [targets] if made.noisy else []
                beside = [*clean, abs(outputs - targets)] if known else []
                sheet.write(file, [inputs, outputs, *beside])
