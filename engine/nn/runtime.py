"""Loading TensorFlow without stalling the other threads, and choosing the device."""

from __future__ import annotations

import ctypes
import gc
import importlib.util
import os
import re
from pathlib import Path

from engine.errors import UsageError

DEVICES = re.compile(r"auto|cpu(:[1-9]\d?)?|gpu(:(all|\d+(,\d+)*))?")
EXPECTED = "auto, cpu, gpu or gpu:N; gpu:0,1 or gpu:all for several GPUs, cpu:2 for the processor as two devices"


def load(device: str = "auto") -> str:
    """Import TensorFlow and Keras, make `device` the only one used, and name it for people.

    `device` is `auto` (a GPU if there is one), `cpu`, `gpu`, `gpu:N`, `gpu:N,M` or `gpu:all` for several, or `cpu:N`:
    the processor as N devices, which is no faster but shows what several do. GPU memory is taken as it is needed.

    The import holds the interpreter's lock for up to 0.85 s at a time and creates some hundred thousand objects.
    Opening the two large libraries first, through a foreign call that releases the lock, and keeping the garbage
    collector out of the way (and later out of these objects) brings the longest stall of a screen from 308-617 ms to
    11-22 ms.

    Raises:
        UsageError: the device is unknown or not there.
    """
    if not DEVICES.fullmatch(device):
        raise UsageError("Unknown device", f"expected {EXPECTED}, got {device!r}")
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    # By itself TensorFlow uses oneDNN on processors with AVX-512 only; with AVX2 it is as much faster.
    os.environ.setdefault("TF_ENABLE_ONEDNN_OPTS", "1")
    collecting = gc.isenabled()
    gc.disable()
    try:
        _open_libraries()
        import keras  # noqa: F401
        import tensorflow

        tensorflow.get_logger().setLevel("ERROR")  # it has a handler of its own, which draws over the screen

        gc.freeze()
    finally:
        if collecting:
            gc.enable()
    return _choose(device)


def _open_libraries() -> None:
    """Have the dynamic linker read the libraries while other threads run; `ctypes.CDLL` would hold the lock."""
    spec = importlib.util.find_spec("tensorflow")
    if spec is None or spec.origin is None:
        return
    # Not RTLD_GLOBAL: TensorFlow carries a BoringSSL, whose names would take the place of OpenSSL's in Python's ssl.
    dlopen = ctypes.CDLL(None).dlopen
    dlopen.restype = ctypes.c_void_p
    dlopen.argtypes = (ctypes.c_char_p, ctypes.c_int)
    folder = Path(spec.origin).parent
    for pattern in ("libtensorflow_framework.so*", "libtensorflow_cc.so*"):
        for library in sorted(folder.glob(pattern))[:1]:
            dlopen(str(library).encode(), os.RTLD_NOW)


def _choose(device: str) -> str:
    import tensorflow as tf

    kind, _, which = device.partition(":")
    found = tf.config.list_physical_devices("GPU")
    if kind == "cpu" or (kind == "auto" and not found):
        tf.config.set_visible_devices([], "GPU")
        cores = f"{len(os.sched_getaffinity(0))} cores"
        if int(which or 1) == 1:
            return f"CPU, {cores}"
        each = [tf.config.LogicalDeviceConfiguration() for _ in range(int(which))]
        tf.config.set_logical_device_configuration(tf.config.list_physical_devices("CPU")[0], each)
        return f"{which} logical CPUs, {cores}"
    numbers = range(len(found)) if which == "all" else sorted({int(number) for number in (which or "0").split(",")})
    if not found or max(numbers) >= len(found):
        raise UsageError(
            "No such device",
            f"expected {device}, but TensorFlow sees {len(found)} GPUs; use --device cpu, or look at `aetui doctor`",
        )
    chosen = [found[number] for number in numbers]
    tf.config.set_visible_devices(chosen, "GPU")
    for one in chosen:
        tf.config.experimental.set_memory_growth(one, True)
    name = tf.config.experimental.get_device_details(chosen[0]).get("device_name", chosen[0].name)
    return f"GPU {name}" if len(chosen) == 1 else f"{len(chosen)} GPUs {name}"
