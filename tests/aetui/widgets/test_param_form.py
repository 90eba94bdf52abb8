from __future__ import annotations

from textual import events
from textual.app import App, ComposeResult

from aetui.widgets import job_form
from aetui.widgets.param_form import ParamForm
from engine.registry import VARIANTS


class FormApp(App[None]):
    BINDINGS = [("t,x,f2", "happen")]

    happened = 0

    def action_happen(self) -> None:
        self.happened += 1

    def compose(self) -> ComposeResult:
        yield ParamForm()

    def on_mount(self) -> None:
        variant = VARIANTS["sentence"]
        preset = variant.default_preset
        params = job_form.fields(variant, preset, "pydocs")
        self.query_one(ParamForm).set_params(params, job_form.values(variant, preset, "pydocs"))
        self.query_one(ParamForm).focus()


async def test_a_text_of_any_kind_can_be_typed_and_its_end_is_seen() -> None:
    async with FormApp().run_test(size=(34, 20)) as pilot:
        form = pilot.app.query_one(ParamForm)
        form.select("vectors")
        path = "/a/long way/to/my vectors, the new ones.txt"
        for key in path:
            await pilot.press({"/": "slash", " ": "space", ",": "comma", ".": "full_stop"}.get(key, key))
        assert form.edit is not None
        line = next(line for line in form.render().plain.splitlines() if "vectors" in line)
        assert line.rstrip().endswith("ones.txt")
        await pilot.press("enter")
        assert form.values["vectors"] == path
        assert "; any" not in form.render().plain
        await pilot.press("ctrl+r")
        assert form.values["vectors"] == "auto"


async def test_while_a_number_is_typed_letters_are_no_commands_and_other_keys_are() -> None:
    app = FormApp()
    async with app.run_test(size=(36, 30)) as pilot:
        form = app.query_one(ParamForm)
        form.select("epochs")
        await pilot.press("t")
        assert (app.happened, form.edit) == (1, None)
        await pilot.press("5", "t", "x", "question_mark", "space", "1")
        assert form.edit is not None
        assert (app.happened, form.edit.text) == (1, "51")
        await pilot.press("q")
        assert "no number has 'q'" in form.render().plain
        await pilot.press("f2", "enter", "t")
        assert (app.happened, form.values["epochs"]) == (3, 51)


async def test_a_paste_of_pages_is_cut_and_said_to_be() -> None:
    async with FormApp().run_test(size=(36, 30)) as pilot:
        form = pilot.app.query_one(ParamForm)
        for name, most in (("epochs", 32), ("vectors", 1_000)):
            form.select(name)
            form.on_paste(events.Paste("12" * 2_000))
            assert form.edit is not None
            assert len(form.edit.text) == most
            assert f"{most:,} characters at most" in form.error
        form.select("seed")
        form.on_paste(events.Paste(" 12 \n"))
        assert (form.edit.text, form.error) == ("12", "")


async def test_every_field_is_shown_by_its_name_and_what_has_no_room_is_counted_at_the_edge() -> None:
    async with FormApp().run_test(size=(36, 60)) as pilot:
        form = pilot.app.query_one(ParamForm)
        names = [line.split()[0] for line in form.render().plain.replace("▸", " ").splitlines()[: len(form.params)]]
        assert names == [param.name for param in form.params]
        await pilot.resize_terminal(36, 14)
        lines = form.render().plain.splitlines()
        shown = next(n for n, line in enumerate(lines) if "more ↓" in line) + 1
        assert lines[shown - 1].endswith(f" {len(form.params) - shown} more ↓")
        await pilot.press("up")
        lines = form.render().plain.splitlines()
        assert "more ↑" in lines[0]
        assert not any("more ↓" in line for line in lines)
