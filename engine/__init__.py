"""The engine of aetui: autoencoders, data sets, training and runs, without a screen.

    from engine import Autoencoder, load_run

are all that a Python program needs (`engine.estimator`, by scikit-learn's contract; docs/python.md).

`engine.session.Engine` trains, `engine.runs.store.RunStore` keeps the runs, `engine.registry.VARIANTS` and
`engine.datasets.DATASETS` are the tables, `engine.events` says what can happen. Nothing here imports TensorFlow;
`engine.nn`, which does, is loaded by the engine's own thread; scikit-learn is by whoever asks for an `Autoencoder`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from engine.estimator import Autoencoder, load_run

__all__ = ["Autoencoder", "load_run"]


def __getattr__(name: str) -> Any:
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from engine import estimator

    return getattr(estimator, name)


def __dir__() -> list[str]:
    return sorted([*globals(), *__all__])
