"""The settings of autoencoders as keyword parameters, though each variant has others.

scikit-learn reads an estimator's parameters off its `__init__`. Here those that differ by variant come behind `**`, are
attributes once they are set, and are known by the union of all variants' settings; whether one fits the variant
is told by `fit`, as `set_params` and a grid may change both, one after the other.
"""

from __future__ import annotations

import difflib
from functools import cache
from typing import Any, Self

from sklearn.base import BaseEstimator

from engine import registry
from engine.params import TrainingConfig

OTHERWISE = {"seed": "it is called random_state here", "normal": "give fit the items of that class alone"}
"""Settings that are none here, and what to do instead."""


@cache
def names() -> frozenset[str]:
    """Every setting of every variant."""
    configs = (config for variant in registry.VARIANTS.values() for config in variant.presets.values())
    every = {name for config in configs for name in type(config).__struct_fields__}
    return frozenset(every | set(TrainingConfig.__struct_fields__)) - OTHERWISE.keys()


class Settings(BaseEstimator):
    """What `get_params`, `set_params` and `clone` of an estimator need for settings behind `**`."""

    def get_params(self, deep: bool = True) -> dict[str, Any]:
        """The parameters of `__init__`, and those settings that are set."""
        found: dict[str, Any] = super().get_params(deep=deep)
        return found | {name: value for name, value in vars(self).items() if name in names()}

    def set_params(self, **params: Any) -> Self:
        """Set parameters and settings of any variant. Raises ValueError for one that none has."""
        known = self._get_param_names()
        settings = {name: value for name, value in params.items() if name not in known}
        for name in settings:
            fault = unknown(name, known)
            if fault:
                raise ValueError(f"Invalid parameter {name!r} for estimator {type(self).__name__}: {fault}")
        super().set_params(**{name: value for name, value in params.items() if name in known})
        self.__dict__.update(settings)
        return self

    def _take(self, settings: dict[str, Any]) -> None:
        """Have `settings` of `__init__` as attributes. Raises TypeError as Python does for a keyword that is none."""
        for name in settings:
            fault = unknown(name, self._get_param_names())
            if fault:
                raise TypeError(f"{type(self).__name__}() got an unexpected keyword argument {name!r}: {fault}")
        self.__dict__.update(settings)

    def settings_set(self) -> dict[str, Any]:
        """Settings that are set and not None, by the names that variants have for them."""
        return {name: value for name, value in vars(self).items() if name in names() and value is not None}


def unknown(name: str, params: list[str]) -> str:
    """Why `name` is no setting; empty if it is one."""
    if name in OTHERWISE:
        return OTHERWISE[name]
    if name in names():
        return ""
    near = difflib.get_close_matches(name, [*names(), *params], 1)
    meant = f"; perhaps {near[0]} is meant" if near else ""
    return f"no autoencoder has such a setting{meant}; `aetui variants VARIANT` lists those of one"
