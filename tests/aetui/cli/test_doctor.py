"""`aetui doctor --device`: what is asked for, and what is printed of what was found."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result

from engine.launching import trial
from engine.launching.trial import Check, Unusable

LOGICAL = Check(what="two logical devices", found="sums 16 MiB")


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> list[tuple[str, str]]:
    """What was to be tried: the parts, and the device."""
    calls: list[tuple[str, str]] = []

    def tried(part: str, device: str, log: Path) -> Iterator[Check | Unusable]:
        calls.append((part, device))
        if device == "gpu:7":
            yield Unusable(title="No such device", message="TensorFlow sees 0 GPUs", exit_code=2)
        elif part == "logical":
            yield LOGICAL
        else:
            place = "gpu:0" if device.startswith("gpu") else "cpu:0"
            yield Check(what="product", device=place, found="190 GFLOP/s", figures={"gflops": 190.0})

    monkeypatch.setattr(trial, "try_devices", tried)
    monkeypatch.setattr("engine.storage.native_output.divert", lambda: tmp_path / "log")
    return calls


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (("--device",), [("devices", "auto"), ("logical", "auto")]),
        (("--device", "--json"), [("devices", "auto"), ("logical", "auto")]),
        (("--device", "cpu"), [("devices", "cpu"), ("logical", "cpu")]),
        (("--json", "--device=gpu:0"), [("devices", "gpu:0")]),  # several real ones would be summed over
    ],
)
def test_device_stands_alone_or_names_one(
    instantly: Callable[..., Result], asked: list[Any], arguments: tuple[str, ...], expected: list[Any]
) -> None:
    done = instantly("doctor", *arguments)
    assert (done.exit_code, asked) == (0, expected)
    assert "190 GFLOP/s" in done.stdout


def test_json_has_figures_and_a_fault_is_an_exit_status(
    instantly: Callable[..., Result], asked: list[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    told = json.loads(instantly("doctor", "--device", "--json").stdout)
    assert told["ok"] is True
    assert told["findings"][0] == {
        "what": "product",
        "found": "190 GFLOP/s",
        "remedy": "",
        "device": "cpu:0",
        "figures": {"gflops": 190.0},
    }
    ill = Check(what="XLA", device="cpu:0", found="differs", remedy="use --device cpu")
    monkeypatch.setattr(trial, "try_devices", lambda part, device, log: [ill])
    done = instantly("doctor", "--device")
    assert (done.exit_code, "✗ cpu:0 XLA" in done.stdout, "→ use --device cpu" in done.stdout) == (1, True, True)


def test_a_device_that_is_not_there_ends_with_its_status(instantly: Callable[..., Result], asked: list[Any]) -> None:
    error: Any = instantly("doctor", "--device", "gpu:7").exception
    assert (error.title, error.exit_code) == ("No such device", 2)
