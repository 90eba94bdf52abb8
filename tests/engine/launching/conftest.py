from __future__ import annotations

from pathlib import Path

import pytest
from launched import Launched


@pytest.fixture
def launched(tmp_path: Path) -> Launched:
    return Launched(tmp_path)
