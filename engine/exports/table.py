"""The table of formats: a row each, and its writer in a file of its own."""

from __future__ import annotations

from engine.errors import UsageError
from engine.exports.format import Format

FORMATS: dict[str, Format] = {
    row.key: row
    for row in (
        Format(
            key="keras",
            label="Keras files of standard layers, which plain Keras opens",
            folder=True,
            needs="weights",
            writer="engine.nn.exporting.keras_files:write",
            inside=True,
        ),
        Format(
            key="npz",
            label="weights as NumPy arrays, with a program of NumPy alone that runs networks of dense layers",
            folder=True,
            needs="weights",
            writer="engine.nn.exporting.npz_files:write",
        ),
        Format(
            key="savedmodel",
            label="a SavedModel of TensorFlow with the signatures encode, decode and reconstruct",
            folder=True,
            needs="weights",
            writer="engine.nn.exporting.saved_model:write",
            inside=True,
        ),
        Format(
            key="onnx",
            label="ONNX files, which ONNX Runtime opens",
            folder=True,
            needs="weights",
            writer="engine.nn.exporting.onnx_files:write",
            requires=("onnx", "tf2onnx", "onnxruntime"),
            extra="onnx",
            inside=True,
        ),
        Format(
            key="tflite",
            label="TensorFlow Lite (LiteRT) files, for phones and small devices",
            folder=True,
            needs="weights",
            writer="engine.nn.exporting.tflite_files:write",
            inside=True,
        ),
        Format(
            key="script",
            label="a program in plain Keras that trains this network by this recipe, and the trained weights",
            folder=True,
            needs="weights",
            writer="engine.nn.exporting.script_file:write",
            kinds=("image", "vectors", "windows"),
        ),
        Format(
            key="csv",
            label="losses by epoch, and by step where they were kept, as tables for whatever program",
            folder=True,
            needs="record",
            writer="engine.exports.curves:write_csv",
        ),
        Format(
            key="tensorboard",
            label="losses, settings, metrics and pictures of the probe set, as event files for TensorBoard",
            folder=True,
            needs="record",
            writer="engine.nn.exporting.event_files:write",
        ),
        Format(
            key="card",
            label="a model card: data, settings, metrics beside baselines, alarms, limits, how to repeat it; Markdown",
            folder=False,
            needs="record",
            writer="engine.exports.card:write_card",
            mark=b"[//]: # (a model card of aetui)",
        ),
        Format(
            key="bundle",
            label="the whole run as one archive, for `aetui import` on another machine",
            folder=False,
            needs="record",
            writer="engine.exports.bundle:write_bundle",
            mark=b"aetui run",
        ),
    )
}


def format_of(key: str) -> Format:
    """The row called `key`. Raises UsageError if there is none."""
    if key not in FORMATS:
        raise UsageError("Unknown format", f"expected one of {', '.join(FORMATS)}, got {key!r}")
    return FORMATS[key]
