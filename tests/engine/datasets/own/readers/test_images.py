from __future__ import annotations

import os
from pathlib import Path
from typing import Any, cast

import numpy as np
import pytest
from PIL import Image

from engine.datasets.data import silence
from engine.datasets.image_data import ImageData
from engine.datasets.image_files import read_images
from engine.datasets.own import adding, records
from engine.datasets.own.adding import Added
from engine.datasets.own.pictures import gathering, survey
from engine.errors import BadData, EngineError, SettingError, UsageError

RED, BLUE = (200, 0, 0), (0, 0, 200)


def draw(path: Path, size: tuple[int, int] = (6, 8), mode: str = "RGB", colour: Any = RED, **saved: Any) -> Path:
    """A picture of one colour, of height and width `size`."""
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.new(mode, size[::-1], colour).save(path, **saved)
    return path


def folder(tmp_path: Path, count: int = 10, **drawn: Any) -> Path:
    for number in range(count):
        draw(tmp_path / f"pictures/{number}.png", **drawn)
    return tmp_path / "pictures"


def data_of(added: Added) -> ImageData:
    return cast("ImageData", added.reading.source)


def everything(data: ImageData) -> dict[str, np.ndarray]:
    """Every item by its name."""
    parts = (data.train, data.validation, data.test) if data.held_out else (data.train, data.test)
    return {name: item for part in parts for name, item in zip(part.names or [], part.items, strict=True)}


def test_folders_are_classes_and_each_part_has_the_same_share_of_them(tmp_path: Path, add: Any) -> None:
    for number in range(10):
        draw(tmp_path / f"set/red/deep/{number}.png")
        draw(tmp_path / f"set/blue/{number}.jpeg", colour=BLUE)
    (tmp_path / "set/notes.txt").write_text("no image")
    (tmp_path / "set/.hidden.png").write_text("no image either")
    added = add(tmp_path / "set")
    data = data_of(added)
    assert added.because
    assert (data.shape, data.classes) == ((6, 8, 3), ("blue", "red"))
    parts = (data.train, data.validation, data.test)
    assert [np.bincount(part.labels).tolist() for part in parts] == [[8, 8], [1, 1], [1, 1]]
    for part in parts:
        assert part.names is not None
        assert [data.classes[label] for label in part.labels] == [name.split("/")[0] for name in part.names]
        assert part.items[part.labels == 1].reshape(-1, 3).mean(axis=0).tolist() == [200, 0, 0]
    assert added.own.items == (16, 2, 2)
    assert added.own.preset == "small"
    assert "1 .txt" in added.own.metadata["left out"]
    assert adding.read(added.own, None, silence).source.fingerprint == data.fingerprint  # type: ignore[attr-defined]


def test_pictures_of_several_sizes_are_refused_with_the_sizes_until_it_is_said_what_to_do(
    tmp_path: Path, add: Any
) -> None:
    where = folder(tmp_path, colour=(0, 0, 0))
    for number in range(4):
        draw(where / f"x{number}.png", (10, 4), colour=(0, 0, 0))
    with pytest.raises(UsageError, match=r"6×8 \(10 images\), 10×4 \(4 images\).*--crop.*--pad.*--size"):
        add(where)
    with pytest.raises(UsageError, match=r"aspect of 3×4.*10×4 \(4 images\)"):
        add(where, size="3x4")
    assert records.find("mine") is None
    assert data_of(add(where, crop=True)).shape == (6, 4, 3)
    padded = data_of(add(where, pad=True, ground="#00ff00"))
    assert padded.shape == (10, 8, 3)
    item = everything(padded)["x0.png"]
    assert (item[:, 2:6] == 0).all()  # as it was, in the middle
    assert (item[:, [0, 1, 6, 7]] == (0, 255, 0)).all()
    assert data_of(add(where, crop=True, size="5")).shape == (5, 5, 3)
    framed = everything(data_of(add(where, pad=True, size="4x4")))["x0.png"]
    assert (framed[:, [0, 3]] == 255).all()  # 10×4 becomes 4×2, with white on both sides
    assert (framed[:, 1:3] == 0).all()
    with pytest.raises(UsageError, match="--crop or --pad, got both"):
        add(where, crop=True, pad=True)


