"""Fills what the pages tell of measured claims, and of the tables of the program, in between their marks.

python docs/experiments/fill.py
"""

from __future__ import annotations

import json
from pathlib import Path
from statistics import mean, stdev
from typing import Any

from aetui.explaining import live
from aetui.explaining.document import LIVE, filled
from engine.registry import VARIANTS

HERE = Path(__file__).parent
DOCS = HERE.parent
PAGES = sorted([*(DOCS / "models").glob("*.md"), *(DOCS / "answers").glob("*.md")])


def main() -> None:
    """Write every page anew. Raises ValueError where a claim was not confirmed."""
    kept = claims()
    for key, claim in kept.items():
        if not confirmed(claim):
            raise ValueError(f"{key} was not confirmed: {[figure['values'] for figure in claim['figures']]}")
    for path in PAGES:
        path.write_text(made(path, kept), "utf-8")


def claims() -> dict[str, Any]:
    """What was measured."""
    found: dict[str, Any] = json.loads((HERE / "claims.json").read_text("utf-8"))
    return found


def made(path: Path, kept: dict[str, Any]) -> str:
    """The page as it should be."""
    contents = {("claim", key): told(key, claim, path) for key, claim in kept.items()}
    if path.stem in VARIANTS:
        shown = live.default(VARIANTS[path.stem])
        contents |= {(name, ""): live.markdown(shown, name) for name in LIVE}
    return filled(path.read_text("utf-8"), contents)


def confirmed(claim: dict[str, Any]) -> bool:
    """Whether all its figures go where they are said to."""
    return all(_goes(figure) for figure in claim["figures"])


def _goes(figure: dict[str, Any]) -> bool:
    first, last = figure["values"][0], figure["values"][-1]
    match figure["goes"]:
        case "up":
            return bool(max(first) < min(last))
        case "down":
            return bool(min(first) > max(last))
        case "stays":
            return bool(max(first) >= min(last) and max(last) >= min(first))
    return True


def told(key: str, claim: dict[str, Any], page: Path) -> str:
    """A claim with its figures and its pictures."""
    labels = [f"`{label}`" for label in claim["settings"]]
    seeds = "seeds {} to {}".format(*claim["seeds"])
    lines = [f"**{claim['says']}** Measured on {claim['on']}, {seeds}, {claim['common']}:", ""]
    for figure in claim["figures"]:
        shown = each_one if figure["goes"] == "any" else spread
        values = [
            f"{shown(each)} with {label}" if len(labels) > 1 else shown(each)
            for each, label in zip(figure["values"], labels, strict=True)
        ]
        lines.append(f"- {figure['words']}: {', '.join(values)}")
    if claim["pictures"]:
        folder = "" if page.parent.name == "models" else "../models/"
        before = [(f"{folder}pictures/{claim['before']}.png", "what goes in")] if claim["before"] else []
        sides = [
            (f"{folder}pictures/{key}-{number}.png", label) for number, label in enumerate(claim["settings"], start=1)
        ]
        lines += ["", *(f"![{caption}]({path})" for path, caption in [*before, *sides])]
    return "\n".join(lines)


def each_one(values: list[float]) -> str:
    """Of every seed, where nothing is claimed of all of them."""
    return " / ".join(f"{value:.4g}" for value in values)


def spread(values: list[float]) -> str:
    """Mean ± sample standard deviation."""
    middle, sd = mean(values), stdev(values)
    if middle >= 1 and all(value == round(value) for value in values):
        return f"{middle:.1f} ± {sd:.1f}"
    return f"{middle:.4g} ± {sd:.2g}"


if __name__ == "__main__":
    main()
