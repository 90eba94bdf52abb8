"""Kills short runs with SIGKILL at random moments; each must go on as if nothing had happened.

    python tests/faults/kill_nine.py --kills 100 [--jobs 1] [--seed 0] [--recipe NAME] [--keep FOLDER]

A kill is one run: started in a process, killed, looked at, resumed in a second process, and held against an undisturbed
run of the same recipe, to the last bit. The exit status is 1 if anything was wrong in any of them; the folders of those
are kept.
"""

from __future__ import annotations

import argparse
import shutil
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from random import Random
from typing import Literal, NamedTuple, get_args

import msgspec
from kept_run import Kept, differences, faults, kept, torn_bytes, unfinished
from run_process import Home, Process, came_true

from engine.errors import EngineError
from engine.events import EpochEnded, RunResumed, complete_epochs
from engine.runs.listing.index import FILE
from engine.runs.store import RunRecord, is_held

Moment = Literal["start", "training", "writing", "metrics"]
"""When to kill: before the first event, from then to the end of the training, while a file is being written, or from
the last epoch to the end of the process."""
SHARES: dict[Moment, int] = {"start": 1, "training": 6, "writing": 2, "metrics": 1}
LONG = 900.0
ROW = "{:>5}  {:<11}  {:<8}  {:>7}  {:>6}  {:>5}  {:<28}  {:<18}  {}"
HEAD = ("KILL", "RECIPE", "MOMENT", "SECONDS", "SHARE", "TORN", "UNFINISHED", "WENT ON", "OUTCOME")


class Recipe(NamedTuple):
    variant: str
    epochs: int
    """As many as take some seconds."""
    settings: tuple[str, ...] = ()
    dataset: str = "digits"
    images: int = 0
    """In an array of the user's own that it learns from, `dataset`: more than are held in memory at once."""

    @property
    def command(self) -> tuple[str, ...]:
        return ("train", self.variant, "--dataset", self.dataset, "--epochs", str(self.epochs), *self.settings)


RECIPES = {
    "vanilla": Recipe("vanilla", 50),
    "stacked": Recipe("stacked", 50, ("--preset", "greedy", "--set", "pretrain_epochs=12", "--set", "layers=200-50-2")),
    "variational": Recipe("variational", 50, ("--set", "hidden=128")),
    "sentence": Recipe(
        "sentence", 20, ("--set", "vectors=corpus", "--set", "dimensions=8", "--set", "units=8"), "text"
    ),
    "streamed": Recipe("vanilla", 3, ("--set", "hidden_dim=32"), "tiles", images=350_000),
}
OFTEN = {"vanilla": 6, "stacked": 2, "variational": 2, "sentence": 1}
"""How often a recipe is drawn where nobody names any; `streamed` takes minutes a kill."""


class Undisturbed(NamedTuple):
    """What a run comes to that nobody kills, and the seconds that its parts take."""

    kept: Kept
    start: float
    training: float
    metrics: float


class Outcome(NamedTuple):
    recipe: str
    moment: Moment
    seconds: float
    """From the start of the process to the kill."""
    share: float
    """Complete epochs at the kill."""
    torn: int
    """Bytes of a torn last line."""
    unfinished: list[str]
    """Files that the kill cut off."""
    went_on: str
    wrong: list[str]


def undisturbed(recipe: Recipe, folder: Path) -> Undisturbed:
    """Raises RuntimeError where it does not complete."""
    home = home_of(recipe, folder)
    life = home.start(*recipe.command)
    if life.wait(LONG) != 0 or home.record is None or faults(home.record, recipe.epochs):
        raise RuntimeError(f"the undisturbed run of {recipe.variant} went wrong in {folder}: {life.said[-2000:]}")
    ended, history = time.time(), home.record.events()[0]
    epochs = complete_epochs(history)
    return Undisturbed(
        kept(home.record), history[0].at - life.began, epochs[-1].at - history[0].at, ended - epochs[-1].at
    )


def home_of(recipe: Recipe, folder: Path) -> Home:
    """New folders, where the recipe's data are known."""
    home = Home(folder)
    if recipe.images:
        home.add_images(recipe.dataset, recipe.images)
    return home


