"""Networks as TensorFlow Lite (LiteRT) files: float32, of its built-in operations."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import keras
import tensorflow as tf

from engine.errors import EngineError
from engine.exports.format import Subject, Written
from engine.nn.exporting.keras_files import several
from engine.nn.exporting.standard import parts

LONGEST = 300
"""Characters of an error that are shown."""
USAGE = """
    import tensorflow as tf                                  # or ai_edge_litert.interpreter
    interpreter = tf.lite.Interpreter("encoder.tflite")
    [given] = interpreter.get_input_details()
    interpreter.resize_tensor_input(given["index"], items.shape)
    interpreter.allocate_tensors()
    interpreter.set_tensor(given["index"], items)            # items: float32 (count, *shape)
    interpreter.invoke()
    codes = interpreter.get_tensor(interpreter.get_output_details()[0]["index"])
"""


def write(subject: Subject, place: Path) -> Written:
    """`encoder.tflite`, `decoder.tflite` and `autoencoder.tflite`, those that are wanted, in the folder `place`."""
    models = parts(subject, simple=True)
    for name, model in models.items():
        (place / f"{name}.tflite").write_bytes(_converted(model))
    return Written(USAGE, several(models))


def _converted(model: keras.Model) -> bytes:
    # Given as they are, its variables would be looked for on the device.
    weights = [
        [tf.constant(variable.numpy()) for variable in variables]
        for variables in (model.trainable_variables, model.non_trainable_variables)
    ]

    def call(array: Any) -> Any:
        return model.stateless_call(*weights, array, training=False)[0]

    signature = [tf.TensorSpec((None, *model.input_shape[1:]), tf.float32)]
    traced = tf.function(call, input_signature=signature, autograph=False)
    converter = tf.lite.TFLiteConverter.from_concrete_functions([traced.get_concrete_function()])
    try:
        made: bytes = converter.convert()
    except Exception as error:  # of a class that TensorFlow keeps to itself
        lacking = re.search(r"TF Select ops: (.*)", str(error))
        told = f"it has no {lacking[1]}, which the {model.name} needs" if lacking else str(error)[:LONGEST]
        raise EngineError("Not as tflite", f"TensorFlow Lite cannot be made of this network: {told}") from error
    return made