def test_a_size_alone_scales_what_has_its_aspect(tmp_path: Path, add: Any) -> None:
    where = folder(tmp_path)
    draw(where / "large.png", (600, 801))
    assert data_of(add(where, size="3x4")).shape == (3, 4, 3)
    for size in ("3x", "0x4", "three"):
        with pytest.raises(SettingError, match="64x48"):
            add(where, size=size)


def test_channels_are_one_where_all_is_grey_or_is_to_be(tmp_path: Path, add: Any) -> None:
    where = folder(tmp_path, mode="L", colour=100)
    draw(where / "deep.png", mode="I;16", colour=40_000)
    data = data_of(add(where))
    assert data.shape[2] == 1
    assert everything(data)["deep.png"].max() == 40_000 >> 8
    draw(where / "one.webp", colour=BLUE)
    assert data_of(add(where)).shape[2] == 3
    assert data_of(add(where, grey=True)).shape[2] == 1


def test_print_colours_palettes_and_transparency_become_what_is_seen(tmp_path: Path, add: Any) -> None:
    where = folder(tmp_path)
    draw(where / "print.tif", mode="CMYK", colour=(0, 255, 255, 0))
    draw(where / "clear.png", mode="RGBA", colour=(9, 9, 9, 0))
    draw(where / "half.png", mode="LA", colour=(0, 0))
    draw(where / "old.gif", mode="P", colour=1)
    found = everything(data_of(added := add(where, ground="blue")))
    assert found["clear.png"][0, 0].tolist() == found["half.png"][0, 0].tolist() == [0, 0, 255]
    assert found["print.tif"][0, 0, 0] > 200 > 60 > found["print.tif"][0, 0, 1:].max()
    assert "2 images, laid on blue" in added.own.metadata["transparent"]
    assert everything(data_of(add(where)))["clear.png"].min() == 255
    with pytest.raises(SettingError, match="no colour"):
        add(where, ground="blueish")


def test_a_camera_that_was_turned_gives_upright_pictures_of_one_size(tmp_path: Path, add: Any) -> None:
    where = folder(tmp_path)
    image = Image.new("RGB", (6, 8), RED)
    image.putpixel((5, 7), (255, 255, 255))
    image.getexif()[0x0112] = 6
    image.save(where / "turned.png", exif=image.getexif())
    found = everything(data_of(add(where)))["turned.png"]
    assert found.shape == (6, 8, 3)
    assert found[5, 0].tolist() == [255, 255, 255]


