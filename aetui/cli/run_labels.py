"""`aetui runs tag`, `rename` and `note`: what the user calls a run."""

from __future__ import annotations

from typing import Annotated

import typer

from aetui.cli.arguments import Run


def tag(
    context: typer.Context,
    run: Run,
    tags: Annotated[list[str], typer.Argument(metavar="TAG...", help="Words to find it by: `aetui runs tag=good`.")],
    remove: Annotated[bool, typer.Option("--remove", help="Take these tags away.")] = False,
) -> None:
    """Give a run tags, or take some away; prints those that it has now."""
    from aetui.render.text import plain
    from engine.errors import UsageError
    from engine.runs.listing import labels

    record = context.obj.store.find(run)
    named, before = labels.checked_tags(tags), record.labels.tags
    missing = [each for each in named if each not in before]
    if remove and missing:
        had = f"it has {', '.join(before)}" if before else "it has none"
        raise UsageError("No such tag", f"{record.id} has no tag {missing[0]!r}; {had}")
    after = tuple(each for each in before if each not in named) if remove else labels.checked_tags([*before, *named])
    record.relabel(tags=after)
    typer.echo(f"{plain(record.id)}: {plain(', '.join(after)) or 'no tags'}")


def rename(
    context: typer.Context,
    run: Run,
    name: Annotated[str, typer.Argument(help='What it is called from now on; "" for no name.')],
) -> None:
    """Call a run otherwise; its id stays."""
    from aetui.render.text import plain
    from engine.runs import groups
    from engine.runs.listing import labels

    store = context.obj.store
    record = store.find(run)
    wanted = labels.checked_name(name)
    groups.check_run_name(wanted, store, record.id)
    record.relabel(name=wanted)
    typer.echo(f"{plain(record.id)}: {plain(wanted) or 'no name'}")


def note(
    context: typer.Context,
    run: Run,
    text: Annotated[str, typer.Argument(help='One line; "" for none.')],
) -> None:
    """Keep a remark with a run."""
    from aetui.render.text import plain
    from engine.runs.listing import labels

    record = context.obj.store.find(run)
    kept = labels.checked_note(text)
    record.relabel(note=kept)
    typer.echo(f"{plain(record.id)}: {plain(kept) or 'no note'}")
