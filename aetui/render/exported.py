"""What is said of an export: what was written, and how far it was found to be from the run."""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine.errors import counted

if TYPE_CHECKING:
    from pathlib import Path

    from engine.queries.messages import Exported


def lines(to: Path, answer: Exported, behind: str) -> list[str]:
    """A line each; `behind` says whose weights they are."""
    from engine.exports.comparing import CLOSE

    each = ", ".join(f"{name} {off:.2g}" for name, off in answer.differences.items())
    told = [
        f"{to}: {counted(len(answer.files), 'file')}, {answer.bytes:,} bytes, {behind}",
        f"opened in a fresh process, {answer.items:,} {answer.of}: max |Δ| {answer.difference:.2g} ({each})",
    ]
    if answer.beyond:
        told.append(f"warning: {counted(answer.beyond, 'item')} of {answer.items:,} off by more than {CLOSE:g}")
    return [*told, *answer.notes]
