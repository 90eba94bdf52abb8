"""One file holds the pictures of a run within its budget, whatever ended its lives and whoever reads meanwhile."""

from __future__ import annotations

import resource
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import pairwise
from pathlib import Path
from random import Random
from threading import Thread

import numpy as np
import pytest

from engine.errors import UsageError
from engine.runs.snapshot_file import BEGIN, FIXED, HEAD, NAME, index_of, read, write_anew
from engine.runs.snapshot_writer import VARIABLE, SnapshotWriter, budget
from engine.runs.snapshots import Samples, kept_epochs, read_nearest, read_samples

EPOCHS = 120
LOSSES = np.random.default_rng(1).random(EPOCHS + 1)
SMALL = 20_000
"""Bytes: some thirty epochs."""


def of(epoch: int) -> Samples:
    image = np.full((1, 2, 2, 1), epoch, np.float32)
    codes = np.random.default_rng(epoch).random((1, 1 + epoch % 5), np.float32)
    return Samples(inputs=image * 0, targets=image * 0, outputs=image, codes=codes, labels=np.zeros(1, np.int64))


def best(epoch: int) -> int:
    """So far."""
    return 1 + int(np.argmin(LOSSES[1 : epoch + 1]))


def write(folder: Path, first: int, last: int) -> None:
    """One life of a run."""
    writer = SnapshotWriter(folder)
    for epoch in range(first, last + 1):
        writer.write(epoch, of(epoch), best(epoch))


def epochs_of(folder: Path) -> list[int]:
    """Those that are kept, each looked at."""
    kept = sorted(kept_epochs(folder))
    assert all(read_samples(folder, epoch).outputs.max() == epoch for epoch in kept)
    return kept


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> int:
    monkeypatch.setenv(VARIABLE, str(SMALL / 1e6))
    return SMALL


def test_every_epoch_is_kept_until_the_budget_is_used_and_then_they_get_sparser(tmp_path: Path, small: int) -> None:
    writer, thinnings = SnapshotWriter(tmp_path), 0
    before: set[int] = set()
    for epoch in range(1, EPOCHS + 1):
        writer.write(epoch, of(epoch), best(epoch))
        kept, size = kept_epochs(tmp_path), (tmp_path / NAME).stat().st_size
        assert size <= small
        assert {1, best(epoch), epoch} <= kept
        if kept != before | {epoch}:
            thinnings += 1
            assert size <= small // 2
        before = kept
    assert 2 <= thinnings <= 6
    gaps = [after - now for now, after in pairwise(epochs_of(tmp_path))]
    assert min(gaps[:3]) >= 4
    assert set(gaps[-5:]) == {1}
    assert list(tmp_path.iterdir()) == [tmp_path / NAME]


@pytest.mark.parametrize("seed", range(6))
def test_a_run_keeps_the_same_however_it_was_cut_into_lives(tmp_path: Path, small: int, seed: int) -> None:
    uncut, cut, draw = tmp_path / "uncut", tmp_path / "cut", Random(seed)
    for folder in (uncut, cut):
        folder.mkdir()
    write(uncut, 1, EPOCHS)
    begins = 1
    for _ in range(4):
        reached = draw.randint(begins, EPOCHS)
        write(cut, begins, reached)
        begins = draw.randint(max(1, reached - 30), reached + 1)  # where the checkpoint was
    write(cut, begins, EPOCHS)
    assert (cut / NAME).read_bytes() == (uncut / NAME).read_bytes()


