"""What the documentation says of figures is what the kept results say."""

from __future__ import annotations

from pathlib import Path

from aetui.cli.markdown import NOTHING, filled
from aetui.cli.recipes import Kept, read

DOCS = Path(__file__).parent.parent / "docs"


def test_the_blocks_in_the_docs_are_those_that_the_kept_results_make() -> None:
    page = (DOCS / "recipes.md").read_text("utf-8")
    for name in ("recipes", "groups"):
        assert page.count(f"<!-- figures: {name} -->") == 1
    assert filled(page, read(DOCS / "figures.json")) == page, "run `python docs/figures.py`"


def test_what_stands_outside_the_blocks_stays_and_what_was_typed_into_them_goes() -> None:
    page = (
        "above\n<!-- figures: groups -->\n| typed |\n<!-- end -->\nbetween\n<!-- figures: recipes -->\n<!-- end -->\n"
    )
    made = filled(page, Kept())
    assert made == (
        f"above\n<!-- figures: groups -->\n\n{NOTHING}\n\n<!-- end -->\n"
        f"between\n<!-- figures: recipes -->\n\n{NOTHING}\n\n<!-- end -->\n"
    )
    assert filled(made, Kept()) == made