def test_broken_files_are_named_all_at_once_and_left_out_where_that_is_said(
    tmp_path: Path, add: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    where = folder(tmp_path, 30)
    monkeypatch.setattr(gathering, "NAMED", 2)
    whole = draw(where / "body.png", (60, 80)).read_bytes()
    draw(where / "head.png", (6, 8)).write_bytes(b"no picture at all")
    draw(where / "none.jpg").write_bytes(b"")
    (where / "body.png").write_bytes(whole[: len(whole) // 2])
    with pytest.raises(BadData, match=r"3 files of 33 .*--skip-broken") as caught:
        add(where, crop=True)
    assert "body.png: expected a whole image" in caught.value.message
    assert "and 1 more" in caught.value.message
    added = add(where, crop=True, skip_broken=True)
    assert sum(added.own.items) == 30
    assert "3 broken files: body.png, head.png" in added.own.metadata["skipped"]
    for file in where.glob("?.png"):
        file.unlink()
    for file in where.glob("??.png"):
        file.write_bytes(b"")
    with pytest.raises(BadData, match="nothing left"):
        add(where, crop=True, skip_broken=True)


def test_a_table_says_the_classes_of_files(tmp_path: Path, add: Any) -> None:
    where = folder(tmp_path, 20)
    table = tmp_path / "labels.csv"
    lines = [f"{number}.png;{'odd' if number % 2 else 'even'}" for number in range(20)]
    table.write_text("\n".join(["file;label", *lines]))
    data = data_of(added := add(where, labels=str(table)))
    assert data.classes == ("even", "odd")
    assert [int(name.split(".")[0]) % 2 for name in data.train.names or []] == data.train.labels.tolist()
    assert added.own.metadata["classes"] == "2, by labels.csv"
    table.write_text("\n".join(["file;label", *lines[:18]]))
    with pytest.raises(UsageError, match=r"2 images of 20 have none: 18\.png, 19\.png"):
        add(where, labels=str(table))
    table.write_text("name,kind\n1.png,odd\n")
    with pytest.raises(BadData, match="columns file and label in its first line, found name, kind"):
        add(where, labels=str(table))
    table.write_text("file,label\n0.png,odd\n0.png,even\n")
    with pytest.raises(BadData, match=r"one label for 0\.png"):
        add(where, labels=str(table))


def test_pairs_are_seen_and_answered_with_the_image_of_the_same_path(tmp_path: Path, add: Any) -> None:
    for number in range(10):
        draw(tmp_path / f"seen/{number}.png", colour=(number, 0, 0))
        draw(tmp_path / f"wanted/{number}.bmp", colour=(0, number, 0))
    added = add(tmp_path / "seen", target=str(tmp_path / "wanted"))
    data = data_of(added)
    assert data.paired
    assert data.shape == (6, 8, 3)
    assert data.train.items.shape == (8, 2, 6, 8, 3)
    for name, item in everything(data).items():
        number = int(name.split(".")[0])
        assert item[0, 0, 0].tolist() == [number, 0, 0]
        assert item[1, 0, 0].tolist() == [0, number, 0]
    (tmp_path / "wanted/3.bmp").write_bytes(b"")
    with pytest.raises(BadData, match=r"3\.png: its target 3\.bmp"):
        add(tmp_path / "seen", target=str(tmp_path / "wanted"))
    (tmp_path / "wanted/3.bmp").unlink()
    with pytest.raises(UsageError, match=r"1 image has none, or several: 3\.png"):
        add(tmp_path / "seen", target=str(tmp_path / "wanted"))


@pytest.mark.parametrize("order", ["{part}/{kind}", "{kind}/{part}"])
def test_folders_called_as_parts_are_the_parts(tmp_path: Path, add: Any, order: str) -> None:
    for part, count in (("Train", 5), ("val", 3), ("test", 2)):
        for kind in ("cat", "dog"):
            for number in range(count):
                draw(tmp_path / "set" / order.format(part=part, kind=kind) / f"{number}.png")
    data = data_of(add(tmp_path / "set"))
    assert data.classes == ("cat", "dog")
    assert [len(part.labels) for part in (data.train, data.validation, data.test)] == [10, 6, 4]
    assert data.test.names is not None
    assert all("test" in name for name in data.test.names)


def test_parts_that_are_not_whole_are_refused(tmp_path: Path, add: Any) -> None:
    for name in ("train/a.png", "val/a.png"):
        draw(tmp_path / "set" / name)
    with pytest.raises(UsageError, match="found only train, val"):
        add(tmp_path / "set")
    draw(tmp_path / "set/test/a.png")
    draw(tmp_path / "set/extra/a.png")
    with pytest.raises(UsageError, match="there are extra"):
        add(tmp_path / "set")


def test_a_group_is_in_one_part_as_a_whole(tmp_path: Path, add: Any) -> None:
    for person in range(10):
        for number in range(6):
            draw(tmp_path / f"set/p{person}/{'glad' if number % 2 else 'sad'}/{number}.png")
    data = data_of(add(tmp_path / "set", group="folder", split="60/20/20"))
    people = [{name.split("/")[0] for name in part.names or []} for part in (data.train, data.validation, data.test)]
    assert sorted(map(len, people)) == [2, 2, 6]
    assert len(set.union(*people)) == 10
    assert data.classes == ("glad", "sad")
    draw(tmp_path / "set/loose.png")
    with pytest.raises(UsageError, match="1 image of 61 lies in none"):
        add(tmp_path / "set", group="folder")


def test_parts_in_order_follow_the_paths(tmp_path: Path, add: Any) -> None:
    data = data_of(add(folder(tmp_path, 10), split="50/50", split_by="order"))
    assert sorted(data.train.names or []) == [f"{number}.png" for number in range(5)]
    assert not data.held_out


def test_files_are_unpacked_again_only_when_they_changed_and_others_than_those_meant_are_thrown_away(
    tmp_path: Path, add: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    where = folder(tmp_path)
    own = add(where, grey=True).own
    own = add(where).own
    shards = records.shards_of("mine")
    (made,) = shards.iterdir()

    def refused(*_: object) -> None:
        raise AssertionError("nothing is to be unpacked")

    with monkeypatch.context() as patch:
        patch.setattr(survey, "measured", refused)
        patch.setattr("engine.datasets.decoding.on_all_cores", refused)
        before = everything(cast("ImageData", adding.read(own, None, silence).source))
    draw(where / "0.png", colour=BLUE)
    os.utime(where / "0.png", ns=(1, 1))
    after = everything(cast("ImageData", adding.read(own, None, silence).source))
    assert before["0.png"][0, 0].tolist() == list(RED)
    assert after["0.png"][0, 0].tolist() == list(BLUE)
    adding.rename("mine", "ours")
    assert made.name in [path.name for path in records.shards_of("ours").iterdir()]
    records.remove("ours")
    assert not list(shards.parent.iterdir())


def test_many_files_stay_in_their_shards(tmp_path: Path, add: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    where = folder(tmp_path, 20)
    whole = data_of(add(where))
    monkeypatch.setattr(gathering, "WHOLE", 100)
    data = data_of(add(where))
    assert not isinstance(data.train.items, np.ndarray)
    assert np.array_equal(data.train.items[:], whole.train.items)
    assert data.train.names == whole.train.names
    assert data.fingerprint == data_of(add(where)).fingerprint != data_of(add(where, split="50/30/20")).fingerprint


def test_a_copy_has_the_targets_and_labels_too(tmp_path: Path, add: Any) -> None:
    where = folder(tmp_path, 10)
    for number in range(10):
        draw(tmp_path / f"wanted/{number}.png")
    table = where / "labels.csv"
    table.write_text("file,label\n" + "".join(f"{number}.png,{number % 2}\n" for number in range(10)))
    options = {"target": str(tmp_path / "wanted"), "labels": str(table), "split": "50/50"}
    adding.add("mine", where, "images", options, copy=True)
    own = adding.rename("mine", "ours")
    for path in (where, tmp_path / "wanted"):
        path.rename(path.with_name(f"away-{path.name}"))
    data = cast("ImageData", adding.read(own, None, silence).source)
    assert data.paired
    assert data.classes == ("0", "1")


def test_other_files_are_brought_to_what_a_model_sees_as_the_set_was(tmp_path: Path, add: Any) -> None:
    where = folder(tmp_path)
    other = draw(tmp_path / "other.png", (12, 12), colour=(0, 0, 0))
    add(where)
    with pytest.raises(BadData, match="crop it or pad it"):
        read_images(str(other), (6, 8, 3), None, 1, "mine")
    add(where, pad=True, size="6x8", ground="red")
    padded = read_images(str(other), (6, 8, 3), None, 1, "mine")[0]
    assert (padded[:, 0] == (255, 0, 0)).all()
    assert (padded[:, 1:7] == 0).all()
    add(where, crop=True)
    assert read_images(str(other), (6, 8, 3), None, 1, "mine").shape == (1, 6, 8, 3)
    with pytest.raises(BadData, match="at least 6 × 8"):
        read_images(str(draw(tmp_path / "tiny.png", (3, 9))), (6, 8, 3), None, 1, "mine")


def test_photographs_that_nobody_made_smaller_are_refused(
    tmp_path: Path, add: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(survey, "LARGEST_ITEM", 100)
    with pytest.raises(UsageError, match=r"6×8×3 are more.*--size 128x171"):
        add(folder(tmp_path))


def test_what_holds_no_images_is_refused(tmp_path: Path, add: Any) -> None:
    (tmp_path / "empty").mkdir()
    with pytest.raises(UsageError, match=r"expected image files .* found none"):
        add(tmp_path / "empty", "images")
    with pytest.raises(UsageError, match="is none; give the folder"):
        add(draw(tmp_path / "one.png"), "images")
    with pytest.raises(EngineError, match="does not exist"):
        add(tmp_path / "nowhere", "images")
