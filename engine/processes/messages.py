"""What the engine tells a process that trains for it; events come back."""

from __future__ import annotations

from typing import Literal

import msgspec

from engine.runs.jobs import Order


class Terms(msgspec.Struct, frozen=True, kw_only=True, tag="terms"):
    """The first message: where, and on what. `niceness` as `engine.session.Engine` has it."""

    runs: str
    data_dir: str | None
    device: str
    niceness: int


class Begin(msgspec.Struct, frozen=True, kw_only=True, tag="begin"):
    """Train this. Open files come along: the run's lock, the lock of its place in the queue, each where it says so."""

    order: Order
    run_locked: bool = False
    place_locked: bool = False


class Tell(msgspec.Struct, frozen=True, kw_only=True, tag="tell"):
    """What to do with the run; said again and again it means the same."""

    run_id: str
    command: Literal["run", "pause", "stop", "leave"]


Message = Terms | Begin | Tell

encode = msgspec.json.Encoder().encode
decode = msgspec.json.Decoder(Message).decode
