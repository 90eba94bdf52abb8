"""What is heard of a process that tries devices, whatever becomes of it."""

from __future__ import annotations

import sys
import time
from pathlib import Path

import msgspec
import pytest

from engine.launching.trial import Begun, Check, Found, Unusable, lines_of, try_devices

PRODUCT = Check(what="product", device="cpu:0", found="190 GFLOP/s")
TOLD = b"\n".join(map(msgspec.json.encode, (Begun(what="product"), Found(check=PRODUCT), Begun(what="XLA"))))


def heard(folder: Path, then: str, answer: float = 20.0) -> list[Check | Unusable]:
    """Of a process that finds a product, begins with XLA, and does `then`."""
    said = f"import sys, os, time; print('a word of a library'); print({TOLD.decode()!r}, flush=True); {then}"
    return list(lines_of([sys.executable, "-c", said], folder / "log", 20.0, answer))


def test_what_is_found_is_told_and_an_orderly_end_is_no_finding(tmp_path: Path) -> None:
    assert heard(tmp_path, "sys.exit(0)") == [PRODUCT]


def test_a_process_that_dies_is_said_to_have_died_at_what_it_was_at(tmp_path: Path) -> None:
    product, died = heard(tmp_path, "os.abort()")
    assert product == PRODUCT
    assert isinstance(died, Check)
    assert (died.what, "ended with status -6" in died.found, bool(died.remedy)) == ("XLA", True, True)


def test_a_process_that_hangs_is_ended(tmp_path: Path) -> None:
    began = time.monotonic()
    _, hangs = heard(tmp_path, f"open({str(tmp_path / 'pid')!r}, 'w').write(str(os.getpid())); time.sleep(300)", 0.5)
    assert time.monotonic() - began < 30
    assert isinstance(hangs, Check)
    assert (hangs.what, "no answer within" in hangs.found) == ("XLA", True)
    pid = Path(tmp_path / "pid")
    assert not pid.exists() or not Path(f"/proc/{pid.read_text()}").exists()


@pytest.mark.slow
def test_the_processor_is_tried_as_one_device_and_as_two(tmp_path: Path) -> None:
    found = [check for part in ("devices", "logical") for check in try_devices(part, "cpu", tmp_path / "log")]  # type: ignore[arg-type]
    by_name = {check.what: check for check in found if isinstance(check, Check)}
    assert list(by_name) == ["used", "product", "convolution", "XLA", "LSTM", "two logical devices"]
    assert not any(check.remedy for check in by_name.values())
    assert float(by_name["product"].figures["gflops"]) > 0
    assert by_name["two logical devices"].figures["devices"] == 2
    [refused] = try_devices("devices", "gpu:77", tmp_path / "log")
    assert isinstance(refused, Unusable)
    assert refused.exit_code == 2
