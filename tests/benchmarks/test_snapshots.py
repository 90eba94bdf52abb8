"""What is kept of 10,000 epochs: on the disk, written and read, beside a file for each as earlier versions had them."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import pytest
from fakes import pictures

from engine.runs import snapshot_writer
from engine.runs.listing.disk import disk_use
from engine.runs.snapshot_file import NAME, Header, Record, index_of, write_anew
from engine.runs.snapshot_writer import SnapshotWriter
from engine.runs.snapshots import Samples, kept_epochs, nearest_kept, packed, read_nearest, read_samples
from engine.storage.atomic import replacing

pytestmark = [pytest.mark.benchmark, pytest.mark.timeout(600)]
Pack = Callable[..., bytes]
EPOCHS = 10_000
DIFFERENT = 50
"""Epochs whose pictures are unlike; they come again and again."""


def samples_of(epoch: int) -> Samples:
    """As noisy as those of a model that learns, so that they pack no better."""
    kept, draw = pictures(1 + epoch), np.random.default_rng(epoch)
    outputs = np.clip(kept.outputs + draw.normal(0, 0.1, kept.outputs.shape), 0, 1)
    return msgspec.structs.replace(kept, outputs=outputs.astype(np.float32))


def timed(work: Callable[[], Any]) -> tuple[Any, float]:
    """What it returns, and seconds of processor time."""
    began = time.process_time()
    return work(), time.process_time() - began


def as_before(folder: Path, kept: list[Samples], pack: Pack) -> None:
    for epoch in range(1, EPOCHS + 1):
        with replacing(folder / "samples" / f"epoch-{epoch:04d}.npz", flush=False) as file:
            file.write(pack(kept[epoch % DIFFERENT], fixed=False))


def as_now(folder: Path, kept: list[Samples]) -> None:
    writer = SnapshotWriter(folder)
    for epoch in range(1, EPOCHS + 1):
        writer.write(epoch, kept[epoch % DIFFERENT], best=min(epoch, EPOCHS // 3))


def test_ten_thousand_epochs_take_a_fifth_of_the_disk_and_no_more_time(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept = [samples_of(number) for number in range(DIFFERENT)]
    made = {(id(samples), fixed): packed(samples, fixed=fixed) for samples in kept for fixed in (False, True)}

    def pack(samples: Samples, *, fixed: bool) -> bytes:
        """Arrays become an archive as they did; that takes longer than all the rest."""
        return made[id(samples), fixed]

    monkeypatch.setattr(snapshot_writer, "packed", pack)
    former, now = tmp_path / "former", tmp_path / "now"
    (former / "samples").mkdir(parents=True)
    now.mkdir()
    (former / "samples" / "probe.npz").write_bytes(packed(kept[0], fixed=True))
    _, writing_before = timed(lambda: as_before(former, kept, pack))
    _, writing = timed(lambda: as_now(now, kept))
    _, opening_before = timed(lambda: read_samples(former, 5_000))
    (epoch, _), opening = timed(lambda: read_nearest(now, 5_000))
    _, again = timed(lambda: read_nearest(now, 5_050))
    size_before, size = disk_use(former), disk_use(now)
    print(
        f"before: {size_before / 1e6:.0f} MB in {EPOCHS + 1:,} files, {1e3 * writing_before / EPOCHS:.2f} ms an epoch, "
        f"opened in {1e3 * opening_before:.1f} ms\n"
        f"now: {size / 1e6:.1f} MB in 1 file with {len(kept_epochs(now)):,} epochs, {1e3 * writing / EPOCHS:.2f} ms an "
        f"epoch, epoch 5,000 ({epoch:,} is kept) opened in {1e3 * opening:.1f} ms, another in {1e3 * again:.1f} ms"
    )
    assert [path.name for path in now.iterdir()] == [NAME]
    assert size <= 25.1e6
    assert size < 0.22 * size_before
    assert writing < 1.2 * writing_before
    assert abs(epoch - 5_000) <= 32


def test_an_index_of_ten_thousand_epochs_is_read_in_a_tenth_of_the_time_of_what_it_points_to(tmp_path: Path) -> None:
    content = packed(samples_of(1), fixed=False)
    write_anew(tmp_path / NAME, Header(10**9), (Record.of(epoch, content) for epoch in range(EPOCHS + 1)))
    index, heads = timed(lambda: index_of(tmp_path / NAME))
    _, known = timed(lambda: nearest_kept(tmp_path, 5_000))
    print(f"index of {len(index.places) - 1:,} epochs: {1e3 * heads:.0f} ms, when it is known {1e3 * known:.1f} ms")
    assert len(index.places) == EPOCHS + 1
    assert heads < 0.5
    assert known < heads / 5
