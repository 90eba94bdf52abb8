from __future__ import annotations

import pytest

from engine.text.docstrings import is_english, paragraphs

NUMPYDOC = """Return the sum
of two numbers, see :func:`~math.fsum`.

Parameters
----------
a : int, optional
    The **first** number, which
    must be known.
b : int

.. versionadded:: 1.2

.. note:: It is slow
   for large numbers [1]_.

For example::

    total = add(1, 2)

>>> add(1, 2)
3
=====  =====
name   value
=====  =====
"""

GOOGLE = """Splits a text.

Args:
  text (str): The text to
    split, as `bytes`.
  limit: How many parts. See [the guide](https://example.org).

```python
split("a b")
```

* Never fails.
* Is *fast*
  and small.
"""


def test_numpydoc_leaves_its_prose() -> None:
    assert [line for line in paragraphs(NUMPYDOC) if line != "Parameters"] == [
        "Return the sum of two numbers, see math.fsum.",
        "The first number, which must be known.",
        "It is slow for large numbers.",
        "For example::",
    ]


def test_googles_style_leaves_its_prose() -> None:
    assert [line for line in paragraphs(GOOGLE) if len(line.split()) > 1] == [
        "Splits a text.",
        "The text to split, as bytes.",
        "How many parts. See the guide.",
        "Never fails.",
        "Is fast and small.",
    ]


@pytest.mark.parametrize("sentence", ["Return the sum of two numbers.", "Is this the way it should be?"])
def test_sentences_are_english(sentence: str) -> None:
    assert is_english(sentence)


@pytest.mark.parametrize(
    "text",
    [
        "Too short a one.",
        "return the sum of two numbers.",
        "Return the sum of two numbers",
        "The code is x = y + 1 then.",
        "See https://example.org for all the rest.",
        "Linear Models Ridge Lasso Elastic.",
        "A 1 2 3 4 5 6 the 7.",
    ],
)
def test_titles_code_addresses_and_tables_are_not(text: str) -> None:
    assert not is_english(text)
