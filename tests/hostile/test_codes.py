"""Files of codes for `aetui decode`, hostile."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hostile.bounds import hostile, outcome
from hostile.damage import claiming, damaged, npy, npz, whole_zip
from hypothesis import given
from hypothesis import strategies as st

from aetui.cli import codes
from engine.errors import EngineError
from engine.storage.npz import LARGEST

CODES = np.linspace(-1, 1, 6).reshape(3, 2)
TABLE = b"z1\tz2\tlabel\n0.1\t-2\t3\n1e-3\t0\t1\n"
CELLS = (
    b"nan",
    b"inf",
    b"1e999",
    b"1e39",
    b"9" * 5_000,
    b"",
    b"\t",
    b"\n",
    b'"',
    b"#",
    b"\0",
    b"\xff",
    b"1j",
    b"0x1",
    b"label",
)


@st.composite
def tables(draw: st.DrawFn) -> bytes:
    table = TABLE
    for cell in draw(st.lists(st.sampled_from(CELLS), max_size=2)):
        table = table.replace(draw(st.sampled_from((b"0.1", b"-2", b"z1", b"label", b"\t0", b"3\n"))), cell, 1)
    table = draw(damaged(table * draw(st.sampled_from((1, 1, 30)))))
    return draw(st.sampled_from((table, table.replace(b"\t", b","))))


def check(found: object) -> None:
    if not isinstance(found, EngineError):
        assert found.ndim == 2
        assert np.isfinite(found.astype(np.float32)).all()


@hostile
@given(content=tables(), suffix=st.sampled_from((".tsv", ".csv")))
def test_a_table(tmp_path: Path, content: bytes, suffix: str) -> None:
    path = (tmp_path / "codes").with_suffix(suffix)
    path.write_bytes(content)
    check(outcome(lambda: codes.read_codes(path)))


@hostile
@given(content=npy(CODES))
def test_an_array(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "codes.npy").write_bytes(content)
    check(outcome(lambda: codes.read_codes(tmp_path / "codes.npy")))


@hostile
@given(content=npz({"codes": CODES, "labels": np.arange(3)}))
def test_an_archive(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "codes.npz").write_bytes(content)
    check(outcome(lambda: codes.read_codes(tmp_path / "codes.npz")))


def test_a_whole_table_is_read(tmp_path: Path) -> None:
    (tmp_path / "codes.tsv").write_bytes(TABLE)
    assert codes.read_codes(tmp_path / "codes.tsv").tolist() == [[0.1, -2], [0.001, 0]]


def test_an_archive_that_claims_more_than_the_limit_is_refused_with_the_limit(tmp_path: Path) -> None:
    (tmp_path / "bomb.npz").write_bytes(whole_zip({"codes.npy": claiming((2**40, 2), "<f8")}))
    assert f"at most {LARGEST:,} bytes" in str(outcome(lambda: codes.read_codes(tmp_path / "bomb.npz")))


def test_a_table_above_the_limit_is_refused_with_the_limit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(codes, "LARGEST", 10)
    (tmp_path / "large.tsv").write_bytes(TABLE)
    assert "at most 10" in str(outcome(lambda: codes.read_codes(tmp_path / "large.tsv")))
