"""Events on their way from the engine's thread to the screen."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from aetui import bridge
from engine.events import Logged


class Pump:
    """A queue of messages as an app has one: each is dealt with before the next."""

    def __init__(self) -> None:
        self.messages: asyncio.Queue[Any] = asyncio.Queue()

    def post_message(self, message: Any) -> None:
        self.messages.put_nowait(message)


async def test_very_many_events_are_heard_in_order_and_what_comes_meanwhile_has_its_turn(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(bridge, "AT_ONCE_SECONDS", 1e-4)
    pump, heard, keys = Pump(), [], []
    emit = bridge.emitter(pump)  # type: ignore[arg-type]
    for number in range(5_000):
        emit(Logged(seq=number, level="info", text=""))
    asyncio.get_running_loop().call_later(0.002, pump.post_message, "key")
    while len(heard) < 5_000:
        message = await pump.messages.get()
        if message == "key":
            keys.append(len(heard))
        else:
            message.each(lambda event: heard.append(event.seq))
    assert heard == list(range(5_000))
    assert keys, "the key came after all of them"


async def test_an_event_that_cannot_be_heard_does_not_keep_the_others_back() -> None:
    pump, heard = Pump(), []
    emit = bridge.emitter(pump)  # type: ignore[arg-type]
    for number in range(3):
        emit(Logged(seq=number, level="info", text=""))

    def hear(event: Any) -> None:
        heard.append(event.seq)
        if event.seq == 1:
            raise ValueError

    with pytest.raises(ValueError):  # noqa: PT011
        (await pump.messages.get()).each(hear)
    (await pump.messages.get()).each(hear)
    assert heard == [0, 1, 2]
