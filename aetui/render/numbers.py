"""Figures as a person reads them: losses, counts, rates, times and sizes."""

from __future__ import annotations

from math import inf, isfinite, isnan

from engine.events import Unit

UNKNOWN = "–"


def loss(x: float) -> str:
    """Four significant digits, zeros kept so that a changing figure stays as wide: "0.01190", "229.3", "1.234e-05"."""
    if isnan(x):
        return "nan"
    if not isfinite(x):
        return "inf" if x > 0 else "-inf"
    if x == 0:
        return "0"
    if 999.95 <= abs(x) < 999_999.5:
        return f"{x:,.0f}"
    return f"{x:#.4g}" if 1e-4 <= abs(x) < 999.95 else f"{x:.3e}"


def mean_and_sd(mean: float, sd: float | None) -> str:
    """ "0.01132 ± 0.00021"; the mean alone where there is but one figure, or all are the same."""
    return loss(mean) if not sd else f"{loss(mean)} ± {sd:.2g}"


def count(n: int) -> str:
    """A number of things: "60,000"."""
    return f"{n:,}"


def progress(done: int, total: int, unit: Unit) -> str:
    """How far something is: "2,000 of 50,470", "0.5 of 1.0 MB"."""
    if unit == "B":
        return f"{done / 1e6:,.1f} of {total / 1e6:,.1f} MB"
    return f"{count(done)} of {count(total)}"


def rate(x: float, unit: str) -> str:
    """A speed with three significant digits: "208,000 img/s"; "–" while it is not known."""
    if not isfinite(x) or x <= 0:
        return f"{UNKNOWN} {unit}/s"
    return f"{float(f'{x:.3g}'):,.10g} {unit}/s"


def duration(seconds: float) -> str:
    """A time: "0.4 s", "11 s", "3 min 20 s", "2 h 05 min", "3 d 04 h"; "–" when infinite or not known."""
    if not isfinite(seconds):
        return UNKNOWN
    if 0 < seconds < 0.95:
        return f"{seconds:.1f} s"
    whole = max(0, round(seconds))
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return f"{whole // 60} min {whole % 60:02d} s"
    minutes = round(seconds / 60)
    if minutes < 24 * 60:
        return f"{minutes // 60} h {minutes % 60:02d} min"
    hours = round(seconds / 3600)
    return f"{hours // 24} d {hours % 24:02d} h"


_DAY = 86_400.0
_AGES = (
    (60.0, 1.0, "s", "s"),
    (3600.0, 60.0, "min", "min"),
    (_DAY, 3600.0, "h", "h"),
    (14 * _DAY, _DAY, "day", "days"),
    (60 * _DAY, 7 * _DAY, "week", "weeks"),
    (730 * _DAY, 30.44 * _DAY, "month", "months"),
    (inf, 365.25 * _DAY, "year", "years"),
)
"""Up to how many seconds what is counted, one of it and several."""


def age(seconds: float) -> str:
    """How long ago something was: "now", "3 min ago", "1 day ago", "3 weeks ago"; "–" when not known."""
    if not isfinite(seconds):
        return UNKNOWN
    if seconds < 1:
        return "now"
    _, unit, one, several = next(row for row in _AGES if seconds < row[0])
    n = int(seconds / unit)
    return f"{n:,} {one if n == 1 else several} ago"


def size(n: float) -> str:
    """Bytes in decimal units with two or three digits: "512 B", "11.5 MB", "3.1 GB"."""
    for unit in ("B", "kB", "MB", "GB"):
        if abs(n) < 999.5:
            return f"{n:.0f} {unit}" if unit == "B" or n >= 99.95 else f"{n:.1f} {unit}"
        n /= 1000
    return f"{n:.1f} TB"
