"""A fork begins where its parent was, is whole by itself, and says what it cannot do."""

from __future__ import annotations

import shutil
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import msgspec
import pytest

from engine.errors import UsageError
from engine.events import EngineFailed, EpochEnded, RunStarted, SettingsChanged, complete_epochs
from engine.runs.changes import Change
from engine.runs.checkpoint import read_checkpoint, write_checkpoint
from engine.runs.forking import epoch_meant, fork_of, kept_epochs
from engine.runs.jobs import ForkJob, Order, ResumeJob, TrainJob
from engine.runs.snapshots import kept_epochs as pictures
from engine.runs.snapshots import read_samples
from engine.runs.store import RunRecord
from engine.runs.weight_files import own


@pytest.fixture
def driven(scripted: Any) -> Any:
    return scripted(seconds=0)


@pytest.fixture(scope="module")
def made() -> list[Path]:
    """The folder of a run of six epochs, once there is one."""
    return []


@pytest.fixture
def parent(driven: Any, made: list[Path], tmp_path_factory: pytest.TempPathFactory) -> RunRecord:
    if not made:
        job = TrainJob(variant="vanilla", dataset="digits", config={"epochs": 6, "schedule": "cosine"})
        record = trained(driven, job)
        made.append(Path(shutil.copytree(record.folder, tmp_path_factory.mktemp("made") / record.id)))
        return record
    shutil.copytree(made[0], driven.store.root / made[0].name)
    found: RunRecord = driven.store.find(made[0].name)
    return found


def trained(driven: Any, job: Any) -> RunRecord:
    run_id = driven.engine.submit(job)
    driven.finished(run_id)
    found: RunRecord = driven.store.find(run_id)
    return found


def history(record: RunRecord) -> list[tuple[Any, ...]]:
    told = []
    for event in record.events()[0]:
        if isinstance(event, EpochEnded):
            told.append(("epoch", event.epoch))
        elif isinstance(event, SettingsChanged):
            told.append(("changed", event.epoch, event.config))
    return told


def test_a_fork_has_the_events_of_its_parents_epochs_and_trains_the_rest(driven: Any, parent: RunRecord) -> None:
    fork = trained(driven, ForkJob(run_id=parent.id, epoch=4, name="second"))
    assert (fork.info.parent, fork.info.forked_at, fork.info.changes) == (parent.id, 4, ())
    assert (fork.name, fork.config) == ("second", parent.config)
    assert [ended.train for ended in complete_epochs(fork.events()[0])] == [{"loss": 1 / n} for n in range(1, 7)]
    assert list(own(fork.folder)) == [5, 6]  # it has kept what it trained, and nothing twice
    assert pictures(fork.folder) == pictures(parent.folder) == {1, 2, 3, 4, 5, 6}
    assert read_samples(fork.folder, 2).outputs.shape == (2, 4, 4, 1)
    shutil.rmtree(parent.folder)
    assert pictures(fork.folder) == {5, 6}
    assert len(complete_epochs(fork.events()[0])) == 6


def test_what_changes_is_told_where_it_changes_and_forks_of_forks_have_it_all(driven: Any, parent: RunRecord) -> None:
    first = trained(driven, ForkJob(run_id=parent.id, epoch=2, config={"learning_rate": "0.02", "epochs": 8}))
    assert first.info.changes == (Change(2, {"epochs": 8, "learning_rate": 0.02}),)
    begun = next(event for event in first.events()[0] if isinstance(event, RunStarted))
    assert (begun.config, begun.epochs) == (parent.config, 8)
    assert history(first)[:4] == [
        ("epoch", 1),
        ("epoch", 2),
        ("changed", 2, first.info.changes[0].config),
        ("epoch", 3),
    ]
    second = trained(driven, ForkJob(run_id=first.id, epoch=5, config={"learning_rate": 0.03}))
    assert second.info.changes == (first.info.changes[0], Change(5, {"learning_rate": 0.03}))
    assert second.config == {**parent.config, "epochs": 8, "learning_rate": 0.03}
    earlier = trained(driven, ForkJob(run_id=first.id, epoch=1))
    assert (earlier.info.changes, earlier.config) == ((), parent.config)


