"""Settings as typed fields with their range and meaning: the form, the help and the checks all read these.

A configuration is a frozen msgspec struct. Each field is annotated with its range (`msgspec.Meta(ge=…, le=…)`) or its
choices (`Literal`) and a description (the meaning), so nothing about a setting is said twice. Its name is the one word
for it: in the form, in alarms, in records and on the command line.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Mapping
from typing import Annotated, Any, Literal, TypeVar

import msgspec
from msgspec import Meta

from engine.errors import SettingError

Kind = Literal["int", "float", "bool", "choice", "text"]

HELD_OUT = 0.1
"""Share of the training part that presets of our own hold out for validation."""

COURSE = {"changes": "course"}
"""`extra` of a setting that may change while a run trains, its losses meaning what they did before."""
LOSS = {"changes": "loss"}
"""`extra` of one that may change as well, but losses from then on are not to be compared with earlier ones."""

LayerSizes = Annotated[str, Meta(pattern=r"^[1-9]\d{0,4}(-[1-9]\d{0,4}){0,15}$")]
"""Units of up to 16 layers, one after the other: "500-2"."""


def layer_sizes(text: str) -> list[int]:
    """The numbers in a `LayerSizes`."""
    return [int(units) for units in text.split("-")]


class TrainingConfig(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What every variant's configuration has: how long, how fast, from which seed, in which precision."""

    epochs: Annotated[int, Meta(ge=1, le=100_000, description="passes over the training part", extra=COURSE)]
    batch_size: Annotated[int, Meta(ge=1, le=65_536, description="items per optimiser step")]
    learning_rate: Annotated[float, Meta(gt=0, le=10, description="step size of the Adam optimiser", extra=COURSE)]
    seed: Annotated[
        int,
        Meta(ge=0, le=2**31 - 1, description="start of all randomness: weights, order, noise"),
    ]
    schedule: Annotated[
        Literal["constant", "cosine"],
        Meta(description="learning_rate as it is, or falling to 0 along a cosine over the run", extra=COURSE),
    ] = "constant"
    precision: Annotated[
        Literal["float32", "mixed_bfloat16", "auto"],
        Meta(
            description="number format of the layers' arithmetic, weights stay float32; auto measures which is faster",
        ),
    ] = "float32"
    validation: Annotated[
        float,
        Meta(
            ge=0,
            le=0.5,
            description="share of the training part held out to choose by; 0: chosen on the test part",
        ),
    ] = 0.0
    patience: Annotated[
        int,
        Meta(
            ge=0,
            le=100_000,
            description="epochs without a better validation loss to stop after; 0: none",
            extra=COURSE,
        ),
    ] = 0
    normal: Annotated[
        str,
        Meta(
            description="the class that alone is learned from and chosen by, its name or number; all others are "
            "strange; empty: all classes",
        ),
    ] = ""
    shuffle: Annotated[bool, Meta(description="items in a new order every epoch, or in the order of the data set")] = (
        True
    )


class Param(msgspec.Struct, frozen=True):
    """One setting as a form, a help page or a parser needs it."""

    name: str
    kind: Kind
    meaning: str
    default: Any
    low: float | None = None
    high: float | None = None
    low_excluded: bool = False
    high_excluded: bool = False
    choices: tuple[str, ...] = ()
    pattern: str = ""
    """Of a text, as a regular expression."""
    changes: Literal["", "course", "loss"] = ""
    """Whether it may change while a run trains, and if so, whether that changes what the loss means."""

    @property
    def range(self) -> str:
        """The possible values in words: "1 to 100,000", "above 0, at most 10", "relu, linear"."""
        if self.kind == "choice":
            return ", ".join(self.choices)
        if self.kind == "bool":
            return "on, off"
        if self.pattern:
            return "whole numbers joined by -, as in 500-2"
        if self.kind == "text":
            return "any text"
        low = "" if self.low is None else f"above {self.low:,g}" if self.low_excluded else f"{self.low:,g}"
        high = "" if self.high is None else f"{self.high:,.10g}"
        if high and self.high_excluded:
            return f"{low or 'any'} to below {high}"
        if self.low is not None and self.high is not None:
            return f"{low}, at most {high}" if self.low_excluded else f"{low} to {high}"
        return low or (high and f"at most {high}") or "any"


Config = TypeVar("Config", bound=msgspec.Struct)


def describe(config: msgspec.Struct) -> tuple[Param, ...]:
    """The settings of `config`'s type, in order of declaration, with the values of `config` as defaults."""
    info = msgspec.inspect.type_info(type(config))
    assert isinstance(info, msgspec.inspect.StructType)
    fields = [_param(field, getattr(config, field.name)) for field in info.fields]
    shared = set(TrainingConfig.__struct_fields__)
    # A variant's own settings come first: they are what a user looks for.
    return tuple(sorted(fields, key=lambda param: param.name in shared))


