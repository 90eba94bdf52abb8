"""Markdown becomes lines: what stands in them, and how far they go."""

from __future__ import annotations

import pytest

from aetui.explaining.document import Block, blocks, filled, pieces
from aetui.explaining.lines import Piece, page, plain, wrapped

TEXT = """# A page

A paragraph with `code`,
on two lines.

- an item
  that goes on
- another

```
z = x̂
```

| a | b |
|---|---|
| one | two words |

![a caption](pictures/a.png)

<!-- layers -->

made by the program

<!-- end -->

<!-- claim: some -->
**Said.**
<!-- end -->
"""


def test_blocks_are_told_apart() -> None:
    assert blocks(TEXT) == [
        Block("heading", "A page"),
        Block("text", "A paragraph with `code`, on two lines."),
        Block("item", "an item that goes on"),
        Block("item", "another"),
        Block("code", "", ("z = x̂",)),
        Block("table", "", ("| a | b |", "| one | two words |")),
        Block("picture", "a caption", ("pictures/a.png",)),
        Block("live", "layers"),
        Block("text", "**Said.**"),
    ]


def test_marks_become_roles_and_links_their_names() -> None:
    assert pieces("a `b` **c `d`** [e](f)") == [
        ("a ", ""),
        ("b", "code"),
        (" ", ""),
        ("c ", "strong"),
        ("d", "code"),
        (" ", ""),
        ("e", ""),
    ]


def drawn(width: int, characters: str = "unicode") -> list[str]:
    made = page(
        TEXT,
        width,
        lambda name, room: [[Piece(f"<{name} {room}>")]],
        lambda path, room: [[Piece("#" * min(3, room))]],
        characters,  # type: ignore[arg-type]
    )
    return [plain(line) for line in made]


def test_a_page_stands_in_lines_with_what_the_program_fills_in() -> None:
    assert drawn(40) == [
        *("A page", "", "A paragraph with code, on two lines.", ""),
        *("• an item that goes on", "• another", "", "z = x̂", ""),
        *("a    b", "one  two words", "", "###", "  a caption", "", "<layers 40>", "", "Said."),
    ]


def test_equations_are_spelled_where_letters_are_missing() -> None:
    assert "z = x^" in drawn(40, "ascii")


@pytest.mark.parametrize("width", [3, 7, 20])
def test_words_longer_than_a_line_are_cut(width: int) -> None:
    made = [plain(line) for line in wrapped([("some incomprehensibilities here", "")], width)]
    assert max(map(len, made)) <= width
    assert "".join(made).replace(" ", "") == "someincomprehensibilitieshere"


def test_only_what_is_known_is_filled_in_and_twice_is_once() -> None:
    made = filled(TEXT, {("claim", "some"): "**New.**"})
    assert "<!-- claim: some -->\n\n**New.**\n\n<!-- end -->" in made
    assert "made by the program" in made
    assert filled(made, {("claim", "some"): "**New.**"}) == made
