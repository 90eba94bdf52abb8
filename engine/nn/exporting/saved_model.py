"""Networks as a SavedModel of TensorFlow, with a signature for each thing that they do."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import keras
import tensorflow as tf

from engine.exports.format import Subject, Written
from engine.nn.exporting.keras_files import several
from engine.nn.exporting.standard import parts

USAGE = """
    import tensorflow as tf
    model = tf.saved_model.load(FOLDER)
    codes = model.signatures["encode"](items=items)["codes"]     # items: float32 (count, *shape)
    items = model.signatures["decode"](codes=codes)["items"]
    items = model.signatures["reconstruct"](items=items)["items"]
"""
ENDPOINTS = {"encoder": "encode", "decoder": "decode", "autoencoder": "reconstruct"}


def write(subject: Subject, place: Path) -> Written:
    """`saved_model.pb` and `variables` in the folder `place`."""
    models, archive = parts(subject), keras.export.ExportArchive()
    for name, model in models.items():
        archive.track(model)
        argument = "codes" if name == "decoder" else "items"
        signature = [tf.TensorSpec((None, *model.input_shape[1:]), tf.float32, name=argument)]
        archive.add_endpoint(ENDPOINTS[name], _endpoint(model), input_signature=signature)
    archive.write_out(str(place), verbose=False)
    return Written(USAGE, several(models))


def _endpoint(model: keras.Model) -> Callable[[Any], dict[str, Any]]:
    """Its outputs by name: signatures have them in the order of the alphabet."""
    names = ["codes" if model.name == "encoder" else "items", *model.output_names[1:]]

    def call(array: Any) -> dict[str, Any]:
        found = model(array, training=False)
        return dict(zip(names, found if isinstance(found, list) else [found], strict=True))

    return call
