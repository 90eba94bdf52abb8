"""Which runs are wanted: words, and conditions such as `test_mse<0.01 data=mnist tag=good "free words"`.

The screen's field and the command line read the same language. All parts have to hold. A word is looked for in
everything a run is called: its name, id, model, preset, data, state, tags, note, group and changed settings.
"""

from __future__ import annotations

import difflib
import operator
import re
import time
from collections.abc import Callable, Iterable, Mapping
from fnmatch import fnmatchcase
from math import isclose
from typing import Any, NamedTuple

from engine import registry
from engine.analysis.baselines import BASELINES, MEASURES
from engine.errors import UsageError
from engine.runs.listing.changes import told
from engine.runs.listing.rows import Row
from engine.runs.listing.summary import Summary

EXAMPLE = 'test_mse<0.01 data=mnist tag=good "free words"'

_PART = re.compile(
    r"""\s*(?:(?P<field>[A-Za-z_]\w*)\s*(?P<op><=|>=|!=|[=<>])\s*(?P<value>"[^"]*"?|[^\s"]*)"""
    r"""|"(?P<quoted>[^"]*)"?|(?P<word>[^\s"]+))"""
)
_DURATION = re.compile(r"(\d+(?:\.\d*)?|\.\d+)(s|min|m|h|d|w)?")
_SECONDS = {"s": 1, "m": 60, "min": 60, "h": 3600, "d": 86_400, "w": 7 * 86_400}
_OPERATORS: Mapping[str, Callable[[Any, Any], bool]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
    "=": lambda found, wanted: isclose(found, wanted, rel_tol=1e-9),
    "!=": lambda found, wanted: not isclose(found, wanted, rel_tol=1e-9),
}
_STATES = {"training": "running"}
"""As the screen says it."""

TEXTS: Mapping[str, Callable[[Summary], tuple[str, ...]]] = {
    "state": lambda run: (run.status,),
    "model": lambda run: (run.variant,),
    "preset": lambda run: (run.preset,),
    "data": lambda run: (run.dataset,),
    "dataset": lambda run: (run.dataset,),  # as the setting is called
    "name": lambda run: (run.name,),
    "tag": lambda run: run.tags or ("",),
    "note": lambda run: (run.note,),
    "group": lambda run: (run.group,),
    "parent": lambda run: (run.parent,),
    "id": lambda run: (run.id,),
    "host": lambda run: (run.host,),
}
NUMBERS: Mapping[str, Callable[[Summary], float | None]] = {
    "epochs": lambda run: run.epochs,
    "planned": lambda run: run.planned,
    "loss": lambda run: run.loss,
}
TIMES = ("age", "duration")
Test = Callable[[Summary], bool]


class Filter(NamedTuple):
    """All of it has to hold."""

    words: tuple[str, ...] = ()
    """In lower case."""
    tests: tuple[Test, ...] = ()

    def of(self, rows: Iterable[Row]) -> list[Row]:
        """Those of `rows` that are wanted, in their order."""
        left = list(rows)
        for word in self.words:
            left = [row for row in left if word in row.text]
        for test in self.tests:
            left = [row for row in left if test(row.run)]
        return left


def parse(text: str, runs: Iterable[Summary] = ()) -> Filter:
    """The filter that `text` means; an empty one wants every run. `runs` may have metrics that are not known here.

    Raises:
        UsageError: a field that no run has, or a value that does not go with it.
    """
    words: list[str] = []
    tests: list[Test] = []
    for part in _PART.finditer(text.rstrip()):
        if part["field"]:
            tests.append(_test(part["field"], part["op"], part["value"], runs))
            continue
        word = part["word"] or ""
        if word[:1] in tuple("<>=!"):
            raise _wrong(f"expected a field before {word}, as in {EXAMPLE}")
        words.append((word or part["quoted"] or "").lower())
    return Filter(tuple(words), tuple(tests))


def known_field(name: str, runs: Iterable[Summary] = ()) -> bool:
    """Whether runs have something of that name: what stands in the table, a metric or a setting."""
    return name in _known() or any(name in run.metrics or name in run.config for run in runs)


