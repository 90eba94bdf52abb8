"""What is told of a GPU, by a library that is played."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from aetui.follow.gpu import Gpus

GIB = 2**30


class Nvml:
    """NVIDIA's library as far as it is asked: two GPUs; every call named in `failing` raises."""

    class NVMLError(Exception):
        pass

    def __init__(self, *failing: str, mig: int = 0, name: str | bytes = "NVIDIA H100 80GB HBM3") -> None:
        self.failing = set(failing)
        answers = {
            "nvmlInit": lambda: None,
            "nvmlDeviceGetCount": lambda: 2,
            "nvmlDeviceGetHandleByIndex": lambda n: n,
            "nvmlDeviceGetHandleByUUID": lambda name: 1,
            "nvmlDeviceGetMigMode": lambda handle: (mig, mig),
            "nvmlDeviceGetName": lambda handle: name,
            "nvmlDeviceGetUtilizationRates": lambda handle: SimpleNamespace(gpu=41 + handle),
            "nvmlDeviceGetMemoryInfo": lambda handle: SimpleNamespace(used=3.1 * GIB, total=80 * GIB),
        }
        vars(self).update({name: self._call(name, answer) for name, answer in answers.items()})

    def _call(self, name: str, answer: Any) -> Any:
        def call(*arguments: Any) -> Any:
            if name in self.failing:
                raise self.NVMLError(name)
            return answer(*arguments)

        return call


@pytest.mark.parametrize(
    ("nvml", "told"),
    [
        (Nvml(), "GPU H100 41 % · 3.1/80 GB"),
        (Nvml(name=b"NVIDIA GeForce RTX 4090"), "GPU RTX 4090 41 % · 3.1/80 GB"),
        (Nvml(mig=1), "GPU H100 n/a · n/a"),
        (Nvml("nvmlDeviceGetMigMode"), "GPU H100 41 % · 3.1/80 GB"),
        (Nvml("nvmlDeviceGetUtilizationRates"), "GPU H100 n/a · 3.1/80 GB"),
        (Nvml("nvmlDeviceGetMemoryInfo", "nvmlDeviceGetName"), "GPU 41 % · n/a"),
        (Nvml("nvmlInit"), ""),
        (Nvml("nvmlDeviceGetHandleByIndex"), ""),
    ],
)
def test_what_the_library_does_not_tell_is_not_made_up(nvml: Nvml, told: str) -> None:
    assert Gpus(library=lambda: nvml, environ={}).told() == told


@pytest.mark.parametrize(
    ("device", "visible", "load"),
    [
        ("gpu:1", None, "42"),
        ("auto", "1", "42"),
        ("gpu:1", "1,0", "41"),
        ("auto", "GPU-6f", "42"),
        ("gpu:1,0", None, "42"),
    ],
)
def test_the_gpu_is_the_one_that_is_worked_with(device: str, visible: str | None, load: str) -> None:
    environ = {} if visible is None else {"CUDA_VISIBLE_DEVICES": visible}
    assert f" {load} %" in Gpus(device, Nvml, environ).told()


@pytest.mark.parametrize(
    ("device", "visible"), [("cpu", "0"), ("auto", ""), ("auto", "-1"), ("gpu:2", "0,1"), ("cpu:2", "0")]
)
def test_a_gpu_that_is_not_used_is_not_told_of(device: str, visible: str) -> None:
    assert Gpus(device, Nvml, {"CUDA_VISIBLE_DEVICES": visible}).told() == ""


def test_a_library_that_is_not_there_is_looked_for_once() -> None:
    tries = []

    def missing() -> Any:
        tries.append(1)
        raise ImportError

    gpus = Gpus(library=missing, environ={})
    assert (gpus.told(), gpus.told(), len(tries)) == ("", "", 1)


def test_an_error_on_the_way_does_not_end_the_asking() -> None:
    nvml = Nvml()
    gpus = Gpus(library=lambda: nvml, environ={})
    assert gpus.told()
    nvml.failing = {"nvmlDeviceGetCount"}
    assert gpus.told() == ""
    nvml.failing = set()
    assert gpus.told()