def test_how_many_epochs_follow_is_no_change_where_no_epoch_depends_on_it(driven: Any) -> None:
    plain = trained(driven, TrainJob(variant="vanilla", dataset="digits", config={"epochs": 3, "schedule": "constant"}))
    fork = trained(driven, ForkJob(run_id=plain.id, epoch=3, config={"epochs": 5}))
    assert fork.info.changes == ()
    assert [event.config["epochs"] for event in fork.events()[0] if isinstance(event, RunStarted)] == [5]


def test_a_fork_of_a_run_that_was_made_longer_is_as_that_was_planned_then(driven: Any, parent: RunRecord) -> None:
    driven.finished(driven.engine.submit(ResumeJob(run_id=parent.id, epochs=9)))
    assert fork_of(ForkJob(run_id=parent.id, epoch=4), driven.store).config.epochs == 6
    assert fork_of(ForkJob(run_id=parent.id, epoch=7), driven.store).config.epochs == 9


def test_at_epoch_0_it_begins_as_its_parent_began(driven: Any, parent: RunRecord) -> None:
    fork = trained(driven, ForkJob(run_id=parent.id, epoch=0, config={"learning_rate": 0.5}))
    begun = next(event for event in fork.events()[0] if isinstance(event, RunStarted))
    assert begun.config == fork.config == {**parent.config, "learning_rate": 0.5}
    assert (fork.info.changes, list(own(fork.folder))) == ((), [1, 2, 3, 4, 5, 6])


@pytest.mark.parametrize(
    ("epoch", "config", "told"),
    [
        (7, {}, "from 0 .* to 6"),
        (-1, {}, "from 0 .* to 6"),
        (6, {}, "ask for more with --epochs"),
        (5, {"epochs": 4}, "ask for more with --epochs"),
        (2, {"hidden_dim": 3}, "cannot change.*learning_rate"),
        (2, {"validation": 0.3}, "cannot change"),
        (2, {"learning_rate": -1}, "above 0"),
        (2, {"colour": 1}, "no such setting"),
        (2, {"reconstruction": "bce", "batch_size": "no"}, "whole number"),
    ],
)
def test_what_cannot_be_is_refused_at_once(
    driven: Any, parent: RunRecord, epoch: int, config: dict[str, Any], told: str
) -> None:
    with pytest.raises(UsageError, match=told):
        driven.engine.submit(ForkJob(run_id=parent.id, epoch=epoch, config=config))


def test_an_epoch_that_is_not_kept_names_the_nearest_ones(driven: Any, parent: RunRecord) -> None:
    for epoch in (3, 4):
        own(parent.folder)[epoch].unlink()
    with pytest.raises(UsageError, match=r"epoch 4 of .* 2 and 5 are the nearest"):
        driven.engine.submit(ForkJob(run_id=parent.id, epoch=4))
    assert kept_epochs(parent) == [0, 1, 2, 5, 6]
    shutil.rmtree(parent.folder / "weights")
    assert kept_epochs(parent) == [0, 6]  # what it ended with goes on as well
    assert trained(driven, ForkJob(run_id=parent.id, epoch=6, config={"epochs": 7})).last_epoch.epoch == 7  # type: ignore[union-attr]


def test_weights_without_the_optimiser_or_damaged_ones_are_told_and_nothing_is_left(
    driven: Any, parent: RunRecord
) -> None:
    path = own(parent.folder)[2]
    kept = read_checkpoint(path)
    assert kept is not None
    write_checkpoint(path, msgspec.structs.replace(kept, arrays={"w": kept.arrays["w"]}))
    own(parent.folder)[3].write_bytes(b"nothing")
    for epoch, told in ((2, "without the optimiser"), (3, "expected a checkpoint of this program")):
        run_id = driven.engine.submit(ForkJob(run_id=parent.id, epoch=epoch))
        failed = driven.until(EngineFailed)
        assert failed.run_id == run_id
        assert told in failed.message
        assert not (driven.store.root / run_id).exists()


