"""Results as Markdown: what the documentation shows, written from kept results by nobody's hand."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from aetui.cli import figures
from aetui.cli.several import mean_and_sd
from aetui.render import numbers
from aetui.render.text import plain
from engine.errors import counted

if TYPE_CHECKING:
    from aetui.cli.recipes import Kept, Recipe
    from aetui.cli.repeats import Mean, Repeats, RunLine
    from engine.analysis.spread import Spread

NOTHING = "No results are kept yet."
_BLOCK = re.compile(r"(<!-- figures: (\w+) -->\n).*?(<!-- end -->)", re.DOTALL)


def filled(document: str, kept: Kept) -> str:
    """`document` with every block between `<!-- figures: recipes -->`, or `groups`, and `<!-- end -->` made anew."""
    blocks = {"recipes": recipes_block(kept), "groups": groups_block(kept)}
    return _BLOCK.sub(lambda found: f"{found[1]}\n{blocks[found[2]]}\n\n{found[3]}", document)


def recipes_block(kept: Kept) -> str:
    """A table of published figures and ours; below it what they come from, and where the published program errs."""
    recipes = [recipe for recipe in kept.recipes.values() if recipe.runs]
    if not recipes:
        return NOTHING
    head = ("recipe", "figure", "epoch", "published", "seeds", "mean", "sd", "lowest", "highest", "published inside")
    rows = [(recipe.variant, *figures.cells(figure)) for recipe in recipes for figure in recipe.figures if figure.ours]
    return "\n\n".join([_table(head, rows), "\n".join(line for recipe in recipes for line in _below(recipe))])


def _below(recipe: Recipe) -> list[str]:
    lengths = sorted({run.epochs for run in recipe.runs})
    runs = [
        f"{_seeds([run for run in recipe.runs if run.epochs == length])} for {counted(length, 'epoch')}"
        for length in lengths
    ]
    trained = f"{', '.join(runs)}; {_source(recipe.runs, recipe.command)}"
    return [
        f"- **{recipe.variant}** on {recipe.dataset}: {trained}",
        *(f"  - {_escaped(note)}" for note in figures.notes(recipe)),
    ]


def groups_block(kept: Kept) -> str:
    """The blocks of all groups, by name."""
    return "\n\n".join(map(group_block, kept.groups.values())) or NOTHING


def group_block(found: Repeats) -> str:
    """What the completed runs of a group reached, a row for each metric, baselines included."""
    changed = "".join(f", {name} {value}" for name, value in found.settings.items())
    recipe = f"{found.variant}, preset {found.preset}{changed}; {found.dataset}"
    title = f"**{_escaped(found.name or found.group)}**: {_escaped(recipe)}"
    tables = [_mean(mean, found) for mean in found.means]
    return "\n\n".join([title, *(tables or ["No run is complete."])])


def _mean(mean: Mean, found: Repeats) -> str:
    done = [run for run in found.runs if run.status == "completed" and run.planned == mean.epochs]
    head = ("metric", "mean ± sd", "lowest", "highest")
    below = f"{_seeds(done)} for {_length(mean)}; {_source(done, _command(found, mean))}"
    return f"{_table(head, [_row(name, spread) for name, spread in mean.metrics.items()])}\n\n{below}"


def _length(mean: Mean) -> str:
    """ "50 epochs"; "up to 30 epochs (7 to 12)" where runs stopped early."""
    fewest, most = mean.trained
    early, epochs = 0 < fewest < mean.epochs, counted(mean.epochs, "epoch")
    return f"up to {epochs} ({fewest} to {most})" if early else epochs


def _command(found: Repeats, mean: Mean) -> str:
    """What trains such runs."""
    settings = "".join(f" --set {name}={value}" for name, value in found.settings.items())
    recipe = f"{found.variant} --preset {found.preset} --dataset {found.dataset} --epochs {mean.epochs}{settings}"
    return f"aetui train {recipe} --seed {min(run.seed for run in found.runs)} --seeds {len(found.runs)}"


def _row(name: str, spread: Spread) -> tuple[str, ...]:
    return (f"`{name}`", mean_and_sd(spread), numbers.loss(spread.low), numbers.loss(spread.high))


def _seeds(runs: Sequence[RunLine]) -> str:
    """ "seeds 11 to 13", "seed 11", "seeds 11, 14"."""
    seeds = sorted(run.seed for run in runs)
    if len(seeds) == 1:
        return f"seed {seeds[0]}"
    if len(seeds) > 2 and seeds == list(range(seeds[0], seeds[-1] + 1)):
        return f"seeds {seeds[0]} to {seeds[-1]}"
    return f"seeds {', '.join(map(str, seeds))}"


def _source(runs: Sequence[RunLine], command: str = "") -> str:
    """When, on what and with what the runs were trained."""
    dates = sorted({run.date for run in runs})
    when = dates[0] if len(dates) == 1 else f"{dates[0]} to {dates[-1]}"
    versions = _once(f"{name} {version}" for run in runs for name, version in run.versions.items())
    summary = [when, _once(run.device for run in runs), _once(run.precision for run in runs), versions]
    return "; ".join([*map(_escaped, filter(None, summary)), *([f"`{command}`"] if command else [])])


def _once(words: Iterable[str]) -> str:
    return ", ".join(dict.fromkeys(words))


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _escaped(text: str) -> str:
    return plain(text).replace("|", "\\|").replace("<", "&lt;")
