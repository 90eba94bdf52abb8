"""How far losses on several devices are from those on one, by variant: the largest difference over all epochs.

    python tests/benchmarks/several_devices.py --logical 2 vanilla sparse
    python tests/benchmarks/several_devices.py --workers 3 --epochs 20 sentence

`--logical N`: the processor as N devices of one process; `--workers N`: N processes on this host. The run on one device
is trained beside it, with the same data: `digits`, or 300 made sentences; the batch is not a multiple of 2, 3 or 4.
"""

from __future__ import annotations

import argparse
import importlib.util
import json
import os
import socket
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

CASES: dict[str, tuple[str, str, dict[str, Any]]] = {
    "vanilla": ("vanilla", "small", {}),
    "sparse": ("sparse", "kl", {"hidden_dim": 24}),
    "top-k": ("sparse", "topk", {"hidden_dim": 24, "k": 4}),
    "denoising": ("denoising", "small", {}),
    "stacked": ("stacked", "greedy", {"layers": "24-8", "pretrain_epochs": 2}),
    "variational": ("variational", "small", {}),
    "contractive": ("contractive", "small", {}),
    "convolutional": ("convolutional", "small", {"filters": 8}),
    "recurrent": ("recurrent", "small", {"units": 12}),
    "vq": ("vq", "small", {"filters": 8, "entries": 16, "dimensions": 4}),
    "sentence": ("sentence", "small", {"units": 16, "bag_of_words": 0.5, "vocabulary": 13}),
}
BATCH = {"text": 71}
MUCH = 323
"""Of images: four batches and a short one in an epoch of `digits`."""


def data(variant: Any, config: Any) -> Any:
    """What the case learns from."""
    if "text" in variant.accepts:
        return made_text()
    from engine.datasets.cache import DatasetCache

    return DatasetCache(None).load("digits", variant.reading(config))


def made_text() -> Any:
    """300 sentences."""
    spec = importlib.util.spec_from_file_location("made", Path(__file__).parents[1] / "engine" / "conftest.py")
    assert spec is not None
    assert spec.loader is not None
    made = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(made)
    return made.make_text(300)


def case(name: str, epochs: int) -> tuple[Any, Any]:
    """Variant and settings."""
    from engine import params, registry

    key, preset, changed = CASES[name]
    variant = registry.variant(key)
    batch = BATCH["text"] if "text" in variant.accepts else MUCH
    given = {"precision": "float32", "batch_size": batch, "epochs": epochs, **changed}
    return variant, params.configure(registry.preset(key, preset), given)


def losses(training: Any) -> list[list[float]]:
    """Of each epoch, all terms of training and validation; the total first."""
    from engine.backend import EpochReport

    ended = [report.event for report in training.run() if isinstance(report, EpochReport)]
    return [[*event.train.values(), *event.validation.values()] for event in ended]


def tell(name: str, alone: list[list[float]], together: list[list[float]], seconds: float) -> None:
    """A row: largest difference of a loss term, absolute and as a share of terms above 1."""
    pairs = [(a, b) for one, two in zip(alone, together, strict=True) for a, b in zip(one, two, strict=True)]
    worst, share = max(abs(a - b) for a, b in pairs), max(abs(a - b) / max(1, abs(a)) for a, b in pairs)
    fell = f"loss {alone[0][0]:.4f} → {alone[-1][0]:.4f}"
    print(f"{name:14} {len(alone):3} epochs  {fell}  |Δ| {worst:.1e} ({share:.1e})  {seconds:.0f} s", flush=True)


def logical(count: int, epochs: int, names: list[str]) -> None:
    """On so many logical devices."""
    from engine.nn import runtime

    runtime.load(f"cpu:{count}")
    from engine.nn import distribution
    from engine.nn.graph_cache import Graphs
    from engine.nn.trainer import Trainer

    devices = distribution.here()
    for name in names:
        variant, config = case(name, epochs)
        items, began = data(variant, config), time.monotonic()
        alone, together = (
            losses(Trainer(variant, config, items, graphs=Graphs(variant, config, items, distribution=one)))
            for one in (None, devices)
        )
        tell(name, alone, together, time.monotonic() - began)


def worker(addresses: list[str], index: int, epochs: int, names: list[str]) -> None:
    """One of several processes."""
    from engine.nn.tensorflow_backend import KerasBackend
    from engine.workers.cluster import Cluster

    backend = KerasBackend("cpu", Cluster(tuple(addresses), index))
    if index:
        from engine.datasets.cache import DatasetCache

        read = DatasetCache(None).load
        os._exit(backend.follow(lambda key, reading: made_text() if key == "text" else read(key, reading)))
    from engine.nn.trainer import Trainer

    for name in names:
        variant, config = case(name, epochs)
        items, began = data(variant, config), time.monotonic()
        alone = losses(Trainer(variant, config, items))
        together = losses(backend.training(variant, config, items, None))
        tell(name, alone, together, time.monotonic() - began)
    backend.dismiss(0)
    os._exit(0)


def workers(count: int, epochs: int, names: list[str]) -> None:
    """So many processes of this program."""
    sockets = [socket.socket() for _ in range(count)]
    for one in sockets:
        one.bind(("127.0.0.1", 0))
    addresses = json.dumps([f"127.0.0.1:{one.getsockname()[1]}" for one in sockets])
    for one in sockets:
        one.close()
    command = [sys.executable, __file__, "--epochs", str(epochs), "--addresses", addresses]
    processes = [subprocess.Popen([*command, "--index", str(index), *names]) for index in range(count)]
    sys.exit(max(process.wait() for process in processes))


def main() -> None:
    """As the module says."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--logical", type=int, default=0)
    parser.add_argument("--workers", type=int, default=0)
    parser.add_argument("--epochs", type=int, default=20)
    parser.add_argument("--addresses", type=json.loads, default=None, help=argparse.SUPPRESS)
    parser.add_argument("--index", type=int, default=0, help=argparse.SUPPRESS)
    parser.add_argument("cases", nargs="*", choices=[*CASES, []], default=[])
    given = parser.parse_args()
    names = given.cases or list(CASES)
    if given.addresses:
        worker(given.addresses, given.index, given.epochs, names)
    elif given.workers:
        workers(given.workers, given.epochs, names)
    else:
        logical(given.logical or 2, given.epochs, names)


if __name__ == "__main__":
    main()
