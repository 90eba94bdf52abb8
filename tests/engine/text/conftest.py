"""A machine with an empty cache and no NLTK data of its own, and small corpora."""

from __future__ import annotations

import os
import zipfile
from pathlib import Path

import pytest

_AETUI_DATA = os.environ.get("AETUI_DATA")

STORIES = {
    "training/9": "PRICES RISE\n  Prices of cocoa rose by 3.5 pct in the U.S. market,\n  traders said on Monday.\n",
    "test/12": "Grain exports fell. The ministry gave no reason &lt;for it>.\n",
    "training/11": "\x1b[31mWheat\x1b[0m was short, and coffee was not. Nobody knew why it was so.\n",
}
TOPICS = "test/12 grain wheat\ntraining/9 cocoa\ntraining/11 wheat coffee\n"


@pytest.fixture(autouse=True)
def bare_machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("AETUI_DATA", raising=False)
    monkeypatch.delenv("NLTK_DATA", raising=False)
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "xdg-cache"))


@pytest.fixture
def real_data_dir() -> Path:
    if not _AETUI_DATA:
        pytest.skip("AETUI_DATA is not set: the real data sets are NOT tested")
    return Path(_AETUI_DATA)


@pytest.fixture
def reuters_folder(tmp_path: Path) -> Path:
    """Three stories, unpacked as NLTK lays them out."""
    folder = tmp_path / "reuters"
    for name, text in {**STORIES, "cats.txt": TOPICS}.items():
        file = folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="latin-1")
    return folder


@pytest.fixture
def reuters_zip(tmp_path: Path) -> Path:
    """The same, packed."""
    file = tmp_path / "packed" / "reuters.zip"
    file.parent.mkdir()
    with zipfile.ZipFile(file, "w") as archive:
        for name, text in {**STORIES, "cats.txt": TOPICS}.items():
            archive.writestr(f"reuters/{name}", text.encode("latin-1"))
    return file


@pytest.fixture
def prose_file(tmp_path: Path) -> Path:
    """Thirty sentences, one a line."""
    file = tmp_path / "prose.txt"
    file.write_text("".join(f"The cat number {i} sat on the Mat.\n" for i in range(30)), encoding="utf-8")
    return file
