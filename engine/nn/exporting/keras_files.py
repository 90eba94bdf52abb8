"""Networks as .keras files of standard layers."""

from __future__ import annotations

from pathlib import Path

from engine.exports.format import Subject, Written
from engine.nn.exporting.standard import parts

USAGE = """
    import keras
    encoder = keras.saving.load_model("encoder.keras")
    codes = encoder.predict(items)            # items: float32 (count, *shape)
"""
SEVERAL = "The encoder has the outputs {outputs}; the first is the code that the decoder takes."


def write(subject: Subject, place: Path) -> Written:
    """`encoder.keras`, `decoder.keras` and `autoencoder.keras`, those that are wanted, in the folder `place`."""
    models = parts(subject)
    for name, model in models.items():
        model.save(place / f"{name}.keras")
    return Written(USAGE, several(models))


def several(models: dict[str, object]) -> tuple[str, ...]:
    """What there is to say of an encoder with more than one output."""
    names = getattr(models.get("encoder"), "output_names", ())
    return (SEVERAL.format(outputs=" and ".join(names)),) if len(names) > 1 else ()
