"""The table of kinds of data. Adding one means a file here and a line below.

    KINDS       what models learn from
    ORIGINS     these, and what is only listed and fetched like them

Rows are light: what reads, draws or computes is imported by the call that needs it.
"""

from __future__ import annotations

from engine.kinds.image import Image
from engine.kinds.kind import Kind, Origin
from engine.kinds.ratings import Ratings
from engine.kinds.text import Text
from engine.kinds.vectors import Vectors
from engine.kinds.windows import Windows
from engine.kinds.word_vectors import WordVectors

KINDS: dict[str, Kind] = {kind.key: kind for kind in (Image(), Text(), Ratings(), Vectors(), Windows())}
ORIGINS: dict[str, Origin] = {**KINDS, WordVectors.key: WordVectors()}
