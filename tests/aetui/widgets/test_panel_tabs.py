from __future__ import annotations

import pytest

from aetui.panels.table import PANELS, PanelKind
from aetui.widgets.panel_tabs import lettered


@pytest.mark.parametrize("kind", PANELS.values(), ids=list(PANELS))
@pytest.mark.parametrize("letters", [3, 20])
def test_a_tab_shows_the_very_letter_that_opens_its_panel(kind: PanelKind, letters: int) -> None:
    before, letter, after = lettered(kind.label[:letters], kind.shortcut)
    assert letter == kind.shortcut
    assert kind.label[:letters].lower() in f"{before}{letter.lower()}{after}"
    assert not (before and before[-1] == " ")


def test_a_key_that_is_no_letter_of_the_name_stands_before_it() -> None:
    assert lettered("Latent", "c") == ("", "c", " latent")
    assert lettered("Health", "f5") == ("", "f5", " health")
