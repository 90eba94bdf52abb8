"""Sentences of known matter, made with a fixed seed: what a model of sentences finds in them can be counted."""

from __future__ import annotations

import random
from pathlib import Path

TOPICS = {
    "sea": "boat sail harbour wave captain net tide shore anchor gull rope island storm lighthouse fisherman",
    "kitchen": "bread oven cook soup knife flour plate table salt pan butter recipe cup onion spoon",
    "money": "bank loan price share market profit debt trader bond tax budget dollar sale rate buyer",
    "garden": "rose spade seed tree gardener soil hedge lawn bee leaf root fence apple pond weed",
    "railway": "train station ticket rail driver engine platform carriage signal tunnel bridge guard timetable "
    "luggage line",
    "school": "teacher pupil lesson book exam class chalk desk essay grammar library bell uniform homework answer",
}
VERBS = "saw left found kept lost watched brought moved took showed"
COUNT = 3_000
ASKED = 200
"""Of the last ones: sentences that are asked with."""


def sentences() -> list[tuple[str, str]]:
    """Topic and sentence: "the NOUN VERB the NOUN near the NOUN", nouns of one topic."""
    draw = random.Random(1)
    made = []
    for _ in range(COUNT):
        topic = draw.choice(sorted(TOPICS))
        one, two, three = draw.sample(TOPICS[topic].split(), 3)
        made.append((topic, f"the {one} {draw.choice(VERBS.split())} the {two} near the {three}"))
    return made


def write(path: Path) -> None:
    """One sentence a line."""
    path.write_text("".join(f"{text}\n" for _, text in sentences()), "utf-8")