def unknown(name: str, runs: Iterable[Summary]) -> UsageError:
    """What to say of a field that no run has."""
    names = _known() | {key for run in runs for key in run.metrics}
    near = difflib.get_close_matches(name, names, 2)
    hint = f"perhaps {' or '.join(near)} is meant" if near else f"there are {', '.join([*TEXTS, *NUMBERS, *TIMES])}"
    return _wrong(f"no run has a field {name!r}; {hint}{'' if near else ', metrics and settings'}")


def number_of(run: Summary, name: str) -> float | None:
    """The field `name` as a number; None where the run has none."""
    if name in NUMBERS:
        return NUMBERS[name](run)
    if name in TIMES:
        return _time(name)(run)
    value = run.metrics.get(name)
    if value is None:
        value = run.config.get(name)
    return value if type(value) in (float, int) else None


def _time(name: str) -> Callable[[Summary], float | None]:
    now = time.time()
    return (lambda run: now - run.created) if name == "age" else (lambda run: run.seconds)


def _known() -> set[str]:
    fields = {*TEXTS, *NUMBERS, *TIMES, *(measure.ours for measure in MEASURES)}
    fields |= {f"{row.key}_{measure.key}" for row in BASELINES for measure in MEASURES}
    presets = (preset for variant in registry.VARIANTS.values() for preset in variant.presets.values())
    return fields | {name for preset in presets for name in preset.__struct_fields__}


def _wrong(message: str) -> UsageError:
    return UsageError("Filter", message)


def _test(field: str, op: str, value: str, runs: Iterable[Summary]) -> Test:
    quoted = value.startswith('"')
    value = value.strip('"')
    if not (value or quoted):
        raise _wrong(f"expected a value after {field}{op}")
    if field in TEXTS:
        if op not in ("=", "!="):
            raise _wrong(f"{field} is a text: expected {field}= or {field}!=, got {field}{op}")
        return _text_test(TEXTS[field], op, _STATES.get(value, value) if field == "state" else value)
    if field in TIMES:
        return _number_test(_time(field), op, _seconds(field, op, value))
    if field in NUMBERS:
        return _number_test(NUMBERS[field], op, _number(field, op, value))
    if not known_field(field, runs):
        raise unknown(field, runs)
    return _open_test(field, op, value)


def _text_test(found: Callable[[Summary], tuple[str, ...]], op: str, value: str) -> Test:
    wanted, equal = value.lower(), op == "="
    pattern = "*" in wanted

    def fits(run: Summary) -> bool:
        texts = (text.lower() for text in found(run))
        return any(fnmatchcase(text, wanted) if pattern else text == wanted for text in texts) is equal

    return fits


def _number_test(found: Callable[[Summary], float | None], op: str, wanted: float) -> Test:
    compare = _OPERATORS[op]

    def fits(run: Summary) -> bool:
        value = found(run)
        return value is not None and compare(value, wanted)

    return fits


def _open_test(field: str, op: str, value: str) -> Test:
    """Of a metric or a setting: by number where both are numbers, else by text."""
    number = _float(value)
    if number is None and op not in ("=", "!="):
        raise _wrong(f"expected a number after {field}{op}, got {value!r}")
    by_text = _text_test(lambda run: (told(run.config[field]),), op, value)
    compare, wanted = _OPERATORS[op], number if number is not None else 0.0

    def fits(run: Summary) -> bool:
        found = run.metrics.get(field)
        if found is None:
            found = run.config.get(field)
        if number is not None and type(found) in (float, int):
            return compare(found, wanted)
        return op in ("=", "!=") and field in run.config and by_text(run)

    return fits


def _float(text: str) -> float | None:
    try:
        return float(text.removesuffix("%").replace(",", "")) / (100 if text.endswith("%") else 1)
    except ValueError:
        return None


def _number(field: str, op: str, text: str) -> float:
    number = _float(text)
    if number is None:
        raise _wrong(f"expected a number after {field}{op}, got {text!r}")
    return number


def _seconds(field: str, op: str, text: str) -> float:
    found = _DURATION.fullmatch(text)
    if found is None:
        raise _wrong(f"expected a time such as 90s, 10min, 2h, 3d or 2w after {field}{op}, got {text!r}")
    return float(found[1]) * _SECONDS[found[2] or "s"]
