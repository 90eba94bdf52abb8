"""What is in the event files that TensorBoard reads, in the form that `tf.summary` gives it.

That is not used itself: it gives an event the time at which it is written, and needs TensorBoard installed. The records
are written by TensorFlow's own writer.
"""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.events import EpochEnded, Health

HEALTH = ("dead", "active", "mean_activation", "gradient_norm", "dead_pixels")
BINS = 30
"""Of a histogram, as TensorBoard draws them."""
SCALAR, TENSOR, BLOBS = 1, 2, 3
"""Forms of a value, as `SummaryMetadata` has them."""
RUNNING, SUCCESS, FAILURE = 3, 1, 2
"""States of a session of the tab HPARAMS."""
Value = Any
"""A `Summary.Value`; TensorFlow ships no types that a checker could use."""


class EventFile:
    """An event file, to which events are appended."""

    def __init__(self, folder: Path, name: str, at: float) -> None:
        """In `folder`, which is made; TensorBoard knows it by the beginning of its name, and reads several in the order
        of `name`. Raises an error of TensorFlow or OSError where it cannot be written."""
        import tensorflow as tf

        folder.mkdir(parents=True, exist_ok=True)
        self._event, self._summary = tf.compat.v1.Event, tf.compat.v1.Summary
        self._writer = tf.io.TFRecordWriter(str(folder / f"events.out.tfevents.{name}.aetui"))
        self._write(self._event(wall_time=at, file_version="brain.Event:2"))

    def put(self, at: float, step: int, values: Sequence[Value]) -> None:
        """What `values` are at that time and step."""
        if values:
            self._write(self._event(wall_time=at, step=step, summary=self._summary(value=values)))

    def restarted(self, at: float, step: int) -> None:
        """What earlier files have from `step` on is void."""
        import tensorflow as tf

        log = tf.compat.v1.SessionLog(status=tf.compat.v1.SessionLog.START)
        self._write(self._event(wall_time=at, step=step, session_log=log))

    def flush(self) -> None:
        """Have readers see it."""
        self._writer.flush()

    def close(self) -> None:
        """No more comes."""
        self._writer.close()

    def _write(self, event: Any) -> None:
        self._writer.write(event.SerializeToString())


def _metadata(plugin: str, form: int, content: bytes = b"") -> Any:
    import tensorflow as tf

    data = tf.compat.v1.SummaryMetadata.PluginData(plugin_name=plugin, content=content)
    return tf.compat.v1.SummaryMetadata(plugin_data=data, data_class=form)


def _value(tag: str, metadata: Any, array: NDArray[Any]) -> Value:
    import tensorflow as tf

    return tf.compat.v1.Summary.Value(tag=tag, metadata=metadata, tensor=tf.make_tensor_proto(array))


def scalars(numbers: Mapping[str, float]) -> list[Value]:
    """Numbers by tag."""
    import tensorflow as tf

    metadata, single = _metadata("scalars", SCALAR), tf.float32.as_datatype_enum
    shape = tf.TensorShape(()).as_proto()
    proto = tf.make_tensor_proto(np.float32(0)).__class__  # it has no public name
    return [
        tf.compat.v1.Summary.Value(
            tag=tag, metadata=metadata, tensor=proto(dtype=single, tensor_shape=shape, float_val=[number])
        )
        for tag, number in numbers.items()
    ]


def images(tag: str, items: NDArray[np.float32]) -> Value:
    """(count, height, width, channels) in [0, 1]: width, height and a PNG of each, as TensorBoard keeps images."""
    _, height, width, _ = items.shape
    strings = [str(width).encode(), str(height).encode(), *map(_png, items)]
    return _value(tag, _metadata("images", BLOBS), np.array(strings, object))


def _png(image: NDArray[np.float32]) -> bytes:
    from PIL import Image

    levels = np.rint(np.nan_to_num(image).clip(0, 1) * 255).astype(np.uint8)
    file = io.BytesIO()
    Image.fromarray(levels[..., 0] if levels.shape[-1] == 1 else levels).save(file, format="PNG")
    return file.getvalue()


def histogram(tag: str, numbers: NDArray[Any]) -> Value:
    """How many of `numbers` lie where; those that are not finite are left out."""
    found = np.asarray(numbers, np.float64).ravel()
    found = found[np.isfinite(found)]
    counts, edges = np.histogram(found, BINS) if len(found) else (np.zeros(BINS), np.linspace(0, 1, BINS + 1))
    rows = np.stack([edges[:-1], edges[1:], counts.astype(np.float64)], axis=1)
    return _value(tag, _metadata("histograms", TENSOR), rows)


def text(tag: str, words: str) -> Value:
    """Markdown."""
    return _value(tag, _metadata("text", TENSOR), np.array(words.encode(), object))


def table(tag: str, settings: Mapping[str, Any]) -> Value:
    """Settings with their values, as text."""
    rows = [f"| {name} | {value} |" for name, value in settings.items()]
    return text(tag, "\n".join(["| setting | value |", "| --- | --- |", *rows]))


def of_epoch(ended: EpochEnded, part: str) -> dict[str, float]:
    """The scalars of `part` ("train", "validation") of an epoch."""
    numbers = {f"epoch/{name}": value for name, value in getattr(ended, part).items()}
    if part == "train":
        return numbers | {"epoch/seconds": ended.seconds, "epoch/samples_per_second": ended.samples_per_second}
    return numbers | (_of_health(ended.health) if ended.health else {})


def _of_health(health: Health) -> dict[str, float]:
    return {f"health/{name}": float(getattr(health, name)) for name in HEALTH}


# What TensorBoard, which need not be there, has messages of its own for: here the same bytes are written by hand.


def began(settings: Mapping[str, Any], at: float) -> list[Value]:
    """The settings, for the tab HPARAMS and as text.

    `SessionStartInfo`: a `Struct` of the settings is its first field, the time at the beginning its fifth; it is the
    third of `HParamsPluginData`.
    """
    from google.protobuf.struct_pb2 import Struct  # type: ignore[import-untyped]

    known = Struct()
    known.update({name: value for name, value in settings.items() if isinstance(value, bool | int | float | str)})
    start = known.SerializeToString(deterministic=True) + _key(5, 1) + _double(at)
    return [_session("_hparams_/session_start_info", 3, start), table("settings", settings)]


def ended(state: int, at: float) -> Value:
    """`SessionEndInfo`: the state is its first field, the time its second; the fourth of `HParamsPluginData`."""
    return _session("_hparams_/session_end_info", 4, _key(1, 0) + _length(state) + _key(2, 1) + _double(at))


def _session(tag: str, field: int, message: bytes) -> Value:
    content = _key(field, 2) + _length(len(message)) + message
    return _value(tag, _metadata("hparams", 0, content), np.zeros((), np.float32))


def _double(number: float) -> bytes:
    from google.protobuf.wrappers_pb2 import DoubleValue  # type: ignore[import-untyped]

    found: bytes = DoubleValue(value=number).SerializeToString()[1:]  # without its field's number
    return found


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
