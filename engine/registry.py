"""The table of autoencoders. Adding one means a file in `engine/variants` and a line here."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from engine.analysis.alarms import Condition
from engine.datasets import catalogue as datasets
from engine.errors import UsageError
from engine.kinds import KINDS
from engine.kinds.kind import Kind
from engine.params import TrainingConfig
from engine.variants.autorec import Autorec
from engine.variants.contractive import Contractive
from engine.variants.convolutional import Convolutional
from engine.variants.denoising import Denoising
from engine.variants.imported import Imported
from engine.variants.recurrent import Recurrent
from engine.variants.sentence import Sentence
from engine.variants.sparse import Sparse
from engine.variants.stacked import Stacked
from engine.variants.vanilla import Vanilla
from engine.variants.variant import Variant
from engine.variants.variational import Variational
from engine.variants.vq import Vq

T = TypeVar("T")

VARIANTS: dict[str, Variant[Any]] = {
    variant.key: variant
    for variant in (
        Vanilla(),
        Sparse(),
        Denoising(),
        Stacked(),
        Convolutional(),
        Sentence(),
        Variational(),
        Contractive(),
        Vq(),
        Autorec(),
        Recurrent(),
    )
}


OTHERS: dict[str, Variant[Any]] = {other.key: other for other in (Imported(),)}
"""What runs may be of that are not trained here: no list and no form offers these."""


def known(key: str) -> Variant[Any] | None:
    """The autoencoder called `key`, whether it is trained here or not; None where there is none."""
    return VARIANTS.get(key) or OTHERS.get(key)


def variant(key: str) -> Variant[Any]:
    """The autoencoder called `key`.

    Raises:
        UsageError: there is none of that name.
    """
    found = known(key)
    if found is None:
        there = ", ".join(VARIANTS)
        raise UsageError("Unknown variant", f"{key!r} is not an autoencoder here; there are: {there}")
    return found


def alarms(variant: str) -> tuple[Condition, ...]:
    """What runs of `variant` are watched for; where it is not known here, what all are."""
    found = known(variant)
    return found.alarms if found else Variant.alarms


def kind(variant: str, dataset: str, key: str = "") -> Kind:
    """The kind of data that a run of `variant` on `dataset` learned from: `key`, if the run says so, else that of the
    data, or of the model; images where neither is known here."""
    if key in KINDS:
        return KINDS[key]
    entry, model = datasets.known(dataset), known(variant)
    accepts = model.accepts if model else ("image",)
    return KINDS[entry.kind if entry and entry.kind in KINDS else accepts[0]]


def renamed(key: str, values: Mapping[str, T]) -> dict[str, T]:
    """`values` of the settings of variant `key`, which may be unknown here, by today's names."""
    former = former_names(key)
    return {former.get(name, name): value for name, value in values.items()}


def former_names(key: str) -> Mapping[str, str]:
    """As `Variant.former_names`; none of a variant that is unknown here."""
    found = known(key)
    return found.former_names if found else {}


def default_preset(key: str, dataset: str) -> str:
    """What variant `key` is trained with on `dataset` when nobody says otherwise.

    Raises:
        UsageError: the variant or the data set does not exist.
    """
    suits = datasets.dataset(dataset, variant(key).accepts).preset
    return suits if suits in variant(key).presets else variant(key).default_preset


def presets(key: str, dataset: str) -> list[str]:
    """Names of the presets of variant `key` that may suit `dataset`: all but those made for another kind of data.

    Raises:
        UsageError: the variant does not exist.
    """
    own = kind(key, dataset)
    others = {name for other in KINDS.values() if other is not own for name in other.presets}
    return [name for name in variant(key).presets if name in own.presets or name not in others]


def preset(key: str, name: str) -> TrainingConfig:
    """The named configuration of variant `key`.

    Raises:
        UsageError: the variant or the preset does not exist.
    """
    presets = variant(key).presets
    try:
        return presets[name]
    except KeyError:
        there = ", ".join(presets)
        raise UsageError("Unknown preset", f"{key} has no preset {name!r}; there are: {there}") from None
