"""The process that tries devices: it writes what it does and finds as JSON lines, see `engine.launching.trial`."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import Any

import msgspec

from engine.errors import EngineError
from engine.launching.trial import Begun, Check, Found, Line, Part, Unusable
from engine.storage.packages import install_extra

FORMATS = ("float32", "bfloat16")


def main(part: Part, device: str) -> None:
    """Try what `part` names; `device` as on the command line."""
    out = os.fdopen(os.dup(1), "wb", buffering=0)
    os.dup2(2, 1)  # whatever libraries print goes where their errors go

    def tell(line: Line) -> None:
        out.write(msgspec.json.encode(line) + b"\n")

    try:
        for what, check in _devices(device) if part == "devices" else _logical():
            tell(Begun(what=what))
            for found in _tried(what, check):
                tell(Found(check=found))
    except EngineError as error:
        tell(Unusable(title=error.title, message=error.message, exit_code=error.exit_code))
    sys.stderr.flush()
    os._exit(0)  # Python would wait for TensorFlow's threads


def _tried(what: str, check: Callable[[], Check]) -> Iterator[Check]:
    try:
        yield check()
    except EngineError:
        raise
    except Exception as error:  # whatever a driver or a library does is what the user came to learn
        first = str(error).strip().splitlines()[0][:300] if str(error).strip() else ""
        yield Check(what=what, found=f"{type(error).__name__}: {first}", remedy="use --device cpu until it is mended")


def _devices(device: str) -> Iterator[tuple[str, Callable[[], Check]]]:
    from engine.nn import runtime

    used = runtime.load(device)
    import tensorflow as tf

    yield "used", lambda: _used(device, used)
    visible = [each.name for each in tf.config.list_logical_devices("GPU")]
    for place in visible or [tf.config.list_logical_devices("CPU")[0].name]:
        yield from _of_one(place)
    if len(visible) > 1:
        yield "NCCL's all-reduce", lambda: _summed(visible)
    elif visible:
        yield "all-reduce", lambda: Check(what="all-reduce", found="one GPU: there is nothing to sum up with")


def _of_one(place: str) -> Iterator[tuple[str, Callable[[], Check]]]:
    from engine.nn.devices import rates

    for dtype in FORMATS:
        yield f"product {dtype}", lambda dtype=dtype: _rated("product", place, rates.product(place, dtype))  # type: ignore[misc]
        yield (
            f"convolution {dtype}",
            lambda dtype=dtype: _rated("convolution", place, rates.convolution(place, dtype)),  # type: ignore[misc]
        )
    yield "XLA", lambda: _compiled(place)
    yield "LSTM", lambda: _recurrent(place)


def _logical() -> Iterator[tuple[str, Callable[[], Check]]]:
    from engine.nn import runtime

    runtime.load("cpu")
    import tensorflow as tf

    processor = tf.config.list_physical_devices("CPU")[0]
    tf.config.set_logical_device_configuration(processor, [tf.config.LogicalDeviceConfiguration()] * 2)
    yield "two logical devices", lambda: _summed([each.name for each in tf.config.list_logical_devices("CPU")])


def _used(device: str, used: str) -> Check:
    import tensorflow as tf

    found = tf.config.list_physical_devices("GPU")
    figures: dict[str, float | str] = {"asked": device, "used": used, "gpus": len(found)}
    if found:
        names = [tf.config.experimental.get_device_details(gpu).get("device_name", gpu.name) for gpu in found]
        why = f"TensorFlow finds {len(found)}: {', '.join(dict.fromkeys(names))}"
        return Check(what="used", found=f"{used} ({why})", figures=figures)
    driven = _driven()
    if driven:
        remedy = install_extra("cuda") if device != "cpu" else ""
        why = f"the driver knows {', '.join(driven)}, but TensorFlow finds no GPU: CUDA's libraries are missing"
        return Check(what="used", found=f"{used} ({why})", remedy=remedy, figures=figures)
    return Check(what="used", found=f"{used} (no GPU on this machine)", figures=figures)


def _driven() -> list[str]:
    """GPUs that NVIDIA's driver knows, by name."""
    with suppress(Exception):  # no library, no driver
        import pynvml

        pynvml.nvmlInit()
        handles = (pynvml.nvmlDeviceGetHandleByIndex(at) for at in range(pynvml.nvmlDeviceGetCount()))
        names = [pynvml.nvmlDeviceGetName(handle) for handle in handles]
        return [name.decode("utf-8", "replace") if isinstance(name, bytes) else str(name) for name in names]
    return []


def _short(place: str) -> str:
    """ "/device:GPU:0" as "gpu:0"."""
    return place.rpartition("device:")[2].lower()


def _rated(what: str, place: str, rate: Any) -> Check:
    figures: dict[str, float | str] = {"gflops": round(rate.gflops, 1), "ms": rate.seconds * 1e3, "shape": rate.shape}
    told = f"{rate.gflops:,.0f} GFLOP/s ({rate.shape}, {rate.seconds * 1e3:.2f} ms)"
    return Check(what=what, device=_short(place), found=told, figures=figures)


def _compiled(place: str) -> Check:
    from engine.nn.devices.numbers import compiled

    found = compiled(place)
    told = f"compiles in {found.seconds:.1f} s; differs from plain operations by {found.difference:.1e}"
    return _agreed("XLA", place, found, told)


def _recurrent(place: str) -> Check:
    from engine.nn.devices.numbers import recurrent

    found = recurrent(place)
    told = f"{found.how}, {found.seconds * 1e3:.1f} ms for 32 × 20 × 64; differs from Keras's by {found.difference:.1e}"
    return _agreed("LSTM", place, found, told)


def _agreed(what: str, place: str, found: Any, told: str) -> Check:
    remedy = "" if found.holds(place) else "results of this device cannot be trusted: use --device cpu"
    figures: dict[str, float | str] = {"difference": found.difference, "seconds": found.seconds}
    return Check(what=what, device=_short(place), found=told, remedy=remedy, figures=figures)


def _summed(places: list[str]) -> Check:
    from engine.nn.devices.reductions import NUMBERS, all_reduce

    found = all_reduce(places)
    what = "NCCL's all-reduce" if "GPU" in places[0] else "two logical devices"
    told = f"MirroredStrategy sums {NUMBERS * 4 // 2**20} MiB over {len(places)} in {found.seconds * 1e3:.1f} ms"
    figures: dict[str, float | str] = {"devices": found.devices, "seconds": found.seconds, "gb_per_s": found.gigabytes}
    remedy = "" if found.right else "the sums are wrong: train on one device"
    told = f"{told}, {found.gigabytes:.2f} GB/s through each" if found.right else f"{told}, and wrongly"
    return Check(what=what, found=told, remedy=remedy, figures=figures)
