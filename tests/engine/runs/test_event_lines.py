from __future__ import annotations

import json
from random import Random

import msgspec
import pytest

from engine import events
from engine.events import CheckpointSaved, EpochEnded, Health, Logged, RunFinished, RunStarted
from engine.runs import event_lines
from engine.runs.event_lines import decode_lines

TERMS = {"loss": 0.5}
STARTED = RunStarted(variant="v", preset="p", config={}, dataset="d", device="", metadata={"words": "9"})
ENDED = RunFinished(outcome="completed", epochs=2, train=TERMS, validation=TERMS, metrics={"test_mse": 0.5})
HEALTH = Health(units=2, dead=0, active=2, mean_activation=0.5, gradient_norm=1.0, pixels=64, dead_pixels=0)


def line(number: int, draw: Random) -> bytes:
    """One of today or of before, or one that cannot be read."""
    epoch = EpochEnded(
        stage="s",
        epoch=number,
        train=TERMS,
        validation=TERMS,
        steps=1,
        seconds=1,
        samples_per_second=1,
        health=draw.choice([None, HEALTH]),
    )
    former = json.loads(events.encode(epoch)) | {"health": msgspec.structs.asdict(HEALTH), "samples": "s/1.npz"}
    return draw.choice(
        [
            events.encode(epoch),
            events.encode(epoch),
            json.dumps(former).encode(),
            events.encode(CheckpointSaved(epoch=number, step=0)),
            events.encode(Logged(level="info", text="\u2028 \\n")),
            events.encode(draw.choice([STARTED, ENDED])),
            events.encode(STARTED).replace(b"metadata", b"facts"),
            events.encode(ENDED).replace(b"metrics", b"figures"),
            draw.choice([b"", b"\0\0", b"{", b'{"type":"new"}', b"\xff", b"[" * 10_000, b'{"type":"epoch_ended"}']),
        ]
    )


@pytest.mark.parametrize("block", [1, 600, 2**20])
@pytest.mark.parametrize("seed", range(8))
def test_many_lines_are_read_as_one_by_one(seed: int, block: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(event_lines, "BLOCK", block)
    draw = Random(seed)
    lines = [line(number, draw) for number in range(30 if seed else 0)]
    expected = []
    for each in lines:
        try:
            expected.append(events.decode(each))
        except events.UNREADABLE:
            continue
    assert decode_lines(b"".join(each + b"\n" for each in lines)) == expected
    assert all(type(event) is not events.FormerEpochEnded for event in expected)
