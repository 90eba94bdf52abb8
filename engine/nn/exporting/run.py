"""Runs the networks in weights.npz with NumPy alone: python run.py encode|decode|reconstruct INPUT.npy OUTPUT.npy

Input and output are float32 arrays, (items, *shape) or (items, code size); README.txt says what numbers a network sees.
"""

import json
import math
import sys
from pathlib import Path
from typing import Any

import numpy as np

erf = np.vectorize(math.erf, otypes=[np.float64])
ACTIVATIONS: dict[str, Any] = {
    "linear": lambda x: x,
    "relu": lambda x: np.maximum(x, 0),
    "sigmoid": lambda x: 0.5 * (1 + np.tanh(0.5 * x)),
    "tanh": np.tanh,
    "gelu": lambda x: 0.5 * x * (1 + erf(x / np.sqrt(2))),
}


class Network:
    """What weights.npz holds: arrays by name, and as JSON the layers that they belong to, in their order."""

    def __init__(self, path: Path) -> None:
        self.arrays = np.load(path, allow_pickle=False)
        self.layers = json.loads(str(self.arrays["layers"]))

    def has(self, part: str) -> bool:
        return part in self.layers

    def encode(self, items: Any) -> Any:
        return self._run("encoder", items)

    def decode(self, codes: Any) -> Any:
        return self._run("decoder", codes)

    def _run(self, part: str, x: Any) -> Any:
        for layer in self.layers[part]:
            x = self._step(x.astype(np.float32), **layer).astype(np.float32)
        return x

    def _step(self, x: Any, kind: str, **said: Any) -> Any:
        if kind == "reshape":
            return x.reshape(len(x), *said["shape"])
        if kind == "dense":
            return x @ self.arrays[said["kernel"]] + self.arrays[said["bias"]]
        if kind == "affine":
            return x * self.arrays[said["scale"]] + self.arrays[said["shift"]]
        if kind == "top_k":
            return np.where(x >= np.sort(x, axis=-1)[:, -said["k"], None], x, 0)
        return ACTIVATIONS[kind](x)


if __name__ == "__main__":
    if len(sys.argv) != 4 or sys.argv[1] not in ("encode", "decode", "reconstruct"):
        sys.exit(__doc__)
    network, array = Network(Path(__file__).with_name("weights.npz")), np.load(sys.argv[2], allow_pickle=False)
    codes = array if sys.argv[1] == "decode" else network.encode(array)
    np.save(sys.argv[3], codes if sys.argv[1] == "encode" else network.decode(codes))
