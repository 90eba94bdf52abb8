"""A program in plain Keras that trains this very network by this recipe."""

from __future__ import annotations

from pathlib import Path
from textwrap import indent
from typing import TYPE_CHECKING, cast

import numpy as np

from engine.errors import UsageError
from engine.exports.format import Subject, Written
from engine.nn.exporting import source

if TYPE_CHECKING:
    from engine.nn.model import KerasModel

TEMPLATE = Path(__file__).parent / "train.txt"
IN_KERAS = {"mnist": "mnist", "fashion-mnist": "fashion_mnist"}
"""Data sets that `keras.datasets` has, cut as they are here."""
USAGE = """
    python train.py                                          # trains anew
    python train.py --weights weights.npz --epochs 0         # tries the trained weights
"""
LARGEST = '''
def largest(units, k, name):
    """The k largest of each row, 0 elsewhere."""
    least = ops.min(ops.top_k(units, k)[0], axis=-1, keepdims=True)
    return keras.layers.Identity(name=name)(ops.where(units >= least, units, 0.0))


'''


def write(subject: Subject, place: Path) -> Written:
    """`train.py`, and `weights.npz` with the trained weights, in the folder `place`.

    Raises:
        UsageError: its loss, its stages or one of its layers is none that a short program can say.
    """
    script = subject.variant.script(subject.config)
    if script is None or len(subject.variant.stages(subject.config)) > 1:
        told = f"how {subject.record.variant} learns with these settings is more than a short program can say"
        raise UsageError("No script", f"{told}; export keras, which has the trained networks")
    if len(subject.parts) == 1:
        raise UsageError("No script", "the program trains encoder and decoder together; leave --part out")
    networks = cast("KerasModel", subject.model).networks
    models, config, record = (networks.encoder, networks.decoder), subject.config, subject.record
    known = IN_KERAS.get(record.dataset)
    text = {
        "title": f"{record.id}: {record.variant} ({record.preset}) on {record.dataset}, in plain Keras.",
        "data": f"Without --data it learns from keras.datasets.{known}." if known else "--data has to be given.",
        "shape": repr(networks.shape),
        "epochs": repr(config.epochs),
        "batch": repr(config.batch_size),
        "rate": repr(config.learning_rate),
        "seed": repr(config.seed),
        "held_out": repr(config.validation),
        "patience": repr(config.patience),
        "networks": "\n\n\n".join(source.function(model) for model in models),
        "corruption": script.corruption or "items",
        "loss": indent("\n".join(script.lines), " " * 4),
        "drawn_once": repr(script.drawn_once or not script.corruption),
        "largest": LARGEST.lstrip("\n") if any("largest(" in source.function(model) for model in models) else "",
        "load": indent(_loading(known), " " * 8),
        "schedule": "keras.optimizers.schedules.CosineDecay(RATE, steps)" if config.schedule == "cosine" else "RATE",
        "clip": f", global_clipnorm={script.clip_norm}" if script.clip_norm else "",
        "shuffle": repr(config.shuffle),
    }
    (place / "train.py").write_text(_filled(text), "utf-8")
    weights = {f"{model.name}/{at}": array for model in models for at, array in enumerate(model.get_weights())}
    np.savez(place / "weights.npz", allow_pickle=False, **weights)
    return Written(USAGE)


def _loading(known: str | None) -> str:
    if known is None:
        return 'raise SystemExit("expected --data FILE.npz with the arrays x_train and x_test")'
    return (
        f"(x_train, y_train), (x_test, _) = keras.datasets.{known}.load_data()\n"
        'found = {"x_train": x_train, "y_train": y_train, "x_test": x_test}'
    )


def _filled(text: dict[str, str]) -> str:
    filled = TEMPLATE.read_text("utf-8")
    for name, value in text.items():
        filled = filled.replace(f"@{name}@", value)
    return filled
