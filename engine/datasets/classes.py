"""Classes of items by what people call them."""

from __future__ import annotations

from collections.abc import Sequence

from engine.errors import UsageError

TOLD = 20
"""Classes that a message names."""


def class_of(name: str, classes: Sequence[str]) -> int:
    """The place in `classes` of the one that `name` means: what it is called, in any case, or its number from 0 on.

    Raises:
        UsageError: there are no classes, or none of that name; the message lists them.
    """
    if len(classes) < 2:
        raise UsageError("No classes", f"expected data whose items have classes, to take {name!r} for the normal one")
    wanted = name.strip()
    for same in (wanted.__eq__, lambda each: each.casefold() == wanted.casefold()):
        found = [place for place, each in enumerate(classes) if same(each)]
        if len(found) == 1:
            return found[0]
    if wanted.isdecimal() and int(wanted) < len(classes):
        return int(wanted)
    there = ", ".join(f"{place} {each}" if each != str(place) else each for place, each in enumerate(classes[:TOLD]))
    more = f" and {len(classes) - TOLD:,} more" if len(classes) > TOLD else ""
    raise UsageError("No such class", f"expected a class by its name or number, got {name!r}; there are: {there}{more}")
