"""`run.json`, `events.jsonl` and the heartbeat of a run, hostile; what the table of runs and a screen make of them."""

from __future__ import annotations

import json
import time
from pathlib import Path

import msgspec
import pytest
from hostile.bounds import hostile, outcome
from hostile.damage import Content, changed, damaged, json_text
from hypothesis import given
from hypothesis import strategies as st

import aetui.cli.runs
import aetui.cli.several
from aetui.cli import run_listing
from aetui.cli.markdown import group_block
from aetui.cli.repeats import repeats
from aetui.follow.reading import follow, read_run, unread_run
from aetui.render import numbers
from aetui.render.run_columns import arranged, line, measured
from aetui.state.fold import apply
from aetui.state.run_state import RunState
from aetui.widgets.run_table import STATES
from engine import events, registry
from engine.errors import EngineError
from engine.events import (
    EpochEnded,
    Health,
    Logged,
    Progress,
    RunFinished,
    RunPaused,
    RunResumed,
    RunStarted,
    Stage,
    StepLoss,
)
from engine.params import configure
from engine.runs import groups
from engine.runs.heartbeat import NAME, read_heartbeat
from engine.runs.listing.rows import row
from engine.runs.store import RunInfo, RunStore

ID = "20260101T000000Z-vanilla-0001"
CONFIG = msgspec.to_builtins(registry.preset("vanilla", "book"))
INFO = RunInfo(
    id=ID,
    variant="vanilla",
    preset="book",
    config=CONFIG,
    dataset="mnist",
    fingerprint="0" * 64,
    shape=(28, 28, 1),
    created=1e9,
    versions={"keras": "3"},
    device="CPU",
    host="elsewhere",
    pid=1,
    process_started=1.0,
)
TERMS = {"loss": 0.5, "mse": 0.5}
HEALTH = Health(units=2, dead=0, active=2, mean_activation=0.5, gradient_norm=1.0, pixels=784, dead_pixels=0)
HISTORY = (
    RunStarted(
        variant="vanilla",
        preset="book",
        config=CONFIG,
        dataset="digits",
        device="CPU",
        epochs=3,
        stages=(Stage("s", 3),),
    ),
    EpochEnded(
        stage="s", epoch=1, train=TERMS, validation=TERMS, steps=4, seconds=1.0, samples_per_second=9.0, health=HEALTH
    ),
    RunPaused(epoch=2, step=1),
    RunResumed(epoch=1, step=0, epochs=3),
    Logged(level="info", text="on it goes"),
    EpochEnded(stage="s", epoch=1, train=TERMS, validation=TERMS, steps=4, seconds=1.0, samples_per_second=9.0),
    RunFinished(outcome="completed", epochs=1, train=TERMS, validation=TERMS, metrics={"test_mse": 0.1}),
)
EVENTS = [
    json.loads(events.encode(msgspec.structs.replace(event, run_id=ID, seq=number, at=1e9 + number)))
    for number, event in enumerate(HISTORY, 1)
]
JSON_INFO = json.loads(msgspec.json.encode(INFO))


@st.composite
def histories(draw: st.DrawFn) -> bytes:
    """Events in some order, some of them twice or changed; the file itself damaged now and then."""
    chosen = draw(st.lists(st.sampled_from(EVENTS), max_size=9)) if draw(st.booleans()) else EVENTS
    lines = [draw(json_text(event)) if draw(st.integers(0, 2)) == 0 else json.dumps(event).encode() for event in chosen]
    content = draw(st.sampled_from((b"\n", b"\n", b"\n", b"\r\n", b"", b"\n\n\0\n"))).join(lines) + b"\n"
    return Content(draw(st.just(content) | damaged(content)))


def folder_of(tmp_path: Path, info: bytes, history: bytes) -> RunStore:
    folder = tmp_path / "runs" / ID
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "run.json").write_bytes(info)
    (folder / "events.jsonl").write_bytes(history)
    return RunStore(tmp_path / "runs")


