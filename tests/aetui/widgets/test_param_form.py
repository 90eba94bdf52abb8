from __future__ import annotations

from textual.app import App, ComposeResult

from aetui.widgets import job_form
from aetui.widgets.param_form import ParamForm
from engine.registry import VARIANTS


class FormApp(App[None]):
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
