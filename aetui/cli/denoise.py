"""`aetui denoise`: images of the user's own, restored by a model that learned to take noise off."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, NamedTuple

import typer

from aetui.cli import engines, files, noise
from aetui.cli.arguments import Run, Weights
from aetui.render.text import plain
from engine.errors import counted

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from engine.queries.messages import Reconstruction
    from engine.runs.store import RunRecord
    from engine.storage.rows import Array

ARRAYS = (".npy", ".npz")
OTHERWISE = {".jpg": "JPEG", ".jpeg": "JPEG", ".tif": "TIFF", ".tiff": "TIFF"}
"""What PIL calls formats that files do not end in."""


class _Source(NamedTuple):
    """What a FILE is, and what becomes of it."""

    items: Array
    write: Callable[[NDArray[np.float32]], int]
    """From restored images to how many files were written."""
    written: tuple[Path, ...]


def denoise(
    context: typer.Context,
    run: Run,
    sources: Annotated[
        list[str],
        typer.Argument(metavar="FILE…", help="Image files, folders of them, .npy or .npz files, noisy already."),
    ],
    to: Annotated[
        Path, typer.Option("--to", help="The folder for what comes of them; files keep their names and formats.")
    ] = Path("denoised"),
    resize: Annotated[
        bool, typer.Option("--resize", help="Bring images of another size to the model's; they come out in that size.")
    ] = False,
    weights: Weights = None,
) -> None:
    """Restore noisy images with a run that learned to. Files are read, seen as they are, and written with the same
    names and formats into another folder."""
    from engine import params, registry
    from engine.queries.messages import Reconstruct

    record = context.obj.store.find(run)
    files.check_kind(record, "image")
    noise.check(record, params.stored(registry.preset(record.variant, record.preset), record.config))
    found = [_source(source, record, to, resize=resize) for source in sources]
    _check_targets(sources, found)
    queries = [Reconstruct(run_id=record.id, weights=weights, inputs=each.items, noise=False) for each in found]
    answers: list[Reconstruction] = engines.answers(context.obj, queries, "restoring")
    written = sum(each.write(answer.outputs) for each, answer in zip(found, answers, strict=True))
    images = sum(len(answer.outputs) for answer in answers)
    told = f"{counted(images, 'image')} restored, {counted(written, 'file')} in {to}, {engines.behind(answers[0])}"
    typer.echo(plain(told))


def _check_targets(sources: Sequence[str], found: Sequence[_Source]) -> None:
    """Raises UsageError where a file would be written over one that is read, or twice."""
    from engine.errors import UsageError

    read = {Path(source).resolve() for source in sources}
    targets: set[Path] = set()
    for each in found:
        for path in each.written:
            there = path.resolve()
            if there in read or any(there.is_relative_to(one) for one in read):
                raise UsageError("Written over", f"{path} would take the place of what is read; choose another --to")
            if there in targets:
                told = f"two of the files would be written as {path}; restore them one after the other"
                raise UsageError("Same name", told)
            targets.add(there)


def _source(source: str, record: RunRecord, to: Path, *, resize: bool) -> _Source:
    """Raises EngineError where there is no such file, it cannot be read, or its images have another size."""
    from engine.datasets.image_files import image_files, read_images
    from engine.errors import UsageError

    path, shape = Path(source), record.info.shape
    if not path.exists():
        told = f"expected an image file, a folder of images, an .npy or .npz file, but there is no {source}"
        raise UsageError("No such input", told)
    if path.suffix in ARRAYS and path.is_file():
        items = read_images(source, shape, None, 2**62, record.dataset)
        target = to / path.name
        return _Source(items, lambda restored: _write_arrays(target, restored, like=items), (target,))
    listed = image_files(source)
    if not resize:
        for each in listed:
            _check_size(each, shape)
    images = read_images(source, shape, None, 2**62, record.dataset)
    targets = tuple(to / (each.relative_to(path) if path.is_dir() else each.name) for each in listed)
    return _Source(images, lambda restored: _write_images(targets, restored), targets)


def _check_size(path: Path, shape: tuple[int, ...]) -> None:
    """Raises BadData for pictures of another height or width than the model's."""
    from PIL import Image, ImageOps

    from engine.errors import BadData

    try:
        with Image.open(path) as image:
            width, height = ImageOps.exif_transpose(image).size
    except Exception as error:  # Pillow has many kinds
        raise BadData(path, f"expected an image, but it cannot be read ({error})") from error
    if (height, width) != tuple(shape[:2]):
        told = f"expected {shape[0]} × {shape[1]} pixels (height × width), as the run learned from, got"
        raise BadData(path, f"{told} {height} × {width}; --resize brings images to that size")


def _write_images(paths: Sequence[Path], restored: NDArray[np.float32]) -> int:
    import numpy as np
    from PIL import Image

    for path, image in zip(paths, restored, strict=True):
        pixels = (np.clip(np.nan_to_num(image), 0, 1) * 255 + 0.5).astype(np.uint8)
        form = OTHERWISE.get(path.suffix.lower(), path.suffix[1:].upper())
        _make(path.parent)
        with files.written(path) as file:
            Image.fromarray(pixels[..., 0] if pixels.shape[-1] == 1 else pixels).save(file, format=form)
    return len(paths)


def _write_arrays(path: Path, restored: NDArray[np.float32], like: Array) -> int:
    """As bytes where they came as bytes, else as floats; an archive has them as `images`."""
    import numpy as np

    restored = np.clip(np.nan_to_num(restored), 0, 1)
    array: NDArray[Any] = (restored * 255 + 0.5).astype(np.uint8) if like.dtype == np.uint8 else restored
    _make(path.parent)
    with files.written(path) as file:
        if path.suffix == ".npy":
            np.save(file, array)
        else:
            np.savez_compressed(file, allow_pickle=False, images=array)
    return 1


def _make(folder: Path) -> None:
    """Raises EngineError where it cannot be made."""
    from engine.errors import EngineError

    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        told = f"expected to make the folder {folder}, but {error.strerror or error}; choose another --to"
        raise EngineError("Cannot write", told) from error
