"""Opens an export in a process of its own, in which nothing of this project can be imported.

    python opening.py FORMAT PLACE INPUTS.npz OUTPUTS.npz

Inputs are `items` and `codes`, outputs `encode`, `decode` and `reconstruct`, those that the export has files for.
"""

import runpy
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np

Functions = Mapping[str, Callable[[Any], Any]]
AT_ONCE = 100
"""Items."""
FILES = {"encode": "encoder", "decode": "decoder", "reconstruct": "autoencoder"}


def main() -> None:
    key, place, given, answers = sys.argv[1], *(Path(argument) for argument in sys.argv[2:])
    opener, barred = OPENERS[key]
    nothing: Any = None
    for module in ("aetui", "engine", *barred):
        sys.modules[module] = nothing  # importing it fails from now on
    inputs = np.load(given, allow_pickle=False)
    outputs = {}
    for name, function in opener(place).items():
        array = inputs["codes" if name == "decode" else "items"]
        outputs[name] = np.concatenate([_first(function(block)) for block in _blocks(array)])
    np.savez(answers, allow_pickle=False, **outputs)


def numpy_program(place: Path) -> Functions:
    """By the program that lies beside the weights."""
    network = runpy.run_path(str(place / "run.py"))["Network"](place / "weights.npz")
    able = {"encode": network.encode, "decode": network.decode}
    found = {name: function for name, function in able.items() if network.has(FILES[name])}
    return {
        **found,
        **({"reconstruct": lambda items: network.decode(network.encode(items))} if len(found) == 2 else {}),
    }


def keras_files(place: Path) -> Functions:
    """By `keras.saving.load_model`, without custom objects."""
    import keras

    return {
        name: keras.saving.load_model(place / f"{file}.keras", compile=False, safe_mode=True)
        for name, file in FILES.items()
        if (place / f"{file}.keras").exists()
    }


def saved_model(place: Path) -> Functions:
    """By TensorFlow without Keras's classes: signatures."""
    import tensorflow as tf

    kept = tf.saved_model.load(str(place))

    def called(signature: Any) -> Callable[[Any], Any]:
        [argument] = signature.structured_input_signature[1]
        return lambda array: signature(**{argument: tf.constant(array)})

    return {name: called(kept.signatures[name]) for name in FILES if name in kept.signatures}


def onnx_files(place: Path) -> Functions:
    """By ONNX Runtime."""
    import onnxruntime

    def session(path: Path) -> Callable[[Any], Any]:
        made = onnxruntime.InferenceSession(str(path), providers=["CPUExecutionProvider"])
        [argument] = made.get_inputs()
        return lambda array: made.run(None, {argument.name: array})

    return {name: session(place / f"{file}.onnx") for name, file in FILES.items() if (place / f"{file}.onnx").exists()}


def tflite_files(place: Path) -> Functions:
    """By TensorFlow's interpreter."""
    import tensorflow as tf

    def interpreter(path: Path) -> Callable[[Any], Any]:
        made = tf.lite.Interpreter(str(path))

        def call(array: Any) -> Any:
            [given], first = made.get_input_details(), made.get_output_details()[0]
            made.resize_tensor_input(given["index"], array.shape)
            made.allocate_tensors()
            made.set_tensor(given["index"], array)
            made.invoke()
            return made.get_tensor(first["index"])

        return call

    return {
        name: interpreter(place / f"{file}.tflite")
        for name, file in FILES.items()
        if (place / f"{file}.tflite").exists()
    }


def script(place: Path) -> Functions:
    """By the networks that the program builds, with the trained weights."""
    program = runpy.run_path(str(place / "train.py"))
    encoder, decoder = program["encoder"](), program["decoder"]()
    program["start"](encoder, decoder, place / "weights.npz")
    return {"encode": encoder, "decode": decoder, "reconstruct": lambda items: decoder(_first(encoder(items)))}


def _blocks(array: Any) -> list[Any]:
    return [array[start : start + AT_ONCE] for start in range(0, max(1, len(array)), AT_ONCE)]


def _first(output: Any) -> Any:
    """Of several outputs the code, which is the first, or has its name."""
    if isinstance(output, dict):
        output = output["codes"] if "codes" in output else output["items"]
    return np.asarray(output[0] if isinstance(output, list | tuple) else output)


OPENERS: dict[str, tuple[Callable[[Path], Functions], tuple[str, ...]]] = {
    "npz": (numpy_program, ("keras", "tensorflow")),
    "keras": (keras_files, ()),
    "savedmodel": (saved_model, ("keras",)),
    "onnx": (onnx_files, ("keras", "tensorflow")),
    "script": (script, ()),
    "tflite": (tflite_files, ("keras",)),
}
"""By format: what opens it, and what else may not be imported meanwhile."""

if __name__ == "__main__":
    main()
