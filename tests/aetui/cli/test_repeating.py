"""`aetui runs show RUN --command`."""

from __future__ import annotations

import shlex
from typing import Any

import msgspec
import pytest

from engine.errors import RunError, UsageError
from engine.runs.store import RunStore


def commands(printed: str) -> list[list[str]]:
    return [shlex.split(line)[1:] for line in printed.splitlines()]


def test_what_is_printed_trains_the_same_run(instantly: Any, store: RunStore) -> None:
    options = ("--dataset", "digits", "--epochs", "2", "--set", "learning_rate=3e-4", "--set", "hidden_dim=9")
    instantly("train", "vanilla", *options, "--seed", "5", "--name", "mine")
    printed = instantly("runs", "show", "mine", "--command").stdout
    [again] = commands(printed)
    assert printed.strip() in instantly("runs", "show", "mine").stdout
    assert instantly(*again).exit_code == 0
    second, first = store.runs()
    for record in (first, second):
        assert record.config == {**first.config, "learning_rate": 3e-4, "hidden_dim": 9, "seed": 5, "epochs": 2}
    assert (first.preset, first.dataset, first.variant) == (second.preset, second.dataset, second.variant)


def test_a_group_is_one_command_for_all_its_seeds(instantly: Any, store: RunStore) -> None:
    instantly("train", "vanilla", "--dataset", "digits", "--epochs", "2", "--seeds", "3", "--name", "trio")
    [again] = commands(instantly("runs", "show", "trio", "--command").stdout)
    assert again[-4:] == ["--seed", "11", "--seeds", "3"]
    [one] = commands(instantly("runs", "show", "trio-12", "--command").stdout)
    assert one[-2:] == ["--seed", "12"]
    instantly(*again)
    assert sorted(record.config["seed"] for record in store.runs()) == [11, 11, 12, 12, 13, 13]


def test_where_there_is_no_command_it_is_said_and_nothing_is_printed(instantly: Any, store: RunStore) -> None:
    instantly("train", "vanilla", "--dataset", "digits", "--epochs", "2", "--name", "trio")
    record = store.find("trio")
    changed = msgspec.structs.replace(record.info, preset="gone")
    (record.folder / "run.json").write_bytes(msgspec.json.encode(changed))
    events = (record.folder / "events.jsonl").read_text().replace(f'"preset":"{record.preset}"', '"preset":"gone"')
    (record.folder / "events.jsonl").write_text(events)
    result = instantly("runs", "show", "trio", "--command")
    assert isinstance(result.exception, RunError)
    assert "no preset 'gone'" in str(result.exception)
    assert result.stdout == ""
    assert "no preset 'gone'" in instantly("runs", "show", "trio").stdout


@pytest.mark.parametrize("more", [("--markdown",), ("--keep", "x.json")])
def test_the_command_comes_alone(instantly: Any, more: tuple[str, ...]) -> None:
    instantly("train", "vanilla", "--dataset", "digits", "--epochs", "1")
    assert isinstance(instantly("runs", "show", "last", "--command", *more).exception, UsageError)
