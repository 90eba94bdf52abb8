"""`aetui runs`: the runs on this machine, and one of them; its other commands have files of their own."""

from __future__ import annotations

import time
from math import nan
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from aetui.cli import run_diff, run_labels, run_removal
from aetui.cli.arguments import Keep, Markdown, RunOrGroup
from aetui.cli.commands import CommandGroup, Commands

if TYPE_CHECKING:
    from aetui.cli.options import Options
    from aetui.taking.command import Repeat
    from engine.runs.groups import Group
    from engine.runs.store import RunRecord, RunStore


class ListingGroup(CommandGroup):
    """`aetui runs` with anything but a command behind it lists runs."""

    otherwise = "list"


app = Commands(
    help="Runs: list them, look at one, compare, label and remove them. Without a command: as `list`.",
    cls=ListingGroup,
)
app.command("diff")(run_diff.diff)
app.command("tag")(run_labels.tag)
app.command("rename")(run_labels.rename)
app.command("note")(run_labels.note)
app.command("delete")(run_removal.delete)
app.command("undelete")(run_removal.undelete)
app.command("du")(run_removal.du)


@app.command("list")
def table(
    context: typer.Context,
    wanted: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[FILTER]...",
            help="Words, and conditions on fields, metrics and settings: 'test_mse<0.01' data=mnist tag=good 'age<2d'.",
            show_default=False,
        ),
    ] = None,
    sort: Annotated[
        str, typer.Option(help="A column (age, metric, baseline, …), a metric or a setting; the best or newest first.")
    ] = "age",
    reverse: Annotated[bool, typer.Option("--reverse", help="The other way round.")] = False,
    json: Annotated[bool, typer.Option("--json", help="Print a JSON line for each run.")] = False,
) -> None:
    """The runs on this machine, newest first; with a FILTER those that it fits."""
    from aetui.cli.run_listing import listed, printed
    from engine.errors import UsageError

    store = context.obj.store
    if store.root.exists() and not store.root.is_dir():
        raise UsageError("Runs", f"expected a folder, found a file: {store.root}; choose another with --runs-dir")
    rows = listed(store, " ".join(wanted or ()), sort, reverse=reverse, quiet=context.obj.quiet)
    if rows:
        typer.echo(printed(rows, json=json))


@app.command()
def show(
    context: typer.Context,
    run: RunOrGroup,
    markdown: Markdown = False,
    keep: Keep = None,
    command: Annotated[
        bool, typer.Option("--command", help="Print the command that repeats it, and nothing else.")
    ] = False,
) -> None:
    """Configuration, provenance and metrics of one run; of a group, a row for each of its runs, and mean ± sd."""
    from engine.errors import UsageError
    from engine.runs import groups

    group = groups.find(context.obj.store, run)
    if command and (markdown or keep):
        raise UsageError("Two wishes", "--command prints the command alone; leave --markdown and --keep out")
    if group is not None and command:
        _print_command(_repeat_of_group(group, context.obj))
        return
    if group is not None:
        _show_group(group, context.obj.store, markdown, keep)
        return
    record = context.obj.store.find(run)
    if markdown or keep:
        whose = f"is one of the group {record.group}; name that" if record.group else "is none of a group"
        raise UsageError("A single run", f"{record.id} {whose}: --markdown and --keep are for groups of runs")
    if command:
        _print_command(_repeat(record, context.obj))
    else:
        typer.echo(_shown(record, context.obj))


def _repeat(record: RunRecord, options: Options | None) -> Repeat:
    from aetui.taking.command import stored

    return stored(record, _data_dir(options))


def _data_dir(options: Options | None) -> Path | None:
    """The user's data folder; that it is not there is for those who read data."""
    from engine.errors import UsageError

    try:
        return options.data_folder if options else None
    except UsageError:
        return None


def _repeat_of_group(group: Group, options: Options) -> Repeat:
    from aetui.taking.command import of_job, together
    from engine.runs.store import has_begun

    repeats = []
    for member in group.members:
        record = options.store.get(member.run_id)
        begun = record is not None and has_begun(record.folder)
        repeats.append(_repeat(record, options) if record and begun else of_job(member.job, _data_dir(options)))
    return together(repeats)


