"""The course of a run as event files that TensorBoard shows: `train`, `validation` and the run itself side by side.

They are written by TensorFlow's own record writer in the form of `tf.summary`, which is not used itself: it gives an
event the time at which it is written, and needs TensorBoard installed. So the same run makes the same bytes, at the
times at which it all happened, and no device is taken for it.
"""

from __future__ import annotations

import io
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.errors import RunError, counted
from engine.events import EpochEnded, Health
from engine.exports.curves import Curves, curves
from engine.runs.record import RunRecord
from engine.runs.snapshots import Samples, kept_epochs, read_samples
from engine.runs.step_file import read_steps
from engine.storage import native_output

PICTURES = 50
"""Epochs at most whose pictures go along, evenly spread: TensorBoard shows ten by itself."""
HEALTH = ("dead", "active", "mean_activation", "gradient_norm", "dead_pixels")
Writer = Any
"""A `tf.io.TFRecordWriter`; TensorFlow ships no types that a checker could use."""
Values = list[Any]
"""Of `Summary.Value`."""


def write(record: RunRecord, place: Path) -> tuple[str, ...]:
    """Event files into the folder `place`; returns what there is to know.

    Raises:
        RunError: no epoch is complete yet.
    """
    found = curves(record)
    native_output.divert()  # what TensorFlow says while it is loaded
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    for part in ("train", "validation"):
        with _file(place / part, record) as writer:
            for ended in found.epochs:
                _put(writer, ended.at, ended.epoch, _scalars(_of_epoch(found, ended, part)))
            if part == "train":
                _steps(writer, record)
    with _file(place, record) as writer:
        _settings(writer, record)
        _final(writer, record)
        shown = _pictures(writer, record, found)
    told = f"`tensorboard --logdir` shows {counted(len(found.epochs), 'epoch')}; a step is an epoch"
    pictures = f"pictures of {counted(shown, 'epoch')}" if shown else "no pictures: the run has none of images"
    return (f"{told}, of `steps/loss` a batch; {pictures}.",)


@contextmanager
def _file(folder: Path, record: RunRecord) -> Iterator[Writer]:
    """A writer of the event file in `folder`, whose name TensorBoard knows by its beginning."""
    import tensorflow as tf

    folder.mkdir(parents=True, exist_ok=True)
    with tf.io.TFRecordWriter(str(folder / f"events.out.tfevents.{int(record.created)}.aetui")) as writer:
        writer.write(tf.compat.v1.Event(wall_time=record.created, file_version="brain.Event:2").SerializeToString())
        yield writer


def _put(writer: Writer, at: float, step: int, values: Values) -> None:
    import tensorflow as tf

    summary = tf.compat.v1.Summary(value=values)
    writer.write(tf.compat.v1.Event(wall_time=at, step=step, summary=summary).SerializeToString())


def _value(tag: str, plugin: str, array: NDArray[Any], form: int = 0, content: bytes = b"") -> Any:
    """`form`: whether it is a scalar (1), a tensor (2) or a sequence of blobs (3), as `SummaryMetadata` has it."""
    import tensorflow as tf

    data = tf.compat.v1.SummaryMetadata.PluginData(plugin_name=plugin, content=content)
    metadata = tf.compat.v1.SummaryMetadata(plugin_data=data, data_class=form)
    return tf.compat.v1.Summary.Value(tag=tag, metadata=metadata, tensor=tf.make_tensor_proto(array))


def _scalars(numbers: Mapping[str, float]) -> Values:
    return [_value(tag, "scalars", np.asarray(number, np.float32), 1) for tag, number in numbers.items()]


def _of_epoch(found: Curves, ended: EpochEnded, part: str) -> dict[str, float]:
    values = {name: found.value(ended, part, name) for of, name in found.terms if of == part}
    numbers = {f"epoch/{name}": value for name, value in values.items() if value is not None}
    if part == "train":
        return numbers | {"epoch/seconds": ended.seconds, "epoch/samples_per_second": ended.samples_per_second}
    return numbers | (_of_health(ended.health) if ended.health else {})


def _of_health(health: Health) -> dict[str, float]:
    return {f"health/{name}": float(getattr(health, name)) for name in HEALTH}