def _param(field: msgspec.inspect.Field, default: Any) -> Param:
    kind, schema, extra = field.type, {}, {}
    if isinstance(kind, msgspec.inspect.Metadata):
        schema, extra, kind = kind.extra_json_schema or {}, kind.extra or {}, kind.type
    return msgspec.structs.replace(
        _of_type(field.name, kind, schema.get("description", ""), default), changes=extra.get("changes", "")
    )


def _of_type(name: str, kind: msgspec.inspect.Type, meaning: str, default: Any) -> Param:
    match kind:
        case msgspec.inspect.LiteralType(values=values):
            # msgspec does not keep the order of declaration; the default first, then by name, is as good.
            ordered = sorted(values, key=lambda v: (v != default, v))
            return Param(name, "choice", meaning, default, choices=tuple(map(str, ordered)))
        case msgspec.inspect.BoolType():
            return Param(name, "bool", meaning, default)
        case msgspec.inspect.IntType(ge=low, le=high):
            return Param(name, "int", meaning, default, low, high)
        case msgspec.inspect.FloatType(ge=ge, gt=gt, le=le, lt=lt):
            lowest, highest = gt if ge is None else ge, lt if le is None else le
            return Param(
                name,
                "float",
                meaning,
                default,
                lowest,
                highest,
                low_excluded=gt is not None,
                high_excluded=lt is not None,
            )
        case msgspec.inspect.StrType(pattern=pattern):
            return Param(name, "text", meaning, default, pattern=pattern or "")
    return Param(name, "text", meaning, default)


def configure(base: Config, values: Mapping[str, Any]) -> Config:
    """`base` with `values` (typed, or as text from a form or `--set`) put in.

    Raises:
        SettingError: an unknown field or an impossible value; the message holds the range.
    """
    params = {param.name: param for param in describe(base)}
    for name in values:
        if name not in params:
            raise _unknown(name, params)
    merged = msgspec.structs.asdict(base)
    for name, value in values.items():
        merged[name] = parse(params[name], value)
    return msgspec.convert(merged, type(base))


def named(text: str, params: Iterable[Param]) -> Param:
    """The setting that `text` means: its name, or a part of one that no other has ("rate" for learning_rate).

    Raises:
        SettingError: none is called so, or several could be.
    """
    known = {param.name: param for param in params}
    if text in known:
        return known[text]
    words = [name for name in known if text in name.split("_")]
    found = words or [name for name in known if text and name.startswith(text)]
    if len(found) > 1:
        raise SettingError(text, f"{', '.join(found)} could be meant")
    if not found:
        raise _unknown(text, known)
    return known[found[0]]


def _unknown(name: str, known: Iterable[str]) -> SettingError:
    names = list(known)
    near = difflib.get_close_matches(name, names, 1)
    meant = f", perhaps {near[0]} is meant" if near else ""
    return SettingError(name, f"there is no such setting{meant}; the settings are {', '.join(names)}")


def stored(base: Config, values: Mapping[str, Any]) -> Config:
    """The configuration that a run folder tells of, for which `base` is any of its type.

    A setting that `values` lacks is newer than the run: it takes the default of its type, which is what was done before
    there was a choice. Raises SettingError as `configure`.
    """
    former = {
        field.name: field.default
        for field in msgspec.structs.fields(type(base))
        if field.default is not msgspec.NODEFAULT
    }
    return configure(base, {**former, **values})


def parse(param: Param, value: Any) -> Any:
    """The typed value of one setting.

    Raises:
        SettingError: `value` is of the wrong type, outside the range or not among the choices.
    """
    if isinstance(value, str):
        value = value.strip()
        if param.kind == "int" and re.fullmatch(r"\d{1,3}([,_]\d{3})+", value):
            value = value.replace(",", "").replace("_", "")
        if param.kind == "bool":
            value = {"on": "true", "yes": "true", "off": "false", "no": "false"}.get(value.lower(), value.lower())
    try:
        parsed = msgspec.convert(value, _typed(param), strict=False)
    except (msgspec.ValidationError, UnicodeEncodeError):
        parsed = None
    impossible = parsed is None or (param.kind == "choice" and parsed not in param.choices)
    if impossible or (param.kind == "float" and parsed != parsed):
        raise SettingError(param.name, f"{value!r} is not possible; {_expected(param)}")
    return parsed


def _typed(param: Param) -> Any:
    match param.kind:
        case "int":
            return Annotated[int, Meta(ge=param.low, le=param.high)]
        case "float":
            above = Meta(gt=param.low) if param.low_excluded else Meta(ge=param.low)
            below = Meta(lt=param.high) if param.high_excluded else Meta(le=param.high)
            return Annotated[float, above, below]
        case "bool":
            return bool
        case "text" if param.pattern:
            return Annotated[str, Meta(pattern=param.pattern)]
    return str


def _expected(param: Param) -> str:
    kind = {"int": "a whole number, ", "float": "a number, "}.get(param.kind, "")
    return f"expected {kind}{param.range} ({param.meaning})"
