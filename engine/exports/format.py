"""What a row of the table of formats says, and what its writer gets and gives."""

from __future__ import annotations

from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Literal, NamedTuple, Protocol

import msgspec

from engine.backend import Model
from engine.errors import UsageError
from engine.params import TrainingConfig
from engine.runs.record import RunRecord
from engine.storage import packages
from engine.variants.variant import Variant

Part = Literal["encoder", "decoder", "whole"]
PARTS: tuple[Part, ...] = ("encoder", "decoder", "whole")


class Format(msgspec.Struct, frozen=True, kw_only=True):
    """A row of the table."""

    key: str
    label: str
    """One line: what is written, and who opens it."""
    folder: bool
    """Whether it becomes a folder; else one file."""
    needs: Literal["weights", "record"]
    """Whether networks have to be built for it, which the engine does, or what lies in the run's folder is enough."""
    writer: str
    """"module:function"; of one that needs weights an `OfWeights`, and `engine/nn/exporting/opening.py` has what opens
    it again, by the same key; else an `OfRecord`."""
    requires: tuple[str, ...] = ()
    """Modules that have to be there."""
    extra: str = ""
    """The extra of this project that installs them."""
    kinds: tuple[str, ...] = ()
    """Of data (keys of `engine.kinds.KINDS`) whose runs can be written so; empty: all."""
    mark: bytes = b""
    """What a file of it, where it is one, has near its beginning or its end; no other file is replaced by it."""
    inside: bool = False
    """Whether preprocessing can go into the written networks."""

    def check(self, kind: str) -> None:
        """Raises UsageError where it cannot be written here, or not of a run on such data."""
        missing = [module for module in self.requires if find_spec(module) is None]
        if missing:
            told = f"{self.key} needs {', '.join(missing)}; install with: {packages.install_extra(self.extra)}"
            raise UsageError("Not installed", told)
        if self.kinds and kind not in self.kinds:
            able = ", ".join(self.kinds)
            raise UsageError("Not as " + self.key, f"expected a run on {able}, but this one learned from {kind}")

    def load(self) -> Any:
        """The writer, imported."""
        module, _, name = self.writer.partition(":")
        return getattr(import_module(module), name)


class Subject(NamedTuple):
    """A model that is to be written."""

    model: Model
    """In float32, whatever it was trained in."""
    variant: Variant[Any]
    config: TrainingConfig
    record: RunRecord
    parts: tuple[Part, ...]
    """What is to be written of it."""
    preprocessing: dict[str, Any]
    """As `engine.exports.preprocessing.of` says it."""
    inside: bool
    """Whether the written networks are to do it themselves, as far as they can."""


class Written(NamedTuple):
    """What a writer of networks has to say for README.txt."""

    usage: str
    """How a program opens the files: a few lines of code."""
    notes: tuple[str, ...] = ()
    """What else there is to know, a sentence each."""


class OfWeights(Protocol):
    """Writes the networks of a subject into the empty folder `place`."""

    def __call__(self, subject: Subject, place: Path) -> Written:
        """Raises UsageError where these networks cannot be written so."""


class OfRecord(Protocol):
    """Writes what a run's folder holds to `place`: an empty folder, or a file that is not there yet."""

    def __call__(self, record: RunRecord, place: Path) -> tuple[str, ...]:
        """What there is to know of it, a sentence each.

        Raises EngineError where the run has nothing to be written so.
        """
