"""Trains what the claims of the pages need, keeps the figures in `claims.json` and the pictures beside the pages.

python docs/experiments/run.py [KEY…]      some ten minutes for all of them; what is not named stays as it is
"""

from __future__ import annotations

import json
import sys
import tempfile
from pathlib import Path
from typing import Any

import made_text
import numpy as np
import pictures
from claims import CLAIMS, Claim
from PIL import Image
from trained import Training

from engine.datasets.own import adding, records

HERE = Path(__file__).parent
RESULTS = HERE / "claims.json"
PICTURES = HERE.parent / "models" / "pictures"


def main() -> None:
    """Work at the claims whose keys begin with one of those given; at all without."""
    wanted = tuple(sys.argv[1:])
    _bring_sentences()
    _save("digits", pictures.sheet(pictures.chosen()[..., 0]))
    _save("digits-noisy", pictures.sheet(pictures.noisy()[..., 0]))
    made = Training()
    for begun in wanted or ("",):
        for claim in CLAIMS:
            if claim.key.startswith(begun):
                _keep(claim, _measured(claim, made))


def _bring_sentences() -> None:
    if records.find("made-sentences") is None:
        path = Path(tempfile.mkdtemp()) / "made.txt"
        made_text.write(path)
        adding.add("made-sentences", path, "text", {"lines": True}, copy=True)


def _measured(claim: Claim, made: Training) -> dict[str, dict[str, list[float]]]:
    found: dict[str, dict[str, list[float]]] = {}
    for setting in claim.settings:
        found[setting.label] = {figure.words: [] for figure in claim.figures}
        for seed in claim.seeds:
            run = made.run(setting, seed)
            for figure in claim.figures:
                found[setting.label][figure.words].append(float(f"{figure.measure(run):.5g}"))
            if claim.picture is not None and seed == claim.seeds[0]:
                _save(f"{claim.key}-{claim.settings.index(setting) + 1}", claim.picture(run))
        print(claim.key, setting.label, found[setting.label], flush=True)
    return found


def _save(name: str, grey: np.ndarray) -> None:
    PICTURES.mkdir(exist_ok=True)
    Image.fromarray(grey).save(PICTURES / f"{name}.png", optimize=True)


def _keep(claim: Claim, found: dict[str, dict[str, list[float]]]) -> None:
    kept = json.loads(RESULTS.read_text("utf-8")) if RESULTS.exists() else {}
    kept[claim.key] = record(claim, found)
    ordered = {each.key: kept[each.key] for each in CLAIMS if each.key in kept}
    RESULTS.write_text(json.dumps(ordered, indent=1, ensure_ascii=False) + "\n", "utf-8")


def record(claim: Claim, found: dict[str, dict[str, list[float]]]) -> dict[str, Any]:
    """All that a page tells of a claim."""
    return {
        "page": claim.page,
        "says": claim.says,
        "on": claim.on,
        "seeds": [claim.seeds[0], claim.seeds[-1]],
        "settings": [setting.label for setting in claim.settings],
        "common": claim.common,
        "figures": [
            {
                "words": figure.words,
                "goes": figure.goes,
                "values": [found[setting.label][figure.words] for setting in claim.settings],
            }
            for figure in claim.figures
        ],
        "pictures": claim.picture is not None,
        "before": claim.before,
    }


if __name__ == "__main__":
    main()
