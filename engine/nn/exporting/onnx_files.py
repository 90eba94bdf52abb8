"""Networks as ONNX files."""

from __future__ import annotations

import logging
from pathlib import Path

import keras
import tensorflow as tf

from engine.exports.format import Subject, Written
from engine.nn.exporting.keras_files import several
from engine.nn.exporting.standard import parts

OPSET = 18
USAGE = """
    import onnxruntime
    session = onnxruntime.InferenceSession("encoder.onnx")
    codes = session.run(None, {session.get_inputs()[0].name: items})[0]      # items: float32 (count, *shape)
"""


def write(subject: Subject, place: Path) -> Written:
    """`encoder.onnx`, `decoder.onnx` and `autoencoder.onnx`, those that are wanted, in the folder `place`."""
    logging.getLogger("tf2onnx").setLevel(logging.ERROR)
    models = parts(subject, simple=True)
    for name, model in models.items():
        _convert(model, "codes" if name == "decoder" else "items", place / f"{name}.onnx")
    return Written(USAGE, several(models))


def _convert(model: keras.Model, argument: str, path: Path) -> None:
    signature = [tf.TensorSpec((None, *model.input_shape[1:]), tf.float32, name=argument)]
    model.export(str(path), format="onnx", verbose=False, input_signature=signature, opset_version=OPSET)
