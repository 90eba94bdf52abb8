"""As much of a number as a long run keeps of every epoch: the digits beyond are noise, and 100,000 lines are long."""

from __future__ import annotations

from engine.events import Terms

LOSS_DIGITS = 7
"""Of a mean of losses, as many as float32 has."""
TIME_DIGITS = 4
"""Of times and rates."""
HEALTH_DIGITS = 3
"""Of what tells how a model is: as many are shown."""


def kept(value: float, digits: int = TIME_DIGITS) -> float:
    """`value` with so many significant digits, as an int where it is whole; what is not finite as it is."""
    rounded = float(f"{value:.{digits}g}")
    return int(rounded) if rounded.is_integer() else rounded


def kept_terms(terms: Terms) -> Terms:
    """Losses with the digits that they have."""
    return {name: kept(value, LOSS_DIGITS) for name, value in terms.items()}