def strike(life: Process, home: Home, moment: Moment, whole: Undisturbed, planned: int, draw: Random) -> bool:
    """Kill `life` at such a moment; False if it came to its end before."""
    if moment == "start":
        time.sleep(draw.uniform(0, whole.start))
    elif moment == "metrics":
        _await(life, lambda: _epochs(home.record) == planned)
        time.sleep(draw.uniform(0, whole.metrics))
    else:
        _await(life, lambda: home.record is not None and home.record.last_seq > 0)
        time.sleep(draw.uniform(0, whole.training))
        if moment == "writing":
            _await(life, lambda: bool(unfinished(home.store.root)), every=0.0002)
    alive = life.running
    life.kill()
    return alive


def _await(life: Process, condition: Callable[[], bool], every: float = 0.005) -> None:
    came_true(lambda: condition() or not life.running, LONG, every)


def _epochs(record: RunRecord | None) -> int:
    newest = [event for event in record.last_events() if isinstance(event, EpochEnded)] if record else []
    return newest[-1].epoch if newest else 0


def one_kill(recipe: str, moment: Moment, whole: Undisturbed, folder: Path, draw: Random) -> Outcome:
    """One run, killed and resumed. It is begun anew, up to five times, if it ended before the kill."""
    planned = RECIPES[recipe].epochs
    for attempt in range(5):
        home = home_of(RECIPES[recipe], folder / str(attempt))
        life = home.start(*RECIPES[recipe].command)
        try:
            if strike(life, home, moment, whole, planned, draw):
                return _examine(recipe, moment, life, home, whole)
            if life.wait() != 0:
                return Outcome(recipe, moment, 0, 0, 0, [], "", [f"failed by itself: {life.said.strip()[-300:]}"])
        finally:
            life.end()
    return Outcome(recipe, moment, 0, 1, 0, [], "", ["always ended before the kill"])


def _examine(recipe: str, moment: Moment, life: Process, home: Home, whole: Undisturbed) -> Outcome:
    seconds, planned = time.time() - life.began, RECIPES[recipe].epochs
    wrong = [f"orphan process {pid}" for pid in life.orphans()]
    cut, record, torn, share = unfinished(home.folder), home.record, 0, 0.0
    if record is not None:
        share = len(complete_epochs(record.events()[0])) / planned
        try:
            torn = torn_bytes(record)
        except (OSError, msgspec.DecodeError) as error:
            wrong.append(f"events.jsonl: {error}")
        if record.status not in ("interrupted", "completed"):
            wrong.append(f"status {record.status} after the kill")
        if is_held(record.folder / "events.jsonl"):
            wrong.append("locked after the kill")
    went_on = _go_on(home, RECIPES[recipe], record, wrong)
    return Outcome(recipe, moment, seconds, share, torn, cut, went_on, [*wrong, *_end_of(home, planned, whole)])


def _go_on(home: Home, recipe: Recipe, record: RunRecord | None, wrong: list[str]) -> str:
    """Resume the run, or start it once more if it had left nothing; says from where it went on."""
    if record is not None and record.status == "completed":
        return "was complete"
    second = home.start(*(("resume", "last") if record else recipe.command))
    try:
        if (status := second.wait(LONG)) != 0:
            wrong.append(f"exit {status}: {second.said.strip()[-300:]}")
        wrong += [f"orphan process {pid}" for pid in second.orphans()]
    finally:
        second.end()
    resumed = [event for event in record.events()[0] if isinstance(event, RunResumed)] if record else []
    return f"epoch {resumed[-1].epoch}, step {resumed[-1].step}" if resumed else "from the start"


def _end_of(home: Home, planned: int, whole: Undisturbed) -> Iterator[str]:
    """What is wrong with the run now that it is said to be complete."""
    if home.record is None:
        yield "there is no run"
        return
    yield from faults(home.record, planned)
    try:
        yield from (f"not equal: {name}" for name in differences(kept(home.record), whole.kept))
    except EngineError as error:
        yield str(error)
    yield from (f"stray {name}" for name in unfinished(home.folder))
    yield from (f"stray tmp/{path.name}" for path in home.temporary.iterdir())
    known = (home.record.folder, home.store.root / FILE)
    yield from (f"stray folder {path.name}" for path in home.store.root.iterdir() if path not in known)


