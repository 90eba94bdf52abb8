"""`aetui explain`."""

from __future__ import annotations

import pytest
from typer.testing import CliRunner, Result

from aetui.cli import app
from aetui.cli.completing import offers
from aetui.explaining import pages
from engine.errors import EngineError


def run(*arguments: str) -> Result:
    return CliRunner().invoke(app, ["explain", *arguments])


def test_it_lists_the_pages() -> None:
    shown = run().stdout.splitlines()
    assert [line.split()[0] for line in shown[1:]] == list(pages.pages())


def test_it_draws_the_layers_of_the_settings_in_80_columns() -> None:
    shown = run("vanilla", "--preset", "small", "--dataset", "digits", "--set", "hidden_dim=3").stdout
    assert "5,491 parameters" in shown
    assert "\x1b" not in shown
    assert max(map(len, shown.splitlines())) <= 80


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["vanila"], "perhaps vanilla"),
        (["vanilla", "--set", "hidden_dim=0"], "hidden_dim"),
        (["vanilla", "--dataset", "reuters"], "reuters"),
        (["why-pca", "--preset", "small"], "why-pca"),
    ],
)
def test_what_is_not_there_is_refused(arguments: list[str], said: str) -> None:
    result = run(*arguments)
    assert result.exit_code != 0
    assert isinstance(result.exception, EngineError)
    assert said in str(result.exception)


def test_tab_completes_pages() -> None:
    assert [word for word, _ in offers(["explain"], "v") if word.startswith("v")] == [
        name for name in pages.pages() if name.startswith("v")
    ]
