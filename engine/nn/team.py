"""Several processes that train one run: the chief decides what comes next and says so before each step.

Everything goes through TensorFlow's own sums over the processes (`tf.distribute`): what all are to know is what one of
them says and all others have zeros for. They take place in the same order everywhere, because nobody does anything but
what the chief said last.
"""

from __future__ import annotations

import os
import socket
import sys
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import keras
import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from engine.nn.digits_kept import kept
from engine.nn.distribution import Distribution, summed
from engine.nn.networks import Tensor
from engine.nn.orders import Long, Order, Report, Rest, TakeWeights, decode, encode
from engine.runs.every import Every
from engine.workers.cluster import Cluster, PeerLost
from engine.workers.meeting import meet
from engine.workers.worker import Worker

TIMEOUT = 45
"""Seconds after which a process that says nothing counts as gone. One that ends is noticed within a second or two."""
SLOWLY = 1_800
"""Likewise where data are read or networks built, which takes some hosts longer than others."""
BEAT = 5.0
"""Seconds between two signs of life of a chief that has nothing to say."""
GRACE = 20.0
"""Seconds that the run has to come to an end of its own when a process is gone."""
REPORT_SECONDS = 1.0
NOT_TOGETHER = "Not together any more"
HEAD, PIECE, NAME = 1_024, 2**22, 128
"""Bytes of an order, of a piece of what is longer, and of a name."""
GONE = (
    tf.errors.UnavailableError,
    tf.errors.AbortedError,
    tf.errors.CancelledError,
    tf.errors.DeadlineExceededError,
    tf.errors.FailedPreconditionError,
    tf.errors.InternalError,
)
"""What TensorFlow raises where a sum does not come about."""


def joined(cluster: Cluster, device: str) -> Team:
    """Wait for the others, and be one of them. To be called before anything is computed.

    Raises:
        PeerLost: some did not come.
        EngineError: this process's port is taken.
    """
    meet(cluster)
    gpus = bool(tf.config.get_visible_devices("GPU"))
    kinds = tf.distribute.experimental.CommunicationImplementation
    options = tf.distribute.experimental.CommunicationOptions(
        implementation=kinds.NCCL if gpus else kinds.RING, timeout_seconds=TIMEOUT
    )
    resolver = tf.distribute.cluster_resolver.SimpleClusterResolver(
        tf.train.ClusterSpec({"worker": list(cluster.addresses)}),
        task_type="worker",
        task_id=cluster.index,
        rpc_layer="grpc",
    )
    with _watched():
        strategy = tf.distribute.MultiWorkerMirroredStrategy(cluster_resolver=resolver, communication_options=options)
        workers = len(cluster.addresses)
        return Team(Distribution(strategy, workers=workers, index=cluster.index), cluster, device)


