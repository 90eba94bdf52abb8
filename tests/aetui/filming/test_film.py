"""A run as a film in a file."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pyte
import pytest
from fakes import SENTENCES
from PIL import Image, ImageSequence

from aetui.filming.film import check, film
from aetui.filming.wish import Wish
from engine.errors import EngineError, RunError, UsageError
from engine.runs.control import Stopped


def _screens(path: Path) -> list[list[str]]:
    """What a terminal shows after each event of a recording."""
    head, *lines = path.read_text("utf-8").splitlines()
    said = json.loads(head)
    assert said["version"] == 2
    screen = pyte.Screen(said["width"], said["height"])
    stream, found, before = pyte.Stream(screen), [], 0.0
    for line in lines:
        at, kind, text = json.loads(line)
        assert kind == "o"
        assert at >= before
        before = at
        stream.feed(text)
        found.append(list(screen.display))
    return found


def test_a_gif_has_a_frame_for_each_epoch_for_ever_with_the_outputs_that_change_and_the_inputs_that_stay(
    played: Any, tmp_path: Path
) -> None:
    path = tmp_path / "run.gif"
    made = film(played(4), path, Wish(seconds=2, width=480))
    with Image.open(path) as gif:
        assert (gif.n_frames, gif.info["loop"], gif.size) == (4, 0, (480, 300))
        frames = [np.asarray(frame.convert("RGB")).astype(int) for frame in ImageSequence.Iterator(gif)]
        lengths = []
        for place in range(4):
            gif.seek(place)
            lengths.append(gif.info["duration"])
    assert sum(lengths) == pytest.approx(2000 + 2500)
    assert made.frames == 4
    assert made.bytes == path.stat().st_size < 300_000
    moved = np.abs(frames[0] - frames[3]).sum(axis=2) > 60
    pictures = moved[52:150, 60:280]
    assert pictures.any(), "what the model makes of the items is another thing after four epochs"
    assert not moved[52:80, 70:270].all()
    assert not moved[:40, :200].any(), "the title stays"
    assert moved[20:40, 420:470].any(), "the number of the epoch changes"


def test_a_recording_plays_in_a_terminal_and_ends_with_the_last_epoch(played: Any, tmp_path: Path) -> None:
    path = tmp_path / "run.cast"
    film(played(3), path, Wish(width=100))
    screens = _screens(path)
    assert [next(word for word in ("epoch 1", "epoch 2", "epoch 3") if word in "\n".join(s)) for s in screens] == [
        *("epoch 1", "epoch 2", "epoch 3"),
        "epoch 3",
    ]
    last = "\n".join(screens[-1])
    assert "Vanilla autoencoder" in last
    assert "validation 0.03010" in last
    assert "input" in last
    assert "codes" in last


def test_a_run_of_text_shows_its_sentences_and_what_is_read_out_of_them(played: Any, tmp_path: Path) -> None:
    record = played(2, "sentence", "reuters")
    film(record, tmp_path / "run.cast")
    last = "\n".join(_screens(tmp_path / "run.cast")[-1])
    assert SENTENCES[0] in last
    assert f"{SENTENCES[0]} read after 2" in last
    assert film(record, tmp_path / "run.gif", Wish(width=320)).frames == 2


def test_epochs_that_are_asked_for_are_shown_and_others_named_that_are_not_there(played: Any, tmp_path: Path) -> None:
    record = played(5)
    assert film(record, tmp_path / "part.cast", Wish(first=2, last=4)).frames == 3
    assert "epoch 2" in _screens(tmp_path / "part.cast")[0][0]
    with pytest.raises(UsageError, match="among the 5 epochs"):
        film(record, tmp_path / "none.cast", Wish(first=6))


def test_a_damaged_record_costs_its_frame_and_is_told(played: Any, tmp_path: Path) -> None:
    record = played(3)
    path = record.folder / "snapshots.bin"
    content = bytearray(path.read_bytes())
    content[-200] ^= 1  # in the last epoch
    path.write_bytes(content)
    made = film(record, tmp_path / "run.cast")
    assert made.frames == 2
    assert "cannot be read" in " ".join(made.notes)


def test_a_run_without_an_epoch_and_one_without_snapshots_are_refused_with_a_sentence_and_leave_nothing(
    played: Any, tmp_path: Path
) -> None:
    record = played(0)
    with pytest.raises(RunError, match="an epoch that is complete"):
        film(record, tmp_path / "run.gif")
    record = played(2)
    (record.folder / "snapshots.bin").unlink()
    with pytest.raises(RunError, match="keeps none"):
        film(record, tmp_path / "run.gif")
    assert [each.name for each in tmp_path.iterdir()] == ["runs"]


def test_a_film_that_is_stopped_leaves_what_was_there(played: Any, tmp_path: Path) -> None:
    record, path = played(3), tmp_path / "run.gif"
    film(record, path, Wish(width=320))
    before = path.read_bytes()

    def stop(activity: str, done: int, total: int, unit: object = "items", /) -> None:
        if activity == "painting" and done == 2:
            raise Stopped

    with pytest.raises(Stopped):
        film(record, path, Wish(width=320), stop, force=True)
    assert path.read_bytes() == before
    assert sorted(each.name for each in tmp_path.iterdir()) == ["run.gif", "runs"]


def test_what_no_film_can_be_is_refused_before_anything_is_read(tmp_path: Path) -> None:
    for name, wish, told in (
        ("run.mp4", Wish(), "ends in .gif"),
        ("run.gif", Wish(width=100), "from 320 to 1920"),
        ("run.cast", Wish(width=1000), "from 80 to 240"),
        ("run.gif", Wish(seconds=0.1), "0.5 to 600"),
        ("run.gif", Wish(seconds=float("nan")), "0.5 to 600"),
        ("run.gif", Wish(first=5, last=2), "in their order"),
        ("no/run.gif", Wish(), "a folder that is there"),
    ):
        with pytest.raises(UsageError, match=told):
            check(tmp_path / name, wish)
    other = tmp_path / "photo.gif"
    other.write_bytes(b"GIF89a of somebody's")
    with pytest.raises(UsageError, match="holds other things"):
        check(other, force=True)
    with pytest.raises(EngineError, match="there already"):
        check(other)
