"""Which values of a setting a sweep tries: `log:1e-4..1e-2`, `int:2..64`, `0.1..0.5/5`, `32,64,128`."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from typing import Any

import msgspec

from engine import params
from engine.errors import SettingError, UsageError
from engine.params import Param

FORMS = "LOW..HIGH, log:LOW..HIGH, int:LOW..HIGH, each with /N for N values, or VALUE,VALUE,…"
MOST_VALUES = 1_000
"""Of one setting in a list."""
NOT_SWEPT = {
    "seed": "--seeds trains each trial with several",
    "validation": "trials with other validation data could not be compared; --set validation=SHARE gives all the same",
    "normal": "trials that learn from other classes could not be compared; --set normal=CLASS gives all the same",
    "precision": "it changes how fast a run is, not what it learns; --set precision=NAME gives all the same",
}
"""Settings that no sweep searches through, and what to do instead."""


class Range(msgspec.Struct, frozen=True, kw_only=True):
    """What one setting may be: one of `values`, or where there are none a number from `low` to `high`."""

    name: str
    text: str
    """As it was typed."""
    values: tuple[Any, ...] = ()
    low: float = 0.0
    high: float = 0.0
    log: bool = False
    """Whether ratios count, not differences."""
    whole: bool = False

    def at(self, share: float) -> Any:
        """The value at `share` (0 to below 1) of the way from the first to the last."""
        if self.values:
            return self.values[min(len(self.values) - 1, int(share * len(self.values)))]
        if self.whole:  # each number has an equal piece of the way
            low, high = int(self.low), int(self.high)
            number = math.floor(
                self._between(low - 0.5 * self.log, high + (0.5 if self.log else 1.0), share) + 0.5 * self.log
            )
            return min(high, max(low, number))
        return min(self.high, max(self.low, self._between(self.low, self.high, share)))

    def place(self, value: Any) -> float:
        """Where `value` lies on the way, 0 to 1."""
        if self.values:
            return self.values.index(value) / max(1, len(self.values) - 1) if value in self.values else 0.0
        if self.high <= self.low or (self.log and value <= 0):
            return 0.0
        if self.log:
            return math.log(value / self.low) / math.log(self.high / self.low)
        return float((value - self.low) / (self.high - self.low))

    def _between(self, low: float, high: float, share: float) -> float:
        if self.log:
            return math.exp(math.log(low) + share * (math.log(high) - math.log(low)))
        return low + share * (high - low)


def rounded(over: Range, value: Any) -> Any:
    """`value` with six digits, as tables and command lines show it: what is printed is what was trained."""
    if over.values or over.whole:
        return value
    return min(over.high, max(over.low, float(f"{value:.6g}")))


def parsed(text: str, known: Sequence[Param]) -> Range:
    """The range that `FIELD=RANGE` means, for one of the settings `known`.

    Raises:
        UsageError, SettingError: it cannot be meant; the message says what can.
    """
    field, equals, wanted = text.partition("=")
    if not (equals and field.strip() and wanted.strip()):
        raise UsageError("Bad --over", f"expected FIELD=RANGE (for example learning_rate=log:1e-4..1e-2), got {text!r}")
    param = params.named(field.strip(), known)
    if param.name in NOT_SWEPT:
        raise SettingError(param.name, f"it is not searched through: {NOT_SWEPT[param.name]}")
    wanted = wanted.strip()
    return _interval(param, wanted) if ".." in wanted else _list(param, wanted)


def all_parsed(texts: Iterable[str], known: Sequence[Param]) -> tuple[Range, ...]:
    """A range each. Raises as `parsed`, and where a setting has two."""
    found = tuple(parsed(text, known) for text in texts)
    names = [each.name for each in found]
    if not found:
        raise UsageError("Nothing to search", f"expected at least one --over FIELD=RANGE; a RANGE is {FORMS}")
    twice = next((name for name in names if names.count(name) > 1), None)
    if twice is not None:
        raise SettingError(twice, "it has two ranges; give one --over for each setting")
    return found


def _list(param: Param, wanted: str) -> Range:
    values = tuple(params.parse(param, value) for value in wanted.split(","))
    if len(set(values)) < len(values):
        raise SettingError(param.name, f"{wanted!r} has a value twice; each is tried once")
    return Range(name=param.name, text=wanted, values=_counted(param, values))


def _interval(param: Param, wanted: str) -> Range:
    text, log, whole = wanted, False, False
    while (prefix := text.partition(":")[0]) in ("log", "int") and ":" in text:
        log, whole, text = log or prefix == "log", whole or prefix == "int", text.partition(":")[2]
    text, slash, number = text.partition("/")
    ends = text.split("..")
    if param.kind not in ("int", "float"):
        choices = f": {param.range}" if param.choices else f" ({param.range})"
        raise SettingError(
            param.name, f"{wanted!r} is a range of numbers; it takes values with commas between{choices}"
        )
    if len(ends) != 2:
        raise SettingError(param.name, f"{wanted!r} is no range; expected {FORMS}")
    low, high = (params.parse(param, end) for end in ends)
    whole = whole or param.kind == "int"
    if low >= high:
        raise SettingError(param.name, f"{wanted!r} has no values between its ends; expected the lower one first")
    if not (math.isfinite(low) and math.isfinite(high)):
        raise SettingError(param.name, f"{wanted!r} has no end; expected two numbers")
    if log and low <= 0:
        raise SettingError(param.name, f"{wanted!r} cannot be logarithmic; expected a lower end above 0")
    if whole and not (float(low).is_integer() and float(high).is_integer()):
        raise SettingError(param.name, f"{wanted!r} is not whole; expected whole numbers at both ends")
    found = Range(name=param.name, text=wanted, low=low, high=high, log=log, whole=whole)
    return _spread(param, found, number) if slash else found


def _spread(param: Param, ends: Range, number: str) -> Range:
    """So many values, evenly spread over the range, its ends among them."""
    if not number.isdecimal() or not 2 <= int(number) <= MOST_VALUES:
        raise SettingError(param.name, f"expected LOW..HIGH/N with N from 2 to {MOST_VALUES:,}, got {ends.text!r}")
    count = int(number)
    exact = [ends._between(ends.low, ends.high, place / (count - 1)) for place in range(count)]
    exact[0], exact[-1] = ends.low, ends.high
    rounded = (round(value) if ends.whole else float(f"{value:.6g}") for value in exact)
    values = tuple(dict.fromkeys(params.parse(param, value) for value in rounded))
    return Range(name=ends.name, text=ends.text, values=values)


def _counted(param: Param, values: tuple[Any, ...]) -> tuple[Any, ...]:
    if len(values) > MOST_VALUES:
        raise SettingError(param.name, f"expected at most {MOST_VALUES:,} values, got {len(values):,}")
    return values
