"""What can be asked of the engine: train a new run, or go on with a stored one."""

from __future__ import annotations

from typing import Any

import msgspec


class TrainJob(msgspec.Struct, frozen=True, kw_only=True, tag="train"):
    """A new run: the settings in `config` are laid over the preset's."""

    variant: str
    dataset: str
    preset: str = "book"
    config: dict[str, Any] = {}
    name: str = ""


class ResumeJob(msgspec.Struct, frozen=True, kw_only=True, tag="resume"):
    """Go on with a stored run from its checkpoint; `epochs` makes it longer."""

    run_id: str
    epochs: int | None = None


Job = TrainJob | ResumeJob
