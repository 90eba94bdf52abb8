"""`aetui slurm train …`: a run as a job of the batch queue."""

from __future__ import annotations

import re
import shutil
import subprocess
from typing import TYPE_CHECKING, Annotated

import typer

from aetui.cli.carried import SETTINGS
from aetui.cli.commands import Commands

if TYPE_CHECKING:
    from pathlib import Path

FOLDER = "slurm"
"""Beside the runs: scripts, and what their jobs print."""
_NUMBER = re.compile(r"\d+")


app = Commands()


@app.command("slurm", context_settings=SETTINGS)
def slurm(
    context: typer.Context,
    command: Annotated[
        list[str], typer.Argument(metavar="train|resume …", help="What to train, as `aetui train` has it.")
    ],
    nodes: Annotated[int, typer.Option(min=1, help="Hosts.")] = 1,
    tasks: Annotated[int, typer.Option(min=1, help="Workers on each host; all of them train the one run.")] = 1,
    gpus: Annotated[int, typer.Option(min=0, help="GPUs for each worker.")] = 0,
    cpus: Annotated[int, typer.Option(min=0, help="Cores for each worker.")] = 0,
    time: Annotated[str, typer.Option(help="The limit of one life of the job, as sbatch has it.")] = "",
    partition: Annotated[str, typer.Option(help="As sbatch has it.")] = "",
    account: Annotated[str, typer.Option(help="As sbatch has it.")] = "",
    sbatch: Annotated[
        list[str] | None, typer.Option(metavar="OPTION", help="Another option of sbatch (--sbatch=--mem=20G); often.")
    ] = None,
    before: Annotated[
        list[str] | None,
        typer.Option(metavar="LINE", help="A line of shell before the training (module load …); often."),
    ] = None,
    notice: Annotated[int, typer.Option(min=10, max=65535, help="Seconds before the limit to write and leave.")] = 120,
    requeues: Annotated[int, typer.Option(min=0, help="How often the job is queued again at most.")] = 100,
    show: Annotated[bool, typer.Option("--print", help="Print the script; write and submit nothing.")] = False,
) -> None:
    """Train as a job of Slurm. Before the time limit the run is written and the job queued again until it is complete.

    A job that was killed or cancelled goes on when its script is submitted once more.
    """
    from aetui.cli import carried
    from aetui.cli.tables import aligned
    from engine.launching.slurm import Batch, check, script

    asked = carried.parsed(context, command)
    batch = Batch(
        nodes=nodes,
        tasks=tasks,
        gpus=gpus,
        cpus=cpus,
        time=time,
        partition=partition,
        account=account,
        extra=tuple(sbatch or ()),
        before=tuple(before or ()),
        notice=notice,
        requeues=requeues,
    )
    check(batch)
    root = asked.options.store.root.absolute()
    path, log = root / FOLDER / f"{asked.run_id}.sh", root / FOLDER / f"{asked.run_id}.log"
    text = script(batch, asked.run_id, root / asked.run_id, log, _words(asked, gpus))
    if show:
        typer.echo(text, nl=False)
        return
    number = _submitted(path, text)
    rows = [("job", number), ("run", asked.run_id), ("script", str(path)), ("prints to", str(log))]
    typer.echo(aligned(rows))


def _words(asked: object, gpus: int) -> list[str]:
    from dataclasses import replace

    from aetui.cli.carried import Carried, program

    assert isinstance(asked, Carried)
    options = asked.options
    if gpus and options.device == "auto":  # a job that got none should say so, and not train for days without
        options = replace(options, device="gpu:all" if gpus > 1 else "gpu")
    return [*program(options), *asked.words, *(["--json"] if asked.json else [])]


def _submitted(path: Path, text: str) -> str:
    """The number of the job. Raises EngineError."""
    from engine.errors import EngineError
    from engine.storage.atomic import make_folder, replacing

    program = shutil.which("sbatch")
    if program is None:
        raise EngineError(
            "No Slurm", "expected `sbatch` on the path; --print shows the script, to be submitted where Slurm is"
        )
    try:
        make_folder(path.parent)
        with replacing(path) as file:
            file.write(text.encode())
    except OSError as error:
        told = f"expected to write {path}, but {error.strerror or error}; choose another --runs-dir"
        raise EngineError("Not submitted", told) from error
    done = subprocess.run([program, str(path)], capture_output=True, text=True, check=False)
    number = _NUMBER.search(done.stdout)
    if done.returncode or number is None:
        said = (done.stderr or done.stdout).strip() or f"status {done.returncode}"
        raise EngineError("Not submitted", f"sbatch refused {path}: {said}")
    return number[0]
