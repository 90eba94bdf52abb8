"""Nothing that a run, a file or a wrong argument says commands the terminal."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from escapes import HOSTILE, MARK, escaped, hostile_store

from aetui import __main__
from aetui.cli import doctor, engines, narration
from engine.events import DataProgress, Logged, RunFinished, RunResumed, RunStarted
from engine.queries.messages import Cosine, Nearest, Neighbour, Reading, Words
from engine.runs.store import RunStore
from engine.storage import native_output

TYPED = HOSTILE.replace("\0", "")
"""As no argument can hold a zero."""

Said = Callable[..., tuple[str, int]]


@pytest.fixture
def said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Said:
    """Both outputs of a command among hostile runs, and its exit status."""
    hostile_store(tmp_path / "runs")
    monkeypatch.setenv("AETUI_RUNS", str(tmp_path / "runs"))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setattr(native_output, "divert", native_output.log_path)  # it would last beyond the test

    def run(*arguments: str) -> tuple[str, int]:
        monkeypatch.setattr(sys, "argv", ["aetui", *arguments])
        status: object = 0
        try:
            __main__.main()
        except SystemExit as end:
            status = end.code or 0
        assert isinstance(status, int)
        return "".join(capsys.readouterr()), status

    return run


@pytest.mark.parametrize("arguments", [("runs",), *(("runs", "show", f"2026010{number}") for number in (1, 2, 3))])
def test_runs_are_printed_harmlessly(said: Said, arguments: tuple[str, ...]) -> None:
    text, status = said(*arguments)
    assert (escaped(text), status) == (set(), 0)
    assert text.count(MARK) >= 3


@pytest.mark.parametrize(
    "arguments",
    [
        (TYPED,),
        (f"--{TYPED}",),
        ("train", "vanilla", TYPED),
        ("train", TYPED),
        ("train", "vanilla", "--dataset", TYPED),
        ("train", "vanilla", "--preset", TYPED),
        ("train", "vanilla", "--set", TYPED),
        ("train", "vanilla", "--set", f"hidden_dim={TYPED}"),
        ("runs", "show", TYPED),
        ("resume", TYPED),
        ("variants", TYPED),
        ("book", TYPED),
        ("data", "show", TYPED),
        ("data", "fetch", TYPED),
        ("data", "add", "text", TYPED),
        ("--data-dir", TYPED, "data"),
        ("reconstruct", "last", TYPED, "-o", "sheet.png"),
        ("encode", "20260101", "-o", TYPED),
        ("similarity", "20260101", TYPED, "a"),
    ],
)
def test_a_wrong_argument_is_quoted_harmlessly(said: Said, arguments: tuple[str, ...]) -> None:
    text, status = said(*arguments)
    assert escaped(text) == set()
    assert MARK in text
    assert status == 2
    assert "Traceback" not in text


@pytest.mark.parametrize("fault", [ValueError, OSError, KeyError])
def test_what_a_library_says_in_its_last_words_is_harmless(
    said: Said, monkeypatch: pytest.MonkeyPatch, fault: type[Exception]
) -> None:
    def fail(store: RunStore, report: object) -> None:
        raise fault(HOSTILE)

    monkeypatch.setattr(RunStore, "summaries", fail)
    text, status = said("runs")
    assert (escaped(text), status) == (set(), 1)
    assert MARK in text


def test_the_doctor_s_findings_are_harmless(said: Said, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(doctor, "CHECKS", (lambda options: [doctor.Finding(HOSTILE, HOSTILE, HOSTILE)],))
    text, status = said("doctor")
    assert (escaped(text), status) == (set(), 1)
    assert MARK in text


READ = Words(text=HOSTILE, words=(HOSTILE, "a"), known=(False, True), used=1)
NEAR = (Neighbour(sentence=HOSTILE, cosine=0.5, document=HOSTILE, topics=(HOSTILE,)),)
ANSWERS = {
    "similarity": [Cosine(cosine=0.1, average=0.2, first=READ, second=READ, epoch=1)],
    "neighbours": [
        Reading(sentence=READ, reading=HOSTILE, cosine=0.5, epoch=1),
        Nearest(sentence=READ, neighbours=NEAR, average=NEAR, searched=9, epoch=1),
    ],
}


@pytest.mark.parametrize("command", [("similarity", "20260102", "a", "b"), ("neighbours", "20260102", "a")])
def test_answers_about_sentences_are_harmless(
    said: Said, monkeypatch: pytest.MonkeyPatch, command: tuple[str, ...]
) -> None:
    monkeypatch.setattr(engines, "answers", lambda *_: ANSWERS[command[0]])
    text, status = said(*command)
    assert (escaped(text), status) == (set(), 0)
    assert MARK in text
    line, status = said(*command, "--json")
    assert (escaped(line), status) == (set(), 0)
    assert HOSTILE in str(json.loads(line)) or json.dumps(HOSTILE) in json.dumps(json.loads(line))


EVENTS = (
    RunStarted(variant=HOSTILE, preset="", config={}, dataset=HOSTILE, device=HOSTILE, name=HOSTILE),
    RunResumed(epoch=1, step=1, epochs=2, device=HOSTILE),
    DataProgress(dataset=HOSTILE, activity=HOSTILE, done=1, total=2),
    Logged(level="error", text=HOSTILE),
    RunFinished(outcome="failed", epochs=0, train={}, validation={}, message=HOSTILE),
)


@pytest.mark.parametrize("terminal", [True, False])
def test_the_narration_of_a_training_is_harmless(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], terminal: bool
) -> None:
    monkeypatch.setattr(sys.stderr, "isatty", lambda: terminal, raising=False)
    narrator = narration.Narrator(quiet=False)
    for event in EVENTS:
        narrator.tell(event)
    narrator.say(HOSTILE)
    narrator.close()
    text = "".join(capsys.readouterr()).replace("\x1b[K", "").replace("\r", "")  # how the bar draws over itself
    assert escaped(text) == set()
    assert MARK in text
