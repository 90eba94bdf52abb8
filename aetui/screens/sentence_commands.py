"""`:walk`, `:clusters` and `:sts`: ways of asking the sentences panel that take a number or a file."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import partial
from typing import TYPE_CHECKING

from aetui.bringing.typed_paths import completions, meant
from aetui.render.text import plain
from engine.errors import UsageError

if TYPE_CHECKING:
    from aetui.panels.sentence_queries import Question
    from aetui.screens.host import Workbench


def walk(app: Workbench, text: str) -> Callable[[], None]:
    """From the first sentence of the panel to the second, in so many steps."""
    from aetui.panels.sentence_queries import STEPS, Question

    return _asking(app, Question(way="walk", steps=_number(text, STEPS, 1, 1_000)))


def clusters(app: Workbench, text: str) -> Callable[[], None]:
    """So many clusters of the corpus."""
    from aetui.panels.sentence_queries import CLUSTERS, Question

    return _asking(app, Question(way="clusters", clusters=_number(text, CLUSTERS, 2, 1_000)))


def sts(app: Workbench, text: str) -> Callable[[], None]:
    """Pairs of a file, read now: not for the screen's thread. Raises as `engine.text.pairs.read_pairs`."""
    from aetui.panels.sentence_queries import Question
    from engine.text.pairs import read_pairs

    path = meant(text)
    found = read_pairs(path)
    asking = _asking(app, Question(way="pairs", pairs=found.pairs, file=path.name))

    def then() -> None:
        asking()
        if found.left_out:
            first = found.left_out[0]
            app.desk.say(f"{len(found.left_out):,} rows left out: line {first.line:,}: {first.why}")

    return then


def files(typed: object, text: str) -> Iterable[str]:
    """What can stand after `:sts`."""
    del typed
    return completions(text)


def _asking(app: Workbench, question: Question) -> Callable[[], None]:
    app.desk.check_sentences()
    return partial(_ask, app, question)


def _ask(app: Workbench, question: Question) -> None:
    app.show_workbench()
    app.desk.put_question(question)


def _number(text: str, usual: int, least: int, most: int) -> int:
    if not text:
        return usual
    if not text.isdecimal() or not least <= int(text[:9]) <= most:
        raise UsageError("Command", f"expected a number from {least:,} to {most:,}, got {plain(text, 40)!r}")
    return int(text)
