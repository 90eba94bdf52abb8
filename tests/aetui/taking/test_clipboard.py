"""What is said of a copy: never that it has arrived where nobody can know."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from aetui.taking import clipboard
from aetui.taking.clipboard import Way, way_out

TMUX = """#!/bin/sh
case "$1 $2" in
  "show -gv") test -n "$CLIPBOARD" && echo "$CLIPBOARD" ;;
  "load-buffer -w") test -z "$OLD" && cat > "$KEPT" && touch "$KEPT.passed" ;;
  "load-buffer -") cat > "$KEPT" ;;
  *) exit 1 ;;
esac
"""


@pytest.fixture
def tmux(tmp_path: Path) -> dict[str, str]:
    """An environment with a tmux that keeps what it is given."""
    program = tmp_path / "tmux"
    program.write_text(TMUX)
    program.chmod(0o755)
    path = f"{tmp_path}:{os.environ['PATH']}"
    return {"TMUX": "/tmp/tmux-0/default,1,0", "TERM": "tmux-256color", "PATH": path, "KEPT": str(tmp_path / "kept")}


def test_with_set_clipboard_on_tmux_takes_osc_52(tmux: dict[str, str]) -> None:
    assert way_out("a", {**tmux, "CLIPBOARD": "on"}) == Way(True, clipboard.TMUX_PASSES)
    assert not Path(tmux["KEPT"]).exists()


@pytest.mark.parametrize(
    ("settings", "told", "passed"),
    [
        ({"CLIPBOARD": "external"}, clipboard.TMUX_BUFFER, True),
        ({"CLIPBOARD": "external", "OLD": "1"}, clipboard.TMUX_KEEPS, False),
        ({"CLIPBOARD": "off"}, clipboard.TMUX_KEEPS, False),
    ],
)
def test_where_tmux_ignores_osc_52_it_is_given_the_text(
    tmux: dict[str, str], settings: dict[str, str], told: str, passed: bool
) -> None:
    assert way_out("tüx\n\tb", {**tmux, **settings}) == Way(False, told)
    kept = Path(tmux["KEPT"])
    assert kept.read_text("utf-8") == "tüx\n\tb"
    assert kept.with_suffix(".passed").exists() == passed


def test_a_tmux_that_does_not_answer_is_no_reason_to_wait_or_to_promise(
    tmux: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert way_out("a", tmux) == Way(True, clipboard.NO_ANSWER)
    Path(tmux["PATH"].split(":")[0], "tmux").write_text("#!/bin/sh\nexec sleep 9\n")
    monkeypatch.setattr(clipboard, "SECONDS", 0.1)
    assert way_out("a", tmux) == Way(True, clipboard.NO_ANSWER)
    assert way_out("a", {**tmux, "PATH": "/nowhere"}) == Way(True, clipboard.NO_ANSWER)


@pytest.mark.parametrize(
    ("environment", "way"),
    [
        ({"TERM": "xterm-256color"}, Way(True, "sent to the terminal")),
        ({"TERM": "screen", "STY": "1.pts"}, Way(True, clipboard.SCREEN)),
        ({"TERM": "tmux-256color"}, Way(True, clipboard.AROUND)),
        ({"TERM": "linux"}, Way(False, clipboard.CONSOLE)),
    ],
)
def test_a_copy_is_sent_but_never_said_to_have_arrived(environment: dict[str, str], way: Way) -> None:
    assert way_out("a", environment) == way
