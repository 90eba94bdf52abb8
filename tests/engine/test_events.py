from __future__ import annotations

import json

import msgspec
import pytest

from engine import events
from engine.events import EpochEnded, Health, RunFinished, RunResumed, RunStarted


def ended(epoch: int) -> EpochEnded:
    return EpochEnded(
        stage="training",
        epoch=epoch,
        train={"loss": 0.1 + epoch / 3},
        validation={"loss": 0.2},
        steps=1,
        seconds=1,
        samples_per_second=1,
    )


def test_an_event_is_one_json_line_and_comes_back_to_the_last_bit() -> None:
    line = events.encode(ended(1))
    assert b"\n" not in line
    assert events.decode(line) == ended(1)


def test_lines_hold_what_scripts_rely_on() -> None:
    finished = RunFinished(run_id="r", seq=3, at=1.5, outcome="stopped", epochs=2, train={}, validation={})
    line = json.loads(events.encode(finished))
    assert {"type": "run_finished", "run_id": "r", "seq": 3, "at": 1.5, "outcome": "stopped"}.items() <= line.items()


STARTED = RunStarted(variant="sentence", preset="book", config={}, dataset="text", device="", metadata={"ids": "split"})
FINISHED = RunFinished(outcome="completed", epochs=2, train={}, validation={}, metrics={"test_mse": 0.5})


@pytest.mark.parametrize(
    ("event", "name", "former"), [(STARTED, b'"metadata"', b'"facts"'), (FINISHED, b'"metrics"', b'"figures"')]
)
def test_fields_are_read_by_the_names_of_earlier_versions(event: events.Event, name: bytes, former: bytes) -> None:
    line = events.encode(event).replace(name, former)
    assert events.decode(line) == event
    with pytest.raises(msgspec.DecodeError):
        events.decode(line.replace(former + b":{", former + b':{"wrong":[],'))


def test_the_health_of_an_epoch_is_a_short_list_and_is_read_as_the_object_that_it_was() -> None:
    health = Health(units=16, dead=1, active=15, mean_activation=0.5, gradient_norm=1.5, pixels=64, dead_pixels=2)
    event = msgspec.structs.replace(ended(7), health=health, samples=True)
    line = events.encode(event)
    assert json.loads(line)["health"] == [16, 1, 15, 0.5, None, 1.5, 64, 2]
    former = json.loads(line) | {"health": msgspec.structs.asdict(health), "samples": "samples/epoch-0007.npz"}
    read = events.decode(json.dumps(former))
    assert isinstance(read, EpochEnded)
    assert (read.health, bool(read.samples), type(read)) == (health, True, EpochEnded)
    with pytest.raises(msgspec.DecodeError):
        events.decode(json.dumps(former | {"health": {"units": 3}}))


@pytest.mark.parametrize("line", [b"", b"{}", b'{"type":"nothing"}', b'{"type":"run_finished"}', b"\xff"])
def test_anything_else_is_refused(line: bytes) -> None:
    with pytest.raises((msgspec.DecodeError, UnicodeDecodeError)):
        events.decode(line)


def test_epochs_that_a_resumption_made_void_do_not_count() -> None:
    history = [ended(1), ended(2), ended(3), RunResumed(epoch=2, step=4, epochs=5), ended(2), ended(3)]
    assert events.complete_epochs(history) == [history[0], history[4], history[5]]