class Team:
    """This process among those that train together. An order and what follows from it is one thing: see `together`."""

    def __init__(self, distribution: Distribution, cluster: Cluster, device: str) -> None:
        """All processes of `cluster` make theirs at the same time. `device`: what this one computes on, for people."""
        self.distribution = distribution
        self.cluster = cluster
        self._lock = threading.RLock()
        self._slow = True
        self._said_at = time.monotonic()
        self._lost: PeerLost | None = None
        self._rate = 0.0
        self._due = Every(REPORT_SECONDS)
        self._sums = {slow: self._compiled(SLOWLY if slow else TIMEOUT) for slow in (True, False)}
        name = f"{socket.gethostname()}\n{device}".encode()[:NAME]
        self._names = [
            bytes(slot).rstrip(b"\0").decode() for slot in self._gathered(np.frombuffer(name, np.uint8), NAME)
        ]
        if self.chief:
            threading.Thread(target=self._beat, name="signs of life", daemon=True).start()

    @property
    def chief(self) -> bool:
        """Whether this process decides."""
        return self.cluster.chief

    # What the chief does.

    @contextmanager
    def together(self, order: Order) -> Iterator[None]:
        """What all processes do at the same time: `order` is said, and done in here.

        Raises:
            PeerLost: one of them is gone.
        """
        with self._lock:
            try:
                with self.watching():
                    self._say(order)
                    yield
            except BaseException:
                self._lost = self._lost or PeerLost(
                    NOT_TOGETHER, "this process left the others in the middle of a step"
                )
                raise

    def even_out(self, variables: Mapping[str, keras.Variable], *, all: bool) -> None:
        """Have all processes take the values that `variables` have here; see `TakeWeights`. Raises as `together`."""
        with self.together(TakeWeights(all=all)):
            self.take(variables)

    def measured(self, items: int, seconds: float) -> None:
        """So many items of whole batches took so long, here."""
        of_all = self.distribution.replicas / self.distribution.dealing.own
        self._rate = items / of_all / max(seconds, 1e-9)

    def report(self) -> tuple[Worker, ...]:
        """How fast each process is, about once a second; in between nothing. Raises as `together`."""
        if not self._due():
            return ()
        with self.together(Report()):
            rates = self.rates()
        now = round(time.time(), 3)
        named = enumerate(zip(self._names, rates, strict=True))
        return tuple(
            Worker(index=index, host=host, device=device, items_per_second=kept(float(rate)), at=now)
            for index, (name, rate) in named
            for host, _, device in [name.partition("\n")]
        )

    @property
    def broken(self) -> bool:
        """Whether another process is gone."""
        return self._lost is not None and self._lost.title != NOT_TOGETHER

    def dismiss(self, order: Order) -> None:
        """The last thing that is said: wait until everybody has heard it, or is gone."""
        with self._lock:
            if self._lost is None:
                try:
                    with self.watching():
                        self._say(order)
                        self._summed(np.zeros(1, np.float32))
                except PeerLost:
                    return
                self._lost = PeerLost(NOT_TOGETHER, "the others were dismissed")

    # What the others do.

    def hear(self) -> Order:
        """What the chief says next. Raises PeerLost."""
        with self.watching():
            order = self._heard(HEAD)
            if isinstance(order, Long):
                order = self._heard(order.size)
            self._slow = order.slow
            return order

    def acknowledge(self) -> None:
        """Of the last thing: it was heard."""
        with self.watching():
            self._summed(np.zeros(1, np.float32))

    # What all do.

    def take(self, variables: Mapping[str, keras.Variable]) -> None:
        """The chief's values."""
        arrays = {name: np.array(variable.numpy(), order="C") for name, variable in variables.items()}
        own = b"".join(array.tobytes() for array in arrays.values())
        told = b"".join(
            self._told(own[start : start + PIECE] if self.chief else b"", min(PIECE, len(own) - start))
            for start in range(0, len(own), PIECE)
        )
        if self.chief:
            return
        start = 0
        for name, array in arrays.items():
            variables[name].assign(np.frombuffer(told, array.dtype, array.size, start).reshape(array.shape))
            start += array.nbytes

    def rates(self) -> NDArray[np.float32]:
        """Items a second of each process."""
        mine = np.zeros(len(self.cluster.addresses), np.float32)
        mine[self.cluster.index] = self._rate
        return self._summed(mine)

    def _say(self, order: Order) -> None:
        text = encode(order)
        if len(text) > HEAD:
            self._told(encode(Long(size=len(text))), HEAD)
        self._told(text, max(HEAD, len(text)))
        self._slow = order.slow

    def _heard(self, size: int) -> Order:
        order: Order = decode(self._told(b"", size).rstrip(b"\0"))
        return order

    def _told(self, text: bytes, size: int) -> bytes:
        """`size` bytes that the chief says, everywhere."""
        values = np.zeros(size, np.float32)
        values[: len(text)] = np.frombuffer(text, np.uint8)
        return self._summed(values).astype(np.uint8).tobytes()

    def _gathered(self, values: NDArray[Any], size: int) -> NDArray[np.uint8]:
        """What each process says, (processes, size) bytes."""
        slots = np.zeros((len(self.cluster.addresses), size), np.float32)
        slots[self.cluster.index, : len(values)] = values
        return self._summed(slots.reshape(-1)).reshape(slots.shape).astype(np.uint8)

    def _summed(self, values: NDArray[np.float32]) -> NDArray[np.float32]:
        """Over all processes."""
        found: NDArray[np.float32] = self._sums[self._slow](tf.constant(values)).numpy()
        self._slow, self._said_at = False, time.monotonic()
        return found

    def _compiled(self, seconds: int) -> Any:
        first = self.distribution.dealing.first

        @tf.function(input_signature=[tf.TensorSpec([None], tf.float32)], autograph=False)
        def exchange(values: Tensor) -> Tensor:
            # What several devices of a process have is one thing that it says.
            return self.distribution.on_each(
                lambda number: summed(values if number == first else tf.zeros_like(values), seconds)
            )

        return exchange.get_concrete_function()  # in the same order everywhere: sums are told apart by their numbers

    @contextmanager
    def watching(self) -> Iterator[None]:
        """For what the processes compute together. Raises PeerLost where one of them is gone."""
        if self._lost is not None:
            raise self._lost
        try:
            with _watched():
                yield
        except PeerLost as error:
            self._lost = error
            raise

    def _beat(self) -> None:
        """Say now and then that the chief lives, so that the others know, and it knows of them."""
        while self._lost is None:
            time.sleep(1)
            if time.monotonic() - self._said_at < BEAT or not self._lock.acquire(timeout=0.1):
                continue
            try:
                with self.watching():
                    self._say(Rest())
            except PeerLost:
                break
            finally:
                self._lock.release()
        if self.broken:
            time.sleep(GRACE)
            print(f"aetui: {self._lost}", file=sys.stderr, flush=True)
            os._exit(PeerLost.exit_code)


@contextmanager
def _watched() -> Iterator[None]:
    try:
        yield
    except GONE as error:
        raise PeerLost(
            "A worker is gone",
            f"another process of the cluster ended or cannot be reached any more ({type(error).__name__}); start all "
            "anew with `aetui resume RUN` and the same TF_CONFIG: the run goes on from its checkpoint",
        ) from error