def test_a_fork_of_other_data_is_refused(driven: Any, parent: RunRecord) -> None:
    info = msgspec.structs.replace(parent.info, fingerprint="0" * 64)
    (parent.folder / "run.json").write_bytes(msgspec.json.encode(info))
    driven.engine.submit(ForkJob(run_id=parent.id, epoch=2))
    assert "bring the former data back" in driven.until(EngineFailed).message


def test_a_fork_that_was_killed_as_it_began_goes_on_as_if_it_had_not_been(driven: Any, parent: RunRecord) -> None:
    fork = trained(driven, ForkJob(run_id=parent.id, epoch=4, config={"learning_rate": 0.02}))
    whole = history(fork)
    lines = (fork.folder / "events.jsonl").read_bytes().splitlines(keepends=True)
    for left in (0, 1, 3):
        (fork.folder / "events.jsonl").write_bytes(b"".join(lines[:left]))
        (fork.folder / "checkpoint.safetensors").unlink()
        shutil.rmtree(fork.folder / "weights")
        driven.finished(driven.engine.submit(ResumeJob(run_id=fork.id)))
        assert history(fork) == whole
        assert list(own(fork.folder)) == [5, 6]


def test_without_parent_and_checkpoint_there_is_nothing_to_go_on_from(driven: Any, parent: RunRecord) -> None:
    fork = trained(driven, ForkJob(run_id=parent.id, epoch=4))
    (fork.folder / "checkpoint.safetensors").unlink()
    shutil.rmtree(parent.folder)
    driven.engine.submit(ResumeJob(run_id=fork.id, epochs=8))
    assert "was forked from, is gone" in driven.until(EngineFailed).message


def test_an_order_to_fork_is_carried_out_by_another_process(driven: Any, parent: RunRecord) -> None:
    order = msgspec.json.decode(
        msgspec.json.encode(Order(run_id="a-fork", job=ForkJob(run_id=parent.id, epoch=3))), type=Order
    )
    assert driven.engine.adopt(order) == "a-fork"
    driven.finished("a-fork")
    assert driven.store.find("a-fork").info.forked_at == 3


def test_best_and_last_name_epochs(parent: RunRecord) -> None:
    assert [epoch_meant(parent, text) for text in ("best", "last", "2")] == [6, 6, 2]
    with pytest.raises(UsageError, match="best or last, got 'first'"):
        epoch_meant(parent, "first")


def test_the_files_of_a_fork_are_its_own(driven: Any, parent: RunRecord) -> None:
    def written() -> dict[Path, int]:
        return {path: path.stat().st_mtime_ns for path in parent.folder.rglob("*")}

    before = written()
    fork = trained(driven, ForkJob(run_id=parent.id, epoch=4))
    assert written() == before
    assert (fork.folder / "checkpoint.safetensors").exists()


def test_a_fork_at_the_epoch_after_which_the_loss_changed_looks_for_the_best_epoch_anew(driven: Any) -> None:
    changed = (Change(3, {"reconstruction": "mse"}),)
    config = {"epochs": 6, "reconstruction": "bce", "output": "sigmoid"}
    job = TrainJob(variant="vanilla", dataset="digits", config=config, changes=changed)
    parent = trained(driven, job)
    same: Any = SimpleNamespace(fingerprint=parent.info.fingerprint)
    begun = fork_of(ForkJob(run_id=parent.id, epoch=3), driven.store).beginning(same)
    assert begun is not None
    assert (begun.best, begun.checkpoint.best, begun.checkpoint.position.patient_since) == (None, None, 3)
    before = fork_of(ForkJob(run_id=parent.id, epoch=2), driven.store).beginning(same)
    assert before is not None
    assert before.checkpoint.position.patient_since == 0
