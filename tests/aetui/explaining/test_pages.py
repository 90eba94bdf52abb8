"""The pages say nothing of settings, panels, keys, pictures and figures that is not so."""

from __future__ import annotations

import importlib.util
import re
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from types import ModuleType

import pytest
from rich.cells import cell_len

from aetui import keymap
from aetui.explaining import drawing, lines, live, pages
from aetui.explaining.document import blocks
from aetui.panels.table import PANELS
from aetui.screens.commands import COMMANDS
from engine.datasets.catalogue import DATASETS
from engine.params import TrainingConfig, describe
from engine.registry import VARIANTS

DOCS = Path(__file__).parents[3] / "docs"
PAGES = list(pages.pages().values())
MODELS = [page for page in PAGES if page.about == "models"]
MOST_BYTES = 16_000


@pytest.fixture(scope="module")
def fill() -> ModuleType:
    spec = importlib.util.spec_from_file_location("fill", DOCS / "experiments" / "fill.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def section(page: pages.Page, heading: str) -> str:
    """What stands below a heading, as it was written."""
    found = re.search(rf"^## {re.escape(heading)}\n(.*?)(?=^## |\Z)", page.text, re.DOTALL | re.MULTILINE)
    return found[1] if found else ""


def test_every_autoencoder_has_a_page_and_no_other_does() -> None:
    assert {page.name for page in MODELS} == set(VARIANTS)


@pytest.mark.parametrize("page", MODELS, ids=lambda page: page.name)
def test_a_page_tells_of_every_setting_of_its_own_and_of_none_that_is_not(page: pages.Page) -> None:
    told = section(page, "What the settings do")
    settings = {param.name for param in describe(next(iter(VARIANTS[page.name].presets.values())))}
    own = settings - set(TrainingConfig.__struct_fields__)
    heads = [
        name for line in re.findall(r"^- (`\w+`.*?):", told, re.MULTILINE) for name in re.findall(r"`(\w+)`", line)
    ]
    assert set(heads) == own
    assert set(re.findall(r"`(\w+)=", told)) <= settings


@pytest.mark.parametrize("page", MODELS, ids=lambda page: page.name)
def test_a_page_names_panels_that_its_model_fills_by_their_keys(page: pages.Page) -> None:
    known = {kind.label: (kind.shortcut, kind.key) for kind in PANELS.values()}
    named = re.findall(r"^- (\w+) \(`(.)`\)", section(page, "Where to look"), re.MULTILINE)
    assert named
    assert [known[label][0] for label, _ in named] == [key for _, key in named]
    assert {known[label][1] for label, _ in named} <= set(VARIANTS[page.name].panels)


def tokens(page: pages.Page) -> Iterator[str]:
    """What the short experiment has one type."""
    yield from re.findall(r"`([^`]+)`", section(page, "Five minutes"))


@pytest.mark.parametrize("page", MODELS, ids=lambda page: page.name)
def test_the_short_experiment_can_be_typed(page: pages.Page) -> None:
    variant, keys = VARIANTS[page.name], {key for action in keymap.ACTIONS for key in keymap.split(action, {})}
    names = {"esc": "escape", **keymap.NAMES}
    preset = variant.presets[variant.default_preset]
    assert section(page, "Five minutes").count("`t`") >= 1
    for token in tokens(page):
        command, _, rest = token.removeprefix(":").partition(" ")
        if not token.startswith(":"):
            assert names.get(token, token) in keys or " " in token or token == "u007", token
            continue
        assert command in COMMANDS, token
        if command == "set":
            name, _, value = rest.partition(" ")
            assert describe(preset)
            assert name in preset.__struct_fields__, token
            assert value, token
        elif command == "preset":
            preset = variant.presets[rest]
        else:
            there = {"model": VARIANTS, "dataset": {k: v for k, v in DATASETS.items() if v.kind in variant.accepts}}
            assert rest in there[command], token


@pytest.mark.parametrize("page", MODELS, ids=lambda page: page.name)
def test_a_page_shows_what_the_program_knows_better(page: pages.Page) -> None:
    there = [block.text for block in blocks(page.text) if block.kind == "live"]
    assert sorted(there) == ["alarms", "errata", "layers"]
    assert all(alarm.key in page.text for alarm in VARIANTS[page.name].alarms)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
@pytest.mark.parametrize("characters", ["unicode", "ascii"])
def test_no_line_is_wider_than_there_is_room_for(page: pages.Page, characters: str) -> None:
    shown = live.default(VARIANTS[page.name]) if page.about == "models" else None
    filling = partial(live.block, shown) if shown else live.nothing
    for width in (40, 68):
        drawn = drawing.drawer(page.path.parent, "auto", "256")
        made = lines.page(page.text, width, filling, drawn, characters)  # type: ignore[arg-type]
        assert max(cell_len(lines.plain(line)) for line in made) <= width


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_equations_stand_on_a_narrow_screen_as_they_were_written(page: pages.Page) -> None:
    equations = [line for block in blocks(page.text) if block.kind == "code" for line in block.lines]
    assert all(cell_len(line) <= 68 for line in equations)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_pictures_are_there_and_small(page: pages.Page) -> None:
    for block in blocks(page.text):
        if block.kind == "picture":
            path = page.path.parent / block.lines[0]
            assert path.stat().st_size < MOST_BYTES


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_figures_and_tables_on_a_page_are_those_that_were_measured_and_that_there_are(
    page: pages.Page, fill: ModuleType
) -> None:
    assert fill.made(page.path, fill.claims()) == page.text, "run `python docs/experiments/fill.py`"


def test_every_claim_was_confirmed_and_stands_on_a_page(fill: ModuleType) -> None:
    text = "".join(page.text for page in PAGES)
    for key, claim in fill.claims().items():
        assert fill.confirmed(claim), key
        assert f"<!-- claim: {key} -->" in text
    assert not set(re.findall(r"<!-- claim: ([\w-]+) -->", text)) - set(fill.claims())


def test_a_claim_whose_ranges_meet_is_not_confirmed(fill: ModuleType) -> None:
    figure = {"goes": "down", "values": [[3.0, 2.0], [1.0, 2.5]]}
    assert not fill.confirmed({"figures": [figure]})
    assert fill.confirmed({"figures": [{**figure, "goes": "stays"}]})
    assert fill.confirmed({"figures": [{"goes": "up", "values": [[1.0], [2.0]]}]})