def plan(kills: int, seed: int, recipes: Mapping[str, int]) -> Iterator[tuple[str, Moment, Random]]:
    """Recipe, moment and the random numbers of each kill."""
    draw = Random(seed)
    for number in range(kills):
        (recipe,) = draw.choices(list(recipes), list(recipes.values()))
        (moment,) = draw.choices(list(SHARES), list(SHARES.values()))
        yield recipe, moment, Random(f"{seed} {number}")


def row(number: int, outcome: Outcome) -> str:
    cut = ", ".join(Path(name).name for name in outcome.unfinished) or "–"
    said = "; ".join(outcome.wrong) or "equal"
    seconds, share = f"{outcome.seconds:.2f}", f"{outcome.share:.0%}"
    return ROW.format(number, outcome.recipe, outcome.moment, seconds, share, outcome.torn, cut, outcome.went_on, said)


def summary(outcomes: Sequence[Outcome]) -> str:
    moments = Counter(outcome.moment for outcome in outcomes)
    tenths = Counter(min(9, int(outcome.share * 10)) for outcome in outcomes)
    went_on = Counter(outcome.went_on.split(",")[0].split(" ")[0] for outcome in outcomes)
    lines = (
        ("kills", str(len(outcomes))),
        ("recipes", _counts(Counter(outcome.recipe for outcome in outcomes))),
        ("moments", ", ".join(f"{moments[moment]} {moment}" for moment in get_args(Moment))),
        ("tenths of the run", " ".join(str(tenths[tenth]) for tenth in range(10))),
        ("torn lines", str(sum(outcome.torn > 0 for outcome in outcomes))),
        ("cut-off files", str(sum(len(outcome.unfinished) for outcome in outcomes))),
        ("went on", _counts(went_on)),
        ("equal figures", f"{sum(not outcome.wrong for outcome in outcomes)}/{len(outcomes)}"),
    )
    return "\n".join(f"{name:<18}  {value}" for name, value in lines)


def _counts(counted: Counter[str]) -> str:
    return ", ".join(f"{count} {name}" for name, count in counted.most_common())


def kills(planned: Iterable[tuple[str, Moment, Random]], folder: Path, jobs: int) -> Iterator[Outcome]:
    """Carry out what is planned, `jobs` at a time; what went well leaves nothing in `folder`."""
    planned = list(planned)
    wholes = {name: undisturbed(RECIPES[name], folder / name) for name in {recipe for recipe, _, _ in planned}}

    def carry_out(numbered: tuple[int, tuple[str, Moment, Random]]) -> Outcome:
        number, (recipe, moment, draw) = numbered
        place = folder / f"kill-{number}"
        outcome = one_kill(recipe, moment, wholes[recipe], place, draw)
        if not outcome.wrong:
            shutil.rmtree(place)
        return outcome

    with ThreadPoolExecutor(jobs) as pool:
        yield from pool.map(carry_out, enumerate(planned, start=1))


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--kills", type=int, default=100)
    parser.add_argument("--recipe", choices=RECIPES, help="kill runs of this one only")
    parser.add_argument("--jobs", type=int, default=1, help="runs at the same time")
    parser.add_argument("--seed", type=int, default=0, help="start of all that is random")
    parser.add_argument("--keep", type=Path, help="a new folder for the runs that went wrong")
    given = parser.parse_args()
    folder = given.keep or Path(tempfile.mkdtemp(prefix="kill-nine-"))
    print(ROW.format(*HEAD), flush=True)
    outcomes = []
    recipes = {given.recipe: 1} if given.recipe else OFTEN
    for outcome in kills(plan(given.kills, given.seed, recipes), folder, given.jobs):
        outcomes.append(outcome)
        print(row(len(outcomes), outcome), flush=True)
    print(f"\n{summary(outcomes)}")
    if all(not outcome.wrong for outcome in outcomes):
        shutil.rmtree(folder)
        return 0
    print(f"runs that went wrong  {folder}")
    return 1


if __name__ == "__main__":
    sys.exit(main())
