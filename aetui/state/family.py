"""Runs that branched off from one another, as far as the screen says something of them."""

from __future__ import annotations

from collections.abc import Container
from functools import lru_cache
from typing import NamedTuple

from engine import registry
from engine.params import TrainingConfig, describe


class Branch(NamedTuple):
    """A run that branched off from another one."""

    run_id: str
    name: str
    """What it is called; without a name the beginning of its id."""
    epoch: int
    """After which epoch it did."""


class Family(NamedTuple):
    """The run that a run branched off from, and those that branched off from it."""

    parent: str = ""
    """What it is called; empty where there is none, or none any more."""
    forks: tuple[Branch, ...] = ()


def of_the_loss(variant: str, names: Container[str]) -> bool:
    """Whether losses of `variant` mean something else once settings with these names have other values."""
    known = registry.known(variant)
    if known is None:
        return False
    return any(name in names for name in _of_the_loss(next(iter(known.presets.values()))))


@lru_cache
def _of_the_loss(config: TrainingConfig) -> tuple[str, ...]:
    """Describing a model's settings takes milliseconds, and curves ask again and again."""
    return tuple(field.name for field in describe(config) if field.changes == "loss")
