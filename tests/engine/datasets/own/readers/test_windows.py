from __future__ import annotations

import wave
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from engine.datasets import load
from engine.datasets.numbers import new_items, series
from engine.datasets.own import adding
from engine.errors import BadData, SettingError, UsageError


def added(path: Path, **options: str) -> Any:
    adding.add("series", path, "windows", options=options, replace=True)
    return load("series", None)


def steps(part: Any, window: int) -> set[tuple[str, int]]:
    """All steps in the windows of a part, by file."""
    return {(name.rpartition(":")[0], int(name.rpartition(":")[2]) + at) for name in part.names for at in range(window)}


@pytest.fixture
def log(tmp_path: Path) -> Path:
    path = tmp_path / "log.csv"
    lines = [f"{place},{place * 2},{'' if place == 7 else np.sin(place)},on" for place in range(400)]
    path.write_text("\n".join(["t,x,y,state", *lines[::-1]]))
    return path


def test_windows_are_cut_in_the_order_of_time_and_no_part_has_a_step_of_another(log: Path) -> None:
    data = added(log, time="t", window="20", stride="4")
    assert data.shape == (20, 2)
    every = [steps(part, 20) for part in (data.train, data.validation, data.test)]
    assert not every[0] & every[1]
    assert not every[1] & every[2]
    assert max(every[0]) < min(every[1]) < min(every[2])
    x = data.columns.used[0]
    assert (x.mean, x.scale) == (pytest.approx(319), pytest.approx(2 * np.arange(320).std()))  # of the first 320 steps
    assert (x.mean + x.scale * data.train.items[3, :, 0]).tolist() == pytest.approx(list(range(24, 64, 2)), rel=1e-4)
    assert np.isnan(data.train.items[:, :, 1]).sum() == 2  # step 7 is in the windows that begin at 0 and 4
    with_two = added(log, time="t", window="20", stride="4", split="80/20").with_validation(0.25)
    assert not steps(with_two.train, 20) & steps(with_two.validation, 20)


def test_windows_never_span_files_and_whole_files_can_be_drawn(tmp_path: Path) -> None:
    for place in range(6):
        np.save(tmp_path / f"{place}.npy", np.random.default_rng(place).normal(size=(50, 3)))
    data = added(tmp_path, window="10", stride="10", split_by="random", split="60/20/20")
    files = [{name.partition(":")[0] for name in part.names} for part in (data.train, data.validation, data.test)]
    assert sum(map(len, files)) == len(set.union(*files)) == 6
    assert len(data.train.items) == 5 * len(files[0])


@pytest.mark.parametrize("width", [1, 2, 3, 4])
def test_samples_of_any_width_are_the_same_sound(tmp_path: Path, width: int) -> None:
    sound = np.array([[0.5, -0.5], [-1.0, 0.25], [0.0, 0.75]])
    whole = np.round(sound * 2 ** (8 * width - 1)).astype(np.int64) + 128 * (width == 1)
    raw = b"".join(int(each).to_bytes(width, "little", signed=width > 1) for each in whole.ravel())
    with wave.open(str(tmp_path / "a.wav"), "wb") as file:
        file.setnchannels(2)
        file.setsampwidth(width)
        file.setframerate(8_000)
        file.writeframes(raw)
    found = series.wav(tmp_path / "a.wav")
    assert list(found) == ["left", "right"]
    np.testing.assert_allclose(np.column_stack(list(found.values())), sound)


def test_another_series_is_cut_as_the_run_learned(log: Path, tmp_path: Path) -> None:
    columns = added(log, time="t", window="20", stride="4").columns
    (tmp_path / "new.csv").write_text("\n".join(["y,x,more", *(f"{place},{place},1" for place in range(24))]))
    found = new_items.read(tmp_path / "new.csv", columns)
    assert (found.items.shape, found.ignored, found.names) == ((2, 20, 2), ("more",), ["new.csv:0", "new.csv:4"])
    (tmp_path / "short.csv").write_text("y,x\n1,2\n2,3\n")
    with pytest.raises(UsageError, match=r"at least 20 steps .* found at most 2"):
        new_items.read(tmp_path / "short.csv", columns)
    (tmp_path / "other.csv").write_text("y,z\n" + "1,2\n" * 30)
    with pytest.raises(UsageError, match="expected the columns x"):
        new_items.read(tmp_path / "other.csv", columns)


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ({"columns": "x,z"}, "expected the columns z, but those of numbers are: t, x, y"),
        ({"columns": "state"}, "CSV conversion error|expected numbers in the column 'state'"),
        ({"time": "when"}, "a column 'when'"),
        ({"time": "state"}, "expected dates or numbers in the column 'state'"),
        ({"window": "300"}, "no window is left to test; set a smaller --window"),
        ({"window": "1"}, "2 to 65,536"),
        ({"split_by": "random"}, "several files to draw from, found 1"),
    ],
)
def test_what_cannot_be_meant_is_refused(log: Path, options: dict[str, str], told: str) -> None:
    with pytest.raises((UsageError, BadData, SettingError), match=told):
        added(log, **options)


def test_rows_of_one_time_and_files_that_are_no_wav_are_refused(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("t,x\n1,1\n1,2\n3,4\n")
    with pytest.raises(BadData, match=r"1 stands there several times.*a file of its own"):
        added(tmp_path / "a.csv", time="t")
    (tmp_path / "b.wav").write_bytes(b"RIFF....WAVE")
    with pytest.raises(BadData, match="a WAV file with PCM samples"):
        added(tmp_path / "b.wav")


def test_windows_have_the_class_of_a_column_which_is_no_channel(tmp_path: Path) -> None:
    path = tmp_path / "log.csv"
    lines = [f"{place},{np.sin(place):.3f},{int(place % 100 >= 95)}" for place in range(400)]
    path.write_text("\n".join(["t,x,faulty", *lines[::-1]]))
    data = added(path, time="t", window="10", stride="10", label="faulty")
    assert data.classes == ("0", "1")
    assert data.shape == (10, 1)
    assert data.train.labels.tolist() == [int(first % 100 == 90) for first in range(0, 320, 10)]
    alone = data.only("0")
    assert (len(alone.train.labels), len(alone.test.labels)) == (29, len(data.test.labels))
    again = new_items.labels(path, data.columns, "faulty")
    assert again is not None
    assert [place for place, word in enumerate(again) if word == "1"] == [9, 19, 29, 39]
    assert new_items.labels(path, data.columns, "nothing") is None
    with pytest.raises(BadData, match="'nothing'"):
        added(path, time="t", window="10", label="nothing")
