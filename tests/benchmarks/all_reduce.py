"""What a step costs over several workers: measured sums over processes of this host, and a model for other machines.

    python tests/benchmarks/all_reduce.py            times sums over two processes on the loopback
    python tests/benchmarks/all_reduce.py --model    the table of docs/scale.md

The model of a step of a fixed global batch over W workers, in seconds:

    operations / (W · rate) + 2 (W - 1) / W · bytes / bandwidth + 2 (W - 1) · latency + fixed

The second and third terms are those of a ring; `fixed` is what a step costs however little there is to do.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import time
from typing import NamedTuple

SIZES = (1, 2**10, 2**16, 2**20, 2**22)
"""Numbers, four bytes each."""
ROUNDS = 7


class Machine(NamedTuple):
    """Constants of the model, in operations, bytes and seconds."""

    name: str
    rate: float
    bandwidth: float
    latency: float
    fixed: float


class Step(NamedTuple):
    """What there is to do for one global batch."""

    name: str
    operations: float
    parameters: float


STEPS = (
    Step("vanilla, batch 256", 6 * 256 * 201_616, 201_616),
    Step("convolutional, batch 128", 3.5e9, 30_689),
    Step("sentence, batch 64", 48.6e9, 2_531_248),
    Step("sentence, batch 4,096", 48.6e9 * 64, 2_531_248),
)
MACHINES = (
    Machine("GPUs of one host (assumed)", 20e12, 200e9, 5e-6, 2e-4),
    Machine("GPUs of hosts of eight (assumed)", 20e12, 40e9, 15e-6, 2e-4),
)


def seconds(step: Step, machine: Machine, workers: int) -> float:
    """The model."""
    over = 2 * (workers - 1)
    shared = over / workers * step.parameters * 4 / machine.bandwidth + over * machine.latency
    return step.operations / workers / machine.rate + shared + machine.fixed


def model() -> None:
    """Time of a step by workers, and how much quicker than one it is."""
    for step in STEPS:
        one = seconds(step, MACHINES[0], 1)
        told = [f"1: {one * 1e3:.2f} ms"]
        for workers, machine in ((8, MACHINES[0]), (64, MACHINES[1])):
            several = seconds(step, machine, workers)
            told.append(f"{workers}: {several * 1e3:.2f} ms ({one / several:.1f} ×)")
        print(f"{step.name:<26}", "   ".join(told))


def worker() -> None:
    """One of the processes; the first one prints."""
    import tensorflow as tf

    options = tf.distribute.experimental.CommunicationOptions(
        implementation=tf.distribute.experimental.CommunicationImplementation.RING, timeout_seconds=60
    )
    strategy = tf.distribute.MultiWorkerMirroredStrategy(communication_options=options)
    chief = json.loads(os.environ["TF_CONFIG"])["task"]["index"] == 0
    for size in SIZES:

        @tf.function
        def summed(size: int = size) -> tf.Tensor:
            def one() -> tf.Tensor:
                numbers = tf.fill([size], 1.0)
                return tf.distribute.get_replica_context().all_reduce(tf.distribute.ReduceOp.SUM, numbers)[0]

            return strategy.run(one)

        times = []
        for _ in range(ROUNDS + 1):
            began = time.perf_counter()
            summed().numpy()
            times.append(time.perf_counter() - began)
        if chief:
            best, median = min(times[1:]), sorted(times[1:])[ROUNDS // 2]
            print(f"{size * 4:>10,} bytes  best {best * 1e3:8.3f} ms  median {median * 1e3:8.3f} ms", flush=True)
    os._exit(0)


def measure() -> None:
    """Two processes on the loopback."""
    from engine.launching.hosts import places, tf_config

    found = places("localhost", 2)
    environments = [{**os.environ, "TF_CONFIG": tf_config(found, index)} for index in range(2)]
    command = [sys.executable, __file__, "--worker"]
    for process in [subprocess.Popen(command, env=environment) for environment in environments]:
        process.wait()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", action="store_true")
    parser.add_argument("--worker", action="store_true", help=argparse.SUPPRESS)
    given = parser.parse_args()
    worker() if given.worker else model() if given.model else measure()
