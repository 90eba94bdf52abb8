from __future__ import annotations

from textual import events, on
from textual.app import App, ComposeResult

from aetui.widgets.capped_input import LONGEST, CappedInput


class Field(App[None]):
    cut = 0

    def compose(self) -> ComposeResult:
        yield CappedInput()

    @on(CappedInput.Cut)
    def _cut(self) -> None:
        self.cut += 1


async def test_a_paste_of_pages_is_cut_to_one_line_and_said_to_be() -> None:
    app = Field()
    async with app.run_test() as pilot:
        field = app.query_one(CappedInput)
        field.post_message(events.Paste("two\nlines"))
        await pilot.pause()
        assert (field.value, app.cut) == ("two lines", 0)
        field.post_message(events.Paste("a" * 4_000))
        await pilot.pause()
        assert (len(field.value), app.cut) == (LONGEST, 1)
        await pilot.press("b")
        assert (len(field.value), app.cut) == (LONGEST, 2)


async def test_keys_in_a_burst_are_obeyed_in_their_order() -> None:
    app = Field()
    async with app.run_test() as pilot:
        for key in (*"before", "ctrl+u", *"afterr", "backspace"):
            app.post_message(events.Key(key, key if len(key) == 1 else None))
        await pilot.pause()
        assert app.query_one(CappedInput).value == "after"
