"""`aetui bench`: a step of each autoencoder beside others that do the same work."""

from __future__ import annotations

import signal
from typing import TYPE_CHECKING, Annotated

import typer

from aetui.cli import completers
from aetui.render.text import plain, plain_json, plain_lines

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from aetui.cli.options import Options
    from engine.benchmarks.asking import Ask


def bench(
    context: typer.Context,
    variants: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[VARIANT]...", help="Default: all that can be trained.", autocompletion=completers.variants
        ),
    ] = None,
    dataset: Annotated[
        str | None,
        typer.Option(
            help="A data set, as `aetui data` lists them, or `made` for random items (default: MNIST where it is, else "
            "made ones of its shape; of text made ones).",
            autocompletion=completers.datasets,
        ),
    ] = None,
    preset: Annotated[
        str | None,
        typer.Option(
            help="The configuration to start from (default: book, else the variant's own).",
            autocompletion=completers.presets,
        ),
    ] = None,
    seconds: Annotated[
        float, typer.Option(min=0.1, max=3600, help="How long each side is timed, in three rounds.")
    ] = 1.5,
    against: Annotated[
        str,
        typer.Option(
            metavar="NAME,…",
            help="Who is timed beside it and the products of its network, some of: fit, jax, torch, fit32 (32 steps a "
            "call), tape (eager GradientTape), torch.compile.",
        ),
    ] = "fit,jax,torch",
    settings: Annotated[
        list[str] | None,
        typer.Option(
            "--set",
            metavar="FIELD=VALUE",
            autocompletion=completers.settings,
            help="Change a setting; may be given often. precision=auto times float32 and mixed_bfloat16.",
        ),
    ] = None,
    json: Annotated[bool, typer.Option("--json", help="Print the figures as one JSON document.")] = False,
) -> None:
    """Time a step of training beside others that do the same work: `Model.fit`, JAX and PyTorch (extra `bench`), and
    the matrix products and convolutions of the network alone.

    All take turns in one process, on the same batches and from the same weights; that they reach the same loss is
    checked first. Ctrl-C ends it with what was measured by then.
    """
    from aetui.cli import speeds
    from aetui.cli.narration import Narrator
    from engine.benchmarks import asking
    from engine.storage import native_output

    options: Options = context.obj
    asks = list(_asked(variants or [], dataset, preset, seconds, _peers(against), settings or [], options))
    native_output.divert()
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    narrator, found = Narrator(options.quiet), []
    try:
        for comparison in asking.compared(asks, options.device, options.data_folder, narrator.say):
            narrator.close()
            found.append(comparison)
            if not json:
                typer.echo(plain_lines(speeds.table(comparison)) + "\n")
    except KeyboardInterrupt:
        raise typer.Exit(130) from None
    finally:
        narrator.close()
        if json:
            typer.echo(plain_json(speeds.document(found)))


def _peers(text: str) -> tuple[str, ...]:
    """Raises UsageError for a name that means nobody."""
    from engine.benchmarks.asking import PEERS
    from engine.errors import UsageError

    names = tuple(name.strip() for name in text.split(",") if name.strip())
    for name in names:
        if name not in PEERS:
            raise UsageError("Bad --against", f"expected some of {', '.join(PEERS)}, got {plain(name, 40)!r}")
    return names


def _asked(
    variants: Sequence[str],
    dataset: str | None,
    preset: str | None,
    seconds: float,
    against: tuple[str, ...],
    settings: list[str],
    options: Options,
) -> Iterator[Ask]:
    """Everything that can be refused is, before TensorFlow is loaded."""
    from aetui.cli.assignments import assignments
    from engine import registry
    from engine.benchmarks import material
    from engine.benchmarks.asking import Ask
    from engine.errors import UsageError
    from engine.params import configure, describe

    for key in dict.fromkeys(variants or registry.VARIANTS):
        variant = registry.variant(key)
        if not variant.trained:
            raise UsageError("Not trained here", f"{key} models come in as files; there is no step to time")
        start = preset or ("book" if "book" in variant.presets else variant.default_preset)
        config = registry.preset(key, start)
        config = configure(config, assignments(settings, describe(config)))
        variant.check(config)
        source = dataset or material.source(variant, options.data_folder)
        material.check(variant, config, source)
        yield Ask(
            variant=key,
            preset=start,
            config=config,
            dataset=source,
            seconds=seconds,
            against=against,
        )
