"""Keys: which can be, and what is said of those that cannot."""

from __future__ import annotations

import pkgutil
from collections.abc import Iterator
from importlib import import_module
from itertools import combinations
from pathlib import Path

from textual.binding import Binding
from textual.dom import DOMNode

import aetui.panels
import aetui.screens
import aetui.widgets
from aetui import keymap, settings
from aetui.app import Workbench
from aetui.keymap import BY_ID
from aetui.terminal import own_keys
from aetui.touring.workbench import TourWorkbench


def test_keys_that_cannot_be_are_refused_one_by_one(tmp_path: Path) -> None:
    config = tmp_path / "config.toml"
    config.write_text(
        'theme = "nord"\n[keys]\ntrian = "f"\nstop = "t"\nzoom = "fly"\nquit = ""\nlive = "?"\nchart = "ctrl+c"\n'
        'models = 5\nruns = "9"\nepoch_back = "left,f9"\n'
    )
    wanted = settings.read(config, ["nord"])
    assert (wanted.theme, wanted.keys) == ("nord", {"runs": "9", "epoch_back": "left,f9"})
    text = "\n".join(wanted.complaints)
    assert "perhaps train is meant" in text
    for names in ("stop and train", "live and help"):
        assert f"{names} would both be on" in text
    for name in ("stop", "zoom", "quit", "live", "chart", "models"):
        assert f"default keys are used for {name}" in text


def test_cells_are_a_setting_and_others_than_there_are_are_refused(tmp_path: Path) -> None:
    config = tmp_path / "config.toml"
    config.write_text('cells = "octant"\n')
    assert settings.read(config, []).cells == "octant"
    config.write_text('cells = "pixels"\n')
    wanted = settings.read(config, [])
    assert wanted.cells == "auto"
    assert "there are auto, half, quadrant, sextant, octant, shade, ascii" in wanted.complaints[0]


def test_keys_can_change_places() -> None:
    assert own_keys.accept({"train": "x", "stop": "t"}) == ({"train": "x", "stop": "t"}, [])
    kept, complaints = own_keys.accept({"train": "x", "stop": "q"})
    assert (kept, len(complaints)) == ({}, 2)


def test_every_binding_of_the_screen_stands_in_the_table() -> None:
    bound = {BY_ID[binding.id] if binding.id else binding.key for binding in _bindings()}
    assert bound == set(keymap.ACTIONS)


def _bindings() -> Iterator[Binding]:
    """Those of every screen and widget of ours."""
    for package in (aetui.screens, aetui.panels, aetui.widgets):
        for module in pkgutil.iter_modules(package.__path__, package.__name__ + "."):
            for thing in vars(import_module(module.name)).values():
                if isinstance(thing, type) and issubclass(thing, DOMNode) and thing.__module__ == module.name:
                    yield from Binding.make_bindings(vars(thing).get("BINDINGS", ()))
    yield from Binding.make_bindings(Workbench.BINDINGS)
    yield from Binding.make_bindings(TourWorkbench.BINDINGS)


SHARED = {
    frozenset({"redo", "units"}),
    frozenset({"fork", "map_by"}),
    frozenset({"fork", "other_cases"}),
    frozenset({"fork", "other_images"}),
    frozenset({"larger", "time_in"}),
    frozenset({"smaller", "time_out"}),
    frozenset({"less", "epoch_back"}),
    frozenset({"less", "panel_health"}),
    frozenset({"more", "epoch_forward"}),
    frozenset({"more", "log_scale"}),
    frozenset({"tile_left", "epoch_back"}),
    frozenset({"tile_right", "epoch_forward"}),
    frozenset({"lower", "epoch_back"}),
    frozenset({"higher", "epoch_forward"}),
    frozenset({"much_lower", "epochs_back"}),
    frozenset({"much_higher", "epochs_forward"}),
    frozenset({"baselines", "beside"}),
    frozenset({"pin", "pause"}),
    frozenset({"code_left", "epoch_back"}),
    frozenset({"code_right", "epoch_forward"}),
    frozenset({"far_down", "panel_jacobian"}),
    frozenset({"far_up", "cells"}),
    frozenset({"far_right", "panel_log"}),
    frozenset({"code_number", "workbench"}),
    frozenset({"code_number", "runs"}),
    frozenset({"code_number", "data"}),
    frozenset({"other_map", "beside"}),
    frozenset({"leave_codes", "chart"}),
    frozenset({"other_items", "panel_bench"}),
    frozenset({"onto_item", "panel_worst"}),
    frozenset({"next_item", "epoch_forward"}),
    frozenset({"item_before", "epoch_back"}),
    frozenset({"column_right", "epochs_forward"}),
    frozenset({"column_left", "epochs_back"}),
    frozenset({"first_item", "first"}),
    frozenset({"last_item", "live"}),
    frozenset({"mark", "pause"}),
    frozenset({"stronger", "epoch_forward"}),
    frozenset({"weaker", "epoch_back"}),
    frozenset({"leave", "chart"}),
    frozenset({"tour_leave", "chart"}),
    frozenset({"switch", "close"}),
    frozenset({"cure", "panel_latent"}),
    frozenset({"filter_models", "ask"}),
    frozenset({"all_items", "next_way"}),
    frozenset({"dab", "pause"}),
    frozenset({"wider", "larger"}),
    frozenset({"narrower", "smaller"}),
    frozenset({"pixel_left", "epoch_back"}),
    frozenset({"pixel_right", "epoch_forward"}),
    frozenset({"pixels_left", "epochs_back"}),
    frozenset({"pixels_right", "epochs_forward"}),
}
"""Actions that have a key in common where both can be meant: the one that is nearer to the focus is."""


def test_no_key_has_two_meanings_in_one_place_but_where_the_focus_tells() -> None:
    shared = {
        frozenset({one.id, other.id})
        for one, other in combinations(keymap.ACTIONS, 2)
        if own_keys.meet(one, other) and set(keymap.split(one, {})) & set(keymap.split(other, {}))
    }
    assert shared == SHARED


def test_a_dialog_keeps_keys_of_the_screens_below_out_but_for_the_palette() -> None:
    assert own_keys.accept({"stay": "1", "close": "f2"}) == ({"stay": "1", "close": "f2"}, [])
    _, complaints = own_keys.accept({"stay": "ctrl+p"})
    assert "stay and palette would both be on ctrl+p" in complaints[0]
