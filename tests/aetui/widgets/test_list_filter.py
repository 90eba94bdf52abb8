from __future__ import annotations

from textual.app import App, ComposeResult

from aetui.widgets.list_filter import LONGEST, Filter
from aetui.widgets.variant_list import VariantList
from engine.registry import VARIANTS


def test_a_filter_leaves_what_has_its_text_whatever_the_case() -> None:
    names, typed = ["Vanilla", "Sparse", "Variational"], Filter()
    assert typed.matching(names) == [0, 1, 2]
    typed.begin()
    for key in "va":
        typed.press(key, key)
    assert typed.matching(names) == [0, 2]
    typed.press("backspace", None)
    assert (typed.text, typed.takes("t", "t"), typed.takes("up", None)) == ("v", True, False)
    typed.put_in("x" * 4_000)
    assert (len(typed.text), typed.matching(names)) == (LONGEST, [])
    assert "40 characters at most" in typed.told(0).plain
    typed.end()
    assert (typed.matching(names), typed.takes("t", "t")) == ([0, 1, 2], False)


class Models(App[None]):
    def compose(self) -> ComposeResult:
        yield VariantList(list(VARIANTS.values()))


async def test_letters_find_a_model_enter_keeps_it_and_escape_goes_back() -> None:
    app = Models()
    async with app.run_test(size=(40, 20)) as pilot:
        models = app.query_one(VariantList)
        await pilot.press("slash", *"noi", "enter")
        assert models.variant.key == "denoising"
        await pilot.press("slash", *"va")
        shown = models.render().plain.splitlines()[:3]
        assert [line.strip("▸ ") for line in shown][:2] == ["Vanilla", "Variational"]
        await pilot.press("down")
        assert models.variant.key == "variational"
        await pilot.press("escape")
        assert models.variant.key == "denoising"
        assert "Vanilla" in models.render().plain
