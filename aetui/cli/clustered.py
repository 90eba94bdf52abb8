"""`aetui train` and `aetui resume` where `TF_CONFIG` says that several processes train together.

The chief is the command as ever. The others print nothing and keep nothing; they end with the chief, and as it does.
"""

from __future__ import annotations

import importlib
import os
import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING, Any, NoReturn

import typer

from aetui.render.text import plain

if TYPE_CHECKING:
    from aetui.cli.options import Options
    from engine.backend import Backend
    from engine.workers.cluster import Cluster

LEAVING_SECONDS = 30.0
"""How long the chief has to save its run when all are told to end."""


class Chief:
    """Makes the backend of the process that decides, and lets the others go."""

    def __init__(self, cluster: Cluster) -> None:
        self._cluster = cluster
        self._backend: Any = None

    def backend(self, device: str) -> Backend:
        """On the engine's thread: waits for the others. Raises PeerLost."""
        from engine.session import tensorflow_backend

        self._backend = tensorflow_backend(device, self._cluster)
        backend: Backend = self._backend
        return backend

    def dismiss(self, status: int) -> int:
        """Have the others end with that exit status; returns the one to end with."""
        return status if self._backend is None else int(self._backend.dismiss(status))


@contextmanager
def taking_part(options: Options, *, detached: bool = False) -> Iterator[Options]:
    """For a command that trains: `options` to train with, alone or as chief. What others do is done in here for good.

    Raises:
        UsageError: `TF_CONFIG` cannot be meant, or not with these options.
    """
    from engine.errors import EngineError, UsageError
    from engine.workers.cluster import VARIABLE, cluster_of

    cluster = cluster_of(os.environ)
    if cluster is None:
        yield options
        return
    other = "--detach" if detached else "--jobs" if (options.jobs or 1) > 1 else "--isolate" if options.isolate else ""
    if other:
        told = f"{VARIABLE} names several processes that train one run at a time in this one; unset it, or leave out"
        raise UsageError(f"Not with {other}", f"{told} {other}")
    if not cluster.chief:
        _follow(cluster, options)
    signal.signal(signal.SIGHUP, signal.SIG_IGN)  # no other process could take the run over
    chief, status = Chief(cluster), 0
    try:
        yield replace(options, backend=chief.backend)
    except typer.Exit as end:
        status = end.exit_code
    except EngineError as error:
        typer.echo(f"aetui: {plain(str(error))}", err=True)
        status = error.exit_code
    except KeyboardInterrupt:
        status = 130
    except BaseException:
        chief.dismiss(1)
        raise
    _end(chief.dismiss(status))


def _follow(cluster: Cluster, options: Options) -> NoReturn:
    from engine.datasets.cache import DatasetCache
    from engine.errors import EngineError
    from engine.storage import native_output

    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the chief gets it too, and says what is to be done
    signal.signal(signal.SIGUSR1, signal.SIG_IGN)  # the same: what a batch queue sends to all before the time limit
    signal.signal(signal.SIGTERM, lambda number, frame: _end_later(128 + number))
    native_output.divert()
    try:
        module = importlib.import_module("engine.session")
        backend: Any = module.tensorflow_backend(options.device, cluster)
        status = backend.follow(DatasetCache(options.data_folder).load)
    except EngineError as error:
        typer.echo(f"aetui: worker {cluster.index} ({cluster.address}): {plain(str(error))}", err=True)
        status = error.exit_code
    except Exception as error:
        told = f"{type(error).__name__}: {error}"
        typer.echo(f"aetui: worker {cluster.index} ({cluster.address}): {plain(told)}", err=True)
        status = 1
    _end(status)


def _end_later(status: int) -> None:
    """When the chief has had time to save, which goes on until it says so or is gone."""
    timer = threading.Timer(LEAVING_SECONDS, os._exit, (status,))
    timer.daemon = True
    timer.start()


def _end(status: int) -> NoReturn:
    """At once: TensorFlow's threads wait for processes that may be gone."""
    for stream in (sys.stdout, sys.stderr):
        stream.flush()
    os._exit(status)
