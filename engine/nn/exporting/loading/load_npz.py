"""Opens an export of the format npz by the program that lies beside its weights."""

import runpy
import sys
from pathlib import Path
from typing import Any

import numpy as np

nothing: Any = None
for barred in ("aetui", "engine", "keras", "tensorflow"):
    sys.modules[barred] = nothing  # importing it fails from now on

place, given, answers = (Path(argument) for argument in sys.argv[1:])
program = runpy.run_path(str(place / "run.py"))
inputs = np.load(given)
network = program["Network"](place / "weights.npz")
outputs = {}
if network.has("encoder"):
    outputs["encode"] = network.encode(inputs["items"])
if network.has("decoder"):
    outputs["decode"] = network.decode(inputs["codes"])
if len(outputs) == 2:
    outputs["reconstruct"] = network.decode(network.encode(inputs["items"]))
np.savez(answers, **outputs)
