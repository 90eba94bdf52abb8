"""What needs no training: help, version, lists, and requests that cannot be meant."""

from __future__ import annotations

import subprocess
import sys
from typing import Any

import pytest


def test_help_names_every_command(inside: Any) -> None:
    printed = inside("--help").stdout
    using = ("reconstruct", "encode", "decode", "sample", "probe", "similarity", "neighbours")
    for command in ("train", "resume", "runs", *using, "book", "variants", "data", "doctor"):
        assert f"  {command} " in printed


def test_version(aetui: Any) -> None:
    assert aetui("--version").stdout.startswith("aetui 0.")


def test_variants_are_listed_and_described(inside: Any) -> None:
    assert "vanilla" in inside("variants").stdout
    printed = inside("variants", "vanilla").stdout
    for expected in ("hidden_dim", "1 to 65,536", "units of the code layer", "BOOK"):
        assert expected in printed


def test_no_runs_is_said(inside: Any) -> None:
    result = inside("runs")
    assert (result.returncode, result.stdout) == (0, "")
    assert "aetui train" in result.stderr


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("train", "vanila"), "there are: vanilla"),
        (("train", "vanilla", "--set", "hidden_dim"), "expected FIELD=VALUE"),
        (("train", "vanilla", "--set", "=3"), "expected FIELD=VALUE"),
        (("train", "vanilla", "--set", "rate=0"), "learning_rate"),
        (("train", "vanilla", "--set", "hidden_dim=0"), "1 to 65,536"),
        (("train", "vanilla", "--set", "width=3"), "there is no such setting"),
        (("train", "vanilla", "--dataset", "nothing"), "digits, mnist"),
        (("train", "vanilla", "--preset", "best"), "there are: book"),
        (("train", "vanilla", "--epochs", "0"), "1 to 100,000"),
        (("--data-dir", "/nowhere", "train", "vanilla"), "/nowhere"),
        (("resume", "last"), "there is none yet"),
        (("runs", "show", "x"), "no run is called 'x'"),
        (("reconstruct", "last", "-o", "sheet.gif"), ".png, .npy, .npz"),
        (("encode", "last", "-o", "codes.txt"), ".npy, .npz, .tsv, .csv"),
        (("book", "vanila"), "there are: vanilla"),
        (("--device", "tpu", "train", "vanilla"), "expected auto, cpu, gpu or gpu:N"),
    ],
)
def test_wrong_usage_ends_with_2_and_says_what_was_expected(
    inside: Any, arguments: tuple[str, ...], words: str
) -> None:
    refused_in_words(inside(*arguments), words)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ((), "needs a terminal"),
        (("train", "vanilla", "--set", "width=3"), "there is no such setting"),
        (("encode", "last", "--part", "nope"), "Invalid value for '--part': 'nope' is not one of"),
    ],
)
def test_a_process_ends_so_too(aetui: Any, arguments: tuple[str, ...], words: str) -> None:
    refused_in_words(aetui(*arguments, stdin=subprocess.DEVNULL), words)


def refused_in_words(result: subprocess.CompletedProcess[str], words: str) -> None:
    assert result.returncode == 2
    assert words in result.stderr
    assert "Traceback" not in result.stderr
    assert result.stdout == ""


def test_a_run_that_could_not_be_kept_is_refused_before_anything_is_loaded(aetui: Any) -> None:
    result = aetui("--runs-dir", "/dev/null", "train", "vanilla")
    assert result.returncode == 1
    assert "--runs-dir" in result.stderr
    assert "TensorFlow" not in result.stderr


@pytest.mark.parametrize("command", ["variants", "data", "--help"])
def test_a_full_disk_or_a_closed_pipe_at_the_other_end_is_no_traceback(command: str, home: dict[str, str]) -> None:
    for target in ("> /dev/full", "| true"):
        shell = f"{sys.executable} -m aetui {command} {target}"
        assert "Traceback" not in subprocess.run(shell, shell=True, env=home, capture_output=True, text=True).stderr
