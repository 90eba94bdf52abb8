"""The GPU that is worked with, as NVIDIA's library tells of it; nothing where there is none."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from typing import Any

UNKNOWN = "n/a"
_PREFIXES = ("NVIDIA", "GeForce", "Tesla", "Quadro", "GRID")
"""Parts of a name that tell nothing apart."""


class Gpus:
    """Asks the library, which is loaded when it is first asked, and not again where that fails.

    `device` is what the engine was asked to use: auto, cpu, gpu or gpu:N; of several it tells of the first.
    """

    def __init__(
        self,
        device: str = "auto",
        library: Callable[[], Any] | None = None,
        environ: Mapping[str, str] = os.environ,
    ) -> None:
        self._load = library or _nvml
        first = device.partition(":")[2].partition(",")[0]
        self._place = int(first) if first.isdigit() else 0
        self._visible = environ.get("CUDA_VISIBLE_DEVICES")
        self._nvml: Any = None
        self._absent = device.startswith("cpu")

    def told(self) -> str:
        """Name, load and memory: "GPU H100 41 % · 3.1/80 GB"; empty where there is no GPU or nothing is told of it."""
        if self._absent:
            return ""
        try:
            if self._nvml is None:
                nvml = self._load()
                nvml.nvmlInit()
                self._nvml = nvml
            return self._tell()
        except Exception:  # no library, no driver, no GPU, one that fell off the bus: the rest of the line is told
            self._absent = self._nvml is None
            return ""

    def _tell(self) -> str:
        nvml = self._nvml
        handle = self._handle()
        if handle is None:
            return ""
        shared = self._one(lambda: nvml.nvmlDeviceGetMigMode(handle)[0]) == 1  # its figures are those of all its parts
        load = None if shared else self._one(lambda: nvml.nvmlDeviceGetUtilizationRates(handle).gpu)
        memory = None if shared else self._one(lambda: nvml.nvmlDeviceGetMemoryInfo(handle))
        name = self._one(lambda: nvml.nvmlDeviceGetName(handle)) or ""
        shown = _short(name.decode("utf-8", "replace") if isinstance(name, bytes) else str(name))
        used = UNKNOWN if memory is None else f"{memory.used / 2**30:.1f}/{memory.total / 2**30:.0f} GB"
        return f"GPU {shown} {UNKNOWN if load is None else f'{load} %'} · {used}".replace("  ", " ")

    def _handle(self) -> Any:
        """Of the one that was asked for among those that programs here may use; `None` if that is none."""
        nvml = self._nvml
        visible = [str(n) for n in range(nvml.nvmlDeviceGetCount())]
        if self._visible is not None:
            visible = [name.strip() for name in self._visible.split(",")] if visible else []
        chosen = visible[self._place] if self._place < len(visible) else ""
        if chosen.isdigit():
            return nvml.nvmlDeviceGetHandleByIndex(int(chosen))
        return nvml.nvmlDeviceGetHandleByUUID(chosen) if chosen.startswith(("GPU-", "MIG-")) else None

    def _one(self, ask: Callable[[], Any]) -> Any:
        """A figure, or `None` where it is not told."""
        try:
            return ask()
        except self._nvml.NVMLError:
            return None


def _nvml() -> Any:
    import pynvml

    return pynvml


def _short(name: str) -> str:
    """ "NVIDIA H100 80GB HBM3" is "H100" to everyone; "NVIDIA GeForce RTX 4090" is "RTX 4090"."""
    words = [word for word in name.split() if word not in _PREFIXES]
    return " ".join(words[:2] if words and words[0] in ("RTX", "GTX", "TITAN") else words[:1])
