from __future__ import annotations

from textual.app import App

from aetui.screens.modal import Modal


async def test_what_ends_by_itself_and_by_a_key_at_once_is_answered_once() -> None:
    app: App[None] = App()
    answers: list[str | None] = []

    async def ask() -> None:
        answers.append(await app.push_screen_wait(Modal[str]()))

    async with app.run_test() as pilot:
        app.run_worker(ask())
        await pilot.pause()
        dialog = app.screen
        assert isinstance(dialog, Modal)
        dialog.dismiss("done")
        dialog.dismiss(None)
        await pilot.pause()
        assert answers == ["done"]
        assert len(app.screen_stack) == 1
