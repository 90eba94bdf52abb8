"""`aetui variants`: the autoencoders, or one with all its settings."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from aetui.cli import completers


def variants(
    variant: Annotated[
        str | None,
        typer.Argument(help="One of them, for its settings, ranges and meanings.", autocompletion=completers.variants),
    ] = None,
) -> None:
    """The autoencoders that can be trained, or one of them with its settings."""
    from aetui.cli.tables import aligned
    from engine import registry

    if variant is None:
        rows = [(entry.key, entry.summary) for entry in registry.VARIANTS.values()]
        typer.echo(aligned([("VARIANT", "WHAT"), *rows]))
    else:
        typer.echo(_described(registry.variant(variant)))


def _described(variant: Any) -> str:
    from aetui.cli.tables import aligned
    from engine import params

    summary = [
        ("variant", variant.key),
        ("what", variant.summary),
        ("reference", variant.reference),
        ("data", ", ".join(variant.prefers)),
        ("preset", f"{variant.default_preset} unless another is chosen"),
    ]
    described = {name: params.describe(config) for name, config in variant.presets.items()}
    head = ("SETTING", *(name.upper() for name in described), "RANGE", "MEANING")
    rows = [
        (columns[0].name, *(str(param.default) for param in columns), columns[0].range, columns[0].meaning)
        for columns in zip(*described.values(), strict=True)
    ]
    return f"{aligned(summary)}\n\n{aligned([head, *rows])}"
