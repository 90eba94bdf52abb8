from __future__ import annotations

import hashlib
import os
import stat
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import pytest

from engine.errors import BadData, EngineError, RunError, UsageError
from engine.exports.bundle import bundle as bundled
from engine.exports.bundle import write_bundle
from engine.exports.importing import import_bundle
from engine.exports.manifest import NAME, Manifest
from engine.runs.listing.labels import Labels, read_labels
from engine.runs.record import RunRecord
from engine.runs.store import RunStore
from engine.runs.writer import RunWriter

Change = Callable[[dict[str, bytes], dict[str, Any]], None]


@pytest.fixture
def store(tmp_path: Path) -> RunStore:
    """Somebody else's."""
    return RunStore(tmp_path / "elsewhere")


@pytest.fixture
def bundle(record: RunRecord, tmp_path: Path) -> Path:
    path = tmp_path / "run.zip"
    write_bundle(record, path)
    return path


def files(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def untouched(store: RunStore) -> bool:
    """Whether nothing came in and nothing was left behind."""
    return not store.root.exists() or not [path for path in store.root.iterdir() if path.name != ".index-1.jsonl"]


def test_a_run_arrives_with_its_files_labels_and_id_private_to_the_user(
    record: RunRecord, bundle: Path, store: RunStore
) -> None:
    came = import_bundle(bundle, store)
    assert came.record.id == record.id == store.find("the good one").id
    assert (came.record.labels, came.record.end) == (record.labels, record.end)
    left_behind = {"pulse", "thoughts.txt"}
    assert files(came.record.folder) == {n: c for n, c in files(record.folder).items() if n not in left_behind}
    modes = {stat.S_IMODE(path.stat().st_mode) for path in came.record.folder.rglob("*")}
    assert modes == {0o600, 0o700}
    assert [path.name for path in store.root.iterdir() if path.name.startswith(".import")] == []


def test_the_same_run_makes_the_same_bytes_and_says_what_it_left(
    record: RunRecord, bundle: Path, tmp_path: Path
) -> None:
    for path in record.folder.iterdir():
        os.utime(path, (1, 1))
    made = bundled(record, tmp_path / "again.zip")
    assert (tmp_path / "again.zip").read_bytes() == bundle.read_bytes()
    assert made.left_out == ("thoughts.txt",)


def test_a_bundle_that_cannot_be_written_leaves_what_was_there(record: RunRecord, tmp_path: Path) -> None:
    (tmp_path / "there.zip").mkdir()
    with pytest.raises(RunError, match="directory"):
        write_bundle(record, tmp_path / "there.zip")
    assert [path.name for path in tmp_path.iterdir() if path.suffix == ".tmp"] == []


def test_of_a_run_in_training_whole_events_are_bundled_and_it_arrives_interrupted(
    record: RunRecord, tmp_path: Path, store: RunStore
) -> None:
    events = record.folder / "events.jsonl"
    lines = events.read_bytes().splitlines(keepends=True)
    events.write_bytes(b"".join(lines[:-1]))  # it goes on
    with RunWriter(record.folder, record.info):
        with events.open("ab") as file:
            file.write(lines[-1][:40])  # its writer is in the middle of a line
        write_bundle(record, tmp_path / "run.zip")
    came = import_bundle(tmp_path / "run.zip", store).record
    assert (came.folder / "events.jsonl").read_bytes() == b"".join(lines[:-1])
    assert came.status == "interrupted"


def test_a_run_that_is_there_is_refused_replaced_or_comes_as_a_copy(
    record: RunRecord, bundle: Path, store: RunStore
) -> None:
    there = import_bundle(bundle, store).record
    there.relabel(note="of here")
    with pytest.raises(UsageError, match="--replace") as refused:
        import_bundle(bundle, store)
    assert "--copy" in refused.value.message
    assert store.find(there.id).labels.note == "of here"

    copy = import_bundle(bundle, store, "copy")
    assert copy.record.id != record.id
    assert (copy.record.name, copy.dropped_name) == ("", "the good one")

    replaced = import_bundle(bundle, store, "replace")
    assert (replaced.record.id, replaced.record.labels.note) == (record.id, "keep it")
    assert (store.root / ".trash" / record.id / "labels.json").read_bytes().count(b"of here") == 1


def test_a_run_in_training_is_not_replaced(bundle: Path, store: RunStore) -> None:
    there = import_bundle(bundle, store).record
    with RunWriter(there.folder, there.info), pytest.raises(RunError, match="being trained"):
        import_bundle(bundle, store, "replace")
    assert len(store.runs()) == 1


def test_what_an_import_that_was_killed_left_is_removed_by_a_later_one(bundle: Path, store: RunStore) -> None:
    old, young = store.root / ".import-0a", store.root / ".import-0b"
    for folder in (old, young):
        folder.mkdir(parents=True)
    os.utime(old, (1, 1))
    import_bundle(bundle, store)
    assert (old.exists(), young.exists()) == (False, True)


# Archives that nobody made by `write_bundle`.


def packed(path: Path, contents: dict[str, bytes], **settings: Any) -> None:
    with zipfile.ZipFile(path, "w", **settings) as archive:
        for name, content in contents.items():
            archive.writestr(name, content)


def changed(bundle: Path, change: Change) -> None:
    """`bundle` with other contents by name, or with another manifest."""
    with zipfile.ZipFile(bundle) as archive:
        contents = {name: archive.read(name) for name in archive.namelist()}
    manifest = msgspec.json.decode(contents.pop(NAME))
    change(contents, manifest)
    packed(bundle, {**contents, **({NAME: msgspec.json.encode(manifest)} if manifest else {})})


def _named(name: str) -> Change:
    """With a file of that `name`, which the manifest lists."""

    def change(contents: dict[str, bytes], manifest: dict[str, Any]) -> None:
        import hashlib

        contents[name] = b"x"
        row = {"name": name, "bytes": 1, "sha256": hashlib.sha256(b"x").hexdigest()}
        manifest["files"].append(row)

    return change


HOSTILE: dict[str, tuple[Change, str]] = {
    "absolute": (_named("/etc/cron.d/run"), "files of a run"),
    "upwards": (_named("../../run.json"), "files of a run"),
    "upwards inside": (_named("samples/../../x"), "files of a run"),
    "unknown": (_named("sitecustomize.py"), "files of a run"),
    "of the process": (_named("request"), "files of a run"),
    "folder": (_named("samples/"), "files of a run"),
    "hidden": (_named("samples/epoch-0001.npz\0.py"), "files of a run|lists"),
    "no manifest": (lambda contents, manifest: manifest.clear(), "manifest"),
    "other format": (lambda contents, manifest: manifest.update(format="zip"), "manifest"),
    "other sum": (lambda contents, manifest: contents.update({"labels.json": b"{" + b" " * 62}), "labels.json"),
    "not listed": (lambda contents, manifest: manifest["files"].pop(0), "lists"),
    "not there": (lambda contents, manifest: contents.pop("labels.json"), "labels.json"),
    "listed twice": (lambda contents, manifest: manifest["files"].append(manifest["files"][0]), "each once"),
    "no run": (lambda contents, manifest: (contents.pop("run.json"), manifest["files"].pop(-3)), "run.json"),
    "endless": (lambda contents, manifest: manifest["files"][0].update(bytes=2**50), "bytes"),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_archives_that_lie_are_refused_and_leave_nothing(name: str, bundle: Path, store: RunStore) -> None:
    change, said = HOSTILE[name]
    changed(bundle, change)
    with pytest.raises(BadData, match=said):
        import_bundle(bundle, store)
    assert untouched(store)
    assert not (bundle.parent / "run.json").exists()


def test_a_run_json_that_is_none_is_refused_and_leaves_nothing(bundle: Path, store: RunStore) -> None:
    import hashlib

    def change(contents: dict[str, bytes], manifest: dict[str, Any]) -> None:
        contents["run.json"] = text = b'{"id": "x"}'
        row = next(row for row in manifest["files"] if row["name"] == "run.json")
        row.update(bytes=len(text), sha256=hashlib.sha256(text).hexdigest())

    changed(bundle, change)
    with pytest.raises(BadData, match=r"run\.json is that of none"):
        import_bundle(bundle, store)
    assert untouched(store)


def test_a_bundle_of_a_newer_version_is_told_from_a_broken_one(bundle: Path, store: RunStore) -> None:
    changed(bundle, lambda contents, manifest: manifest.update(version=2))
    with pytest.raises(RunError, match="update aetui"):
        import_bundle(bundle, store)


def test_packed_members_are_refused_before_anything_is_unpacked(bundle: Path, store: RunStore) -> None:
    with zipfile.ZipFile(bundle) as archive:
        contents = {name: archive.read(name) for name in archive.namelist()}
    packed(bundle, {**contents, "steps.npz": bytes(2**20)}, compression=zipfile.ZIP_DEFLATED)
    with pytest.raises(BadData, match="packed or encrypted"):
        import_bundle(bundle, store)
    assert untouched(store)


@pytest.mark.parametrize("kind", [stat.S_IFLNK, stat.S_IFCHR, stat.S_IFIFO])
def test_links_and_devices_are_refused(kind: int, bundle: Path, store: RunStore) -> None:
    with zipfile.ZipFile(bundle, "a") as archive:
        member = zipfile.ZipInfo("steps.npz")
        member.create_system, member.external_attr = 3, (kind | 0o777) << 16
        archive.writestr(member, "/etc/passwd")
    with pytest.raises(BadData, match="link, a folder or a device"):
        import_bundle(bundle, store)
    assert untouched(store)


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_a_file_that_is_there_twice_is_refused(bundle: Path, store: RunStore) -> None:
    with zipfile.ZipFile(bundle, "a") as archive:
        archive.writestr("run.json", b"{}")
    with pytest.raises(BadData, match="found twice"):
        import_bundle(bundle, store)


@pytest.mark.parametrize("share", [0.0, 0.3, 0.999])
def test_archives_that_were_cut_off_are_refused(share: float, bundle: Path, store: RunStore) -> None:
    content = bundle.read_bytes()
    bundle.write_bytes(content[: int(len(content) * share)])
    with pytest.raises(BadData):
        import_bundle(bundle, store)
    assert untouched(store)


def test_damage_anywhere_is_refused_or_harms_nothing(bundle: Path, store: RunStore) -> None:
    content, step = bundle.read_bytes(), 7_000
    for place in [*range(0, len(content), step), *range(len(content) - 600, len(content), 31)]:
        bundle.write_bytes(content[:place] + bytes([content[place] ^ 0x55]) + content[place + 1 :])
        try:
            import_bundle(bundle, store, "replace")
        except EngineError:
            continue
        [came] = store.runs()
        assert came.end is not None


def test_an_id_that_is_none_of_ours_becomes_a_new_one(bundle: Path, store: RunStore) -> None:
    for strange in ("groups", "..", "a/b", "waiting", "x" * 300):
        changed(bundle, lambda contents, manifest, strange=strange: manifest.update(id=strange))
        came = import_bundle(bundle, store)
        assert came.record.id.endswith(tuple("0123456789abcdef"))
        assert came.record.folder.parent == store.root
        assert came.id_there == strange


def test_a_pipe_and_what_is_not_there_are_refused_at_once(tmp_path: Path, store: RunStore) -> None:
    os.mkfifo(tmp_path / "pipe")
    for path in (tmp_path / "pipe", tmp_path / "nowhere.zip", tmp_path):
        with pytest.raises(UsageError, match="not a file"):
            import_bundle(path, store)


def test_the_manifest_reads_as_documented(bundle: Path, record: RunRecord) -> None:
    with zipfile.ZipFile(bundle) as archive:
        names, text = archive.namelist(), archive.read(NAME)
    manifest = msgspec.json.decode(text, type=Manifest)
    assert (manifest.format, manifest.version, manifest.id) == ("aetui run", 1, record.id)
    assert names == [*sorted(each.name for each in manifest.files), NAME]


def _with_labels(bundle: Path, content: bytes) -> None:
    """Another `labels.json` in it, and the manifest says so."""

    def change(contents: dict[str, bytes], manifest: dict[str, Any]) -> None:
        contents["labels.json"] = content
        [listed] = [each for each in manifest["files"] if each["name"] == "labels.json"]
        listed |= {"bytes": len(content), "sha256": hashlib.sha256(content).hexdigest()}

    changed(bundle, change)


def test_labels_of_full_length_travel_whole(record: RunRecord, tmp_path: Path, store: RunStore) -> None:
    record.relabel(name="ä" * 60, tags=[f"{n:02}-" + "ü" * 27 for n in range(16)], note="ß" * 500)
    write_bundle(record, tmp_path / "full.zip")
    came = import_bundle(tmp_path / "full.zip", store)
    assert came.record.labels == read_labels(record.folder)
    assert (came.record.name, len(came.record.labels.tags), came.left_out) == ("ä" * 60, 16, ())


@pytest.mark.parametrize(
    "content",
    [
        b"\x00" * 100_000,
        b"[" * 10_000,
        b'{"note": "a\\u001b[2Jb"}',
        b'{"note": "' + b"x" * 501 + b'"}',
        b'{"tags": ["' + b'", "'.join(b"%d" % n for n in range(17)) + b'"]}',
    ],
)
def test_labels_that_are_none_are_left_out_and_told_and_the_run_comes_all_the_same(
    content: bytes, bundle: Path, store: RunStore
) -> None:
    _with_labels(bundle, content)
    came = import_bundle(bundle, store)
    assert came.record.labels == Labels()
    assert came.left_out == ("labels that cannot be read",)
    assert not (came.record.folder / "labels.json").exists()


def test_tags_that_a_filter_could_not_name_are_left_out_and_the_others_stay(bundle: Path, store: RunStore) -> None:
    tags = ["good", "a=b", "two words", "good", "x,y"]
    _with_labels(bundle, msgspec.json.encode({"name": "last", "tags": tags, "note": " kept "}))
    came = import_bundle(bundle, store)
    assert came.record.labels == Labels(name="", tags=("good",), note="kept")
    assert came.dropped_name == "last"
    assert came.left_out == ("the tag 'a=b'", "the tag 'two words'", "the tag 'x,y'")
    assert [run.id for run in store.picked(lambda run: "good" in run.tags)] == [came.record.id]