def look(store: RunStore) -> int:
    """Everything that lists, opens or resumes runs reads of them."""
    records, rows = store.runs(), [row(run) for run in store.summaries()]
    columns = arranged(measured(rows, STATES), 300)
    for each in rows:
        line(each, columns, STATES, 1e9)
    run_listing.printed(rows, json=False)
    run_listing.printed(rows, json=True)
    assert len(rows) == len(records)
    for record in records:
        shown = read_run(record, asked=True).run
        assert shown.curves
        numbers.duration(shown.seconds_left)
        unread_run(record)
        follow(store, record.id, 0)
        aetui.cli.runs._epochs(record)
        aetui.cli.runs._shown(record)
        found = repeats(groups.Group(id="g", members=(groups.member(record),)), store)
        aetui.cli.several.table(found)
        group_block(found)
        [time.localtime(line.at) for line in shown.log]
    return len(records)


@hostile
@given(history=histories())
def test_events(tmp_path: Path, history: bytes) -> None:
    store = folder_of(tmp_path, msgspec.json.encode(INFO), history)
    assert outcome(lambda: look(store)) == 1


@hostile
@given(info=json_text(JSON_INFO))
def test_run_json(tmp_path: Path, info: bytes) -> None:
    store = folder_of(tmp_path, info, b"".join(json.dumps(event).encode() + b"\n" for event in EVENTS))
    outcome(lambda: look(store))
    for text in (ID, "last", ID[:5], "\x1b[31m", "../..", ""):
        outcome(lambda text=text: store.find(text).epochs)
    outcome(store.newer)


@hostile
@given(config=changed(CONFIG), variant=st.sampled_from((*registry.VARIANTS, "x", "")))
def test_the_settings_in_run_json(config: object, variant: str) -> None:
    if isinstance(config, dict):
        outcome(lambda: configure(registry.preset(variant, "book"), config))


@hostile
@given(
    content=json_text(
        json.loads(
            events.encode(
                Progress(
                    stage="s",
                    epoch=1,
                    step=1,
                    steps=4,
                    loss=0.5,
                    samples_per_second=1,
                    seconds_left=1,
                    learning_rate=0.001,
                    batches=(StepLoss(0.25, 1, 0.5, 0.5, 0.5, 0.1),),
                )
            )
        )
    )
)
def test_the_heartbeat(tmp_path: Path, content: bytes) -> None:
    (tmp_path / NAME).write_bytes(content)
    found = outcome(lambda: read_heartbeat(tmp_path))
    assert not isinstance(found, EngineError)
    if isinstance(found, Progress):
        apply(RunState("r", status="running"), found)


def test_whole_ones_are_read(tmp_path: Path) -> None:
    history = b"".join(json.dumps(event).encode() + b"\n" for event in EVENTS)
    store = folder_of(tmp_path, msgspec.json.encode(INFO), history)
    assert look(store) == 1
    record = store.find("last")
    assert (record.status, len(record.events()[0]), record.last_epoch.epoch) == ("completed", 7, 1)


@pytest.mark.parametrize("name", ["run.json", "events.jsonl", NAME])
def test_json_nested_without_end_is_passed_over(tmp_path: Path, name: str) -> None:
    store = folder_of(tmp_path, msgspec.json.encode(INFO), json.dumps(EVENTS[0]).encode() + b"\n")
    deep = b'{"type": "run_started", "config": {"a": ' + b"[" * 100_000 + b"]" * 100_000 + b"}}\n"
    (tmp_path / "runs" / ID / name).write_bytes(deep)
    assert outcome(lambda: look(store)) == (name != "run.json")


@pytest.mark.parametrize(
    "impossible",
    [
        {"epochs": 10**30},
        {"epochs": -1},
        {"epochs": True},
    ],
)
def test_a_run_of_impossible_length_is_no_run_of_ours(tmp_path: Path, impossible: dict) -> None:
    info = msgspec.structs.replace(INFO, config={**CONFIG, **impossible})
    assert outcome(lambda: look(folder_of(tmp_path, json.dumps(msgspec.to_builtins(info)).encode(), b""))) == 0


@pytest.mark.parametrize(
    "impossible",
    [{"pid": 10**30}, {"pid": -1}, {"shape": [10**30]}, {"shape": [-1, 0]}, {"shape": []}, {"process_started": -1e300}],
)
def test_a_run_of_impossible_provenance_is_no_run_of_ours(tmp_path: Path, impossible: dict) -> None:
    assert outcome(lambda: look(folder_of(tmp_path, json.dumps(JSON_INFO | impossible).encode(), b""))) == 0
