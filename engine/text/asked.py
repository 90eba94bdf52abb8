"""How the user wants their text to be read, where they say."""

from __future__ import annotations

import msgspec

from engine.datasets.text_format import TextFormat


class Asked(msgspec.Struct, frozen=True, kw_only=True):
    """All empty: it is guessed."""

    layout: TextFormat = ""
    """Whether each line, or each row of a table, is a sentence, or they are prose."""
    column: str = ""
    """Of a table: the column, or the field of a JSON object, that holds the text."""
    label: str = ""
    """That which holds the topic."""
    segmentation: str = ""
    """What cuts scripts without spaces, see `engine.text.segmenters`; empty: what is installed here."""
    encoding: str = ""
    """Empty: UTF-8, or what the first bytes say."""
