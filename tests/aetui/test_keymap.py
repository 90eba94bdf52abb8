"""Keys: which can be, and what is said of those that cannot."""

from __future__ import annotations

from pathlib import Path

from aetui import keymap, settings


def test_keys_that_cannot_be_are_refused_one_by_one(tmp_path: Path) -> None:
    config = tmp_path / "config.toml"
    config.write_text(
        'theme = "nord"\n[keys]\ntrian = "f"\nstop = "t"\nzoom = "fly"\nquit = ""\nlive = "?"\nchart = "ctrl+c"\n'
        'models = 5\nruns = "9"\nepoch_back = "left,v"\n'
    )
    wanted = settings.read(config, ["nord"])
    assert (wanted.theme, wanted.keys) == ("nord", {"runs": "9", "epoch_back": "left,v"})
    text = "\n".join(wanted.complaints)
    assert "perhaps train is meant" in text
    for names in ("stop and train", "live and help"):
        assert f"{names} would both be on" in text
    for name in ("stop", "zoom", "quit", "live", "chart", "models"):
        assert f"default keys are used for {name}" in text


def test_keys_can_change_places() -> None:
    assert keymap.accept({"train": "x", "stop": "t"}) == ({"train": "x", "stop": "t"}, [])
    kept, complaints = keymap.accept({"train": "x", "stop": "q"})
    assert (kept, len(complaints)) == ({}, 2)


def test_no_key_has_two_meanings_in_one_place() -> None:
    for scope in keymap.SCOPES:
        keys = [key for a in keymap.ACTIONS if a.scope in (scope, "everywhere") for key in a.keys.split(",")]
        assert len(keys) == len(set(keys))