def test_a_budget_that_is_too_small_for_three_epochs_keeps_three_and_copies_now_and_then(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(VARIABLE, "1e-6")
    writer, before, copies = SnapshotWriter(tmp_path), 0, 0
    for epoch in range(1, 41):
        writer.write(epoch, of(epoch), 3)
        kept = len(epochs_of(tmp_path))
        assert kept < 9
        copies, before = copies + (kept <= before), kept
    assert {1, 3, 40} <= kept_epochs(tmp_path)
    assert copies < 20


def test_the_budget_is_that_of_the_first_life(tmp_path: Path, small: int, monkeypatch: pytest.MonkeyPatch) -> None:
    write(tmp_path, 1, 5)
    monkeypatch.setenv(VARIABLE, "1000")
    write(tmp_path, 6, EPOCHS)
    assert (tmp_path / NAME).stat().st_size <= small


def test_the_budget_is_25_megabytes_unless_a_number_of_them_is_said() -> None:
    assert budget({}) == budget({VARIABLE: ""}) == 25_000_000
    assert budget({VARIABLE: "0.5"}) == 500_000
    for said in ("0", "-1", "nan", "inf", "1e7", "25 MB"):
        with pytest.raises(UsageError, match=f"{VARIABLE} to be megabytes above 0.*got '{said}'"):
            budget({VARIABLE: said})


def test_a_file_that_ends_at_any_byte_is_read_and_gone_on_with(tmp_path: Path) -> None:
    write(tmp_path, 1, 3)
    file = tmp_path / NAME
    whole, places = file.read_bytes(), index_of(file).places
    for length in range(len(whole)):
        file.write_bytes(whole[:length])
        there = [epoch for epoch, place in places.items() if place.end <= length]
        assert list(index_of(file).places) == there
        if length % 17 == 0 or length < BEGIN:
            assert epochs_of(tmp_path) == [epoch for epoch in there if epoch != FIXED]
            write(tmp_path, max(there, default=FIXED) + 1, 3)
            assert file.read_bytes() == whole


@pytest.mark.parametrize("zeros", [1, 30, 5_000])
def test_zeros_at_the_end_are_written_over(tmp_path: Path, zeros: int) -> None:
    write(tmp_path, 1, 2)
    before = (tmp_path / NAME).read_bytes()
    (tmp_path / NAME).write_bytes(before + bytes(zeros))
    write(tmp_path, 3, 3)
    assert epochs_of(tmp_path) == [1, 2, 3]
    assert (tmp_path / NAME).read_bytes().startswith(before)


def test_a_damaged_piece_costs_the_epochs_in_it_alone(tmp_path: Path) -> None:
    write(tmp_path, 1, 6)
    file = tmp_path / NAME
    content, places = bytearray(file.read_bytes()), index_of(file).places
    hole = places[3].start + HEAD + 10, places[5].start + 2
    content[slice(*hole)] = bytes(hole[1] - hole[0])
    file.write_bytes(content)
    assert set(index_of(file).places) == {FIXED, 1, 2, 3, 6}
    assert [record.epoch for record in read(file, index_of(file).places) if not record.whole] == [3]
    write(tmp_path, 7, 7)
    assert sorted(kept_epochs(tmp_path)) == [1, 2, 3, 6, 7]


def test_a_damaged_head_or_probe_set_is_written_anew_and_costs_no_epoch(tmp_path: Path, small: int) -> None:
    write(tmp_path, 1, 2)
    file = tmp_path / NAME
    whole, fixed = file.read_bytes(), index_of(file).places[FIXED]
    for at in (3, 20, fixed.start, fixed.end - 1):
        content = bytearray(whole)
        content[at] ^= 1
        file.write_bytes(content)
        write(tmp_path, 3, 3)
        assert epochs_of(tmp_path) == [1, 2, 3]
        assert file.read_bytes().startswith(whole)


@contextmanager
def largest_file(size: int) -> Iterator[None]:
    """No file may become longer, by a limit of the system."""
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, limits[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)


def test_what_fits_in_part_is_taken_back(tmp_path: Path) -> None:
    write(tmp_path, 1, 2)
    before = (tmp_path / NAME).read_bytes()
    writer = SnapshotWriter(tmp_path)
    for room in (0, 1, HEAD, HEAD + 50):
        with largest_file(len(before) + room), pytest.raises(OSError, match=r"File too large|No space"):
            writer.write(3, of(3))
        assert (tmp_path / NAME).read_bytes() == before
    writer.write(3, of(3))
    assert epochs_of(tmp_path) == [1, 2, 3]


def test_a_file_that_cannot_be_thinned_stays_and_is_thinned_later_as_it_would_have_been(
    tmp_path: Path, small: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    folders = tmp_path / "uncut", tmp_path / "held"
    for folder in folders:
        folder.mkdir()
    write(folders[0], 1, EPOCHS)
    refusals = [3]

    def refusing(*arguments: object) -> None:
        if refusals[0] and index_of(folders[1] / NAME).places:
            refusals[0] -= 1
            raise OSError(28, "No space left on device")
        write_anew(*arguments)  # type: ignore[arg-type]

    monkeypatch.setattr("engine.runs.snapshot_writer.write_anew", refusing)
    writer = SnapshotWriter(folders[1])
    for epoch in range(1, EPOCHS + 1):
        while True:
            try:
                writer.write(epoch, of(epoch), best(epoch))
                break
            except OSError:
                assert read_nearest(folders[1], epoch)[0] >= epoch - 1
    assert refusals == [0]
    assert (folders[1] / NAME).read_bytes() == (folders[0] / NAME).read_bytes()


def test_it_can_be_read_while_it_is_written_and_thinned(tmp_path: Path, small: int) -> None:
    write(tmp_path, 1, 1)
    writing = Thread(target=write, args=(tmp_path, 2, EPOCHS))
    writing.start()
    wanted, read_back = 1, 0
    while writing.is_alive():
        kept, samples = read_nearest(tmp_path, wanted % EPOCHS)
        assert samples.outputs.max() == kept
        wanted, read_back = wanted * 7 % 1_009, read_back + 1
    writing.join()
    assert read_back > 5
    assert read_nearest(tmp_path, EPOCHS)[0] == EPOCHS