def _print_command(again: Repeat) -> None:
    """A line each, fit for a shell; what else it takes goes to standard error.

    Raises:
        RunError: there is none.
    """
    from engine.errors import RunError

    if not again.commands:
        raise RunError("No command", again.remark)
    for line in again.commands:
        typer.echo(line)
    if again.remark:
        typer.echo(again.remark, err=True)


def _show_group(group: Group, store: RunStore, markdown: bool, keep: Path | None) -> None:
    from aetui.cli import recipes
    from aetui.cli.markdown import group_block
    from aetui.cli.repeats import repeats
    from aetui.cli.several import table

    found = repeats(group, store)
    typer.echo(group_block(found) if markdown else table(found))
    if keep is not None:
        recipes.keep(keep, recipes.Kept(groups={found.name or found.group: found}))


def _shown(record: RunRecord, options: Options | None = None) -> str:
    from aetui.cli import figures, run_lineage
    from aetui.cli.tables import aligned
    from aetui.render.metrics import concluded

    info, end, again = record.info, record.end, _repeat(record, options)
    versions = ", ".join(f"{name} {version}" for name, version in info.versions.items())
    summary = [
        ("run", record.id),
        ("name", record.name or "–"),
        *([("tags", ", ".join(record.labels.tags))] if record.labels.tags else []),
        *([("note", record.labels.note)] if record.labels.note else []),
        *([("group", record.group)] if record.group else []),
        *(run_lineage.lines(record, options.store) if options else ()),
        ("status", record.status),
        ("variant", f"{record.variant}, preset {record.preset}"),
        ("data", f"{record.dataset}, {_fingerprint(record)}"),
        ("started", _when(record.created)),
        ("device", f"{info.device} on {info.host}"),
        *_workers(record),
        ("versions", versions),
        ("folder", str(record.folder)),
        *_changes(record),
        ("repeat", "; ".join(filter(None, (again.line, again.remark)))),
        *(
            concluded(end.metrics, end.weights, end.weights_epoch, record.variant, record.dataset, record.config)
            if end
            else []
        ),
        *figures.published(record),
    ]
    settings = [("SETTING", "VALUE"), *((key, str(value)) for key, value in record.config.items())]
    return "\n\n".join([aligned(summary), aligned(settings), _epochs(record)])


def _changes(record: RunRecord) -> list[tuple[str, str]]:
    """Settings that changed on the way, or are to, a line for each epoch after which some did."""
    from engine.runs.course import changes_in, merged
    from engine.runs.listing.changes import told

    found = merged([*record.info.changes, *changes_in(record.events()[0])])
    lines = (
        f"{', '.join(f'{name} {told(value)}' for name, value in one.config.items())} from epoch {one.epoch + 1} on"
        for one in found
    )
    return [("changed" if number == 0 else "", line) for number, line in enumerate(lines)]


def _workers(record: RunRecord) -> list[tuple[str, str]]:
    """The processes that train it together, or did in its last life; nothing where one did alone."""
    from aetui.render.workers import lines
    from engine.events import RunResumed, WorkersReported

    passing = record.passing
    told = [*record.events()[0], *([passing] if isinstance(passing, WorkersReported) else [])]
    of_life = [event for event in told if isinstance(event, RunResumed | WorkersReported)]
    newest = of_life[-1] if of_life else None
    workers = newest.workers if isinstance(newest, WorkersReported) else ()
    return lines(workers, time.time(), going=record.lives)


def _fingerprint(record: RunRecord) -> str:
    from engine import registry

    covered = registry.kind(record.variant, record.dataset, record.kind).covered
    return f"fingerprint {record.info.fingerprint[:16]}…{f' of the data with {covered}' * bool(covered)}"


def _epochs(record: RunRecord) -> str:
    from aetui.cli.tables import aligned
    from aetui.render import numbers
    from engine.events import complete_epochs

    epochs = complete_epochs(record.events()[0])
    if not epochs:
        return "no epoch is complete yet"
    head = ("EPOCH", "TRAIN", "VALIDATION", "SECONDS", "ITEMS/S")
    rows = [
        (
            str(event.epoch),
            numbers.loss(event.train.get("loss", nan)),
            numbers.loss(event.validation.get("loss", nan)),
            f"{event.seconds:.2f}",
            f"{event.samples_per_second:,.0f}",
        )
        for event in epochs
    ]
    return aligned([head, *rows])


def _when(at: float) -> str:
    return time.strftime("%Y-%m-%d %H:%M:%S", time.localtime(at))