def _steps(writer: Writer, record: RunRecord) -> None:
    step, begun = 0, record.created
    for point in read_steps(record.folder):
        step += point.steps
        _put(writer, begun + point.seconds, step, _scalars({"steps/loss": point.mean}))


def _final(writer: Writer, record: RunRecord) -> None:
    """What the run reached on the test part, with the baselines beside it."""
    end = record.end
    if end is not None and end.metrics:
        _put(writer, end.at, end.epochs, _scalars({f"final/{name}": value for name, value in end.metrics.items()}))


def _settings(writer: Writer, record: RunRecord) -> None:
    """For the tab HPARAMS, and as text.

    TensorBoard, which need not be there, has the message `SessionStartInfo` for them. It is written here as another one
    that has the same bytes: a `Struct` of the settings is its first field, the time at the beginning its fifth.
    """
    from google.protobuf.struct_pb2 import Struct  # type: ignore[import-untyped]
    from google.protobuf.wrappers_pb2 import DoubleValue  # type: ignore[import-untyped]

    settings = Struct()
    told = {"variant": record.variant, "preset": record.preset, "dataset": record.dataset, **record.config}
    settings.update({name: value for name, value in told.items() if isinstance(value, bool | int | float | str)})
    began = DoubleValue(value=record.created).SerializeToString()[1:]  # without its field's number
    start = settings.SerializeToString(deterministic=True) + _key(5, 1) + began
    content = _key(3, 2) + _length(len(start)) + start
    rows = "\n".join(["| setting | value |", "| --- | --- |", *(f"| {name} | {told[name]} |" for name in told)])
    values = [
        _value("_hparams_/session_start_info", "hparams", np.zeros((), np.float32), content=content),
        _value("settings", "text", np.array(rows.encode(), object), 2),
    ]
    _put(writer, record.created, 0, values)


def _key(field: int, kind: int) -> bytes:
    """Begins a field of a protocol buffer."""
    return bytes([field << 3 | kind])


def _length(number: int) -> bytes:
    """As a protocol buffer has it: seven bits a byte, the lowest first."""
    found = bytearray()
    while number > 0x7F:
        found.append(number & 0x7F | 0x80)
        number >>= 7
    return bytes([*found, number])


def _pictures(writer: Writer, record: RunRecord, found: Curves) -> int:
    """Put those of the probe set, of epochs evenly spread; returns of how many."""
    times = {ended.epoch: ended.at for ended in found.epochs}
    epochs = sorted(kept_epochs(record.folder) & times.keys())
    shown = 0
    for epoch in _spread(epochs):
        try:
            samples = read_samples(record.folder, epoch)
        except RunError:  # damaged, or thinned out in this very moment
            continue
        if samples.outputs.ndim != 4:
            return 0
        _put(writer, times[epoch], epoch, list(_of_samples(samples, first=not shown)))
        shown += 1
    return shown


def _spread(epochs: list[int]) -> list[int]:
    """At most `PICTURES` of them, the first and the last among them."""
    if len(epochs) <= PICTURES:
        return epochs
    return [epochs[round(place * (len(epochs) - 1) / (PICTURES - 1))] for place in range(PICTURES)]


def _of_samples(samples: Samples, *, first: bool) -> Iterator[Any]:
    yield _images("probe/reconstructions", samples.outputs)
    if first:
        yield _images("probe/inputs", samples.inputs)
        yield _images("probe/targets", samples.targets)


def _images(tag: str, images: NDArray[np.float32]) -> Any:
    """(count, height, width, channels) in [0, 1]: width, height and a PNG of each, as TensorBoard keeps images."""
    _, height, width, _ = images.shape
    strings = [str(width).encode(), str(height).encode(), *map(_png, images)]
    return _value(tag, "images", np.array(strings, object), 3)


def _png(image: NDArray[np.float32]) -> bytes:
    from PIL import Image

    levels = np.rint(np.nan_to_num(image).clip(0, 1) * 255).astype(np.uint8)
    file = io.BytesIO()
    Image.fromarray(levels[..., 0] if levels.shape[-1] == 1 else levels).save(file, format="PNG")
    return file.getvalue()
