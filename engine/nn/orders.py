"""What the chief of several processes tells the others to do with it; without more words they do what it does."""

from __future__ import annotations

from typing import Any, ClassVar, Literal

import msgspec

from engine.nn.chunks import Seeds, StepRange
from engine.nn.order import Epoch

PartName = Literal["train", "validation", "judged"]


class _Order(msgspec.Struct, frozen=True, kw_only=True, tag_field="do"):
    slow: ClassVar[bool] = False
    """Whether it may take minutes, here or there."""


class Begin(_Order, frozen=True, kw_only=True, tag="begin"):
    """A run: read its data, build its networks."""

    slow: ClassVar[bool] = True

    run: str
    """What it is called in messages."""
    variant: str
    config: dict[str, Any]
    dataset: str
    fingerprint: str
    """Of the chief's data."""


class EnterStage(_Order, frozen=True, kw_only=True, tag="stage"):
    """Build and compile the stage with that number; its optimiser begins anew."""

    slow: ClassVar[bool] = True

    number: int


class Change(_Order, frozen=True, kw_only=True, tag="change"):
    """These settings from now on. The stage that goes on is entered again, and its weights follow."""

    slow: ClassVar[bool] = True

    config: dict[str, Any]


class TakeWeights(_Order, frozen=True, kw_only=True, tag="weights"):
    """Those of the chief, which follow; `all`: also what the optimiser remembers."""

    all: bool


class Judge(_Order, frozen=True, kw_only=True, tag="judge"):
    """Compile what steps over the test part take."""

    slow: ClassVar[bool] = True


class Steps(_Order, frozen=True, kw_only=True, tag="steps"):
    """Steps over a part, with those items that come in `key`."""

    part: PartName
    key: tuple[int, int, int]
    steps: tuple[int, int, int, int, float | None, float]
    """A `StepRange`; epochs without end are None, which JSON can say."""
    seeds: Seeds
    learn: bool

    @classmethod
    def of(cls, part: PartName, key: Epoch, steps: StepRange, seeds: Seeds, *, learn: bool) -> Steps:
        """The order for `Chunks.run` with these."""
        epochs = None if steps.epochs == float("inf") else steps.epochs
        return cls(
            part=part,
            key=(key.seed, key.stage, key.number),
            steps=(*steps[:4], epochs, steps.per_step),
            seeds=seeds,
            learn=learn,
        )

    def range(self) -> StepRange:
        """As it was given."""
        first, steps, start, rows, epochs, per_step = self.steps
        return StepRange(first, steps, start, rows, float("inf") if epochs is None else epochs, per_step)


class Report(_Order, frozen=True, kw_only=True, tag="report"):
    """Say how fast you are: a number from each follows."""


class Rest(_Order, frozen=True, kw_only=True, tag="rest"):
    """Nothing: the chief lives."""


class Leave(_Order, frozen=True, kw_only=True, tag="leave"):
    """It is over; end with that exit status."""

    status: int


class Long(_Order, frozen=True, kw_only=True, tag="long"):
    """An order of so many bytes follows."""

    size: int


Order = Begin | Change | EnterStage | TakeWeights | Judge | Steps | Report | Rest | Leave | Long
encode = msgspec.json.Encoder().encode
decode = msgspec.json.Decoder(Order).decode
